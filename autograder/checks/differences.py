"""Derivatives of a student's own loss, from evaluations of it.

Each derivative is a central difference at two step sizes, extrapolated (Richardson): with
D(h) = (E(θ+h) − E(θ−h)) / 2h, the value is (4·D(h/2) − D(h)) / 3, whose error is of order h⁴. The
distance between the value and D(h/2) bounds its truncation error; what E loses to rounding, divided
by h, is added. Entries whose error is too large at the first step are tried at others, and the
step with the smallest estimated error is kept (as in C. Ridders, Advances in Engineering Software
4(2), 1982, 75-76).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograder.calls import Call, Outcome, Result
from autograder.checks.compare import as_array
from autograder.checks.steps import Steps

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


class NotComputable(Exception):
    """The student's own loss could not be evaluated; the message says why."""


class Derivatives(NamedTuple):
    """Numerical derivatives and their estimated errors, by parameter, shaped like it."""

    values: Mapping[str, np.ndarray]
    errors: Mapping[str, np.ndarray]


def loss_of_params(x: Any, t: Any) -> Loss:
    """E = loss(forward(θ, x)["y"], t)."""

    def calls(params: Variables, at: int) -> list[Call]:
        return [
            Call("forward", (params, x), wanted=False),
            Call("loss", (Result(at, "y"), t)),
        ]

    return calls


def loss_of_output(t: Any) -> Loss:
    """E = loss(y, t)."""
    return lambda variables, at: [Call("loss", (variables["y"], t))]


class Along:
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
        size = largest_of(values)
        entries = [
            (name, index)
            for name, index in entries
            if errors[name][index] > needed(values[name][index], size)
        ]
        if not entries:
            break
    if any(not np.isfinite(error).all() for error in errors.values()):
        raise NotComputable("your loss is not a finite number near these values.")
    return Derivatives(values, errors)


def largest_of(values: Mapping[str, np.ndarray]) -> float:
    """The largest derivative there is: others are small or large beside it."""
    return max(
        (float(np.max(np.abs(v), where=np.isfinite(v), initial=0.0)) for v in values.values()),
        default=0.0,
    )


def needed(value: Any, largest: float) -> Any:
    """The error that a derivative may have: small beside it, or beside the largest one."""
    return DECISIVE * np.maximum(np.abs(value), RELATIVE * largest)


def is_rough(variables: Variables, loss: Loss, entry: Entry) -> Steps[bool]:
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
