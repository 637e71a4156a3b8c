"""In which order functions are asked on hidden instances: what one is given is what another one has
to return, and must not be in the submission's memory before that one has been judged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from autograder.exercise.answer_key import Case
from autograder.exercise.declaration import ChoiceForm, Function
from autograder.exercise.protocol import STAGES
from autograder.sandbox.plain import numbers

Checked = TypeVar("Checked", Function, ChoiceForm)


def stages(functions: Sequence[Function], cases: Sequence[Case]) -> list[list[Function]]:
    """The functions that may be asked together.

    Helpers are given anything: they are asked with what comes first, or one by one where their
    instances hold each other's results.
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
    if 0 in found and not _tell_each_other([*helpers, *found[0]], cases):
        return [[*helpers, *found[0]], *later[1:]]
    return [*([helper] for helper in helpers), *later]


def needed(checked: Sequence[Checked], only: Collection[str]) -> Sequence[Checked]:
    """The functions up to the last of those that are wanted; all where none is named."""
    wanted = [at for at, each in enumerate(checked) if each.name in only]
    return checked[: max(wanted, default=-1) + 1] if only else checked


def _tell_each_other(functions: Sequence[Function], cases: Sequence[Case]) -> bool:
    """Whether one of the functions is given an array or a number that another one has to return."""
    given = {f.name: _numbers([case.arguments(f) for case in cases]) for f in functions}
    returned = {f.name: _numbers([case.expected.get(f.name) for case in cases]) for f in functions}
    return any(given[one] & returned[other] for one in given for other in returned if one != other)


def _numbers(value: object) -> set[bytes]:
    return {
        number.tobytes() for number in numbers(value) if number.shape or number.dtype.kind == "f"
    }
