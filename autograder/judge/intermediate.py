"""Judges derivatives by intermediate values, such as grads["h"], of a loss with known mistakes.

E has no numerical derivative by h, since nothing but `forward` computes h. But where a parameter
acts on E through h alone, a move m of it moves h by dh, and the derivative of E along m is both the
sum of its own gradient times m and that of grads["h"] times dh. By then the gradients by the
parameters have been confirmed. Which of them act through h alone is seen in the solution, whose
gradients are right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.protocol import BACKWARD, FORWARD, OUTPUT
from autograder.judge.compare import as_array
from autograder.judge.observe import Observation

#: How many directions each parameter is moved along, and how far.
DIRECTIONS, STEP = 4, 1e-4
#: What the two derivatives along a direction may differ by, as a share of the largest they can be.
SHARE = 1e-4

#: Gives the activations for arguments by name; None where there are none.
Activations = Callable[[Mapping[str, Any]], Any]


def is_passed_on(
    seen: Sequence[Observation], idea: Activations, right: Activations, seed: int
) -> bool | None:
    """Whether `backward` gave derivatives by intermediate values that fit those by the parameters,
    on every case that was ``seen``; None if no parameter acts through one of them alone. ``right``
    are the solution's activations, ``idea`` those with the mistakes."""
    passed: bool | None = True
    rng = np.random.default_rng((seed, DIRECTIONS))
    for item in seen:
        case, expected = item.case, item.case.expected[BACKWARD.name]
        computed = case.expected.get(FORWARD.name)
        names = computed.keys() & expected.keys() if isinstance(computed, Mapping) else ()
        moves = {
            name: rng.choice((-1.0, 1.0), shape) * rng.uniform(0.5, 1.5, shape)
            for name, value in case.inputs["params"].items()
            if name in expected
            for shape in [(DIRECTIONS, *np.shape(value))]
        }
        for name in sorted(names - {OUTPUT}) if names else ():
            alone = [p for p in moves if _fit(case, expected, right, name, p, moves[p])]
            fits = [_fit(case, item.first.value, idea, name, p, moves[p]) for p in alone]
            if True not in fits and False in fits:
                return False
            passed = passed if True in fits else None
    return passed


def _fit(
    case: Case, grads: Any, forward: Activations, name: str, parameter: str, moves: np.ndarray
) -> bool | None:
    """Whether the gradients by a value and by a parameter give the same derivative along all moves
    of the parameter; None if none of them changes the value."""
    expected = case.expected[BACKWARD.name]
    given = grads if isinstance(grads, Mapping) else {}
    by_value = as_array(given.get(name), expected[name])
    by_parameter = as_array(given.get(parameter), expected[parameter])
    if by_value is None or by_parameter is None:
        return False
    found = None
    for move in moves:
        there, back = (
            as_array(_value(forward, case, name, parameter, step * move), by_value)
            for step in (STEP, -STEP)
        )
        if there is None or back is None:
            return None
        with np.errstate(all="ignore"):
            change = (there - back) / (2 * STEP)
            one, other = np.sum(by_value * change), np.sum(by_parameter * move)
            most = np.linalg.norm(by_value) * np.linalg.norm(change)
            most += np.linalg.norm(by_parameter) * np.linalg.norm(move)
            if not abs(one - other) <= SHARE * most:
                return False
        found = True if change.any() else found
    return found


def _value(forward: Activations, case: Case, name: str, parameter: str, move: np.ndarray) -> Any:
    """An activation after a parameter was moved; None where there is none."""
    params = case.inputs["params"]
    given = {**case.inputs, "params": {**params, parameter: params[parameter] + move}}
    activations = forward(given)
    return activations.get(name) if isinstance(activations, Mapping) else None
