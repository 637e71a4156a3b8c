"""The numerical gradient of the student's own loss, entry by entry, against `backward`.

Each derivative is a central difference at two step sizes, extrapolated (Richardson): with
D(h) = (E(θ+h) − E(θ−h)) / 2h, the value is (4·D(h/2) − D(h)) / 3, whose error is of order h⁴. The
distance between the value and D(h/2) bounds its truncation error; what E loses to rounding, divided
by h, is added. Entries whose error is too large at the first step are tried at others, and the
step with the smallest estimated error is kept (as in C. Ridders, Advances in Engineering Software
4(2), 1982, 75-76). The verdict is pass, fail, or inconclusive with the reason.

Most gradients are right, and for those there is a shorter proof: the derivative of E along a
direction that moves all entries at once must be the sum of what each entry adds to it, and it is
known so sharply that an entry wrong by far less than 0.1 % would show. Only where two such
directions do not confirm a gradient is it looked at entry by entry.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from autograder import messages
from autograder.calls import Call, Caller, Outcome, Result
from autograder.checks.compare import (
    as_array,
    case_leaves,
    lookup,
    structure_problem,
    type_problem,
)
from autograder.checks.steps import Steps, alone
from autograder.sheet import Case

#: Relative to max(1, |θ|). 4e-3 leaves a truncation error near 1e-10 for sigmoid networks; the
#: others are for losses that are noisy (longer) or bend sharply (shorter).
STEPS = (4e-3, 3e-2, 2e-4, 0.2, 1e-5)
#: Where a loss is evaluated for one derivative, in steps.
SHIFTS = (1.0, -1.0, 0.5, -0.5)
#: A gradient wrong by 0.1 % (1e-3) must be seen, whatever the numerical error.
RELATIVE = 2e-4
#: An estimated error above this share of a derivative leaves the entry undecided.
DECISIVE = 2e-4
#: Along a direction the error has to be small beside the smallest entry, not beside its own: here
#: truncation and rounding weigh about the same.
STEP_ALONG = 5e-5
#: Each gives a direction, in which no two entries move by the same amount.
FREQUENCIES = (1.0, math.sqrt(2.0))
#: Rounding of the loss, in units of its last digit: a few operations' worth.
ROUNDING = 16 * np.finfo(np.float64).eps

Entry = tuple[str, tuple[int, ...]]
Variables = Mapping[str, np.ndarray]
#: Given the variables and the position of the next call, the calls that evaluate a loss.
Loss = Callable[[Variables, int], list[Call]]


class Verdict(NamedTuple):
    """``passed`` is None when the gradient could be neither confirmed nor refuted.

    ``depends_on`` names the parameters on which the loss was seen to depend.
    """

    passed: bool | None
    message: str
    depends_on: frozenset[str] = frozenset()


class Derivatives(NamedTuple):
    """Numerical derivatives and their estimated errors, by parameter, shaped like it."""

    values: Mapping[str, np.ndarray]
    errors: Mapping[str, np.ndarray]


class NotComputable(Exception):
    """The student's own loss could not be evaluated; the message says why."""


class Attempt(NamedTuple):
    """What a student's functions gave on a case, and the verdict unless it takes a closer look."""

    case: Case
    verdict: Verdict | None
    grads: Mapping[str, Any] = MappingProxyType({})
    activations: Mapping[str, Any] = MappingProxyType({})


def attempt(case: Case, seconds: float) -> Steps[Attempt]:
    """Try to confirm `backward` along directions, on the student's own activations.

    ``case`` must hold ``params``, ``x`` and ``t``; ``seconds`` is the time limit to name in a
    message.
    """
    params, x, t = (case.inputs[name] for name in ("params", "x", "t"))
    along = _Along(params, _loss_of_params(x, t), 2)
    outcomes = yield [
        Call("forward", (params, x)),
        Call("backward", (params, x, t, Result(0))),
        *along.calls,
    ]
    for name, outcome in zip(("forward", "backward"), outcomes, strict=False):
        if not outcome.returned:
            text = messages.not_returned(name, outcome, seconds, not case.hidden)
            return Attempt(case, Verdict(False, text))
    activations, grads = outcomes[0].value, outcomes[1].value
    problem = _shape_problem("forward", activations, case) or _shape_problem(
        "backward", grads, case
    )
    if problem:
        return Attempt(case, Verdict(False, problem))
    try:
        depends_on = along.confirm(grads, outcomes)
    except NotComputable as error:
        return Attempt(case, _not_computable(error))
    verdict = None if depends_on is None else Verdict(True, "", depends_on)
    if verdict is not None:
        verdict = yield from _and_by_output(verdict, grads, activations, case)
    return Attempt(case, verdict, grads, activations)


