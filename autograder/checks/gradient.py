"""The numerical gradient of the student's own loss, entry by entry, against `backward`.

Each derivative is a central difference at two step sizes, extrapolated (Richardson): with
D(h) = (E(θ+h) − E(θ−h)) / 2h, the value is (4·D(h/2) − D(h)) / 3, whose error is of order h⁴. The
distance between the value and D(h/2) bounds its truncation error; what E loses to rounding, divided
by h, is added. Entries whose error is too large at the first step are tried at others, and the
step with the smallest estimated error is kept (as in C. Ridders, Advances in Engineering Software
4(2), 1982, 75-76). The verdict is pass, fail, or inconclusive with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder import messages
from autograder.calls import Call, Caller, Outcome, Result
from autograder.checks.compare import as_array
from autograder.sheet import Case

#: Relative to max(1, |θ|). 4e-3 leaves a truncation error near 1e-10 for sigmoid networks; the
#: others are for losses that are noisy (longer) or bend sharply (shorter).
STEPS = (4e-3, 3e-2, 2e-4, 0.2, 1e-5)
#: A gradient wrong by 0.1 % (1e-3) must be seen, whatever the numerical error.
RELATIVE = 2e-4
#: An estimated error above this share of a derivative leaves the entry undecided.
DECISIVE = 2e-4
#: Rounding of the loss, in units of its last digit: a few operations' worth.
ROUNDING = 16 * np.finfo(np.float64).eps

Entry = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class Verdict:
    """``passed`` is None when the gradient could be neither confirmed nor refuted.

    ``depends_on`` names the parameters on which the loss was seen to depend.
    """

    passed: bool | None
    message: str
    depends_on: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Derivatives:
    """Numerical derivatives and their estimated errors, by parameter, shaped like it."""

    values: Mapping[str, np.ndarray]
    errors: Mapping[str, np.ndarray]


class NotComputable(Exception):
    """The student's own loss could not be evaluated; the message says why."""


def check_gradient(case: Case, caller: Caller, seconds: float) -> Verdict:
    """Compare `backward` on the student's own activations with the derivatives of their own loss.

    ``case`` must hold ``params``, ``x`` and ``t``; ``seconds`` is the time limit to name in a
    message.
    """
    params, x, t = (case.inputs[name] for name in ("params", "x", "t"))
    outcomes = caller([Call("forward", (params, x)), Call("backward", (params, x, t, Result(0)))])
    for name, outcome in zip(("forward", "backward"), outcomes, strict=True):
        if not outcome.returned:
            return Verdict(False, messages.not_returned(name, outcome, seconds, not case.hidden))
    grads = outcomes[1].value
    for name, value in params.items():
        problem = _shape_problem(name, grads, value, case)
        if problem:
            return Verdict(False, problem)
    try:
        numerical = differentiate(params, x, t, caller)
        verdict, wrong = _compare(grads, numerical, case)
        if wrong is not None and _is_rough(params, x, t, caller, wrong):
            return Verdict(None, _inconclusive(wrong[0], "another step size gives another value"))
    except NotComputable as error:
        return Verdict(None, f"The numerical gradient could not be computed: {error}")
    return verdict


def _shape_problem(name: str, grads: Any, value: np.ndarray, case: Case) -> str | None:
    """Shapes before values: broadcasting must never decide."""
    label = f'grads["{name}"]'
    if not isinstance(grads, dict):
        return messages.not_a_dict("backward", grads)
    if name not in grads:
        return messages.missing_keys("grads", [name], list(grads))
    array = as_array(grads[name], value)
    if array is None or np.shape(grads[name]) != value.shape:
        return messages.wrong_shape(label, grads[name], value, case.dims)
    return None if np.isfinite(array).all() else messages.not_finite(label, array)


def differentiate(params: Mapping[str, np.ndarray], x: Any, t: Any, caller: Caller) -> Derivatives:
    """dE/dθ for every entry of every parameter, E = loss(forward(θ, x)["y"], t).

    Raises `NotComputable` when the student's functions give no number.
    """
    values = {name: np.full(np.shape(value), np.nan) for name, value in params.items()}
    errors = {name: np.full(np.shape(value), np.inf) for name, value in params.items()}
    entries: list[Entry] = [
        (name, index) for name, value in params.items() for index in np.ndindex(np.shape(value))
    ]
    for step in STEPS:
        estimates = _estimates(params, x, t, caller, entries, step)
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


def _is_rough(
    params: Mapping[str, np.ndarray], x: Any, t: Any, caller: Caller, entry: Entry
) -> bool:
    """Whether different steps give different derivatives, each sure of its own.

    A loss that is rounded stands still at one step and jumps at another; before a gradient is
    called wrong, the numerical value has to be the same at every step.
    """
    found = [_estimates(params, x, t, caller, [entry], step)[0] for step in STEPS]
    return any(
        abs(one - other) > 8 * (error + other_error)
        for one, error in found
        for other, other_error in found
    )


def _estimates(
    params: Mapping[str, np.ndarray],
    x: Any,
    t: Any,
    caller: Caller,
    entries: Sequence[Entry],
    step: float,
) -> list[tuple[float, float]]:
    """For each entry the extrapolated derivative and its estimated error, at one step size."""
    calls: list[Call] = []
    steps = [step * max(1.0, abs(float(params[name][index]))) for name, index in entries]
    for (name, index), h in zip(entries, steps, strict=True):
        for shift in (h, -h, h / 2, -h / 2):
            moved = params[name].copy()
            moved[index] += shift
            calls.append(Call("forward", ({**params, name: moved}, x), wanted=False))
            calls.append(Call("loss", (Result(len(calls) - 1, "y"), t)))
    losses = np.array([_loss(outcome) for outcome in caller(calls)[1::2]]).reshape(-1, 4)
    result = []
    for (far_up, far_down, up, down), h in zip(losses, steps, strict=True):
        coarse, fine = (far_up - far_down) / (2 * h), (up - down) / h
        value = (4 * fine - coarse) / 3
        rounding = ROUNDING * max(abs(up), abs(down)) / h
        result.append((value, abs(value - fine) + rounding))
    return result


def _loss(outcome: Outcome) -> float:
    if not outcome.returned:
        raise NotComputable(
            'your loss(forward(params, x)["y"], t) gives no value '
            f"({outcome.message or outcome.kind})."
        )
    value = as_array(outcome.value, 0.0)
    if value is None or not np.isfinite(value):
        raise NotComputable("your loss is not a finite number.")
    return float(value)


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
        if np.max(np.abs(value), initial=0.0) > 4 * np.max(error, initial=0.0):
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
            f"the numerical derivative is {messages.number(float(value[index]))} "
            f"(± {float(error[index]):.0e})"
        )
    return f"{text}.{messages.relation(got, value, 1e-5)}"
