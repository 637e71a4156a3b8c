"""Calls a function on cases, on the first one twice, and keeps the outcomes.

Right before the second call, another function runs on another case. A function that depends on
state which that one left behind then gives another result.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.declaration import Function
from autograder.exercise.protocol import ACTIVATIONS, FORWARD
from autograder.judge.batching import Steps
from autograder.judge.compare import is_met
from autograder.judge.redact import redacted
from autograder.sandbox.calls import Call, Outcome, Result


class Observation(NamedTuple):
    """The outcomes of a function on one case: of the first call, and of the second or None.

    ``is_right`` is computed once, since the checks need it often.
    """

    case: Case
    first: Outcome
    again: Outcome | None
    is_right: bool


def observe(
    function: Function,
    answer_key: AnswerKey,
    cases: Sequence[Case],
    right_activations: Collection[str],
    before: Sequence[Observation] = (),
) -> Steps[list[Observation]]:
    """Call ``function`` on the cases that have its arguments, and once more on the first of them.

    ``right_activations`` holds the labels of the cases on which the student's own `forward` is
    right. There `backward` gets the student's own activations, including extra entries; elsewhere
    it gets the solution's, so that it is judged independently. An exception on a hidden case is
    shown only if all observations ``before``, on visible cases, had the same one.
    """
    cases = [case for case in cases if case.arguments(function) is not None]
    known = [item.first for item in before]
    calls: list[Call] = []
    first: list[int] = []
    again: list[int | None] = [None] * len(cases)
    own: list[Result | None] = []
    for case in cases:
        own.append(_own_activations(calls, function, case, case.label in right_activations))
        first.append(_add_call(calls, function, case, own[-1]))
    if cases:
        _run_in_between(calls, answer_key, function.role.leans_on, cases[-1])
        again[0] = _add_call(calls, function, cases[0], own[0], watched=False)
    outcomes = yield calls

    def observation(case: Case, one: int, two: int | None) -> Observation:
        found = outcomes[one]
        later = None if two is None else outcomes[two]
        right = is_met(case, function.name, found)
        if case.hidden:
            found = redacted(found, known)
            later = later and redacted(later, known)
        return Observation(case, found, later, right)

    return list(map(observation, cases, first, again))


def _own_activations(
    calls: list[Call], function: Function, case: Case, are_right: bool
) -> Result | None:
    """Add a call that computes the student's own activations, if the function takes them."""
    if ACTIVATIONS not in function.arguments or not are_right:
        return None
    given = (
        case.inputs
        if case.activations_at is None
        else {**case.inputs, "params": case.activations_at}
    )
    calls.append(FORWARD.call(given, needs_result=False))
    return Result(len(calls) - 1)


def _add_call(
    calls: list[Call], function: Function, case: Case, own: Result | None, watched: bool = True
) -> int:
    arguments: Sequence[Any] = case.arguments(function) or ()
    if own is not None:
        arguments = [
            own if name == ACTIVATIONS else value
            for name, value in zip(function.arguments, arguments, strict=True)
        ]
    # Calls of these inside it are counted, to detect numerical differentiation.
    watch = function.role.derives if watched else ()
    calls.append(Call(function.name, tuple(arguments), watch=watch))
    return len(calls) - 1


def _run_in_between(calls: list[Call], answer_key: AnswerKey, name: str, case: Case) -> None:
    other = answer_key.function(name)
    arguments = case.arguments(other) if other else None
    if arguments is not None:
        calls.append(Call(name, arguments, needs_result=False))
