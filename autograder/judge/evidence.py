"""Whether a function computes what it returns, whatever that is worth.

The points of a check that compares no numbers, and every excuse for wrong ones, rest on this:
constants, arguments that are handed back, random numbers and a table of the visible numbers have
the right shapes too.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from autograder.exercise.answer_key import NearCase
from autograder.exercise.declaration import Function
from autograder.judge import messages
from autograder.judge.compare import (
    alike,
    as_array,
    case_leaves,
    differing,
    structure_problem,
)
from autograder.judge.observe import Observation
from autograder.sandbox.plain import lookup, numbers

#: What is smooth changes from one case near by to the next as it did before, but for this share.
SMOOTH = 0.2
#: Numbers that are the same but for rounding.
ROUNDING = 1e-12
#: Of the parts of a result, how many have to be computed: what is left may be a placeholder. Where a
#: check looks at some of them only, it has to be all.
MOST, ALL = 0.5, 1.0


def problem(
    function: Function,
    seen: Sequence[Observation],
    near: Sequence[Observation],
    share: float = MOST,
) -> str:
    """Why less than a ``share`` of a function's results is computed from what it is given; "" where
    more is.

    ``seen`` are the cases that it is judged on, and ``near`` two in a line with a visible one. What
    is right is computed, and of a function that gave nothing there is nothing to say.
    """
    visible = [item for item in seen if not item.case.hidden]
    if not visible or all(item.is_right for item in (*visible, *near)):
        return ""
    columns = _columns(function, visible)
    if not any(columns):
        return ""
    names = [leaf.name for leaf in case_leaves(visible[0].case, function.name)]
    if not all(item.again is None or alike(item.first.value, item.again.value) for item in visible):
        return messages.not_computed(names[0])
    varied = [at for at, parts in enumerate(columns) if not _is_constant(parts)]
    if near:
        along = _columns(function, [*_beside(visible, near), *near])
        moving = [at for at in varied if _moves(along[at])]
        smooth = [at for at in moving if _is_smooth(along[at])]
        varied = smooth if len(smooth) > len(moving) / 2 else []
    computed = [at for at in varied if not _is_given(columns[at])]
    if len(computed) >= share * len(columns):
        return ""
    return messages.not_computed(next(n for at, n in enumerate(names) if at not in computed))


class _Part(NamedTuple):
    """One array or number of a result, the right one, whether all of its numbers stand among the
    arguments, and how many times each argument it is, NaN where it is none's multiple."""

    value: np.ndarray
    expected: np.ndarray
    is_given: bool
    times: np.ndarray


def _columns(function: Function, items: Sequence[Observation]) -> list[list[_Part]]:
    """By part of the result, what the items gave of it; items that gave none are left out."""
    count = len(case_leaves(items[0].case, function.name)) if items else 0
    columns: list[list[_Part]] = [[] for _ in range(count)]
    for item in items:
        expected = item.case.expected[function.name]
        value = item.first.value
        if not item.first.returned or structure_problem(function.name, value, expected):
            continue
        arguments = [number.ravel() for number in numbers(item.case.arguments(function))]
        given = np.concatenate([np.zeros(0), *arguments])
        for column, leaf in zip(columns, case_leaves(item.case, function.name), strict=True):
            array = as_array(lookup(value, leaf.path), leaf.expected)
            if array is not None:
                is_given = bool(np.isin(array, given).all())
                times = np.array([_times(array, argument) for argument in arguments])
                column.append(_Part(array, np.asarray(leaf.expected), is_given, times))
    return columns


def _times(array: np.ndarray, argument: np.ndarray) -> float:
    """How many times an argument an array is; NaN where it is no multiple of it."""
    if array.size != argument.size or not array.size or not np.all(argument):
        return np.nan
    with np.errstate(all="ignore"):
        ratios = array.ravel() / argument
        return float(ratios[0]) if np.ptp(ratios) <= ROUNDING * abs(ratios[0]) else np.nan


def _beside(visible: Sequence[Observation], near: Sequence[Observation]) -> list[Observation]:
    """The visible case that cases near by are near to."""
    of = {item.case.of for item in near if isinstance(item.case, NearCase)}
    return [item for item in visible if item.case.label in of]


def _is_given(parts: Sequence[_Part]) -> bool:
    """Whether a part is wrong, and nothing but numbers of the arguments, or one of the arguments
    times the same number everywhere."""
    wrong = any(differing(part.value, part.expected).any() for part in parts)
    if not wrong or all(part.is_given for part in parts):
        return wrong
    spread = np.ptp([part.times for part in parts], axis=0)
    return len(parts) > 1 and bool((spread <= ROUNDING * np.abs(parts[0].times)).any())


def _is_constant(parts: Sequence[_Part]) -> bool:
    """Whether a part holds the same number in every place and on every case, or is not there."""
    numbers = np.concatenate([np.zeros(0), *(part.value.ravel() for part in parts)])
    return not numbers.size or (numbers.size > 1 and not np.ptp(numbers) > 0)


def _moves(along: Sequence[_Part]) -> bool:
    """Whether a part is another one on each of these cases."""
    return all(
        differing(part.value, other.value).any() for part, other in itertools.pairwise(along)
    )


def _is_smooth(along: Sequence[_Part]) -> bool:
    """Whether a part changes from the visible case to the first one near by, and as much again to
    the second; a right one does."""
    if len(along) < 3:
        return False
    start, first, second = (part.value for part in along)
    with np.errstate(all="ignore"):
        change, again = first - start, second - first
        apart = np.max(np.abs(again - change), initial=0.0)
        return bool(apart <= SMOOTH * np.max(np.abs(change), initial=0.0))
