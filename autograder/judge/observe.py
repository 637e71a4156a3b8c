"""Calls a function on cases, on the first one twice, and keeps the outcomes.

Right before the second call, another function runs on another case. A function that depends on
state which that one left behind then gives another result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.declaration import Function
from autograder.exercise.protocol import ACTIVATIONS, FORWARD
from autograder.judge.batching import Steps
from autograder.judge.compare import is_exact, is_near, is_right
from autograder.judge.redact import redacted
from autograder.sandbox.calls import Call, Outcome, Result

#: By the label of a case, the helpers that the student's own `forward` is given there.
OwnActivations = Mapping[str, tuple[str, ...]]
#: Activations that are right to single precision may make a right `backward` wrong by at most this
#: share: a difference of near numbers loses digits.
AMPLIFIED = 1e-3


class Observation(NamedTuple):
    """The outcomes of a function on one case: of the first call, and of the second or None.

    ``is_right`` says whether the first is right by the course's precision, and ``is_exact`` whether
    it is right up to rounding in float64. They are computed once, since the checks need them often.
    """

    case: Case
    first: Outcome
    again: Outcome | None
    is_right: bool
    is_exact: bool


def observe(
    function: Function,
    answer_key: AnswerKey,
    cases: Sequence[Case],
    own_activations: OwnActivations,
    before: Sequence[Observation] = (),
    served: tuple[str, ...] = (),
) -> Steps[list[Observation]]:
    """Call ``function`` on the cases that have its arguments, and once more on the first of them.

    On the cases of ``own_activations``, `backward` gets the activations of the student's own
    `forward`, including extra entries; elsewhere it gets the solution's, so that it is judged
    independently; so it does where a small error of its own activations may be all that is wrong
    with its result. Its helpers in ``served`` are right ones. An exception on a hidden case is
    shown only if all observations ``before``, on visible cases, had the same one.
    """
    cases = [case for case in cases if case.arguments(function) is not None]
    known = [item.first for item in before]
    calls: list[Call] = []
    first: list[int] = []
    again: list[int | None] = [None] * len(cases)
    own: list[Result | None] = []
    for case in cases:
        own.append(_add_forward(calls, function, case, own_activations.get(case.label)))
        first.append(_add_call(calls, function, case, own[-1], served))
    if cases:
        _run_in_between(calls, answer_key, function.role.leans_on, cases[-1])
        again[0] = _add_call(calls, function, cases[0], own[0], served, watched=False)
    outcomes = yield calls

    def observation(case: Case, one: int, two: int | None) -> Observation:
        found = outcomes[one]
        later = None if two is None else outcomes[two]
        exact = is_exact(case, function.name, found)
        right = exact or is_right(case, function.name, found)
        if case.hidden:
            found = redacted(found, known)
            later = later and redacted(later, known)
        return Observation(case, found, later, right, exact)

    seen = list(map(observation, cases, first, again))
    doubtful = [
        item.case
        for item, given in zip(seen, own, strict=True)
        if given is not None and _may_be_right(function, item)
    ]
    if not doubtful:
        return seen
    with_right = yield from observe(function, answer_key, doubtful, {}, before, served)
    better = {item.case: item for item in with_right if item.is_right}
    return [better.get(item.case, item) for item in seen]


def _may_be_right(function: Function, item: Observation) -> bool:
    """Whether a wrong result may be right for exact activations."""
    return not item.is_right and is_near(item.case, function.name, item.first, AMPLIFIED)


def _add_forward(
    calls: list[Call], function: Function, case: Case, served: tuple[str, ...] | None
) -> Result | None:
    """Add a call that computes the student's own activations, if the function takes them and they
    are wanted."""
    if ACTIVATIONS not in function.arguments or served is None:
        return None
    given = (
        case.inputs
        if case.activations_at is None
        else {**case.inputs, "params": case.activations_at}
    )
    calls.append(FORWARD.call(given, needs_result=False)._replace(served=served))
    return Result(len(calls) - 1)


def _add_call(
    calls: list[Call],
    function: Function,
    case: Case,
    own: Result | None,
    served: tuple[str, ...],
    watched: bool = True,
) -> int:
    arguments: Sequence[Any] = case.arguments(function) or ()
    if own is not None:
        arguments = [
            own if name == ACTIVATIONS else value
            for name, value in zip(function.arguments, arguments, strict=True)
        ]
    # Calls of these inside it are counted, to detect numerical differentiation.
    watch = function.role.derives if watched else ()
    calls.append(Call(function.name, tuple(arguments), watch=watch, served=served))
    return len(calls) - 1


def _run_in_between(calls: list[Call], answer_key: AnswerKey, name: str, case: Case) -> None:
    other = answer_key.function(name)
    arguments = case.arguments(other) if other else None
    if arguments is not None:
        calls.append(Call(name, arguments, needs_result=False))
