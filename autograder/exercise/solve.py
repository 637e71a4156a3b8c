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
    DEFINED,
    EXERCISE,
    Choice,
    Exercise,
    ExerciseError,
    Function,
    Instance,
    Printed,
    check_instance,
    printed_about,
    require_distinct,
)
from autograder.exercise.protocol import ACTIVATIONS, FORWARD, Role
from autograder.exercise.results import require_inputs, require_protocol, require_result
from autograder.precision import SINGLE, Precision
from autograder.sandbox.plain import Path, copy_plain, leaves, map_leaves, plain


def make_answer_key(
    name: str, exercise: Exercise, solution: Mapping[str, Any], precision: Precision = SINGLE
) -> AnswerKey:
    """Compute the visible answer key of an exercise from its solution's functions.

    Raises `ExerciseError` if the solution lacks a function or a printed number, fails on an
    instance, gives what cannot be judged, or does not choose an option.
    """
    functions = [_with_arguments(function, exercise, solution) for function in exercise.functions]
    require_protocol(functions)
    cases = [
        _solve(instance, functions, solution, hidden=False, precision=precision)
        for instance in exercise.visible
    ]
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
        precision=precision,
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
            f"no {entry} there with as many numbers ({size})",
            *printed_about(printed),
        )


def _right_option(choice: Choice, solution: Mapping[str, Any]) -> int:
    """The option that the solution chooses."""
    most = len(choice.reasons)
    if not callable(solution.get(choice.name)):
        raise ExerciseError(
            f"choice {choice.name!r}: the solution does not define {choice.name}",
            *("Choice", choice.name),
        )
    try:
        option = solution[choice.name]()
    except (Exception, SystemExit) as error:
        raise ExerciseError(
            f"{choice.name} of the solution fails: {error_text(error)}",
            *(DEFINED, choice.name),
        ) from error
    if type(option) is not int or not 1 <= option <= most:
        raise ExerciseError(
            f"{choice.name} of the solution must return a whole number from 1 to {most}, "
            f"not {option!r}",
            *(DEFINED, choice.name),
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
    answer_key: AnswerKey,
    solution: Mapping[str, Any],
    rng: np.random.Generator,
) -> list[Case]:
    """The hidden cases of an answer key, drawn with ``rng``. Raises `ExerciseError` if drawing or
    solving fails, or if there are points for hidden instances but none is drawn."""
    try:
        drawn = list(exercise.draw(rng))
    except (Exception, SystemExit) as error:
        raise ExerciseError(f"draw fails: {error_text(error)}", *(EXERCISE, "draw")) from error
    functions, precision = answer_key.functions, answer_key.precision
    if not drawn and any("hidden" in function.points for function in functions):
        raise ExerciseError(
            "draw gives no hidden instance, but there are points for them", *(EXERCISE, "draw")
        )
    for instance in drawn:
        check_instance(instance)
    require_distinct(exercise.visible, drawn)
    return [_solve(each, functions, solution, hidden=True, precision=precision) for each in drawn]


