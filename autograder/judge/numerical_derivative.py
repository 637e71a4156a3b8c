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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

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
#: Evaluates a loss at so many points; NaN where it has no value. Points are made one by one, as
#: they are asked for: together they would take the square of the memory of one.
Loss = Callable[[Iterable[Variables]], Sequence[float]]


class NotComputable(Exception):
    """The student's own loss could not be evaluated; the message says why."""


class Derivatives(NamedTuple):
    """Numerical derivatives and their estimated errors, by parameter, shaped like it."""

    values: Mapping[str, np.ndarray]
    errors: Mapping[str, np.ndarray]


def points_along(variables: Variables) -> list[Variables]:
    """Where a loss is evaluated for its derivatives along directions; nowhere where looking at the
    entries one by one is no more work."""
    if sum(value.size for value in variables.values()) <= len(FREQUENCIES):
        return []
    return [
        {name: np.asarray(v + STEP_ALONG * shift * move[name]) for name, v in variables.items()}
        for move in _directions(variables)
        for shift in SHIFTS
    ]


def confirmed_along(
    variables: Variables, grads: Mapping[str, Any], losses: Sequence[float]
) -> bool:
    """Whether the losses at `points_along` confirm every entry of a gradient, and that the loss
    depends on every variable and, where one has several entries, on each in another way.

    Errors of several entries could make up for each other only by a coincidence to some nine
    digits, in every direction. What is not confirmed may be right all the same.
    """
    moves = _directions(variables)
    found = _extrapolated(losses, [STEP_ALONG] * len(moves)) if losses else []
    return (
        bool(found)
        and all(
            _adds_up(grads, move, value, error)
            for move, (value, error) in zip(moves, found, strict=True)
        )
        and not any(_nearly_even(np.asarray(grads[name])) for name in variables)
    )


def _directions(variables: Variables) -> list[dict[str, np.ndarray]]:
    return [direction(variables, frequency) for frequency in FREQUENCIES]


def _adds_up(grads: Mapping[str, Any], move: Variables, value: float, error: float) -> bool:
    """Whether a gradient gives the derivative along a direction, and no entry can be wrong.

    An entry g adds g·m to it. If the sum is the numerical derivative to within d, and that is known
    to within d, then an entry that is wrong alone is wrong by 2d / m at most. That has to be small
    beside g for every entry, so one that is 0, or tiny beside the others, is never confirmed: a
    loss that does not change with it is no evidence.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # an absurd gradient is no right one
        parts = np.concatenate([np.ravel(grads[name] * move[name]) for name in move])
        apart = abs(float(np.sum(parts)) - value)
    doubt, least = 4 * error, float(np.min(np.abs(parts)))
    return apart <= doubt and 2 * doubt <= RELATIVE * least and least > 0


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


def differentiate(variables: Variables, loss: Loss) -> Derivatives:
    """The derivative of a loss by every entry of every variable.

    Raises `NotComputable` when it has no value at any step.
    """
    values = {name: np.full(value.shape, np.nan) for name, value in variables.items()}
    errors = {name: np.full(value.shape, np.inf) for name, value in variables.items()}
    entries: list[Entry] = [
        (name, index) for name, value in variables.items() for index in np.ndindex(value.shape)
    ]
    for step in STEPS:
        estimates = _estimates(variables, loss, [(entry, step) for entry in entries])
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


def is_rough(variables: Variables, loss: Loss, entry: Entry) -> bool:
    """Whether different steps give different derivatives, each sure of its own.

    A loss that is rounded stands still at one step and jumps at another; before a gradient is
    called wrong, the numerical value has to be the same at every step.
    """
    found = _estimates(variables, loss, [(entry, step) for step in STEPS])
    found = [(value, error) for value, error in found if np.isfinite(error)]
    return any(
        abs(one - other) > 8 * (error + other_error)
        for one, error in found
        for other, other_error in found
    )


def _estimates(
    variables: Variables, loss: Loss, wanted: Sequence[tuple[Entry, float]]
) -> list[tuple[float, float]]:
    """For each entry and step size the extrapolated derivative and its estimated error.

    The error is infinite where the loss has no value.
    """
    steps = [step * max(1.0, abs(float(variables[name][at]))) for (name, at), step in wanted]

    def points() -> Iterator[Variables]:
        for ((name, index), _), h in zip(wanted, steps, strict=True):
            for shift in SHIFTS:
                moved = variables[name].copy()
                moved[index] += h * shift
                yield {**variables, name: moved}

    return _extrapolated(loss(points()), steps)


def _extrapolated(losses: Sequence[float], steps: Sequence[float]) -> list[tuple[float, float]]:
    """Derivatives and their estimated errors from the losses at the `SHIFTS`, one step after the
    other."""
    result = []
    for at, h in enumerate(steps):
        far_up, far_down, up, down = losses[4 * at : 4 * at + 4]
        coarse, fine = (far_up - far_down) / (2 * h), (up - down) / h
        value = (4 * fine - coarse) / 3
        error = abs(value - fine) + ROUNDING * max(abs(up), abs(down)) / h
        result.append((value, error) if math.isfinite(error) else (math.nan, math.inf))
    return result