def check_gradient(
    case: Case,
    caller: Caller,
    seconds: float,
    tried: Attempt | None = None,
    by_solution: bool = False,
) -> Verdict:
    """Compare `backward` on the student's own activations with the derivatives of their own loss.

    Where an `attempt`, made before or now, does not say enough, it is looked at entry by entry. If
    their `forward` and `loss` are right, those derivatives are the solution's: ``by_solution``.
    """
    tried = tried or alone(caller, attempt(case, seconds))
    if tried.verdict is not None:
        return tried.verdict
    if by_solution:
        return _compare(tried.grads, _solved(case), case)[0]
    return alone(caller, _look_closer(tried))


def _solved(case: Case) -> Derivatives:
    """The solution's derivatives, sure to rounding."""
    names = [name for name in (*case.inputs["params"], "y") if name in case.expected["backward"]]
    values = {name: case.expected["backward"][name] for name in names}
    error = ROUNDING * _largest(values)
    return Derivatives(values, {name: np.full(v.shape, error) for name, v in values.items()})


def _look_closer(tried: Attempt) -> Steps[Verdict]:
    case, grads = tried.case, tried.grads
    params, x, t = (case.inputs[name] for name in ("params", "x", "t"))
    verdict = yield from _by_entries(grads, params, _loss_of_params(x, t), case)
    return (yield from _and_by_output(verdict, grads, tried.activations, case))


def _and_by_output(
    verdict: Verdict, grads: Mapping[str, Any], activations: Mapping[str, Any], case: Case
) -> Steps[Verdict]:
    """The verdict on the gradient by the parameters, unless the one by the output is worse."""
    if not verdict.passed or "y" not in case.expected["backward"]:
        return verdict
    output, loss = {"y": activations["y"]}, _loss_of_output(case.inputs["t"])
    along = _Along(output, loss)
    try:
        if along.calls and along.confirm(grads, (yield along.calls)) is not None:
            return verdict
    except NotComputable as error:
        return _not_computable(error)
    by_output = yield from _by_entries(grads, output, loss, case)
    return verdict if by_output.passed else by_output


def _by_entries(
    grads: Mapping[str, Any], variables: Variables, loss: Loss, case: Case
) -> Steps[Verdict]:
    """Compare gradients by some variables with the numerical ones."""
    try:
        numerical = yield from differentiate(variables, loss)
        verdict, wrong = _compare(grads, numerical, case)
        if wrong is not None and (yield from _is_rough(variables, loss, wrong)):
            return Verdict(None, _inconclusive(wrong[0], "another step size gives another value"))
    except NotComputable as error:
        return _not_computable(error)
    return verdict


def _not_computable(error: NotComputable) -> Verdict:
    return Verdict(None, f"The numerical gradient could not be computed: {error}")


def _loss_of_params(x: Any, t: Any) -> Loss:
    """E = loss(forward(θ, x)["y"], t)."""

    def calls(params: Variables, at: int) -> list[Call]:
        return [
            Call("forward", (params, x), wanted=False),
            Call("loss", (Result(at, "y"), t)),
        ]

    return calls


def _loss_of_output(t: Any) -> Loss:
    """E = loss(y, t)."""
    return lambda variables, at: [Call("loss", (variables["y"], t))]


def _shape_problem(function: str, value: Any, case: Case) -> str | None:
    """Shapes of every entry before values: broadcasting must never decide."""
    expected = case.expected[function]
    problem = structure_problem(function, value, expected)
    if problem:
        return problem
    found = (
        type_problem(leaf, lookup(value, leaf.path), case.dims)
        for leaf in case_leaves(case, function)
    )
    return next((problem for problem in found if problem), None)


