"""The order in which functions are called on hidden instances. The arguments of one are the
expected results of another, and must not reach the submission before that other one was judged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from autograder.exercise.answer_key import Case
from autograder.exercise.declaration import ChoiceForm, Function
from autograder.exercise.protocol import STAGES
from autograder.sandbox.plain import numbers

Checked = TypeVar("Checked", Function, ChoiceForm)


def stages(functions: Sequence[Function], cases: Sequence[Case]) -> list[list[Function]]:
    """Groups of functions that may be called together, in order.

    Helpers take arbitrary arguments. They join the first group, unless arguments of one function
    there are expected results of another: then each is a group of its own, before the others.
    """
    found: dict[int, list[Function]] = {}
    helpers = []
    for function in functions:
        given = [at for at, names in enumerate(STAGES) if names & set(function.arguments)]
        if given:
            found.setdefault(max(given), []).append(function)
        else:
            helpers.append(function)
    later = [found[at] for at in sorted(found)]
    if 0 in found and not _leak_results([*helpers, *found[0]], cases):
        return [[*helpers, *found[0]], *later[1:]]
    return [*([helper] for helper in helpers), *later]


def needed(checked: Sequence[Checked], only: Collection[str]) -> Sequence[Checked]:
    """The functions up to the last one named in ``only``; all if it is empty."""
    wanted = [at for at, each in enumerate(checked) if each.name in only]
    return checked[: max(wanted, default=-1) + 1] if only else checked


def _leak_results(functions: Sequence[Function], cases: Sequence[Case]) -> bool:
    """Whether an argument of one function is an array or a number that another has to return."""
    given = {f.name: _numbers([case.arguments(f) for case in cases]) for f in functions}
    returned = {f.name: _numbers([case.expected.get(f.name) for case in cases]) for f in functions}
    return any(given[one] & returned[other] for one in given for other in returned if one != other)


def _numbers(value: object) -> set[bytes]:
    return {
        number.tobytes() for number in numbers(value) if number.shape or number.dtype.kind == "f"
    }
