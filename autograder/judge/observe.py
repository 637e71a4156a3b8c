"""Calls a function on cases, on the first one twice, and keeps the outcomes.

Right before the second call, another function runs on another case. A function that depends on
state which that one left behind then gives another result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from autograder.exercise.answer_key import Case
from autograder.exercise.composition import own_arguments
from autograder.exercise.function import Function
from autograder.judge import messages
from autograder.judge.batching import Steps
from autograder.judge.compare import is_exact, is_near, is_right
from autograder.judge.redact import redacted
from autograder.sandbox.calls import Call, Outcome, Result

#: By the label of a case, the helpers that the student's other functions are given there, where a
#: function gets results of them.
OwnResults = Mapping[str, tuple[str, ...]]
#: The arguments of a function that are results of earlier calls, by name.
Own = Mapping[str, Result]
#: Results that are right to single precision may make a right function of them wrong by at most
#: this share: a difference of near numbers loses digits.
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
    cases: Sequence[Case],
    own_results: OwnResults,
    before: Sequence[Observation] = (),
    served: tuple[str, ...] = (),
    instead: tuple[tuple[str, str], ...] = (),
) -> Steps[list[Observation]]:
    """Call ``function`` on the cases that have its arguments, and once more on the first of them.

    On the cases of ``own_results``, a derivative gets what the student's own functions give that it
    differentiates, including extra entries; elsewhere it gets the solution's, so that it is judged
    independently; so it does where a small error of them may be all that is wrong with its result.
    What a partner keeps for a function is the student's own everywhere. Its helpers in
    ``served`` are right ones, and ``instead`` of others there are those that it names. An
    exception on a hidden case is shown only if all observations ``before``, on visible cases,
    had the same one.
    """
    cases = [case for case in cases if case.arguments(function) is not None]
    known = [item.first for item in before]
    calls: list[Call] = []
    first: list[int] = []
    again: list[int | None] = [None] * len(cases)
    own: list[Own] = []
    for case in cases:
        own.append(add_own(calls, function, case, own_results.get(case.label), served))
        first.append(_add_call(calls, function, case, own[-1], served, instead))
    if cases:
        _run_in_between(calls, function, cases[-1])
        again[0] = _add_call(calls, function, cases[0], own[0], served, instead, watched=False)
    outcomes = yield calls

    def observation(case: Case, one: int, two: int | None) -> Observation:
        found = _with_cause(outcomes[one], calls[:one], outcomes)
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
        if given and own_results.get(item.case.label) is not None and _may_be_right(function, item)
    ]
    if not doubtful:
        return seen
    with_right: list[Observation] = yield from observe(
        function, doubtful, {}, before, served, instead
    )
    better = {item.case: item for item in with_right if item.is_right}
    return [better.get(item.case, item) for item in seen]


def _with_cause(outcome: Outcome, before: Sequence[Call], outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome of a call, which names the one right ``before`` that gave it nothing."""
    if outcome.kind != "skipped":
        return outcome
    for call, made in reversed(list(zip(before, outcomes, strict=False))):
        if made.returned:
            break
        if made.kind != "skipped":
            return outcome._replace(message=messages.gave_nothing(call.function, made))
    return outcome


def _may_be_right(function: Function, item: Observation) -> bool:
    """Whether a wrong result may be right for exact activations."""
    return not item.is_right and is_near(item.case, function.name, item.first, AMPLIFIED)


def add_own(
    calls: list[Call],
    function: Function,
    case: Case,
    helpers: tuple[str, ...] | None,
    served: tuple[str, ...] = (),
) -> dict[str, Result]:
    """Add the calls of the student's own functions whose results a function gets, if they are
    wanted, or if no other answer's would do. Where they are wanted these get right ``helpers``, and
    elsewhere those that are ``served`` to the function itself. Returns the function's arguments
    that are these results."""
    found = {}
    made: dict[str, int] = {}
    for argument, of, key, always in own_arguments(case.functions, function):
        if helpers is None and not always:
            continue
        if of not in made:
            partner, scope = case.functions[of], {**case.inputs, **case.elsewhere}
            scope.update(add_own(calls, partner, case, helpers, served))
            given = tuple(scope[name] for name in partner.arguments)
            right = served if helpers is None else helpers
            calls.append(Call(of, given, needs_result=False, served=right))
            made[of] = len(calls) - 1
        found[argument] = Result(made[of], key)
    return found


def _add_call(
    calls: list[Call],
    function: Function,
    case: Case,
    own: Own,
    served: tuple[str, ...],
    instead: tuple[tuple[str, str], ...],
    watched: bool = True,
) -> int:
    arguments = tuple(own.get(name, case.inputs[name]) for name in function.arguments)
    # Calls of these inside it are counted, to detect numerical differentiation.
    watch = tuple(function.of) if watched else ()
    calls.append(Call(function.name, arguments, watch=watch, served=served, instead=instead))
    return len(calls) - 1


def _run_in_between(calls: list[Call], function: Function, case: Case) -> None:
    """Call the function with which begins what a function gets results of, or else what it calls:
    that one may leave something behind."""
    before = [of for of, _ in function.gets.values()] or function.calls
    first = function
    while before and before[0] in case.functions:
        first = case.functions[before[0]]
        before = [of for of, _ in first.gets.values()]
    arguments = case.arguments(first) if first is not function else None
    if arguments is not None:
        calls.append(Call(first.name, arguments, needs_result=False))