class _Along:
    """The calls that give a loss's derivatives along directions, and what follows from them."""

    def __init__(self, variables: Variables, loss: Loss, at: int = 0) -> None:
        """Make ``calls``, to stand at a position of their batch; none where looking at the entries
        one by one is no more work."""
        self.variables = variables
        self.calls: list[Call] = []
        self._last: list[int] = []
        few = sum(value.size for value in variables.values()) <= len(FREQUENCIES)
        self._moves = [] if few else [direction(variables, each) for each in FREQUENCIES]
        for move in self._moves:
            for shift in SHIFTS:
                h = STEP_ALONG * shift
                moved = {name: np.asarray(v + h * move[name]) for name, v in variables.items()}
                self.calls += loss(moved, at + len(self.calls))
                self._last.append(at + len(self.calls) - 1)

    def confirm(
        self, grads: Mapping[str, Any], outcomes: Sequence[Outcome]
    ) -> frozenset[str] | None:
        """The variables on which the loss depends, if directions confirm every entry, else None.

        Errors of several entries could make up for each other only by a coincidence to some nine
        digits, in every direction. Whether the entries of a variable differ at all is left to the
        numerical values unless it is plain to see.
        """
        steps = [STEP_ALONG] * len(self._moves)
        found = _extrapolated(_losses(outcomes, self._last), steps)
        confirmed = found and all(
            _adds_up(grads, move, value, error)
            for move, (value, error) in zip(self._moves, found, strict=True)
        )
        if not confirmed or any(_nearly_even(np.asarray(grads[name])) for name in self.variables):
            return None
        return frozenset(self.variables)


