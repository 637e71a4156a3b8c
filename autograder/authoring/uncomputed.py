"""Whether points need a computation: what is right without one, and how instances are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.declaration import Exercise, Function, Instance
from autograder.judge.compare import is_exact, is_right
from autograder.sandbox.calls import Outcome
from autograder.sandbox.plain import plain, same


def uncomputed(answer_key: AnswerKey) -> str:
    """The first function of which a constant, or one of its arguments, is right on every instance,
    and which; "" if there is none."""
    cases = [*answer_key.cases, *answer_key.near]
    problems = (
        _problem(f, [c for c in cases if f.name in c.expected]) for f in answer_key.functions
    )
    return next(filter(None, problems), "")


def drawn_otherwise(exercise: Exercise) -> bool:
    """Whether ``draw`` gives other instances for the same random generator."""
    one, two = ([*exercise.draw(np.random.default_rng(0))] for _ in range(2))
    return len(one) != len(two) or not all(map(_same_instance, one, two))


def _same_instance(one: Instance, two: Instance) -> bool:
    return same(_described(one), _described(two))


def _described(instance: Instance) -> Any:
    return plain([instance.label, dict(instance.inputs), dict(instance.held_out)])


def _problem(function: Function, cases: Sequence[Case]) -> str:
    if not cases:
        return ""
    name = function.name
    if all(_is_right(case, name, cases[0].expected[name]) for case in cases):
        return f"{name} gives the same on every instance"
    for argument in _arguments(function, cases):
        if all(_is_right(case, name, case.inputs[argument]) for case in cases):
            return f"{name} gives back its argument {argument} on every instance"
    return ""


def _arguments(function: Function, cases: Sequence[Case]) -> Iterator[str]:
    return (name for name in function.arguments if all(name in case.inputs for case in cases))


def _is_right(case: Case, function: str, value: Any) -> bool:
    outcome = Outcome("returned", value)
    return is_exact(case, function, outcome) or is_right(case, function, outcome)
