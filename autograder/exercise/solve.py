"""Computes the expected values: runs the solution on every instance, visible, hidden and near."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case, ChoiceKey, NearCase
from autograder.exercise.dataflow import find_feeds
from autograder.exercise.declaration import (
    Choice,
    Exercise,
    ExerciseError,
    Function,
    Instance,
    Printed,
)
from autograder.exercise.protocol import ACTIVATIONS, FORWARD, Role
from autograder.sandbox.plain import Path, copy_plain, leaves, map_leaves, plain


def make_answer_key(name: str, exercise: Exercise, solution: Mapping[str, Any]) -> AnswerKey:
    """Compute the visible answer key of an exercise from its solution's functions.

    Raises `ExerciseError` if the solution lacks a function or a printed number, fails on an
    instance, or does not choose an option.
    """
    functions = [_with_arguments(function, exercise, solution) for function in exercise.functions]
    cases = [_solve(instance, functions, solution, hidden=False) for instance in exercise.visible]
    for printed in exercise.printed:
        _require_given(printed, next(case for case in cases if case.label == printed.instance))
    return AnswerKey(
        name,
        exercise.title,
        functions,
        cases,
        exercise.printed,
        feeds=_feeds(functions, cases[0], solution),
        answers=ChoiceKey({c.name: _right_option(c, solution) for c in exercise.choices}),
        choices=[choice.form for choice in exercise.choices],
    )


def _require_given(printed: Printed, case: Case) -> None:
    given = case.expected.get(printed.function)
    if printed.entry is not None:
        given = given.get(printed.entry) if isinstance(given, Mapping) else None
    size = np.size(printed.values)
    if not isinstance(given, (np.ndarray, float, int)) or np.size(given) != size:
        entry = "result" if printed.entry is None else repr(printed.entry)
        raise ExerciseError(
            f"printed numbers of {printed.function!r} on {printed.instance!r}: the solution gives "
            f"no {entry} there with as many numbers ({size})"
        )


def _right_option(choice: Choice, solution: Mapping[str, Any]) -> int:
    """The option that the solution chooses."""
    most = len(choice.reasons)
    try:
        option = solution[choice.name]()
    except Exception as error:
        raise ExerciseError(
            f"{choice.name} of the solution fails: {type(error).__name__}: {error}"
        ) from error
    if type(option) is not int or not 1 <= option <= most:
        raise ExerciseError(
            f"{choice.name} of the solution must return a whole number from 1 to {most}, "
            f"not {option!r}"
        )
    return option


def _feeds(
    functions: Sequence[Function], case: Case, solution: Mapping[str, Any]
) -> Mapping[str, Sequence[str]]:
    """What each activation of the solution's `forward` is computed from, by name."""
    forward = next(
        (function for function in functions if ACTIVATIONS in function.role.hands_on), None
    )
    if forward is None or not isinstance(case.expected.get(forward.name), Mapping):
        return {}
    given = {name: case.inputs[name] for name in forward.arguments}
    return find_feeds(solution[forward.name], given)


def draw_cases(
    exercise: Exercise,
    functions: Sequence[Function],
    solution: Mapping[str, Any],
    rng: np.random.Generator,
) -> list[Case]:
    """The hidden cases drawn with ``rng``. Raises `ExerciseError` if drawing or solving fails, or
    if there are points for hidden instances but none is drawn."""
    try:
        drawn = list(exercise.draw(rng))
    except Exception as error:
        raise ExerciseError(f"draw fails: {type(error).__name__}: {error}") from error
    if not drawn and any("hidden" in function.points for function in functions):
        raise ExerciseError("draw gives no hidden instance, but there are points for them")
    return [_solve(each, functions, solution, hidden=True) for each in drawn]


#: The largest relative change of each number from a visible case to the first case near it.
NEARBY = 1e-3