def _adds_up(grads: Mapping[str, Any], move: Variables, value: float, error: float) -> bool:
    """Whether a gradient gives the derivative along a direction, and no entry can be wrong.

    An entry g adds g·m to it. If the sum is the numerical derivative to within d, and that is known
    to within d, then an entry that is wrong alone is wrong by 2d / m at most. That has to be small
    beside g for every entry, so one that is 0, or tiny beside the others, is never confirmed.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # an absurd gradient is no right one
        parts = np.concatenate([np.ravel(grads[name] * move[name]) for name in move])
        apart = abs(float(np.sum(parts)) - value)
    doubt = 4 * error
    return apart <= doubt and 2 * doubt <= RELATIVE * float(np.min(np.abs(parts)))


def _nearly_even(grad: np.ndarray) -> bool:
    return grad.size > 1 and bool(np.ptp(grad) < 0.01 * np.max(np.abs(grad)))


def direction(variables: Variables, frequency: float) -> dict[str, np.ndarray]:
    """A direction in which every entry moves, and each by another amount."""
    moves, first = {}, 1
    for name, value in variables.items():
        wave = np.sin(frequency * np.arange(first, first + value.size)).reshape(value.shape)
        moves[name] = np.copysign(0.5 + np.abs(wave), wave) * np.maximum(1.0, np.abs(value))
        first += value.size
    return moves


def differentiate(variables: Variables, loss: Loss) -> Steps[Derivatives]:
    """The derivative of a loss by every entry of every variable.

    ``loss`` gives the calls that evaluate it, the last of which returns it. Raises `NotComputable`
    when they give no number at any step.
    """
    values = {name: np.full(value.shape, np.nan) for name, value in variables.items()}
    errors = {name: np.full(value.shape, np.inf) for name, value in variables.items()}
    entries: list[Entry] = [
        (name, index) for name, value in variables.items() for index in np.ndindex(value.shape)
    ]
    for step in STEPS:
        wanted = [(entry, step) for entry in entries]
        estimates = yield from _estimates(variables, loss, wanted)
        for (name, index), (value, error) in zip(entries, estimates, strict=True):
            if error < errors[name][index]:
                values[name][index], errors[name][index] = value, error
        size = _largest(values)
        entries = [
            (name, index)
            for name, index in entries
            if errors[name][index] > _needed(values[name][index], size)
        ]
        if not entries:
            break
    if any(not np.isfinite(error).all() for error in errors.values()):
        raise NotComputable("your loss is not a finite number near these values.")
    return Derivatives(values, errors)


def _largest(values: Mapping[str, np.ndarray]) -> float:
    """The largest derivative there is: others are small or large beside it."""
    return max(
        (float(np.max(np.abs(v), where=np.isfinite(v), initial=0.0)) for v in values.values()),
        default=0.0,
    )


def _needed(value: Any, largest: float) -> Any:
    """The error that a derivative may have: small beside it, or beside the largest one."""
    return DECISIVE * np.maximum(np.abs(value), RELATIVE * largest)


def _is_rough(variables: Variables, loss: Loss, entry: Entry) -> Steps[bool]:
    """Whether different steps give different derivatives, each sure of its own.

    A loss that is rounded stands still at one step and jumps at another; before a gradient is
    called wrong, the numerical value has to be the same at every step.
    """
    found = yield from _estimates(variables, loss, [(entry, step) for step in STEPS])
    found = [(value, error) for value, error in found if np.isfinite(error)]
    return any(
        abs(one - other) > 8 * (error + other_error)
        for one, error in found
        for other, other_error in found
    )


def _estimates(
    variables: Variables, loss: Loss, wanted: Sequence[tuple[Entry, float]]
) -> Steps[list[tuple[float, float]]]:
    """For each entry and step size the extrapolated derivative and its estimated error.

    The error is infinite where the loss has no value.
    """
    calls: list[Call] = []
    last: list[int] = []
    steps = [step * max(1.0, abs(float(variables[name][at]))) for (name, at), step in wanted]
    for ((name, index), _), h in zip(wanted, steps, strict=True):
        for shift in SHIFTS:
            moved = variables[name].copy()
            moved[index] += h * shift
            calls += loss({**variables, name: moved}, len(calls))
            last.append(len(calls) - 1)
    outcomes = yield calls
    return _extrapolated(_losses(outcomes, last), steps)


def _losses(outcomes: Sequence[Outcome], positions: Sequence[int]) -> list[list[float]]:
    """The losses at these positions, in fours."""
    losses = [_number(outcomes[position]) for position in positions]
    return [losses[first : first + 4] for first in range(0, len(losses), 4)]


def _extrapolated(
    losses: Sequence[Sequence[float]], steps: Sequence[float]
) -> list[tuple[float, float]]:
    """Derivatives and their estimated errors from the losses at the `SHIFTS`."""
    result = []
    for (far_up, far_down, up, down), h in zip(losses, steps, strict=True):
        coarse, fine = (far_up - far_down) / (2 * h), (up - down) / h
        value = (4 * fine - coarse) / 3
        error = abs(value - fine) + ROUNDING * max(abs(up), abs(down)) / h
        result.append((value, error) if math.isfinite(error) else (math.nan, math.inf))
    return result


def _number(outcome: Outcome) -> float:
    """A loss as a number; NaN where there is none."""
    if not outcome.returned and outcome.kind != "raised":
        raise NotComputable(f'your loss(forward(params, x)["y"], t) gave {outcome.kind}.')
    if type(outcome.value) is float:
        return outcome.value
    value = as_array(outcome.value, 0.0)
    return float("nan") if value is None else float(value)


def _compare(
    grads: Mapping[str, Any], numerical: Derivatives, case: Case
) -> tuple[Verdict, Entry | None]:
    """The verdict, and the first entry that is wrong."""
    undecided = ""
    depends_on = set()
    largest = _largest(numerical.values)
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
        vague = error > _needed(value, largest)
        if vague.any() and largest > 0 and not undecided:
            size = f"the numerical value itself is uncertain by {float(error[vague].max()):.1e}"
            undecided = _inconclusive(name, size)
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
    place = f"[{', '.join(map(str, index))}]"
    text = f'grads["{name}"] is not the derivative of your own loss'
    text += f" in {int(wrong.sum())} of {wrong.size} entries"
    if not case.hidden:
        text += (
            f", first at {place}: backward gives {messages.number(float(got[index]))}, "
            f"the derivative is {messages.number(float(value[index]))} "
            f"(± {float(error[index]):.0e})"
        )
    return f"{text}." + ("" if case.hidden else messages.relation(got, value, 1e-5))
