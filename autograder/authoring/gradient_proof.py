"""The proof that a solution's gradients are the derivatives of its loss: numerically, on every
instance, and never by a comparison with themselves."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.authoring.rounding import described
from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.composition import Composition, composition
from autograder.exercise.function import Function
from autograder.exercise.probes import called
from autograder.judge import derivative_messages
from autograder.judge.gradient import Side, sides_of
from autograder.judge.ideas import values_of
from autograder.judge.numerical_derivative import Entry, Judged, Variables, judge_gradients
from autograder.sandbox.plain import Opaque, copy_plain, lookup, plain

#: How far an entry moves where the slopes of the loss on its two sides are compared. The distance
#: of the two stays at a kink. Of a smooth loss it shrinks with the step, and of a rounded one it
#: grows.
STEPS = (1e-3, 1e-4, 1e-5)
STAYS = 0.5
#: The least distance that counts, as a share of the slope.
LEAST = 1e-4
#: At most so many entries of an array are tried: a kink shows in many.
MANY = 1000
#: A loss that changes by less than this share of itself does not depend on what moved.
UNCHANGED = 1e-12


class _Solution:
    """The solution's functions, as `autograder.judge.ideas.Idea`."""

    def __init__(self, functions: Mapping[str, Any]) -> None:
        self._functions = functions

    def results(self, function: Function, scopes: Iterable[Mapping[str, Any]]) -> list[Any]:
        return [self._value(function, scope) for scope in scopes]

    def _value(self, function: Function, scope: Mapping[str, Any]) -> Any:
        given = [copy_plain(scope[name]) for name in function.arguments]
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                return plain(called(self._functions, function.name)(*given))
        except Exception:
            return None


@dataclass(frozen=True)
class _Subject:
    """The derivatives of a composition on a case, with respect to what matters to it from one of
    its functions on."""

    composition: Composition
    side: Side
    idea: _Solution

    @property
    def case(self) -> Case:
        """The instance."""
        return self.side.case

    @property
    def variables(self) -> Variables:
        """What is differentiated by, under the names of the derivatives."""
        return self.side.variables

    @property
    def what(self) -> str:
        """What is differentiated, as sentences name it."""
        return derivative_messages.subject(self.composition.derivative)

    def loss(self, variables: Variables) -> float:
        """The loss where the variables have these values; NaN where it has none."""
        request = (self.side.start, self.side.scope(variables))
        return values_of(self.composition, self.idea, [request])[0]

    def gradient(self, variables: Variables) -> Mapping[str, np.ndarray] | None:
        """What the solution's derivative gives there, None where it raises."""
        if self.side.start and variables is not self.variables:
            return None  # one that computes its activations again gives the same elsewhere
        scope = self.side.scope(variables)
        function = self.composition.derivative
        for at, each in enumerate(self.composition.functions):
            (result,) = self.idea.results(each, [scope])
            handed_on = self.composition.handed_on(at, result)
            kept = scope if self.side.start else {}
            scope = {**scope, **{k: v for k, v in handed_on.items() if not _is_data(kept.get(k))}}
        (grads,) = self.idea.results(function, [scope])
        try:
            return {
                name: np.asarray(lookup(grads, variable.entry), dtype=np.float64)
                for name, variable in self.side.by.items()
            }
        except (LookupError, TypeError, ValueError):
            return None


def _is_data(value: Any) -> bool:
    return value is not None and not isinstance(value, Opaque)


def gradient_problems(
    answer_key: AnswerKey, functions: Mapping[str, Any]
) -> Iterator[tuple[Function, str]]:
    """Each function that gives derivatives, and what is wrong with them in one sentence, "" if all
    are proved."""
    for function in answer_key.functions:
        subjects = list(_subjects(answer_key, function, functions)) if function.of else []
        if subjects:
            yield function, _problem(subjects)


def _problem(subjects: Sequence[_Subject]) -> str:
    ignored = _ignored(subjects)
    if ignored:
        return ignored
    at_itself = _judged(subjects, nudged=False)
    doubtful = [s for s, found in zip(subjects, at_itself, strict=True) if found.passed is not True]
    doubts = map(_doubt, doubtful, _judged(doubtful, narrow=True))
    return next(filter(None, doubts), "")


def _subjects(
    answer_key: AnswerKey, function: Function, functions: Mapping[str, Any]
) -> Iterator[_Subject]:
    idea = _Solution(functions)
    for case in answer_key.cases:
        if function.name in case.expected and function.of[-1] in case.functions:
            differentiated = composition(case.functions, function)
            if all(name in case.inputs for f in differentiated.functions for name in f.arguments):
                for side in sides_of(differentiated, case, None, {}):
                    yield _Subject(differentiated, side, idea)


