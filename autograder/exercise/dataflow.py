"""Which named quantity is computed from which, found by changing what the solution is given.

An activation depends on a source (an input or a parameter) if it changes with it. It is fed by the
nearest activations before it that depend on nothing else than it does, and by the sources that are
new in it. The same graph walked back is that of the gradients. It is names only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.report import LOSS
from autograder.sandbox.plain import copy_plain, plain, same

#: By activation, in an order in which they can be computed, the names that feed it.
Feeds = Mapping[str, Sequence[str]]

#: The activation that the loss is computed from.
OUTPUT = "y"


def find_feeds(forward: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, list[str]]:
    """Run ``forward`` with each source changed in turn; ``given`` holds its arguments in order."""
    before = plain(forward(*copy_plain(list(given.values()))))
    reads: dict[str, set[str]] = {name: set() for name in before}
    sources = []
    for source, arguments in _changes(given):
        sources.append(source)
        try:
            with np.errstate(all="ignore"):
                after = plain(forward(*arguments))
        except Exception:  # what cannot be changed is taken to matter everywhere
            after = {}
        for name in before:
            if name not in after or not same(before[name], after[name]):
                reads[name].add(source)
    return _feeds(reads, sources)


def _changes(given: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Each source, and the arguments with it changed; single inputs come before parameters."""
    rng = np.random.default_rng(0)
    for name in sorted(given, key=lambda name: isinstance(given[name], Mapping)):
        value = given[name]
        parts = value if isinstance(value, Mapping) else {name: value}
        for source, part in parts.items():
            changed = _changed(part, rng)
            whole = {**value, source: changed} if isinstance(value, Mapping) else changed
            yield source, list(copy_plain({**given, name: whole}).values())


def _changed(value: Any, rng: np.random.Generator) -> Any:
    array = np.asarray(value)
    if array.dtype.kind != "f":
        return np.roll(value, 1)  # indices stay indices
    return array + 1e-3 * (1 + np.abs(array)) * rng.uniform(0.5, 1.0, array.shape)


def _feeds(reads: Mapping[str, set[str]], sources: Sequence[str]) -> dict[str, list[str]]:
    order = sorted(reads, key=lambda name: len(reads[name]))
    feeds = {}
    for at, name in enumerate(order):
        within = [other for other in order[:at] if reads[other] and reads[other] <= reads[name]]
        nearest = [
            other
            for place, other in enumerate(within, start=1)
            if not any(reads[other] <= reads[later] for later in within[place:])
        ]
        known = set().union(*(reads[other] for other in within), reads)
        feeds[name] = nearest + [s for s in sources if s in reads[name] - known]
    return feeds


def gradient_feeds(name: str, feeds: Feeds, graded: Collection[str]) -> list[str]:
    """Of whose gradients the gradient of ``name`` is made: those of what it feeds, or `LOSS`. What
    has no gradient in ``graded`` is passed through."""
    found = [LOSS] if name == OUTPUT else []
    for fed, by in feeds.items():
        if name in by:
            found += [fed] if fed in graded else gradient_feeds(fed, feeds, graded)
    return list(dict.fromkeys(found))
