"""Which parts of a result are right, and which are not written yet.

A function of several parts that is incomplete, and right as far as it goes, has points for these.
A part that is wrong is no gap: then there are none, so that what is made up earns nothing beside
what is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.function import Function
from autograder.judge.compare import Leaf, as_array, case_leaves, is_float64, type_problem
from autograder.judge.observe import Observation
from autograder.sandbox.plain import Opaque, lookup, map_leaves, numbers

ABSENT = object()
#: The types of ``...`` and ``NotImplemented``.
PLACEHOLDERS = {type(...).__name__, type(NotImplemented).__name__}


class Incomplete(NamedTuple):
    """The parts that are right on all cases, and those that are not written, in order."""

    right: Sequence[str]
    missing: Sequence[str]

    @property
    def share(self) -> float:
        """The share of the parts that is right."""
        return len(self.right) / (len(self.right) + len(self.missing))


def part(value: Any, leaf: Leaf) -> Any:
    """A part of a result; `ABSENT` if the result has no such part."""
    try:
        return lookup(value, leaf.path)
    except (LookupError, TypeError):
        return ABSENT


def right_parts(case: Case, function: str, value: Any) -> set[str]:
    """The names of the parts that are right on a case."""
    return {leaf.name for leaf in case_leaves(case, function) if _is_right(case, leaf, value)}


def has_all_forms(case: Case, function: str, value: Any) -> bool:
    """Whether a result has all parts, each with the shape and type that it must have. Numbers need
    not be finite."""
    finite = map_leaves(lambda _, leaf: _finite(leaf), value)
    held = ((leaf, part(finite, leaf)) for leaf in case_leaves(case, function))
    return not any(item is ABSENT or type_problem(leaf, item, case.dims) for leaf, item in held)


def _finite(leaf: Any) -> Any:
    """A leaf with finite numbers in the place of those that are not."""
    if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f":
        return np.nan_to_num(leaf)
    return float(np.nan_to_num(leaf)) if isinstance(leaf, float) else leaf


def _is_right(case: Case, leaf: Leaf, value: Any) -> bool:
    item = part(value, leaf)
    if item is ABSENT or leaf.is_met_by(item):
        return item is not ABSENT
    array = as_array(item, leaf.expected)
    # What is not finite is wrong, and of the others nothing else can be.
    is_plain = not leaf.is_exact and is_float64(item, leaf.shape)
    if array is None or (not is_plain and type_problem(leaf, item, case.dims)):
        return False
    return not leaf.wrong_entries(array).any()


def incomplete(function: Function, items: Sequence[Observation]) -> Incomplete | None:
    """The parts of a function that is right as far as it is written; None if nothing is right,
    nothing is missing, or something is wrong.

    A right part counts only where it cannot be right by chance: its numbers differ from one
    another, and are not those of an argument.
    """
    returned = [item for item in items if item.first.returned]
    if not items or len(returned) < len(items):
        return None
    found, missing = {}, []
    for name, held in _held(function, items).items():
        values = [part(item.first.value, own) for item, own in held]
        if all(_is_right(item.case, own, item.first.value) for item, own in held):
            found[name] = held
        elif all(map(_is_gap, values)) and is_constant(values):
            missing.append(name)
        else:
            return None
    right = [name for name, held in found.items() if missing and _tells(function, held)]
    return Incomplete(right, missing) if right and missing else None


def _held(
    function: Function, items: Sequence[Observation]
) -> dict[str, list[tuple[Observation, Leaf]]]:
    """By the name of a part, where it is: a deeper network has more of them."""
    found: dict[str, list[tuple[Observation, Leaf]]] = {}
    for item in items:
        for leaf in case_leaves(item.case, function.name):
            found.setdefault(leaf.name, []).append((item, leaf))
    return found


def _is_gap(value: Any) -> bool:
    """Whether a part is left out, or holds the place of one: None, an ellipsis, a text, or one
    number everywhere."""
    if value is ABSENT or value is None or isinstance(value, str):
        return True
    if isinstance(value, Opaque):
        return value.type_name in PLACEHOLDERS
    if isinstance(value, (dict, tuple, list)) and not value:
        return True
    if not isinstance(value, (int, float, list, np.ndarray)):
        return False
    if isinstance(value, np.ndarray) and value.shape == (0,):
        return True
    return any(number.size for number in numbers(value)) and is_constant([value])


def is_constant(values: Iterable[Any]) -> bool:
    """Whether there is no more than one number in all of them."""
    found = [number.ravel() for value in values for number in numbers(value)]
    if any(array.dtype.kind not in "biuf" for array in found):
        return False
    entries = np.concatenate([np.zeros(0), *found])
    return bool(np.all(entries == entries[:1]) or np.isnan(entries).all())


def _tells(function: Function, held: Sequence[tuple[Observation, Leaf]]) -> bool:
    """Whether the expected numbers of a part could not be had without computing them."""
    expected = [np.ravel(leaf.expected) for _, leaf in held]
    if is_constant(expected):
        return False
    given = [item.case.numbers(function) for item, _ in held]
    return not all(np.isin(e, g).all() for e, g in zip(expected, given, strict=True))
