"""The order in which functions are called on hidden instances. The arguments of one are the
expected results of another, and must not reach the submission before that other one was judged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from autograder.exercise.answer_key import Case
from autograder.exercise.choice import ChoiceForm
from autograder.exercise.function import Function
from autograder.sandbox.plain import numbers

Checked = TypeVar("Checked", Function, ChoiceForm)


def stages(functions: Sequence[Function], cases: Sequence[Case]) -> list[list[Function]]:
    """Groups of functions that may be called together, in order: each after those whose results are
    its arguments, and not before those that it calls.

    Arguments of one function may happen to be expected results of another in its group. Then each
    that calls no other one is a group of its own, and the others follow.
    """
    found: dict[str, int] = {}
    by_name = {function.name: function for function in functions}
    for function in functions:
        _stage(function, by_name, found)
    groups: dict[int, list[Function]] = {}
    for function in in_order(functions):
        groups.setdefault(found[function.name], []).append(function)
    return [part for at in sorted(groups) for part in _apart(groups[at], cases)]


def _apart(functions: Sequence[Function], cases: Sequence[Case]) -> list[list[Function]]:
    if not _leak_results(functions, cases):
        return [[*functions]]
    rest = [function for function in functions if function.calls]
    return [[function] for function in functions if not function.calls] + ([rest] if rest else [])


def _stage(function: Function, by_name: Mapping[str, Function], found: dict[str, int]) -> int:
    if function.name not in found:
        found[function.name] = 0  # a function that calls one that calls it: either may be first
        makers = [by_name[of] for of, _ in function.gets.values() if of in by_name]
        called = [by_name[name] for name in function.calls if name in by_name]
        found[function.name] = max(
            [0]
            + [_stage(other, by_name, found) + 1 for other in makers]
            + [_stage(other, by_name, found) for other in called]
        )
    return found[function.name]


def in_order(functions: Sequence[Function]) -> list[Function]:
    """The functions, each after those that it calls."""
    by_name = {function.name: function for function in functions}
    found: dict[str, Function] = {}

    def add(function: Function, above: Collection[str]) -> None:
        for name in function.calls:
            if name in by_name and name not in above:
                add(by_name[name], {*above, function.name})
        found.setdefault(function.name, function)

    for function in functions:
        add(function, {function.name})
    return list(found.values())


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
