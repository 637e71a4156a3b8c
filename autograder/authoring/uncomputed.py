"""Whether points need a computation: what is right without one, and how instances are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case, NearCase, Trial
from autograder.exercise.declaration import Exercise
from autograder.exercise.function import Function
from autograder.exercise.instance import Instance
from autograder.exercise.solution_call import call_solution
from autograder.judge.compare import is_exact, is_right
from autograder.judge.reaches import measured
from autograder.sandbox.calls import Outcome
from autograder.sandbox.plain import Path, lookup, plain, same


def uncomputed(answer_key: AnswerKey) -> str:
    """The first function of which a constant, or one of its arguments, is right on every instance,
    and which; "" if there is none."""
    cases = [*answer_key.cases, *answer_key.near]
    problems = (
        _problem(f, [c for c in cases if f.name in c.expected]) for f in answer_key.functions
    )
    return next(filter(None, problems), "")


def unneeded_training(answer_key: AnswerKey, solution: Mapping[str, Any]) -> str:
    """The first function that reaches what it has to without being trained there, and with what; ""
    if there is none."""
    problems = (_untrained(f, answer_key, solution) for f in answer_key.functions if f.reaches)
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
    if not any(case.hidden and not isinstance(case, NearCase) for case in cases):
        visible = {case.label: case.expected[name] for case in cases if not case.hidden}
        near = [case for case in cases if isinstance(case, NearCase)]
        if all(same(case.expected[name], visible.get(case.of)) for case in near):
            return f"{name} has no hidden instance, so that a table of what is visible is right"
    for argument in _arguments(function, cases):
        if all(_is_right(case, name, case.inputs[argument]) for case in cases):
            return f"{name} gives back its argument {argument} on every instance"
    return ""


def _untrained(function: Function, answer_key: AnswerKey, solution: Mapping[str, Any]) -> str:
    name = function.name
    trials = [trial for trial in answer_key.trials if name in trial.expected and trial.held_out]
    if all(_reaches(function, trial, _as_given(function, trial)) for trial in trials):
        return f"{name} reaches its bound with what it is given, or with zeros"
    elsewhere = [trial for trial in trials if trial.hidden]
    first = next((trial for trial in trials if not trial.hidden), None)
    if first is not None:
        result = call_solution(function, first.inputs, solution, Instance(first.label, {}))
        if all(_reaches(function, trial, result) for trial in elsewhere):
            return f"{name} reaches its bound everywhere with what it gives on {first.label!r}"
    return ""


def _reaches(function: Function, trial: Trial, result: Any) -> bool:
    value = measured(function, trial, result)
    return value is not None and function.reaches is not None and function.reaches.is_reached(value)


def _as_given(function: Function, trial: Trial) -> Any:
    """What a function returns that computes nothing: new versions of arguments as they were given,
    and else zeros."""

    def untouched(path: Path, shape: Any) -> Any:
        old = function.old(path)
        return np.zeros(shape or 1) if old is None else lookup(trial.inputs, old)

    shapes = {tuple(path): shape for path, shape in trial.shapes[function.name]}
    if function.parts:
        return tuple(
            _tree({path[1:]: untouched(path, shapes[path]) for path in shapes if path[0] == at})
            for at in range(len(function.parts))
        )
    return _tree({path: untouched(path, shape) for path, shape in shapes.items()})


def _tree(by_path: Mapping[Path, Any]) -> Any:
    """The value of which the paths lead to these parts."""
    if () in by_path or not by_path:
        return by_path.get(())
    below: dict[Any, dict[Path, Any]] = {}
    for (key, *rest), value in by_path.items():
        below.setdefault(key, {})[tuple(rest)] = value
    made = {key: _tree(parts) for key, parts in below.items()}
    return [made.get(at) for at in range(1 + max(made))] if type(next(iter(made))) is int else made


def _arguments(function: Function, cases: Sequence[Case]) -> Iterator[str]:
    return (name for name in function.arguments if all(name in case.inputs for case in cases))


def _is_right(case: Case, function: str, value: Any) -> bool:
    outcome = Outcome("returned", value)
    return is_exact(case, function, outcome) or is_right(case, function, outcome)