def error_text(error: BaseException) -> str:
    """What was raised, as Python prints it."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


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
    functions, precision = answer_key.functions, answer_key.precision
    for instance, case in zip(exercise.visible, answer_key.cases, strict=False):
        new = case.expected.keys() - covered
        if case.two_right_backwards or not new:
            continue
        inputs = {name: plain(value) for name, value in instance.inputs.items()}
        shares = shares_of(inputs, rng)
        try:
            for step in (1, 2):
                moved = dataclasses.replace(instance, inputs=moved_by(inputs, shares, step))
                solved = _solve(moved, functions, solution, hidden=True, precision=precision)
                expected = {name: solved.expected[name] for name in new}
                found.append(
                    NearCase(
                        f"{case.label}, moved {step}",
                        case.dims,
                        solved.inputs,
                        expected,
                        hidden=True,
                        precision=precision,
                        of=case.label,
                    )
                )
        except ExerciseError:
            continue
        covered |= new
    return found


def shares_of(inputs: Any, rng: np.random.Generator, most: float = NEARBY) -> dict[Path, Any]:
    """A random relative change, in the leaf's shape, for each leaf of a plain value: half the
    ``most`` or more, up or down."""

    def share(shape: tuple[int, ...]) -> Any:
        return most * rng.uniform(0.5, 1.0, shape) * rng.choice((-1.0, 1.0), shape)

    in_order = sorted(leaves(inputs), key=lambda found: found[0])
    return {path: share(np.shape(leaf)) for path, leaf in in_order}


def moved_by(inputs: Any, shares: Mapping[Path, Any], steps: int) -> Any:
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
    if not inspect.isfunction(solved):
        does = "does not define it" if solved is None else "binds it to no function"
        raise ExerciseError(
            f"function {function.name!r}: the solution {does}", *("Function", function.name)
        )
    names = solved.__code__.co_names
    return dataclasses.replace(
        function,
        arguments=tuple(inspect.signature(solved).parameters),
        calls=tuple(f.name for f in exercise.functions if f.name in names),
    )


def _solve(
    instance: Instance,
    functions: Sequence[Function],
    solution: Mapping[str, Any],
    hidden: bool,
    precision: Precision,
) -> Case:
    """Run the solution's functions in order; each adds the arguments of later ones."""
    scope: dict[str, Any] = {name: plain(value) for name, value in instance.inputs.items()}
    protocol = any(function.role.given for function in functions)
    require_inputs(instance, scope, protocol)
    at = instance.activations_at
    recomputed = dict(scope)
    if at is not None:
        forward = _forward(instance, scope, functions)
        scope.update(
            _activations({**scope, FORWARD.given[0]: plain(at)}, forward, instance, solution)
        )
        recomputed.update(_activations(recomputed, forward, instance, solution))
    expected: dict[str, Any] = {}
    also_right: dict[str, Any] = {}
    for function in functions:
        if not all(name in scope for name in function.arguments):
            continue
        result = expected[function.name] = _call(
            function.name, function.arguments, scope, solution, instance
        )
        require_result(function, instance.label, scope, result)
        if function.role.derives and at is not None:
            also_right[function.name] = _call(
                function.name, function.arguments, recomputed, solution, instance
            )
        scope = {**_handed_on(function.role, result), **scope}
    return Case(
        instance.label, dict(instance.dims), scope, expected, hidden, at, also_right, precision
    )


def _forward(
    instance: Instance, scope: Mapping[str, Any], functions: Sequence[Function]
) -> Function:
    """The function that computes activations at other parameters."""
    forward = next((function for function in functions if function.role is FORWARD), None)
    if forward is None or not all(name in scope for name in forward.arguments):
        raise ExerciseError(
            f"instance {instance.label!r}: activations_at needs a function {FORWARD.name}, and "
            f"{' and '.join(FORWARD.given)} among the inputs",
            *("Instance", instance.label),
        )
    return forward


def _activations(
    scope: Mapping[str, Any], forward: Function, instance: Instance, solution: Mapping[str, Any]
) -> dict[str, Any]:
    """What later functions get of the activations, by name."""
    result = _call(forward.name, forward.arguments, scope, solution, instance)
    require_result(forward, instance.label, scope, result)
    return _handed_on(FORWARD, result)


def _call(
    function: str,
    arguments: Sequence[str],
    scope: Mapping[str, Any],
    solution: Mapping[str, Any],
    instance: Instance,
) -> Any:
    """The result of the solution's function, as a plain value."""
    given = [copy_plain(scope.get(name)) for name in arguments]
    try:
        # What it warns of is for the check of its behaviour.
        with np.errstate(all="ignore"):
            return plain(solution[function](*given))
    except (Exception, SystemExit) as error:
        raise ExerciseError(
            f"{function} of the solution fails on the instance {instance.label!r}: "
            f"{error_text(error)}",
            *(DEFINED, function),
        ) from error


def _handed_on(role: Role, result: Any) -> dict[str, Any]:
    """The arguments that later functions get from a result, by name."""
    return {
        argument: result if entry is None else result[entry]
        for argument, entry in role.hands_on.items()
    }
