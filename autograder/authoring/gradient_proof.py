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
from autograder.exercise.protocol import BACKWARD, FORWARD, LOSS, OUTPUT
from autograder.judge.numerical_derivative import Entry, Judged, Variables, judge_gradients
from autograder.sandbox.plain import copy_plain, plain

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


@dataclass(frozen=True)
class _Subject:
    """A gradient on a case, with respect to the parameters or, if ``by_output``, to the output."""

    case: Case
    variables: Variables
    functions: Mapping[str, Any]
    by_output: bool = False

    def loss(self, variables: Variables) -> float:
        """The loss where the variables have these values; NaN where it has none."""
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                return float(self._loss(self.output(variables)))
        except Exception:
            return np.nan

    def gradient(self, variables: Variables) -> Mapping[str, np.ndarray] | None:
        """What the solution's `backward` gives there, None where it raises."""
        if self.by_output and variables is not self.variables:
            return None  # a backward that computes its activations again gives the same elsewhere
        inputs = self.case.inputs
        params = inputs["params"] if self.by_output else variables
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                activations = self._call(FORWARD.name, params, inputs["x"])
                grads = self._call(BACKWARD.name, params, inputs["x"], inputs["t"], activations)
            return {name: np.asarray(grads[name], dtype=np.float64) for name in variables}
        except Exception:
            return None

    def output(self, variables: Variables) -> Any:
        """What the loss is taken of."""
        if self.by_output:
            return variables[OUTPUT]
        return self._call(FORWARD.name, variables, self.case.inputs["x"])[OUTPUT]

    def _loss(self, output: Any) -> Any:
        return self._call(LOSS.name, output, self.case.inputs["t"])

    def _call(self, function: str, *arguments: Any) -> Any:
        return plain(self.functions[function](*map(copy_plain, arguments)))


def gradient_problem(answer_key: AnswerKey, functions: Mapping[str, Any]) -> str | None:
    """What is wrong with the solution's gradients, in one sentence; "" if all are proved, and None
    if the exercise has none."""
    subjects = list(_subjects(answer_key, functions))
    if not subjects:
        return None
    ignored = _ignored(subjects)
    if ignored:
        return ignored
    at_itself = _judged(subjects, nudged=False)
    doubtful = [s for s, found in zip(subjects, at_itself, strict=True) if found.passed is not True]
    doubts = map(_doubt, doubtful, _judged(doubtful, narrow=True))
    return next(filter(None, doubts), "")


def _subjects(answer_key: AnswerKey, functions: Mapping[str, Any]) -> Iterator[_Subject]:
    for case in answer_key.cases:
        if BACKWARD.name not in case.expected or LOSS.name not in case.expected:
            continue
        by_params = _Subject(case, case.inputs["params"], functions)
        yield by_params
        if OUTPUT in case.expected[BACKWARD.name]:
            output = {OUTPUT: np.asarray(by_params.output(by_params.variables))}
            yield _Subject(case, output, functions, by_output=True)


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
            f"{where} lies on a kink, where right answers differ: along {_named(entry, 'params')} "
            f"the slope of the loss is {below:.6g} below and {above:.6g} above. Draw other numbers"
        )
    if found.passed is False and found.entry is not None:
        near, value = "near the numbers of " if found.nudged else "on ", found.value
        if np.isnan(value):  # the loss is the same on both sides
            value = sum(_slopes(subject, *found.entry, STEPS[-1])) / 2
        return (
            f"{near}{where}, {_named(found.entry)} is {found.got:.6g}, and the derivative of the "
            f"loss is {value + 0.0:.6g}"
        )
    if found.passed is False:
        return f"on {where}, its gradient is not the derivative of the loss"
    if not found.passed:
        return f"on {where}, its gradient is neither confirmed nor refuted. Draw other numbers"
    if all(np.any(grad) for grad in (subject.gradient(subject.variables) or {}).values()):
        return ""
    return f"on {where}, its gradient is 0, and confirmed only near it. Draw other numbers"


def _named(entry: Entry, of: str = "grads") -> str:
    name, index = entry
    root = name if of != "grads" and name == OUTPUT else f'{of}["{name}"]'
    return root + (str(list(index)) if index else "")


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
    by_params = [subject for subject in subjects if not subject.by_output]
    names = dict.fromkeys(name for subject in by_params for name in subject.variables)
    for name in names:
        with_it = [subject for subject in by_params if name in subject.variables]
        if not any(_depends(subject, name) for subject in with_it):
            return f'the loss depends on params["{name}"] on no instance'
    return ""


def _depends(subject: _Subject, name: str) -> bool:
    here, rng = subject.loss(subject.variables), np.random.default_rng(0)
    value = subject.variables[name]
    for size in (1e-3, 1.0):
        moved = {**subject.variables, name: value + size * rng.normal(size=value.shape)}
        if not abs(subject.loss(moved) - here) <= UNCHANGED * abs(here):
            return True
    return False
