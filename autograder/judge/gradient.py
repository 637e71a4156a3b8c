"""Compares the gradient from `backward` with the derivatives of the student's own loss.

If their `forward` and `loss` are right, these are the solution's derivatives. Otherwise they are
numerical. Most gradients are right, and two directional derivatives confirm those: along a
direction m that moves all entries at once, the derivative of E must be the sum of g·m over the
entries. Only a gradient that these do not confirm is compared entry by entry. The verdict is pass,
fail, or inconclusive with the reason.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.protocol import BACKWARD, FORWARD, LOSS, OUTPUT
from autograder.judge import messages, redact
from autograder.judge.compare import as_array, case_leaves, structure_problem, type_problem
from autograder.judge.finding import Finding
from autograder.judge.numerical_derivative import (
    RELATIVE,
    ROUNDING,
    Derivatives,
    Entry,
    NotComputable,
    Variables,
    confirmed_along,
    differentiate,
    is_rough,
    largest_of,
    needed,
    points_along,
)
from autograder.sandbox.calls import Call, Caller, Outcome
from autograder.sandbox.plain import lookup, numbers

#: The most bytes of parameters in one batch, which the grader and the submission hold in memory.
BATCH_BYTES = 4_000_000


class Verdict(NamedTuple):
    """``passed`` is None when the gradient could be neither confirmed nor refuted.

    ``depends_on`` names the parameters on which the loss was found to depend. ``case`` is the case
    that the text is about, if it is about one.
    """

    passed: bool | None
    text: str
    depends_on: frozenset[str] = frozenset()
    case: Case | None = None

    @property
    def finding(self) -> Finding:
        """The finding of the check, without `depends_on`."""
        return Finding(self.passed, self.text, case=self.case)


def gradient_cases(answer_key: AnswerKey) -> list[Case]:
    """The cases on which the gradient can be judged."""
    return [
        case
        for case in answer_key.cases
        if BACKWARD.name in case.expected and not case.two_right_backwards
    ]


def check_gradient(
    cases: Sequence[Case], call: Caller, restart: Callable[[], None], seconds: float
) -> Verdict:
    """Compare `backward` on the student's own activations with the derivatives of their own loss.
    The first case that does not pass decides.

    Every case must have the inputs ``params``, ``x`` and ``t``. ``seconds`` is the time limit that
    messages name. ``restart`` runs the submission again in a fresh process: `loss` is called where
    `forward` never ran, so that it knows only y and t.
    """
    own, sides = _OwnLoss(call, restart), []
    own_calls = (_own_calls(case, 2 * at) for at, case in enumerate(cases))
    outcomes = call(list(itertools.chain.from_iterable(own_calls)))
    for at, case in enumerate(cases):
        forward, backward = outcomes[2 * at : 2 * at + 2]
        problem = _shape_problem(FORWARD.name, forward, case, seconds)
        problem = problem or _shape_problem(BACKWARD.name, backward, case, seconds)
        if problem:
            return Verdict(False, problem, case=case)
        sides.append(_Side(case, backward.value, case.inputs["params"]))
        if OUTPUT in case.expected[BACKWARD.name]:
            output = {OUTPUT: np.asarray(forward.value[OUTPUT])}
            sides.append(_Side(case, backward.value, output, by_output=True))
    try:
        return _check(sides, own)
    except NotComputable as error:
        return Verdict(None, f"The numerical gradient could not be computed: {error}")


def _own_calls(case: Case, at: int) -> list[Call]:
    """Calls of `forward`, and of `backward` on its result; ``at`` is the position of the first."""
    return [FORWARD.call(case.inputs), BACKWARD.call({**case.inputs, **FORWARD.handed_on(at)})]


class _Side(NamedTuple):
    """A gradient on a case, with respect to the parameters or to the output."""

    case: Case
    grads: Mapping[str, Any]
    variables: Variables
    by_output: bool = False


def _check(sides: Sequence[_Side], own: _OwnLoss) -> Verdict:
    """Confirm all gradients along directions in the same few batches, and compare the others entry
    by entry. The first that does not pass decides."""
    depends_on: frozenset[str] = frozenset()
    points = [points_along(side.variables) for side in sides]
    for side, losses in zip(sides, own.losses(sides, points), strict=True):
        verdict = Verdict(True, "", frozenset(side.variables))
        if not losses or not confirmed_along(side.variables, side.grads, losses):
            verdict = _entry_by_entry(side, own)
        if verdict.passed is not True:
            return verdict._replace(depends_on=frozenset(), case=side.case)
        depends_on |= frozenset() if side.by_output else verdict.depends_on
    return Verdict(True, "", depends_on)


def _entry_by_entry(side: _Side, own: _OwnLoss) -> Verdict:
    def loss(points: Iterable[Variables]) -> Sequence[float]:
        return own.losses([side], [points])[0]

    numerical = differentiate(side.variables, loss)
    verdict, wrong = _compare(side.grads, numerical, side.case)
    if wrong is not None and is_rough(side.variables, loss, wrong):
        return Verdict(None, _inconclusive(wrong[0], "different step sizes give different values"))
    return verdict


class _OwnLoss:
    """Evaluates the student's own loss at many points, in batches of limited size."""

    def __init__(self, call: Caller, restart: Callable[[], None]) -> None:
        self._call, self._restart = call, restart

    def losses(
        self, sides: Sequence[_Side], points: Sequence[Iterable[Variables]]
    ) -> list[list[float]]:
        """E = loss(forward(θ, x)["y"], t) or loss(y, t) at the points of each side. All calls of
        `forward` come first; then `loss` is called in a process where `forward` never ran."""
        outputs = [
            [point[OUTPUT] for point in each] if side.by_output else self._outputs(side.case, each)
            for side, each in zip(sides, points, strict=True)
        ]
        if not all(side.by_output for side in sides):
            self._restart()
        outcomes = self._ask(
            LOSS.call({**side.case.inputs, OUTPUT: output})
            for side, each in zip(sides, outputs, strict=True)
            for output in each
        )
        losses = map(_number, outcomes)
        return [list(itertools.islice(losses, len(each))) for each in outputs]

    def _outputs(self, case: Case, points: Iterable[Variables]) -> list[Any]:
        calls = (FORWARD.call({**case.inputs, "params": params}) for params in points)
        return [
            outcome.value.get(OUTPUT) if isinstance(outcome.value, dict) else None
            for outcome in self._ask(calls)
        ]

    def _ask(self, calls: Iterable[Call]) -> Iterator[Outcome]:
        calls = iter(calls)
        while first := next(calls, None):
            size = max(1, sum(value.nbytes for value in numbers(first.arguments)))
            batch = [first, *itertools.islice(calls, BATCH_BYTES // size)]
            for call, outcome in zip(batch, self._call(batch), strict=True):
                if not outcome.returned and outcome.kind != "raised":
                    raise NotComputable(f"your {call.function} did not return ({outcome.kind}).")
                yield outcome


def _number(outcome: Outcome) -> float:
    """A loss as a float; NaN if it is not a number."""
    value = as_array(outcome.value, 0.0)
    return float("nan") if value is None else float(value)


def compare_with_solution(
    cases: Sequence[Case], outcomes: Mapping[str, Outcome], seconds: float
) -> Verdict:
    """Compare the ``outcomes`` of `backward`, by case label, with the derivatives of the solution's
    loss. If the student's `forward` and `loss` are right, these are their own too."""
    depends_on: frozenset[str] = frozenset()
    for case in cases:
        outcome = outcomes[case.label]
        problem = _shape_problem(BACKWARD.name, outcome, case, seconds)
        verdict = (
            Verdict(False, problem) if problem else _compare(outcome.value, _solved(case), case)[0]
        )
        if verdict.passed is not True:
            return verdict._replace(depends_on=frozenset(), case=case)
        depends_on |= verdict.depends_on
    return Verdict(True, "", depends_on) if cases else Verdict(None, "There is no instance.")


def _solved(case: Case) -> Derivatives:
    """The solution's derivatives, exact up to rounding."""
    expected = case.expected[BACKWARD.name]
    values = {name: expected[name] for name in (*case.inputs["params"], OUTPUT) if name in expected}
    error = ROUNDING * largest_of(values)
    return Derivatives(values, {name: np.full(v.shape, error) for name, v in values.items()})


def _shape_problem(function: str, outcome: Outcome, case: Case, seconds: float) -> str | None:
    """The first problem with structure, kinds or shapes; None if there is none. It comes before
    values, so that broadcasting cannot hide a wrong shape."""
    if case.hidden:
        return redact.shape_problem(function, case, redact.redacted(outcome, ()))
    if not outcome.returned:
        return messages.not_returned(function, outcome, seconds)
    problem = structure_problem(function, outcome.value, case.expected[function])
    if problem:
        return problem
    found = (
        type_problem(leaf, lookup(outcome.value, leaf.path), case.dims)
        for leaf in case_leaves(case, function)
    )
    return next((problem for problem in found if problem), None)


def _compare(
    grads: Mapping[str, Any], numerical: Derivatives, case: Case
) -> tuple[Verdict, Entry | None]:
    """The verdict, and the first entry that is wrong."""
    undecided = ""
    depends_on = set()
    largest = largest_of(numerical.values)
    for name, value in numerical.values.items():
        got, error = np.asarray(grads[name], dtype=np.float64), numerical.errors[name]
        allowed = RELATIVE * np.abs(value) + 4 * error
        wrong = ~(np.abs(got - value) <= allowed)
        if wrong.any():
            index = tuple(int(axis) for axis in np.argwhere(wrong)[0])
            text = _difference(name, got, value, error, wrong, index, case)
            return Verdict(False, text), (name, index)
        # A loss that depends only on the sum of a parameter's entries is not a network's.
        spread = float(np.ptp(value)) if value.size > 1 else float(np.max(np.abs(value)))
        if spread > 4 * np.max(error, initial=0.0):
            depends_on.add(name)
        vague = error > needed(value, largest)
        if vague.any() and largest > 0 and not undecided:
            size = "" if case.hidden else f" by {float(error[vague].max()):.1e}"
            undecided = _inconclusive(name, f"the numerical value itself is uncertain{size}")
    if undecided:
        return Verdict(None, undecided, frozenset(depends_on)), None
    return Verdict(True, "", frozenset(depends_on)), None


def _inconclusive(name: str, why: str) -> str:
    return (
        f'The numerical gradient is inconclusive for grads["{name}"]: {why}. '
        "Your loss changes in jumps or is rounded; return it unrounded."
    )


def _difference(
    name: str,
    got: np.ndarray,
    value: np.ndarray,
    error: np.ndarray,
    wrong: np.ndarray,
    index: tuple[int, ...],
    case: Case,
) -> str:
    text = f'grads["{name}"] is not the derivative of your own loss'
    if case.hidden:
        return f"{text}."
    place = f"[{', '.join(map(str, index))}]"
    where = f" in {int(wrong.sum())} of {wrong.size} entries, first at {place}"
    return (
        f"{text}{where if wrong.size > 1 else ''}: backward gives "
        f"{messages.number(float(got[index]))}, the derivative is "
        f"{messages.number(float(value[index]))} (± {float(error[index]):.0e})."
    ) + messages.relation(got, value, 1e-5)