def draw_near(
    exercise: Exercise, answer_key: AnswerKey, solution: Mapping[str, Any], rng: np.random.Generator
) -> list[NearCase]:
    """Cases near the visible ones of an answer key: two for each, in a line with it and evenly
    spaced, for the functions that no earlier visible case has.

    A function that computes its results gives slightly changed ones there; one that looks them up
    or invents them does not. A visible case near which the solution fails has none.
    """
    found: list[NearCase] = []
    covered: set[str] = set()
    for instance, case in zip(exercise.visible, answer_key.cases, strict=False):
        new = case.expected.keys() - covered
        if case.two_right_backwards or not new:
            continue
        inputs = {name: plain(value) for name, value in instance.inputs.items()}
        shares = _shares(inputs, rng)
        try:
            for step in (1, 2):
                moved = dataclasses.replace(instance, inputs=_moved(inputs, shares, step))
                solved = _solve(moved, answer_key.functions, solution, hidden=True)
                expected = {name: solved.expected[name] for name in new}
                label = f"{case.label}, moved {step}"
                found.append(
                    NearCase(label, case.dims, solved.inputs, expected, True, of=case.label)
                )
        except ExerciseError:
            continue
        covered |= new
    return found


def _shares(inputs: Any, rng: np.random.Generator) -> dict[Path, Any]:
    """A random relative change, in the leaf's shape, for each leaf of a plain value."""

    def share(shape: tuple[int, ...]) -> Any:
        return NEARBY * rng.uniform(0.5, 1.0, shape) * rng.choice((-1.0, 1.0), shape)

    in_order = sorted(leaves(inputs), key=lambda found: found[0])
    return {path: share(np.shape(leaf)) for path, leaf in in_order}


def _moved(inputs: Any, shares: Mapping[Path, Any], steps: int) -> Any:
    """A plain value with its floating-point numbers moved; 0 stays 0, and counts stay counts."""

    def moved(path: Path, leaf: Any) -> Any:
        if isinstance(leaf, float):
            return leaf * (1.0 + steps * float(shares[path]))
        is_float = isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"
        return leaf * (1.0 + steps * shares[path]) if is_float else leaf

    return map_leaves(moved, inputs)


def _with_arguments(
    function: Function, exercise: Exercise, solution: Mapping[str, Any]
) -> Function:
    solved = solution.get(function.name)
    if not callable(solved):
        raise ExerciseError(f"the solution does not define {function.name}")
    names = solved.__code__.co_names
    return dataclasses.replace(
        function,
        arguments=tuple(inspect.signature(solved).parameters),
        calls=tuple(f.name for f in exercise.functions if f.name in names),
    )


def _solve(
    instance: Instance, functions: Sequence[Function], solution: Mapping[str, Any], hidden: bool
) -> Case:
    """Run the solution's functions in order; each adds the arguments of later ones."""
    scope: dict[str, Any] = {name: plain(value) for name, value in instance.inputs.items()}
    at = instance.activations_at
    if at is not None:
        elsewhere = copy_plain({**scope, "params": at})
        result = plain(solution[FORWARD.name](*(elsewhere[name] for name in FORWARD.given)))
        scope.update(_handed_on(FORWARD, result))
    expected: dict[str, Any] = {}
    for function in functions:
        if not all(name in scope for name in function.arguments):
            continue
        arguments = [copy_plain(scope[name]) for name in function.arguments]
        try:
            result = plain(solution[function.name](*arguments))
        except Exception as error:
            raise ExerciseError(
                f"{function.name} of the solution fails on the instance {instance.label!r}: "
                f"{type(error).__name__}: {error}"
            ) from error
        expected[function.name] = result
        if function.role.derives:
            _require_gradients(scope.get("params", {}), result)
        scope = {**_handed_on(function.role, result), **scope}
    return Case(instance.label, dict(instance.dims), scope, expected, hidden, at)


def _handed_on(role: Role, result: Any) -> dict[str, Any]:
    """The arguments that later functions get from a result, by name."""
    for name in filter(None, role.hands_on.values()):
        if not isinstance(result, dict) or name not in result:
            raise ExerciseError(
                f'{role.name} of the solution must return a dict with "{name}" in it'
            )
    return {
        argument: result if entry is None else result[entry]
        for argument, entry in role.hands_on.items()
    }


def _require_gradients(params: Any, grads: Any) -> None:
    given = grads if isinstance(grads, dict) else {}
    for name, value in params.items():
        if name not in given or np.shape(given[name]) != np.shape(value):
            raise ExerciseError(
                "backward of the solution must return a derivative with respect to every "
                f"parameter, in its shape; the one for {name!r} is missing or has another shape"
            )
