"""What the inputs of an instance and the results of a solution must be, so that any submission can
be judged by them.

Each function raises `ExerciseError` with a sentence that says what to change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.declaration import DEFINED, ExerciseError, Function, Instance, a_kind
from autograder.exercise.protocol import PARAMETERS, Role
from autograder.report import ACTIVATION, LOSS
from autograder.sandbox.plain import FLOAT64, Opaque, Path, leaves

PARAMS = "params"


def require_protocol(functions: Sequence[Function]) -> None:
    """The functions of the protocol take the arguments with which the judge calls them."""
    names = [function.name for function in functions]
    for function in functions:
        given = function.role.given
        if given and function.arguments != given:
            raise ExerciseError(
                f"{function.name} of the solution must be defined as "
                f"{function.name}({', '.join(given)}), since it is called so; it is "
                f"{function.name}({', '.join(function.arguments)})",
                *(DEFINED, function.name),
            )
        missing = [name for name in function.role.derives if name not in names]
        if missing:
            raise ExerciseError(
                f"function {function.name!r}: it differentiates "
                f"{' and '.join(function.role.derives)}, and there is no function {missing[0]!r}",
                *("Function", function.name),
            )


def require_inputs(instance: Instance, inputs: Mapping[str, Any], protocol: bool) -> None:
    """Every input comes back from the released copy as it was, and where functions of the
    ``protocol`` are judged every parameter is an array."""
    about = ("Instance", instance.label)
    what = f"instance {instance.label!r}"
    for path, leaf in leaves({**inputs, **_elsewhere(instance)}):
        name = _name(path[0], path[1:])
        if isinstance(leaf, Opaque):
            raise ExerciseError(
                f"{what}: the input {name} is {_described(leaf)}, which is no data", *about
            )
        # The copy that students get holds every array as float64.
        if isinstance(leaf, np.ndarray) and leaf.dtype != FLOAT64:
            raise ExerciseError(
                f"{what}: the input {name} holds {leaf.dtype.name}, and the released copy holds "
                "only float64, so that `check` would refuse what is right. Give it as float64, "
                f"with .astype(float); where the functions need {_kind(leaf)}, they convert it",
                *about,
            )
        if isinstance(leaf, (float, np.ndarray)) and not np.isfinite(leaf).all():
            raise ExerciseError(f"{what}: the input {name} is not finite", *about)
    for params in (inputs.get(PARAMS), instance.activations_at):
        if protocol and params is not None:
            _require_parameters(what, params, about)


def _elsewhere(instance: Instance) -> dict[str, Any]:
    return {} if instance.activations_at is None else {"activations_at": instance.activations_at}


def _kind(array: np.ndarray) -> str:
    return {"b": "truth values", "i": "integers", "u": "integers"}.get(array.dtype.kind, "others")


def _require_parameters(what: str, params: Any, about: Sequence[str]) -> None:
    if not isinstance(params, Mapping):
        raise ExerciseError(f"{what}: params must be a dict of arrays by name", *about)
    for name, value in params.items():
        if isinstance(value, (int, float)) or (isinstance(value, np.ndarray) and not value.ndim):
            raise ExerciseError(
                f"{what}: the parameter {name!r} is a single number, and must be an array: write "
                f"np.array([{float(value):g}])",
                *about,
            )
        if not isinstance(value, np.ndarray) or not value.size:
            raise ExerciseError(
                f"{what}: the parameter {name!r} must be an array of numbers, not "
                f"{_described(value)}",
                *about,
            )


def require_result(function: Function, label: str, scope: Mapping[str, Any], result: Any) -> None:
    """A result of the solution is made of finite numbers, in the form that its role asks for."""
    role = function.role
    form = next(_form_problems(role, scope.get(PARAMS, {}), result), "") if role.given else ""
    problem = form or next(_number_problems(function, result), "")
    if problem:
        raise ExerciseError(
            f"{function.name} of the solution {problem}, on the instance {label!r}",
            *(DEFINED, function.name),
        )


def _form_problems(role: Role, params: Mapping[str, Any], result: Any) -> Iterator[str]:
    if role.computes == LOSS and not _is_number(result):
        yield f"must return one number, not {_described(result)}"
    if role.computes == ACTIVATION and not isinstance(result, dict):
        yield f"must return a dict of arrays, not {_described(result)}"
    for entry in filter(None, role.hands_on.values()):
        if entry not in result:
            yield f'must return a dict with "{entry}" in it'
    if role.derives:
        yield from _missing(result, params, "a derivative with respect to every parameter")
    if role.result in PARAMETERS:
        yield from _missing(result, params, "every parameter", exactly=True)
    if role.parts:
        yield from _part_problems(role, params, result)


def _part_problems(role: Role, params: Mapping[str, Any], result: Any) -> Iterator[str]:
    wanted = ", ".join(role.parts)
    if not isinstance(result, tuple) or len(result) != len(role.parts):
        yield f"must return a tuple of {len(role.parts)}: {wanted}; not {_described(result)}"
        return
    for part, value in zip(role.parts, result, strict=True):
        if part in PARAMETERS:
            yield from _missing(value, params, f"as its {part} every parameter", exactly=True)
        elif not _is_list_of_numbers(value):
            yield f"must return as its {part} a list with a number for each step"


def _missing(
    result: Any, params: Mapping[str, Any], what: str, exactly: bool = False
) -> Iterator[str]:
    given = result if isinstance(result, dict) else {}
    for name, value in params.items():
        if name not in given or np.shape(given[name]) != np.shape(value):
            yield (
                f"must return {what}, in its shape; the one for {name!r} is missing or has another "
                "shape"
            )
    extra = [name for name in given if name not in params]
    if exactly and extra:
        yield f"must return {what} and nothing else, and returns {extra[0]!r}"


def _number_problems(function: Function, result: Any) -> Iterator[str]:
    for path, leaf in leaves(result):
        name = _name(function.role.result or "its result", path) if path else "its result"
        if not isinstance(leaf, (int, float, np.ndarray)):
            yield f"must return numbers, and {name} is {_described(leaf)}"
        elif isinstance(leaf, np.ndarray) and leaf.dtype.kind not in "biuf":
            yield f"must return real numbers, and {name} holds {leaf.dtype.name}"
        elif not np.isfinite(leaf).all():
            wrong = np.argwhere(~np.isfinite(leaf))[0].tolist()
            number = np.asarray(leaf)[tuple(wrong)]
            yield f"must return finite numbers, and {name}{wrong or ''} is {number}"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) or (isinstance(value, np.ndarray) and value.ndim == 0)


def _is_list_of_numbers(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim == 1 and value.size > 0
    return isinstance(value, list) and bool(value) and all(map(_is_number, value))


def _described(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    if value is None:
        return "None"
    return a_kind(value.type_name if isinstance(value, Opaque) else type(value).__name__)


def _name(root: str, path: Path) -> str:
    return root + "".join(f'["{key}"]' if isinstance(key, str) else f"[{key}]" for key in path)
