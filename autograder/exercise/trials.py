"""Trials: the instances on which it is measured what functions reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import Trial
from autograder.exercise.data import DataFiles, references
from autograder.exercise.error import ExerciseError
from autograder.exercise.function import Function
from autograder.exercise.given import as_data
from autograder.exercise.instance import Instance
from autograder.exercise.results import require_inputs, require_result
from autograder.exercise.solution_call import call_solution
from autograder.sandbox.plain import ANYTHING, leaves


def make_trials(
    instances: Sequence[Instance],
    functions: Sequence[Function],
    solution: Mapping[str, Any],
    files: DataFiles,
    visible: Sequence[Trial] | None = None,
) -> list[Trial]:
    """The trials among ``instances``; these are hidden if the ``visible`` ones are given.

    The solution runs on one only if no visible one has arguments of the same shapes: it may take
    long, and students have hidden instances of their own. Raises `ExerciseError`.
    """
    made: list[Trial] = []
    for instance in instances:
        if instance.held_out:
            trial = _trial(instance, functions, files, hidden=visible is not None)
            shapes = _shapes(trial.inputs)
            alike = [other for other in visible or () if _shapes(other.inputs) == shapes]
            for name in trial.expected:
                known = next((other.shapes[name] for other in alike if name in other.shapes), None)
                function = trial.functions[name]
                trial.shapes[name] = known or _result_shapes(function, trial, solution, instance)
            made.append(trial)
    return made


def _trial(
    instance: Instance, functions: Sequence[Function], files: DataFiles, hidden: bool
) -> Trial:
    about = ("Instance", instance.label)
    given = files.read(instance.label, instance.inputs)
    kept = files.read(instance.label, instance.held_out)
    inputs = {name: as_data(value) for name, value in given.items()}
    held_out = {name: as_data(value) for name, value in kept.items()}
    require_inputs(instance, given, inputs)
    require_inputs(instance, kept, held_out)
    for name in held_out.keys() & inputs.keys():
        raise ExerciseError(
            f"instance {instance.label!r}: {name!r} is held out, and among the inputs", *about
        )
    tried = [
        function
        for function in functions
        if function.reaches
        and (not instance.only or function.name in instance.only)
        and all(name in inputs for name in function.arguments)
    ]
    if not tried:
        raise ExerciseError(
            f"instance {instance.label!r}: it has held_out, and no function with reaches has all "
            "its arguments in the inputs",
            *about,
        )
    for function in tried:
        reaches = function.reaches
        missing = reaches.missing({*inputs, *held_out}) if reaches else ""
        if reaches and missing:
            raise ExerciseError(
                f"instance {instance.label!r}: the metric {reaches.name} takes {missing!r}, which "
                "is neither held out nor an input",
                *about,
            )
    return Trial(
        instance.label,
        {name: int(size) for name, size in instance.dims.items()},
        inputs,
        dict.fromkeys((function.name for function in tried), ANYTHING),
        hidden,
        given=list(instance.inputs),
        functions={function.name: function for function in functions},
        data=references(instance.inputs),
        held_out=held_out,
        shapes={},
    )


def _shapes(inputs: Mapping[str, Any]) -> list[Any]:
    return [(path, np.shape(leaf)) for path, leaf in leaves(inputs)]


def _result_shapes(
    function: Function, trial: Trial, solution: Mapping[str, Any], instance: Instance
) -> list[Any]:
    """The paths and shapes of the numbers in what the solution gives, in the form of JSON."""
    result = call_solution(function, trial.inputs, solution, instance)
    require_result(function, trial.label, trial.inputs, result)
    own = {at for at, name in enumerate(function.parts) if name in function.own}
    return [
        [list(path), None if isinstance(leaf, list) else list(np.shape(leaf))]
        for path, leaf in leaves(result, rows=True)
        if isinstance(leaf, (int, float, list, np.ndarray)) and not (path and path[0] in own)
    ]
