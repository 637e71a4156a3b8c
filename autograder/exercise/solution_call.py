"""One call of a solution's function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.exercise.error import DEFINED, ExerciseError
from autograder.exercise.function import Function
from autograder.exercise.given import key_problem
from autograder.exercise.instance import Instance
from autograder.exercise.probes import called
from autograder.sandbox.plain import copy_plain, plain


def call_solution(
    function: Function, scope: Mapping[str, Any], solution: Mapping[str, Any], instance: Instance
) -> Any:
    """The result of the solution's function, as a plain value; raises `ExerciseError` if it
    fails, or if its result has keys that no plain value has."""
    given = [copy_plain(scope.get(name)) for name in function.arguments]
    try:
        # What it warns of is for the check of its behaviour.
        with np.errstate(all="ignore"):
            result = called(solution, function.name)(*given)
            problem = key_problem(_compared(function, result))
            data = plain(result)
    except (Exception, SystemExit) as error:
        raise ExerciseError(
            f"{function.name} of the solution fails on the instance {instance.label!r}: "
            f"{error_text(error)}",
            *(DEFINED, function.name),
        ) from error
    if problem:
        raise ExerciseError(
            f"{function.name} of the solution must return data, and its result{problem}, on the "
            f"instance {instance.label!r}",
            *(DEFINED, function.name),
        )
    return data


def _compared(function: Function, result: Any) -> Any:
    """A result without what is the answer's own."""
    if not function.own or not isinstance(result, tuple):
        return result
    own = [at for at, name in enumerate(function.parts) if name in function.own]
    return tuple(value for at, value in enumerate(result) if at not in own)


def error_text(error: BaseException) -> str:
    """What was raised, as Python prints it."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
