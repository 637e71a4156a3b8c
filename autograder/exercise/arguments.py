"""The arguments of declared functions, as their solutions take them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any

from autograder.exercise.declaration import Exercise
from autograder.exercise.error import ExerciseError
from autograder.exercise.function import Function
from autograder.exercise.instance import Instance
from autograder.exercise.protocol import PROTOCOL
from autograder.sandbox.plain import Opaque, leaves, plain
from autograder.text import listed

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


def defaults(solved: Callable[..., Any] | None) -> dict[str, Any]:
    """The arguments of a function of the solution that have data as defaults, with these."""
    found = {name: plain(value) for name, value in _defaults(solved).items()}
    return {name: value for name, value in found.items() if not _is_opaque(value)}


def _defaults(solved: Callable[..., Any] | None) -> dict[str, Any]:
    parameters = inspect.signature(solved).parameters.values() if inspect.isfunction(solved) else ()
    return {each.name: each.default for each in parameters if each.default is not each.empty}


def _is_opaque(value: Any) -> bool:
    return any(isinstance(leaf, Opaque) for _, leaf in leaves(value))


def require_defaults(
    function: Function,
    instance: Instance,
    scope: Mapping[str, Any],
    solution: Mapping[str, Any],
) -> None:
    """Raise `ExerciseError` where an instance gives an argument with a default and no visible one
    does, so that it would be ignored, or lacks one whose default is no data."""
    solved = solution.get(function.name)
    if not function.takes_data or not _is_for(instance, function.name):
        return
    optional, data = _defaults(solved), defaults(solved)
    missing = [name for name in function.arguments if name not in scope and name not in data]
    lacks = missing if optional.keys() >= {*missing} else []
    ignored = [n for n in instance.inputs if n in optional and n not in function.arguments]
    for name in [*lacks, *ignored][:1]:
        what = "that is no data: give it in every instance for it, or in none"
        if not lacks:
            what = "that no visible instance replaces: give it in a visible one too, or in none"
        raise ExerciseError(
            f"instance {instance.label!r}: {name} has a default in {function.name} {what}",
            *("Instance", instance.label),
        )


def require_derived(functions: Collection[Function]) -> None:
    """Raise `ExerciseError` where a derivative is by no argument of what it differentiates, or
    times what is none of its own, or times more than what it differentiates returns."""
    for function in functions:
        problem = _derivative_problem(function, {each.name: each for each in functions})
        if problem:
            raise ExerciseError(
                f"function {function.name!r}: {problem}", *("Function", function.name)
            )


def _derivative_problem(function: Function, known: Mapping[str, Function]) -> str:
    of = [known[name] for name in function.of]
    taken = {name for each in of for name in each.arguments}
    by = [] if is_of_protocol(function) else [*function.by]
    for name in by:
        if name not in taken:
            return f"by names {name!r}, which is no argument of {listed(function.of)}"
    for name in function.times:
        if name not in function.arguments:
            return f"times names {name!r}, which is no argument of {function.name}"
    if of and len(function.times) > len(of[-1].compared):
        return (
            f"times names {len(function.times)} arguments, so returns of {of[-1].name} must name as "
            "many values that are not its own"
        )
    return ""


def is_of_protocol(function: Function) -> bool:
    """Whether only the protocol says what a function differentiates by: not all of it is there."""
    row = PROTOCOL.get(function.role or function.name)
    return row is not None and function.derivative is not None and function.derivative.by is row.by


def _is_for(instance: Instance, function: str) -> bool:
    return not instance.only or function in instance.only
