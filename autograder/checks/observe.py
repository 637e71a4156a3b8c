"""Calls a function on every case, twice, and keeps what came back.

The second round runs `forward` on another case right before each call, so that a function which
leans on something `forward` left behind gives another answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.calls import Call, Caller, Outcome, Result
from autograder.exercise import Function
from autograder.sheet import Case, Sheet

#: Calls of these inside `backward` are counted: many of them are numerical differentiation.
WATCHED = ("forward", "loss")

#: What may lean on something that `forward` left behind; helpers come before it.
AFTER_FORWARD = frozenset({"loss", "backward", "update", "train"})


@dataclass(frozen=True)
class Observation:
    """What a function gave on one case, at the first call and after `forward` ran elsewhere."""

    case: Case
    first: Outcome
    again: Outcome


def observe(
    function: Function, sheet: Sheet, caller: Caller, right_forward: Collection[str]
) -> list[Observation]:
    """Call ``function`` twice on every case that has its arguments.

    ``right_forward`` holds the labels of the cases on which the student's own `forward` is right:
    there `backward` gets the student's own activations, with whatever else they keep in them;
    elsewhere it gets the solution's, so that it is judged alone.
    """
    cases = [case for case in sheet.cases if case.arguments(function) is not None]
    calls: list[Call] = []
    first = [_add(calls, function, case, case.label in right_forward) for case in cases]
    again = []
    for position, case in enumerate(cases):
        own = _own_activations(calls, function, case, case.label in right_forward)
        if function.name in AFTER_FORWARD:
            _add_forward(calls, sheet, cases[position - 1])
        again.append(_add_call(calls, function, case, own))
    outcomes = caller(calls)
    return [
        Observation(case, outcomes[one], outcomes[two])
        for case, one, two in zip(cases, first, again, strict=True)
    ]


def _add(calls: list[Call], function: Function, case: Case, forward_is_right: bool) -> int:
    own = _own_activations(calls, function, case, forward_is_right)
    return _add_call(calls, function, case, own)


def _own_activations(
    calls: list[Call], function: Function, case: Case, forward_is_right: bool
) -> Result | None:
    """Have the student's own activations computed, for a function that is given some."""
    if "activations" not in function.arguments or not forward_is_right:
        return None
    at = case.inputs["params"] if case.activations_at is None else case.activations_at
    calls.append(Call("forward", (at, case.inputs["x"]), wanted=False))
    return Result(len(calls) - 1)


def _add_call(calls: list[Call], function: Function, case: Case, own: Result | None) -> int:
    arguments: Sequence[Any] = case.arguments(function) or ()
    if own is not None:
        arguments = [
            own if name == "activations" else value
            for name, value in zip(function.arguments, arguments, strict=True)
        ]
    watch = WATCHED if function.name == "backward" else ()
    calls.append(Call(function.name, tuple(arguments), watch=watch))
    return len(calls) - 1


def _add_forward(calls: list[Call], sheet: Sheet, case: Case) -> None:
    forward = sheet.function("forward")
    arguments = case.arguments(forward) if forward else None
    if arguments is not None:
        calls.append(Call("forward", arguments, wanted=False))
