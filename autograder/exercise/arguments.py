"""The arguments of declared functions, as their solutions take them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any

from autograder.exercise.declaration import Exercise, ExerciseError, Function, Instance
from autograder.exercise.protocol import PROTOCOL

_BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_STARS: Mapping[Any, str] = {
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
}


def given_names(exercise: Exercise, function: str) -> set[str]:
    """The names of all inputs of the visible instances that are for a function."""
    return {name for each in exercise.visible if _is_for(each, function) for name in each.inputs}


def arguments_of(
    name: str, solved: Callable[..., Any], given: Collection[str], *about: str
) -> tuple[str, ...]:
    """The names of a function's arguments, without those at the end that have defaults which no
    instance replaces.

    Raises `ExerciseError` where one cannot be given by its place.
    """
    parameters = list(inspect.signature(solved).parameters.values())
    while parameters and parameters[-1].default is not inspect.Parameter.empty:
        if parameters[-1].name in given:
            break
        parameters.pop()
    for parameter in parameters:
        if parameter.kind not in _BY_PLACE:
            raise ExerciseError(
                f"{name} takes {_STARS.get(parameter.kind, '')}{parameter.name}, and students' "
                "functions are given each argument by its place: write every argument by its name, "
                "without * and **",
                *about,
            )
    return tuple(parameter.name for parameter in parameters)


def require_defaults(
    function: Function,
    instance: Instance,
    scope: Mapping[str, Any],
    solution: Mapping[str, Any],
) -> None:
    """Raise `ExerciseError` where an instance gives an argument with a default and others do not,
    or the other way round: it would be ignored, or the function not judged there."""
    solved = solution.get(function.name)
    if not function.takes_data or not _is_for(instance, function.name) or not callable(solved):
        return
    signature = inspect.signature(solved).parameters.values()
    optional = {each.name for each in signature if each.default is not inspect.Parameter.empty}
    missing = [name for name in function.arguments if name not in scope]
    lacks = missing if optional.issuperset(missing) else []
    ignored = [n for n in instance.inputs if n in optional and n not in function.arguments]
    for name in [*lacks, *ignored][:1]:
        does = "lacks it, and others give it" if lacks else "gives it, and no visible one does"
        raise ExerciseError(
            f"instance {instance.label!r}: {name} has a default in {function.name}, so that all "
            f"instances for {function.name} give it or none does; this one {does}",
            *("Instance", instance.label),
        )


def require_derived(functions: Collection[Function]) -> None:
    """Raise `ExerciseError` where a derivative is by no argument of what it differentiates, or
    times what is none of its own."""
    known = {function.name: function for function in functions}
    for function in functions:
        taken = {name for of in function.of for name in known[of].arguments}
        for name in function.by:
            if name not in taken and not is_of_protocol(function):
                of = " and ".join(function.of)
                raise ExerciseError(
                    f"function {function.name!r}: derivative: by names {name!r}, which is no "
                    f"argument of {of}",
                    *("Function", function.name),
                )
        times = function.derivative.times if function.derivative else ""
        if times and times not in function.arguments:
            raise ExerciseError(
                f"function {function.name!r}: derivative: times names {times!r}, which is no "
                f"argument of {function.name}",
                *("Function", function.name),
            )


def is_of_protocol(function: Function) -> bool:
    """Whether only the protocol says what a function differentiates by: not all of it is there."""
    row = PROTOCOL.get(function.role or function.name)
    return row is not None and function.derivative is not None and function.derivative.by is row.by


def _is_for(instance: Instance, function: str) -> bool:
    return not instance.only or function in instance.only
