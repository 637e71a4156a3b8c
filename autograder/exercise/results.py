"""What the inputs of an instance and the results of a solution must be, so that any submission can
be judged by them.

Each function raises `ExerciseError` with a sentence that says what to change.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.composition import variables_of
from autograder.exercise.error import DEFINED, ExerciseError
from autograder.exercise.function import Function
from autograder.exercise.given import input_problem
from autograder.exercise.instance import Instance
from autograder.exercise.kinds import a_kind
from autograder.exercise.protocol import PROTOCOL
from autograder.sandbox.plain import (
    FLOAT64,
    MAX_TEXT,
    Opaque,
    Path,
    leaves,
    lookup,
    path_text,
    plain,
)
from autograder.text import listed


def require_inputs(instance: Instance, given: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
    """Every input that is ``given`` loses nothing as the plain values ``inputs``, and is finite."""
    about = ("Instance", instance.label)
    what = f"instance {instance.label!r}"
    for name, value in {**given, "activations_at": instance.activations_at}.items():
        problem = input_problem(value)
        if problem:
            raise ExerciseError(f"{what}: the input {name}{problem}", *about)
    elsewhere = instance.activations_at
    for path, leaf in leaves({**inputs, "activations_at": plain(elsewhere)}):
        name = f"{path[0]}{path_text(path[1:])}"
        if isinstance(leaf, Opaque):
            raise ExerciseError(
                f"{what}: the input {name} is {_described(leaf)}, which is no data: give numbers, "
                "arrays of them, strings, None, and dicts, lists and tuples of these",
                *about,
            )
        if isinstance(leaf, (float, np.ndarray)) and not np.isfinite(leaf).all():
            raise ExerciseError(f"{what}: the input {name} is not finite", *about)


def require_result(function: Function, label: str, scope: Mapping[str, Any], result: Any) -> None:
    """A result of the solution is data, its numbers are finite, and what is a new version of an
    argument is like it."""
    problems = itertools.chain(
        _parts_problems(function, result),
        _version_problems(function, scope, result),
        _number_problems(function, result),
    )
    problem = next(problems, "")
    if problem:
        raise ExerciseError(
            f"{function.name} of the solution {problem}, on the instance {label!r}"
            f"{_by_its_name(function, result)}",
            *(DEFINED, function.name),
        )


def require_number(case: Case) -> None:
    """What is differentiated is one number, unless its derivative is given."""
    for function in case.functions.values():
        if not function.of or function.times:
            continue
        last = function.of[-1]
        if last in case.expected and not _is_number(case.expected[last]):
            known = PROTOCOL.get(function.role or function.name)
            why = f", since {function.name} differentiates it and has no times"
            raise ExerciseError(
                f"{last} of the solution must return one number, not "
                f"{_described(case.expected[last])}, on the instance {case.label!r}"
                f"{'' if known and known.of else why}",
                *(DEFINED, last),
            )


def require_served(instance: Instance, functions: Sequence[Function], case: Case) -> None:
    """Raise `ExerciseError` if no function is judged on an instance: it says what the one lacks
    that lacks the fewest arguments, of those that the instance is for."""
    lacking = [
        (function.name, [name for name in function.arguments if name not in case.inputs])
        for function in functions
        if not instance.only or function.name in instance.only
    ]
    if lacking and not case.expected:
        name, names = min(lacking, key=lambda each: len(each[1]))
        raise ExerciseError(
            f"instance {instance.label!r}: no function has all its arguments here; {name} lacks "
            f"{listed(names)}",
            *("Instance", instance.label),
        )


def require_something(cases: Sequence[Case]) -> None:
    """Every function returns something to compare on one of the cases, and None on none: with
    nothing, any result would be right."""
    compared = {
        name
        for case in cases
        for name, result in case.expected.items()
        if not all(isinstance(leaf, Opaque) for _, leaf in leaves(result))
    }
    for case in cases:
        for name, result in case.expected.items():
            if result is None or name not in compared:
                what = "nothing but its own values" if result else repr(result)
                raise ExerciseError(
                    f"{name} of the solution must return something to compare, and returns {what}, "
                    f"on the instance {case.label!r}",
                    *(DEFINED, name),
                )


def require_derivatives(
    function: Function, label: str, scope: Mapping[str, Any], result: Any
) -> None:
    """There is a derivative with respect to every entry of the arguments that are differentiated
    by, in its shape."""
    for variable in variables_of(function, scope, result):
        shape = np.shape(lookup(scope[variable.argument], variable.path))
        if _shape(result, variable.entry) != shape:
            raise ExerciseError(
                f"{function.name} of the solution must return a derivative with respect to "
                f"{variable.name}, in its shape, on the instance {label!r}",
                *(DEFINED, function.name),
            )


def require_differentiated(function: Function, cases: Sequence[Case]) -> None:
    """There is something to differentiate by, in each argument, on one of the solved cases: with
    nothing, any derivatives would be right."""
    found = (variables_of(function, case.inputs, case.expected[function.name]) for case in cases)
    known = {variable.argument for each in found for variable in each}
    for name in function.by if cases else ():
        if name not in known:
            raise ExerciseError(
                f"function {function.name!r}: it differentiates {' and '.join(function.of)} by "
                f"{name}, and no visible instance has floating-point numbers there: write 1.0 for "
                "1, or name other arguments in derivative=Derivative(..., by=...)",
                *("Function", function.name),
            )


def _shape(result: Any, path: Path) -> tuple[int, ...] | None:
    """The shape of an array or a number in a result; None if there is none."""
    try:
        value = lookup(result, path)
    except (LookupError, TypeError):
        return None
    return np.shape(value) if isinstance(value, (int, float, np.ndarray)) else None


def _parts_problems(function: Function, result: Any) -> Iterator[str]:
    parts = function.parts
    if parts and (not isinstance(result, tuple) or len(result) != len(parts)):
        wanted = ", ".join(parts)
        yield f"must return a tuple of {len(parts)}: {wanted}; not {_described(result)}"


def _by_its_name(function: Function, result: Any) -> str:
    """What to do where only the name of a function asks for a tuple that it does not return."""
    row, parts = PROTOCOL.get(function.name), function.parts
    is_tuple = isinstance(result, tuple) and len(result) == len(parts)
    if not parts or is_tuple or function.role or row is None or row.returns != function.returns:
        return ""
    return f". If it is no {function.name} of the protocol, say in returns=... what it gives"


def _version_problems(function: Function, scope: Mapping[str, Any], result: Any) -> Iterator[str]:
    """How a new version of an argument differs from it in structure."""
    places: list[Path] = [(at,) for at in range(len(function.parts))] or [()]
    for place in places:
        old = function.old(place)
        if old is None or old[0] not in scope:
            continue
        wanted = dict(leaves(scope[old[0]]))
        given = dict(leaves(lookup(result, place)))
        for path in [*wanted, *given]:
            if path not in given or path not in wanted:
                missing = "has no" if path not in given else "has another"
                name = f"{old[0]}{path_text(path)}"
                yield f"must return new {old[0]} like the ones it is given; it {missing} {name}"
            elif np.shape(given[path]) != np.shape(wanted[path]):
                name = f"{old[0]}{path_text(path)}"
                like = f"must return new {old[0]} like the ones it is given"
                yield f"{like}; {name} has another shape"


def _number_problems(function: Function, result: Any) -> Iterator[str]:
    own = {(at,) for at, name in enumerate(function.parts) if name in function.own}
    for path, leaf in leaves(result):
        if path[:1] in own:
            continue
        if isinstance(leaf, float) and math.isfinite(leaf):
            continue
        if isinstance(leaf, np.ndarray) and leaf.dtype is FLOAT64 and np.isfinite(leaf).all():
            continue  # what nearly all are
        name = function.named(path) if path else "its result"
        if leaf is not None and not isinstance(leaf, (str, int, float, np.ndarray)):
            yield f"must return data, and {name} is {_described(leaf)}"
        elif isinstance(leaf, str) and len(leaf) >= MAX_TEXT:
            yield f"must return texts of fewer than {MAX_TEXT} characters, and {name} is longer"
        elif isinstance(leaf, np.ndarray) and leaf.dtype.kind not in "biuf":
            yield f"must return real numbers, and {name} holds {leaf.dtype.name}"
        elif isinstance(leaf, (int, float, np.ndarray)) and not np.isfinite(leaf).all():
            wrong = np.argwhere(~np.isfinite(leaf))[0].tolist()
            number = np.asarray(leaf)[tuple(wrong)]
            yield f"must return finite numbers, and {name}{wrong or ''} is {number}"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) or (isinstance(value, np.ndarray) and value.ndim == 0)


def _described(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    if value is None:
        return "None"
    return a_kind(value.type_name if isinstance(value, Opaque) else type(value).__name__)