def _judged(
    subjects: Sequence[_Subject], narrow: bool = False, nudged: bool = True
) -> list[Judged]:
    def losses(requests: Iterable[tuple[int, Variables]]) -> list[float]:
        return [subjects[at].loss(variables) for at, variables in requests]

    def gradients(
        requests: Sequence[tuple[int, Variables]],
    ) -> list[Mapping[str, np.ndarray] | None]:
        return [subjects[at].gradient(variables) for at, variables in requests]

    variables = [subject.variables for subject in subjects]
    return judge_gradients(variables, losses, gradients, narrow=narrow, nudged=nudged)


def _doubt(subject: _Subject, found: Judged) -> str:
    """Why a gradient is not confirmed on its instance; "" if it is confirmed near it, and there is
    only too small to be seen beside the rounding of the loss."""
    where, kink = described(subject.case), _kink(subject)
    if kink:
        entry, below, above = kink
        return (
            f"{where} lies on a kink, where right answers differ: along {_moved(subject, entry)} "
            f"the slope of the {subject.what} is {below:.6g} below and {above:.6g} above. Draw other numbers"
        )
    if found.passed is False and found.entry is not None:
        near, value = "near the numbers of " if found.nudged else "on ", found.value
        if np.isnan(value):  # the loss is the same on both sides
            value = sum(_slopes(subject, *found.entry, STEPS[-1])) / 2
        return (
            f"{near}{where}, {_named(found.entry)} is {found.got:.6g}, and the derivative of the "
            f"{subject.what} is {value + 0.0:.6g}"
        )
    if found.passed is False:
        return f"on {where}, its gradient is not the derivative of the {subject.what}"
    if not found.passed:
        return f"on {where}, its gradient is neither confirmed nor refuted. Draw other numbers"
    if all(np.any(grad) for grad in (subject.gradient(subject.variables) or {}).values()):
        return ""
    return f"on {where}, its gradient is 0, and confirmed only near it. Draw other numbers"


def _named(entry: Entry) -> str:
    name, index = entry
    return name + (str(list(index)) if index else "")


def _moved(subject: _Subject, entry: Entry) -> str:
    """The name of the entry of an argument that a derivative belongs to."""
    variable = subject.side.by[entry[0]]
    return _named((variable.name, entry[1]))


def _kink(subject: _Subject) -> tuple[Entry, float, float] | None:
    """The entry at which the slopes of the loss on its two sides differ most, with both; None if
    there is no kink."""
    found = []
    for name, value in subject.variables.items():
        for index in itertools.islice(np.ndindex(value.shape), MANY):
            slopes = [_slopes(subject, name, index, step) for step in STEPS]
            jumps = [abs(above - below) for below, above in slopes]
            least = max(STAYS * max(jumps), LEAST * max(map(abs, slopes[-1])))
            if min(jumps) > least:
                # Extrapolated, since a slope is off by as much as its step is long.
                below, above = ((10 * b - a) / 9 for a, b in zip(*slopes[-2:], strict=True))
                found.append((jumps[-1], (name, index), below, above))
    return max(found)[1:] if found else None


def _slopes(
    subject: _Subject, name: str, index: tuple[int, ...], step: float
) -> tuple[float, float]:
    """The slope of the loss below and above an entry; never -0."""
    here, found = subject.loss(subject.variables), []
    for by in (-step, step):
        moved = np.array(subject.variables[name])
        moved[index] += by
        found.append((subject.loss({**subject.variables, name: moved}) - here) / by + 0.0)
    return found[0], found[1]


def _ignored(subjects: Sequence[_Subject]) -> str:
    """Which parameter changes the loss on no instance, as a sentence; "" if each changes it."""
    by_params = [subject for subject in subjects if not subject.side.start]
    names = dict.fromkeys(name for subject in by_params for name in subject.variables)
    for name in names:
        with_it = [subject for subject in by_params if name in subject.variables]
        if not any(_depends(subject, name) for subject in with_it):
            return (
                f"the {with_it[0].what} depends on {_moved(with_it[0], (name, ()))} on no instance"
            )
    return ""


def _depends(subject: _Subject, name: str) -> bool:
    here, rng = subject.loss(subject.variables), np.random.default_rng(0)
    value = subject.variables[name]
    for size in (1e-3, 1.0):
        moved = {**subject.variables, name: value + size * rng.normal(size=value.shape)}
        if not abs(subject.loss(moved) - here) <= UNCHANGED * abs(here):
            return True
    return False
