"""The gradient by `backward` against the derivatives of the student's own loss.

Where their `forward` and `loss` are right, these are the solution's. Where they are not, they are
taken numerically: most gradients are right, and for those there is a short proof, since the
derivative of E along a direction that moves all entries at once must be the sum of what each entry
adds to it. Only where two such directions do not confirm a gradient is it looked at entry by entry.
The verdict is pass, fail, or inconclusive with the reason.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograder import messages
from autograder.calls import Call, Caller, Outcome, Result
from autograder.checks import redact
from autograder.checks.compare import (
    as_array,
    case_leaves,
    lookup,
    structure_problem,
    type_problem,
)
from autograder.checks.differences import (
    RELATIVE,
    ROUNDING,
    Derivatives,
    Entry,
    Loss,
    NotComputable,
    Variables,
    confirmed_along,
    differentiate,
    is_rough,
    largest_of,
    needed,
    points_along,
)
from autograder.sheet import Case, Sheet

#: So many bytes of parameters go out at once at the most: the grader holds them all, and so does the
#: submission.
BATCH_BYTES = 4_000_000


class Verdict(NamedTuple):
    """``passed`` is None when the gradient could be neither confirmed nor refuted.

    ``depends_on`` names the parameters on which the loss was seen to depend.
    """

    passed: bool | None
    message: str
    depends_on: frozenset[str] = frozenset()


def gradient_cases(sheet: Sheet) -> list[Case]:
    """Where the gradient of a loss can be looked at."""
    return [case for case in sheet.cases if "backward" in case.expected and not case.ambiguous]


def check_gradient(
    cases: Sequence[Case], caller: Caller, anew: Callable[[], None], seconds: float
) -> Verdict:
    """Compare `backward` on the student's own activations with the derivatives of their own loss;
    the first case that is not a pass decides.

    Every case must hold ``params``, ``x`` and ``t``; ``seconds`` is the time limit to name in a
    message. ``anew`` has the submission run in a fresh process: `loss` is asked where `forward`
    never ran, and knows no more than y and t.
    """
    own = _OwnLoss(caller, anew)
    depends_on: frozenset[str] = frozenset()
    for case in cases:
        verdict = _check(case, own, seconds)
        if verdict.passed is not True:
            return Verdict(verdict.passed, f"On {case.described}: {verdict.message}")
        depends_on |= verdict.depends_on
    return Verdict(True, "", depends_on)


def _check(case: Case, own: _OwnLoss, seconds: float) -> Verdict:
    params, x, t = (case.inputs[name] for name in ("params", "x", "t"))
    calls = [Call("forward", (params, x)), Call("backward", (params, x, t, Result(0)))]
    outcomes = own.caller(calls)
    for name, outcome in zip(("forward", "backward"), outcomes, strict=True):
        problem = _shape_problem(name, outcome, case, seconds)
        if problem:
            return Verdict(False, problem)
    grads, output = outcomes[1].value, {"y": np.asarray(outcomes[0].value["y"])}
    try:
        verdict = _by(grads, params, lambda points: own.by_params(case, points), case)
        if verdict.passed and "y" in case.expected["backward"]:
            by_output = _by(grads, output, lambda points: own.by_output(case, points), case)
            verdict = verdict if by_output.passed else by_output
    except NotComputable as error:
        return Verdict(None, f"The numerical gradient could not be computed: {error}")
    return verdict


class _OwnLoss:
    """The student's own loss at many points, never at more at once than a batch holds."""

    def __init__(self, caller: Caller, anew: Callable[[], None]) -> None:
        self.caller, self._anew = caller, anew

    def by_params(self, case: Case, points: Iterable[Variables]) -> list[float]:
        """E = loss(forward(θ, x)["y"], t): all of `forward` first, then `loss` elsewhere."""
        x = case.inputs["x"]
        outputs = [
            outcome.value.get("y") if isinstance(outcome.value, dict) else None
            for outcome in self._ask(Call("forward", (params, x)) for params in points)
        ]
        self._anew()
        return self.by_output(case, [{"y": output} for output in outputs])

    def by_output(self, case: Case, points: Iterable[Mapping[str, Any]]) -> list[float]:
        """E = loss(y, t)."""
        t = case.inputs["t"]
        return [_number(o) for o in self._ask(Call("loss", (point["y"], t)) for point in points)]

    def _ask(self, calls: Iterable[Call]) -> Iterable[Outcome]:
        calls = iter(calls)
        while first := next(calls, None):
            size = max(1, sum(value.nbytes for value in _arrays(first.arguments)))
            batch = [first, *itertools.islice(calls, BATCH_BYTES // size)]
            for call, outcome in zip(batch, self.caller(batch), strict=True):
                if not outcome.returned and outcome.kind != "raised":
                    raise NotComputable(f"your {call.function} gave {outcome.kind}.")
                yield outcome


def _arrays(value: Any) -> Iterable[np.ndarray]:
    """The arrays of a call's arguments."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, tuple):
        return itertools.chain.from_iterable(map(_arrays, value))
    return (value,) if isinstance(value, np.ndarray) else ()


def _number(outcome: Outcome) -> float:
    """A loss as a number; NaN where there is none."""
    value = as_array(outcome.value, 0.0)
    return float("nan") if value is None else float(value)


def _by(grads: Mapping[str, Any], variables: Variables, loss: Loss, case: Case) -> Verdict:
    """Compare gradients by some variables with the numerical ones."""
    points = points_along(variables)
    if points and confirmed_along(variables, grads, loss(points)):
        return Verdict(True, "", frozenset(variables))
    numerical = differentiate(variables, loss)
    verdict, wrong = _compare(grads, numerical, case)
    if wrong is not None and is_rough(variables, loss, wrong):
        return Verdict(None, _inconclusive(wrong[0], "another step size gives another value"))
    return verdict


def compare_with_solution(
    cases: Sequence[Case], outcomes: Mapping[str, Outcome], seconds: float
) -> Verdict:
    """Compare what `backward` gave on the cases, by their labels, with the derivatives of the
    solution's loss, which are the student's too where their `forward` and `loss` are right."""
    depends_on: frozenset[str] = frozenset()
    for case in cases:
        outcome = outcomes[case.label]
        problem = _shape_problem("backward", outcome, case, seconds)
        verdict = (
            Verdict(False, problem) if problem else _compare(outcome.value, _solved(case), case)[0]
        )
        if verdict.passed is not True:
            return Verdict(verdict.passed, f"On {case.described}: {verdict.message}")
        depends_on |= verdict.depends_on
    return Verdict(True, "", depends_on) if cases else Verdict(None, "There is no instance.")


def _solved(case: Case) -> Derivatives:
    """The solution's derivatives, sure to rounding."""
    names = [name for name in (*case.inputs["params"], "y") if name in case.expected["backward"]]
    values = {name: case.expected["backward"][name] for name in names}
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
