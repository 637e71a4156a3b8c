"""The gradient by `backward` against the derivatives of the student's own loss.

Where their `forward` and `loss` are right, these are the solution's. Where they are not, they are
taken numerically: most gradients are right, and for those there is a short proof, since the
derivative of E along a direction that moves all entries at once must be the sum of what each entry
adds to it. Only where two such directions do not confirm a gradient is it looked at entry by entry.
The verdict is pass, fail, or inconclusive with the reason.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograder.exercise.answer_key import Case, Sheet
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

#: So many bytes of parameters go out at once at the most: the grader holds them all, and so does the
#: submission.
BATCH_BYTES = 4_000_000


class Verdict(NamedTuple):
    """``passed`` is None when the gradient could be neither confirmed nor refuted.

    ``depends_on`` names the parameters on which the loss was seen to depend, and ``case`` is the
    one that the text is about, if it is about one.
    """

    passed: bool | None
    text: str
    depends_on: frozenset[str] = frozenset()
    case: Case | None = None

    @property
    def finding(self) -> Finding:
        """What the check finds."""
        return Finding(self.passed, self.text, case=self.case)


def gradient_cases(sheet: Sheet) -> list[Case]:
    """Where the gradient of a loss can be looked at."""
    return [case for case in sheet.cases if BACKWARD.name in case.expected and not case.ambiguous]


def check_gradient(
    cases: Sequence[Case], call: Caller, restart: Callable[[], None], seconds: float
) -> Verdict:
    """Compare `backward` on the student's own activations with the derivatives of their own loss;
    the first case that is not a pass decides.

    Every case must hold ``params``, ``x`` and ``t``; ``seconds`` is the time limit to name in a
    message. ``restart`` has the submission run in a fresh process: `loss` is asked where `forward`
    never ran, and knows no more than y and t.
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
    """`forward`, and `backward` on what it gives; ``at`` is the position of the first."""
    return [FORWARD.call(case.inputs), BACKWARD.call({**case.inputs, **FORWARD.handed_on(at)})]


class _Side(NamedTuple):
    """A gradient on a case, by its parameters or by its output."""

    case: Case
    grads: Mapping[str, Any]
    variables: Variables
    by_output: bool = False


def _check(sides: Sequence[_Side], own: _OwnLoss) -> Verdict:
    """Confirm all gradients along directions, with the same few batches, and look closer at those
    that are not; the first that is not a pass decides."""
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
        return Verdict(None, _inconclusive(wrong[0], "another step size gives another value"))
    return verdict


class _OwnLoss:
    """The student's own loss at many points, never at more at once than a batch holds."""

    def __init__(self, call: Caller, restart: Callable[[], None]) -> None:
        self._call, self._restart = call, restart

    def losses(
        self, sides: Sequence[_Side], points: Sequence[Iterable[Variables]]
    ) -> list[list[float]]:
        """E = loss(forward(θ, x)["y"], t) or loss(y, t), at the points of each side: all of
        `forward` first, then, in a process where it never ran, `loss`."""
        outputs = [
            [point[OUTPUT] for point in each] if side.by_output else self._outputs(side.case, each)
            for side, each in zip(sides, points, strict=True)
        ]
        if not all(side.by_output for side in sides):
            self._restart()
        asked = self._ask(
            LOSS.call({**side.case.inputs, OUTPUT: output})
            for side, each in zip(sides, outputs, strict=True)
            for output in each
        )
        found = map(_number, asked)
        return [list(itertools.islice(found, len(each))) for each in outputs]

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
                    raise NotComputable(f"your {call.function} gave {outcome.kind}.")
                yield outcome


def _number(outcome: Outcome) -> float:
    """A loss as a number; NaN where there is none."""
    value = as_array(outcome.value, 0.0)
    return float("nan") if value is None else float(value)


def compare_with_solution(
    cases: Sequence[Case], outcomes: Mapping[str, Outcome], seconds: float
) -> Verdict:
    """Compare what `backward` gave on the cases, by their labels, with the derivatives of the
    solution's loss, which are the student's too where their `forward` and `loss` are right."""
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
    """The solution's derivatives, sure to rounding."""
    expected = case.expected[BACKWARD.name]
    values = {name: expected[name] for name in (*case.inputs["params"], OUTPUT) if name in expected}
    error = ROUNDING * largest_of(values)
    return Derivatives(values, {name: np.full(v.shape, error) for name, v in values.items()})


def _shape_problem(function: str, outcome: Outcome, case: Case, seconds: float) -> str | None:
    """Shapes of every entry before values: broadcasting must never decide."""
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
        # A loss that takes all entries of a parameter alike, as their sum, is no network.
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
