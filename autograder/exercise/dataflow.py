"""Which named quantity is computed from which, found by perturbing the solution's inputs.

An activation depends on a source (an input or a parameter) if it changes with it. It is fed by the
nearest activations before it whose sources are among its own, and by those of its sources that none
of these depends on. The gradients have the same graph in reverse. Nodes are names.

This is a heuristic: it sees dependences, not the computation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.sandbox.plain import copy_plain, plain, same

#: The names that feed each activation, in an order in which activations can be computed.
Feeds = Mapping[str, Sequence[str]]


def find_feeds(forward: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, list[str]]:
    """The feeds of all activations: runs ``forward`` with each source changed in turn. ``given``
    holds its arguments by name, in order."""
    before = plain(forward(*copy_plain(list(given.values()))))
    reads: dict[str, set[str]] = {name: set() for name in before}
    sources = []
    for source, arguments in _changes(given):
        sources.append(source)
        try:
            with np.errstate(all="ignore"):
                after = plain(forward(*arguments))
        except Exception:  # a source that cannot be changed counts as used everywhere
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


def gradient_feeds(
    name: str, feeds: Feeds, graded: Collection[str], outputs: Mapping[str, str]
) -> list[str]:
    """What the gradient of ``name`` is computed from: the gradients of what it feeds, and the loss
    for the ``outputs`` that it is computed from. Activations without a gradient in ``graded`` are
    replaced by what they feed."""
    found = [outputs[name]] if name in outputs else []
    for fed, by in feeds.items():
        if name in by:
            found += [fed] if fed in graded else gradient_feeds(fed, feeds, graded, outputs)
    return list(dict.fromkeys(found))
