"""Whether derivatives are those of what wrong functions compute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.composition import Composition
from autograder.exercise.function import Function
from autograder.judge import derivative_messages, messages
from autograder.judge.compare import as_array
from autograder.judge.elsewhere import Elsewhere
from autograder.judge.gradient import shape_problem
from autograder.judge.ideas import Idea
from autograder.judge.numerical_derivative import (
    Judged,
    at_once,
    is_even,
    judge_gradients,
    nudges,
)
from autograder.judge.observe import Observation
from autograder.judge.sides import Differentiate, Losses, Side, gradients_at, sides_of


class Followed(NamedTuple):
    """Whether derivatives are those of an idea. ``passed`` is None if that could not be decided.
    ``text`` says why not, and may be shown if ``case`` is visible."""

    passed: bool | None
    text: str = ""
    case: Case | None = None


def follow(
    composition: Composition,
    seen: Sequence[Observation],
    handed_on: Mapping[Case, Mapping[str, Any]],
    idea: Idea,
    differentiate: Differentiate,
    narrow: bool = False,
    seed: int = 0,
    elsewhere: Elsewhere | None = None,
) -> Followed:
    """Whether a function, on the results of the student's own functions, gave the derivatives of an
    idea on every case that was ``seen``, and has those ``elsewhere``. ``handed_on`` is what these
    functions gave each other, by case. ``narrow`` finds a wrong entry, to be shown. The loss has to
    depend on each parameter on most cases: the units of one may be dead. Whoever knows the ``seed``
    can make a gradient up that is right along the directions that are tried."""
    function, sides = composition.derivative, _sides(composition, seen, handed_on)
    if isinstance(sides, Followed):
        return sides
    first = [side for side in sides if not side.start]
    fixed = elsewhere.sides if elsewhere else ()
    every = [*sides, *fixed]
    losses = Losses(composition, idea, every, elsewhere.requests if elsewhere else ())
    verdicts = judge_gradients(
        [side.variables for side in every],
        losses,
        lambda requests: gradients_at(every, differentiate, requests),
        seed=seed,
        narrow=narrow,
        alike=0 if narrow else len(first),
        fixed=len(fixed),
        enough=None if narrow else lambda depends_on: not _mostly_ignored(first, depends_on),
    )
    for side, verdict in zip(sides, verdicts, strict=False):
        if verdict.passed is not True:
            return Followed(verdict.passed, _difference(function, side, verdict), side.case)
    mostly = _mostly_ignored(first, [verdict.depends_on for verdict in verdicts])
    if mostly:
        return Followed(False, derivative_messages.ignored(function, mostly))
    is_refuted = any(verdict.passed is False for verdict in verdicts)
    if elsewhere and (is_refuted or not elsewhere.depends_on_all(losses.values)):
        return Followed(False, derivative_messages.depends_on_little(function))
    return Followed(True)


def screen(
    composition: Composition,
    seen: Sequence[Observation],
    handed_on: Mapping[Case, Mapping[str, Any]],
    idea: Idea,
    differentiate: Differentiate,
    seed: int = 0,
) -> Followed | None:
    """Why `follow` would not pass, as far as that is found with few calls; None where it is not.
    Nothing passes here, so that an idea may be asked in the process in which derivatives were: it
    can only refute these, whatever it knows of them."""
    function, sides = composition.derivative, _sides(composition, seen, handed_on)
    if isinstance(sides, Followed):
        return sides
    first = [side for side in sides if not side.start]
    claimed = [_not_zero(side.grads) for side in first]
    if _mostly_ignored(first, claimed):
        requests = [
            (at, values)
            for at, side in enumerate(first)
            for values in nudges(side.variables, at, seed)
        ]
        found = gradients_at(first, differentiate, requests)
        for (at, _), grads in zip(requests, found, strict=True):
            claimed[at] |= _not_zero(grads or {})
    mostly = _mostly_ignored(first, claimed)
    if mostly:
        return Followed(False, derivative_messages.ignored(function, mostly))
    losses = Losses(composition, idea, first)
    arrays = [_arrays(side) for side in first]
    verdict = at_once([side.variables for side in first], arrays, losses, seed)
    if verdict is None:
        return None
    return Followed(verdict.passed, _difference(function, first[0], verdict), first[0].case)


def _sides(
    composition: Composition,
    seen: Sequence[Observation],
    handed_on: Mapping[Case, Mapping[str, Any]],
) -> list[Side] | Followed:
    """The sides of derivatives on the cases, those of the first function first; or what is wrong
    with them before they are compared with anything."""
    function, sides = composition.derivative, list[Side]()
    for item in seen:
        problem = shape_problem(function.name, item, np.inf)
        if problem:
            return Followed(False, problem, item.case)
        given: dict[str, Any] = {}
        for name in function.by:
            if composition.start(name):
                array = as_array(handed_on.get(item.case, {}).get(name), item.case.inputs[name])
                if array is None:
                    maker = composition.functions[composition.start(name) - 1].name
                    return Followed(False, messages.another_structure(maker), item.case)
                given[name] = array
        sides += sides_of(composition, item.case, item.first.value, given)
    sides.sort(key=lambda side: side.start)
    first = [side for side in sides if not side.start]
    even = [v.name for name, v in first[0].by.items() if _is_even(first, name)] if first else []
    return Followed(False, derivative_messages.ignored(function, even)) if even else sides


def _mostly_ignored(first: Sequence[Side], depends_on: Sequence[Collection[str]]) -> list[str]:
    """The variables that are not among those on which the loss depends on most cases."""
    ignored = Counter(
        variable.name
        for side, names in zip(first, depends_on, strict=False)
        for name, variable in side.by.items()
        if name not in names
    )
    return [name for name, times in ignored.items() if times > len(first) / 2]


def _not_zero(grads: Mapping[str, Any]) -> frozenset[str]:
    """The names of the derivatives that are not zero: no loss is shown to depend on others."""
    return frozenset(name for name, value in grads.items() if np.any(value))


def _arrays(side: Side) -> dict[str, np.ndarray]:
    return {n: np.asarray(side.grads[n], dtype=np.float64) for n in side.variables}


def _is_even(sides: Sequence[Side], name: str) -> bool:
    """Whether the loss can depend only on the sum of a parameter's entries, on every case."""
    grads = [np.asarray(side.grads[name]) for side in sides if name in side.variables]
    grads = [grad for grad in grads if grad.size > 1]
    return bool(grads) and all(map(is_even, grads))


def _difference(function: Function, side: Side, verdict: Judged) -> str:
    if verdict.passed is None:
        return derivative_messages.inconclusive(function)
    if verdict.entry is None:
        return derivative_messages.not_the_derivative(function)
    name, index = verdict.entry
    got = np.asarray(side.grads[name])
    return derivative_messages.another_derivative(
        function, name, got, index, verdict.value, verdict.error
    )
