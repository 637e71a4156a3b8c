"""Numerical derivatives of a student's own loss.

Each is a central difference at two step sizes with Richardson extrapolation: with
D(h) = (E(θ+h) − E(θ−h)) / 2h, the value is (4·D(h/2) − D(h)) / 3, whose error is of order h⁴. The
error estimate is the distance between the value and D(h/2), plus the rounding error of E divided by
h. Entries whose estimate is too large at the first step size are tried at others, and the value
with the smallest estimate is used (as in C. Ridders, Advances in Engineering Software 4(2), 1982,
75-76).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

#: Step sizes relative to max(1, |θ|), in the order in which they are tried. 4e-3 has a truncation
#: error near 1e-10 for sigmoid networks. Longer ones are for noisy losses, and shorter ones for
#: losses with large higher derivatives.
STEPS = (4e-3, 3e-2, 2e-4, 0.2, 1e-5)
#: Where a loss is evaluated for one derivative, in units of the step size.
SHIFTS = (1.0, -1.0, 0.5, -0.5)
#: The relative tolerance of a gradient. One that is wrong by 0.1 % (1e-3) must be detected.
RELATIVE = 2e-4
#: An entry whose estimated error exceeds this share of the derivative is undecided.
DECISIVE = 2e-4
#: The step size along a direction. The error there has to be small relative to the smallest entry,
#: so truncation and rounding errors are balanced.
STEP_ALONG = 5e-5
#: Each defines a direction in which no two entries move by the same amount.
FREQUENCIES = (1.0, math.sqrt(2.0))
#: The relative rounding error of a loss, after a few operations.
ROUNDING = 16 * np.finfo(np.float64).eps

Entry = tuple[str, tuple[int, ...]]
Variables = Mapping[str, np.ndarray]
#: Evaluates a loss at points; NaN where it has no value. Points are generated lazily: there are as
#: many as entries, so that together they would take quadratic memory.
Loss = Callable[[Iterable[Variables]], Sequence[float]]


class NotComputable(Exception):
    """The student's own loss could not be evaluated; the message says why."""


class Derivatives(NamedTuple):
    """Numerical derivatives and their estimated errors by parameter, in the parameter's shape."""

    values: Mapping[str, np.ndarray]
    errors: Mapping[str, np.ndarray]


def points_along(variables: Variables) -> list[Variables]:
    """The points at which a loss is evaluated for its directional derivatives; none if there are so
    few entries that comparing them one by one is as cheap."""
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
    """Whether the losses at `points_along` confirm every entry of a gradient.

    That includes that the loss depends on every variable, and not equally on all its entries.
    Several wrong entries could cancel only by coincidence, in every direction. A gradient that is
    not confirmed may still be right.
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
    """Whether a gradient gives the derivative along a direction, so exactly that no single entry
    can be wrong.

    An entry g contributes g·m. If the sum equals the numerical derivative to within d, whose error
    is at most d, then a single wrong entry is wrong by at most 2d / m. That has to be small
    relative to every g. So an entry that is 0, or tiny relative to the others, is never confirmed.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # of a gradient that overflows
        parts = np.concatenate([np.ravel(grads[name] * move[name]) for name in move])
        apart = abs(float(np.sum(parts)) - value)
    doubt, least = 4 * error, float(np.min(np.abs(parts)))
    return apart <= doubt and 2 * doubt <= RELATIVE * least and least > 0


def _nearly_even(grad: np.ndarray) -> bool:
    return grad.size > 1 and bool(np.ptp(grad) < 0.01 * np.max(np.abs(grad)))


def direction(variables: Variables, frequency: float) -> dict[str, np.ndarray]:
    """A direction in which every entry moves, each by a different amount; shaped like
    ``variables``."""
    moves, first = {}, 1
    for name, value in variables.items():
        wave = np.sin(frequency * np.arange(first, first + value.size)).reshape(value.shape)
        moves[name] = np.copysign(0.5 + np.abs(wave), wave) * np.maximum(1.0, np.abs(value))
        first += value.size
    return moves


def differentiate(variables: Variables, loss: Loss) -> Derivatives:
    """The derivative of a loss with respect to every entry of every variable.

    Raises `NotComputable` if a derivative has no value at any step size.
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
    """The largest finite absolute value in all arrays; 0 if there is none."""
    return max(
        (float(np.max(np.abs(v), where=np.isfinite(v), initial=0.0)) for v in values.values()),
        default=0.0,
    )


def needed(value: Any, largest: float) -> Any:
    """The largest acceptable error of a derivative, relative to it or to the ``largest`` one."""
    return DECISIVE * np.maximum(np.abs(value), RELATIVE * largest)


def is_rough(variables: Variables, loss: Loss, entry: Entry) -> bool:
    """Whether derivatives at different step sizes differ by more than their estimated errors.

    A rounded loss is constant over one step and jumps over another. Before a gradient is called
    wrong, the numerical value has to agree at all step sizes.
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
    """The extrapolated derivative and its estimated error for each entry and step size.

    The error is infinite if the loss has no value.
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
    """Derivatives and their estimated errors from the losses at the `SHIFTS` of each step."""
    result = []
    for at, h in enumerate(steps):
        far_up, far_down, up, down = losses[4 * at : 4 * at + 4]
        coarse, fine = (far_up - far_down) / (2 * h), (up - down) / h
        value = (4 * fine - coarse) / 3
        error = abs(value - fine) + ROUNDING * max(abs(up), abs(down)) / h
        result.append((value, error) if math.isfinite(error) else (math.nan, math.inf))
    return result
