"""Calls a function on every case, on most of them twice, and keeps what came back.

The second round runs `forward` on another case right before each call, so that a function which
leans on something `forward` left behind gives another answer.
"""

from __future__ import annotations

import builtins
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from autograder.calls import Call, Outcome, Result
from autograder.checks.compare import is_met
from autograder.checks.steps import Steps
from autograder.exercise import Function
from autograder.plain import Opaque
from autograder.sheet import Case, Sheet

#: Calls of these inside `backward` are counted: many of them are numerical differentiation.
WATCHED = ("forward", "loss")

#: What may lean on something that `forward` left behind; helpers come before it.
AFTER_FORWARD = frozenset({"loss", "backward", "update", "train"})


class Observation(NamedTuple):
    """What a function gave on one case, at the first call and after `forward` ran elsewhere; None
    where it is called once. ``is_right`` is found out once: the checks ask for it again and again.
    """

    case: Case
    first: Outcome
    again: Outcome | None
    is_right: bool


def observe(
    function: Function, sheet: Sheet, right_forward: Collection[str]
) -> Steps[list[Observation]]:
    """Call ``function`` on every case that has its arguments, and once more on the first visible
    and the first hidden one: what leans on state does so everywhere.

    ``right_forward`` holds the labels of the cases on which the student's own `forward` is right:
    there `backward` gets the student's own activations, with whatever else they keep in them;
    elsewhere it gets the solution's, so that it is judged alone.
    """
    cases = [case for case in sheet.cases if case.arguments(function) is not None]
    firsts = {case.hidden: case for case in reversed(cases)}
    calls: list[Call] = []
    own: list[Result | None] = []
    first: list[int] = []
    again: list[int | None] = []
    for case in cases:
        own.append(_own_activations(calls, function, case, case.label in right_forward))
        first.append(_add_call(calls, function, case, own[-1]))
    for position, case in enumerate(cases):
        if case is not firsts[case.hidden]:
            again.append(None)
            continue
        if function.name in AFTER_FORWARD:
            _add_forward(calls, sheet, cases[position - 1])
        again.append(_add_call(calls, function, case, own[position], watched=False))
    outcomes = yield calls

    def observation(case: Case, one: int, two: int | None) -> Observation:
        found = told(outcomes[one], function.name, case)
        later = None if two is None else told(outcomes[two], function.name, case)
        return Observation(case, found, later, is_met(case, function.name, found))

    return list(map(observation, cases, first, again))


def told(outcome: Outcome, function: str, case: Case) -> Outcome:
    """What may be told of an outcome: on a hidden case no text of the student's own choosing,
    since a key, a warning or the name of a type could carry hidden values out."""
    if not case.hidden:
        return outcome
    known = _known_keys(case, function)
    if _tells_nothing(outcome, known):
        return outcome
    name = outcome.message.partition(":")[0]
    public = outcome.kind != "raised" or hasattr(builtins, name)
    return outcome._replace(
        value=_masked(outcome.value, known),
        message=name if public else "an exception",
        warnings=("RuntimeWarning",) if outcome.warnings else (),
        changed=tuple((at, key if key in known else "") for at, key in outcome.changed),
    )


_known: WeakKeyDictionary[Case, dict[str, frozenset[str]]] = WeakKeyDictionary()


def _known_keys(case: Case, function: str) -> frozenset[str]:
    """The keys that stand in what a function is given and must return, which do not change."""
    known = _known.setdefault(case, {})
    if function not in known:
        values = [case.expected[function], *case.inputs.values()]
        known[function] = frozenset(key for value in values for key in _keys(value))
    return known[function]


def _tells_nothing(outcome: Outcome, known: Collection[str]) -> bool:
    """Whether an outcome is told as it is: numbers, under keys that are known."""
    said = outcome.message or outcome.warnings or outcome.changed
    return outcome.returned and not said and _is_anonymous(outcome.value, known)


def _is_anonymous(value: Any, known: Collection[str]) -> bool:
    if isinstance(value, dict):
        return all(key in known and _is_anonymous(item, known) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return all(_is_anonymous(item, known) for item in value)
    return not isinstance(value, Opaque)


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _keys(item)


def _masked(value: Any, known: Collection[str]) -> Any:
    if isinstance(value, Opaque):
        return Opaque("another object")
    if isinstance(value, dict):
        named = (key if key in known else f"<another key {n}>" for n, key in enumerate(value))
        return {key: _masked(item, known) for key, item in zip(named, value.values(), strict=True)}
    if isinstance(value, (list, tuple)):
        return type(value)(_masked(item, known) for item in value)
    return value


def _own_activations(
    calls: list[Call], function: Function, case: Case, forward_is_right: bool
) -> Result | None:
    """Have the student's own activations computed, for a function that is given some."""
    if "activations" not in function.arguments or not forward_is_right:
        return None
    at = case.inputs["params"] if case.activations_at is None else case.activations_at
    calls.append(Call("forward", (at, case.inputs["x"]), wanted=False))
    return Result(len(calls) - 1)


def _add_call(
    calls: list[Call], function: Function, case: Case, own: Result | None, watched: bool = True
) -> int:
    arguments: Sequence[Any] = case.arguments(function) or ()
    if own is not None:
        arguments = [
            own if name == "activations" else value
            for name, value in zip(function.arguments, arguments, strict=True)
        ]
    watch = WATCHED if watched and function.name == "backward" else ()
    calls.append(Call(function.name, tuple(arguments), watch=watch))
    return len(calls) - 1


def _add_forward(calls: list[Call], sheet: Sheet, case: Case) -> None:
    forward = sheet.function("forward")
    arguments = case.arguments(forward) if forward else None
    if arguments is not None:
        calls.append(Call("forward", arguments, wanted=False))
