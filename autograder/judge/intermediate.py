"""Judges derivatives by intermediate values, such as grads["h"], of a loss with known mistakes.

E has no numerical derivative by h, since nothing but the function that gives it computes h. But
where a parameter acts on E through h alone, a move m of it moves h by dh, and the derivative of E
along m is both the sum of its own gradient times m and that of grads["h"] times dh. By then the
gradients by the parameters have been confirmed. Which of them act through h alone is seen in the
solution, whose gradients are right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.composition import Composition, Variable, entry, variables, with_values
from autograder.judge.compare import as_array
from autograder.judge.ideas import Idea
from autograder.judge.observe import Observation
from autograder.sandbox.plain import lookup

#: How many directions each parameter is moved along, and how far.
DIRECTIONS, STEP = 4, 1e-4
#: What the two derivatives along a direction may differ by, as a share of the largest they can be.
SHARE = 1e-4


def is_passed_on(
    composition: Composition, seen: Sequence[Observation], idea: Idea, right: Idea, seed: int
) -> bool | None:
    """Whether a function gave derivatives by intermediate values that fit those by the parameters,
    on every case that was ``seen``; None if no parameter acts through one of them alone. ``right``
    is what the solution computes, ``idea`` what it does with the mistakes."""
    passed: bool | None = True
    rng = np.random.default_rng((seed, DIRECTIONS))
    function = composition.derivative
    for item in seen:
        case, expected = item.case, item.case.expected[function.name]
        found = [v for v in variables(case, function) if not composition.start(v.argument)]
        moves = {v: _moves(np.shape(lookup(case.inputs[v.argument], v.path)), rng) for v in found}
        for name in _intermediate(composition, case):
            fit = _Fit(composition, case, name)
            alone = [v for v in found if fit.holds(expected, right, v, moves[v])]
            fits = [fit.holds(item.first.value, idea, v, moves[v]) for v in alone]
            if True not in fits and False in fits:
                return False
            passed = passed if True in fits else None
    return passed


def _moves(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    shape = (DIRECTIONS, *shape)
    moves: np.ndarray = rng.choice((-1.0, 1.0), shape) * rng.uniform(0.5, 1.5, shape)
    return moves


def _intermediate(composition: Composition, case: Case) -> list[str]:
    """What the first function gives and there are derivatives by, but for what is differentiated by
    in itself."""
    computed = case.expected.get(composition.functions[0].name)
    grads = case.expected[composition.derivative.name]
    if not isinstance(computed, Mapping) or not isinstance(grads, Mapping):
        return []
    return sorted((computed.keys() & grads.keys()) - set(composition.derivative.by.values()))


class _Fit:
    """Compares the derivatives by one intermediate value with those by parameters."""

    def __init__(self, composition: Composition, case: Case, name: str) -> None:
        self._first, self._case, self._name = composition.functions[0], case, name
        self._expected = case.expected[composition.derivative.name]

    def holds(self, grads: Any, idea: Idea, variable: Variable, moves: np.ndarray) -> bool | None:
        """Whether both give the same derivative along all moves of a parameter; None if none of
        them changes the value."""
        by_value = as_array(entry(grads, self._name), self._expected[self._name])
        by_parameter = as_array(_part(grads, variable), lookup(self._expected, variable.entry))
        if by_value is None or by_parameter is None:
            return False
        found = None
        for move in moves:
            there, back = (
                as_array(self._value(idea, variable, step * move), by_value)
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

    def _value(self, idea: Idea, variable: Variable, move: np.ndarray) -> Any:
        """The intermediate value after a parameter was moved; None where there is none."""
        old = lookup(self._case.inputs[variable.argument], variable.path)
        given = with_values(self._case.inputs, [(variable, old + move)])
        (result,) = idea.results(self._first, [given])
        return entry(result, self._name)


def _part(grads: Any, variable: Variable) -> Any:
    try:
        return lookup(grads, variable.entry)
    except (LookupError, TypeError):
        return None
