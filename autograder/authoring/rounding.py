"""Whether an instance magnifies rounding errors beyond what the comparison forgives: there, a right
answer that computes in another order would be refused."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.composition import filled
from autograder.exercise.function import Function
from autograder.exercise.probes import called
from autograder.exercise.solve import moved_by, shares_of
from autograder.judge.compare import RELATIVE, Leaf, case_leaves
from autograder.judge.exact import kind_of
from autograder.sandbox.plain import copy_plain, lookup, plain

#: By how much of itself each number that a function is given moves: a few roundings.
MOVE = 1e-15
#: How often each case is tried, with other signs. A single one may happen to cancel.
TRIES = 3


@dataclass(frozen=True)
class Magnified:
    """The entry that moves most, relative to the largest entry of its array; or one that is another
    one ``anew``, at a second call with the same arguments."""

    function: str
    case: Case
    entry: str
    moved: float
    anew: bool = False

    @property
    def text(self) -> str:
        """What is wrong, and what to do."""
        where = described(self.case)
        if self.anew:
            return (
                f"{self.function} on {where}: {self.entry} is another one when it is called again "
                "with the same arguments. Take a seed, or what is drawn, as an argument"
            )
        return (
            f"{self.function} on {where}: when what it is given moves by {MOVE:g} of "
            f"itself, {self.entry} moves by {self.moved:.1g} of the largest entry, "
            f"{self.moved / MOVE:.0e} times as much, and {RELATIVE:g} is forgiven. Draw other "
            "numbers, or write it so that nothing cancels"
        )


def described(case: Case) -> str:
    """A case as an author knows it."""
    return f"the {'hidden' if case.hidden else 'visible'} instance {case.label!r}"


def magnified(answer_key: AnswerKey, functions: Mapping[str, Any]) -> Magnified | None:
    """The worst entry beyond what is forgiven, or None if there is none."""
    rng = np.random.default_rng(0)
    found = (
        entry
        for case in answer_key.cases
        for function in answer_key.functions
        if function.name in case.expected
        for entry in _moved_entries(case, function, functions, rng)
        if not entry.moved <= RELATIVE
    )
    return max(found, key=lambda entry: entry.moved, default=None)


def _moved_entries(
    case: Case, function: Function, functions: Mapping[str, Any], rng: np.random.Generator
) -> Iterator[Magnified]:
    given = filled(case, function, functions)
    for at in range(1 + TRIES):
        moved = moved_by(given, shares_of(given, rng, MOVE), 1) if at else copy_plain(given)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                result = plain(called(functions, function.name)(*moved.values()))
            except Exception:  # it raises where its arguments move a little: on an edge
                yield Magnified(function.name, case, "its result", math.inf)
                continue
        for leaf in case_leaves(case, function.name):
            found = _worst(case, function, leaf, result)
            yield found if at else replace(found, anew=True)
            if not at and not found.moved <= RELATIVE:
                return


def _worst(case: Case, function: Function, leaf: Leaf, result: Any) -> Magnified:
    try:
        value = lookup(result, leaf.path)
        if not np.size(leaf.expected) or kind_of(leaf.expected) not in ("f", "i", "b"):
            is_same = np.shape(value) == leaf.shape and bool(np.all(value == leaf.expected))
            return Magnified(function.name, case, leaf.name, 0.0 if is_same else math.inf)
        value = np.asarray(value, dtype=np.float64)
        change = np.abs(value - np.asarray(leaf.expected))
    except (LookupError, TypeError, ValueError):
        return Magnified(function.name, case, leaf.name, math.inf)
    change = np.where(np.isfinite(change), change, math.inf)
    at = np.unravel_index(int(np.argmax(change)), change.shape)
    entry = leaf.name + (str([int(i) for i in at]) if change.ndim else "")
    largest = float(np.max(np.abs(leaf.expected)))
    most = float(change[at])
    return Magnified(function.name, case, entry, most and (most / largest if largest else math.inf))
