"""Computes the expected values: runs the solution on every instance, visible, hidden and near."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case, ChoiceKey, Feeds, NearCase, Trial
from autograder.exercise.arguments import defaults, require_defaults
from autograder.exercise.choice import Choice
from autograder.exercise.composition import filled
from autograder.exercise.computation import computed_together
from autograder.exercise.data import DataFiles, references, require_released
from autograder.exercise.dataflow import read_feeds, result_names, short_name
from autograder.exercise.declaration import Exercise
from autograder.exercise.error import DEFINED, EXERCISE, ExerciseError
from autograder.exercise.function import Function
from autograder.exercise.given import as_data
from autograder.exercise.instance import (
    Instance,
    require_distinct,
    require_functions,
    require_instance,
)
from autograder.exercise.kinds import a_kind
from autograder.exercise.linking import (
    linked,
    require_judged,
    sources,
    with_arguments,
    with_uses,
)
from autograder.exercise.printed import Printed, printed_about
from autograder.exercise.probes import called
from autograder.exercise.results import (
    require_derivatives,
    require_inputs,
    require_number,
    require_result,
    require_served,
    require_something,
)
from autograder.exercise.solution_call import call_solution, error_text
from autograder.exercise.trials import make_trials
from autograder.precision import SINGLE, Precision
from autograder.sandbox.plain import ANYTHING, Path, leaves, map_leaves, plain

NO_FILES = DataFiles()


def make_answer_key(
    name: str,
    exercise: Exercise,
    solution: Mapping[str, Any],
    source: str = "",
    precision: Precision = SINGLE,
    files: DataFiles = NO_FILES,
) -> AnswerKey:
    """Compute the visible answer key of an exercise from its solution's functions and source, and
    its data files.

    Raises `ExerciseError` if the solution lacks a function or a printed number, fails on an
    instance, gives what cannot be judged, or does not choose an option.
    """
    functions = with_arguments(exercise, source, solution)
    for instance in exercise.visible:
        require_released(instance, exercise.data)
    solved = [
        _solve(instance, functions, solution, files, hidden=False, precision=precision)
        for instance in exercise.visible
        if not instance.held_out
    ]
    functions = with_uses(linked(functions, solved), solved, solution)
    forms = {function.name: function for function in functions}
    cases = [dataclasses.replace(case, functions=forms) for case in solved]
    for case in cases:
        require_number(case)
    for printed in exercise.printed:
        _require_given(printed, next(case for case in cases if case.label == printed.instance))
    return AnswerKey(
        name,
        exercise.title,
        functions,
        cases,
        exercise.printed,
        feeds=_feeds(functions, cases, solution),
        answers=ChoiceKey({c.name: _right_option(c, solution) for c in exercise.choices}),
        choices=[choice.form for choice in exercise.choices],
        trials=make_trials(exercise.visible, functions, solution, files),
        data=list(exercise.data),
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
    functions: Sequence[Function], cases: Sequence[Case], solution: Mapping[str, Any]
) -> dict[str, dict[str, Feeds]]:
    """What is computed from what, by case and function: of all functions that are drawn, but for
    derivatives, whose graph is that of what they differentiate in reverse."""
    found: dict[str, dict[str, Feeds]] = {}
    known: dict[str, Feeds] = {}
    alone = {group[0].name for group in computed_together(functions) if len(group) == 1}
    for case in cases:
        for function in functions:
            name, expected = function.name, case.expected.get(function.name)
            if function.of or name not in case.expected:
                continue
            if name in alone and len(result_names(function, expected)) < 2:
                continue  # not drawn
            given, solved = filled(case, function, solution), called(solution, name)
            feeds = {
                short_name(part): [*map(short_name, by)]
                for part, by in read_feeds(solved, function, given, expected).items()
            }
            if feeds and (known.setdefault(name, feeds) is feeds or known[name] != feeds):
                found.setdefault(case.label, {})[name] = feeds
    return found


def draw_cases(
    exercise: Exercise,
    answer_key: AnswerKey,
    solution: Mapping[str, Any],
    rng: np.random.Generator,
    files: DataFiles = NO_FILES,
) -> tuple[list[Case], list[Trial]]:
    """The hidden cases and trials of an answer key, drawn with ``rng``.

    Raises `ExerciseError` if drawing or solving fails, or if there are points for hidden instances
    but none is drawn.
    """
    drawn = _drawn(exercise, rng)
    functions, precision = answer_key.functions, answer_key.precision
    for instance in drawn:
        require_instance(instance)
        require_functions(instance, [function.name for function in functions])
    require_distinct(exercise.visible, drawn)
    compared = [each for each in drawn if not each.held_out]
    if not compared and any("hidden" in function.points for function in functions):
        raise ExerciseError(
            "draw gives no hidden instance, but there are points for them", *(EXERCISE, "draw")
        )
    cases = [
        _solve(each, functions, solution, files, hidden=True, precision=precision)
        for each in compared
    ]
    forms = {function.name: function for function in functions}
    cases = [dataclasses.replace(case, functions=forms) for case in cases]
    for case in cases:
        require_number(case)
    require_something([*answer_key.cases, *cases])
    trials = make_trials(drawn, functions, solution, files, answer_key.trials)
    require_judged(functions, answer_key.cases, cases, [*answer_key.trials, *trials])
    visible = [each for each in exercise.visible if not each.held_out]
    every = zip([*visible, *compared], [*answer_key.cases, *cases], strict=True)
    for instance, case in every:
        require_served(instance, functions, case)
    return cases, trials


def _drawn(exercise: Exercise, rng: np.random.Generator) -> list[Instance]:
    about = (EXERCISE, "draw")
    try:
        drawn = exercise.draw(rng)
        if isinstance(drawn, Iterable) and not isinstance(drawn, (str, Mapping)):
            return list(drawn)
    except (Exception, SystemExit) as error:
        raise ExerciseError(f"draw fails: {error_text(error)}", *about) from error
    got = "None" if drawn is None else a_kind(type(drawn).__name__)
    raise ExerciseError(f"draw must return a list of instances, not {got}", *about)


#: The largest relative change of each number from a visible case to the first case near it.
NEARBY = 1e-3


def draw_near(
    exercise: Exercise,
    answer_key: AnswerKey,
    solution: Mapping[str, Any],
    rng: np.random.Generator,
    files: DataFiles = NO_FILES,
) -> list[NearCase]:
    """Cases near the visible ones of an answer key: two for each, in a line with it and evenly
    spaced, for the functions that no earlier visible case has.

    A function that computes its results gives slightly changed ones there; one that looks them up
    or invents them does not. A visible case near which the solution fails has none.
    """
    found: list[NearCase] = []
    covered: set[str] = set()
    functions, precision = answer_key.functions, answer_key.precision
    compared = (instance for instance in exercise.visible if not instance.held_out)
    for instance, case in zip(compared, answer_key.cases, strict=False):
        new = case.expected.keys() - covered
        if case.elsewhere or not new:
            continue
        given = files.read(instance.label, instance.inputs)
        inputs = {name: plain(value) for name, value in given.items()}
        shares = shares_of(inputs, rng)
        try:
            for step in (1, 2):
                moved = dataclasses.replace(instance, inputs=moved_by(inputs, shares, step))
                solved = _solve(moved, functions, solution, files, hidden=True, precision=precision)
                expected = {name: solved.expected[name] for name in new}
                found.append(
                    NearCase(
                        f"{case.label}, moved {step}",
                        case.dims,
                        solved.inputs,
                        expected,
                        hidden=True,
                        precision=precision,
                        given=case.given,
                        functions=case.functions,
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
        if not isinstance(leaf, np.ndarray) or leaf.dtype.kind != "f":
            return leaf
        # As coarse as it was: a function of float32 computes in float32.
        return (leaf * (1.0 + steps * shares[path])).astype(leaf.dtype)

    return map_leaves(moved, inputs)


def _solve(
    instance: Instance,
    functions: Sequence[Function],
    solution: Mapping[str, Any],
    files: DataFiles,
    hidden: bool,
    precision: Precision,
) -> Case:
    """Run the solution's functions in order; each adds the arguments of later ones."""
    given = files.read(instance.label, instance.inputs)
    scope: dict[str, Any] = {name: as_data(value) for name, value in given.items()}
    require_inputs(instance, given, scope)
    elsewhere = _elsewhere(instance, scope, functions)
    differentiated = {name for function in functions for name in function.of}
    expected: dict[str, Any] = {}
    also_right: dict[str, Any] = {}
    recomputed = dict(scope)
    by_default: set[str] = set()
    for function in functions:
        is_for_it = not instance.only or function.name in instance.only
        require_defaults(function, instance, scope, solution)
        own = defaults(solution.get(function.name))
        left_out = [name for name in function.arguments if name not in scope or name in by_default]
        if not is_for_it or not all(name in own for name in left_out):
            continue
        by_default |= {*left_out}
        scope = {**{name: own[name] for name in left_out}, **scope}
        recomputed = {**{name: own[name] for name in left_out}, **recomputed}

        def call(function: Function, given: Mapping[str, Any]) -> Any:
            result = call_solution(function, given, solution, instance)
            require_result(function, instance.label, given, result)
            if function.derivative and isinstance(function.derivative.by, Mapping):
                require_derivatives(function, instance.label, given, result)
            return result

        result = expected[function.name] = call(function, scope)
        given_on = result
        if elsewhere and function.name in differentiated:
            given_on = call(function, {**scope, **elsewhere})
            recomputed = {**_handed_on(function, result), **recomputed}
        if elsewhere and function.of:
            also_right[function.name] = call(function, recomputed)
        scope = {**_handed_on(function, given_on), **scope}
    for function in functions:
        for at, name in enumerate(function.parts):
            if name in function.own and function.name in expected:
                expected[function.name] = _with(expected[function.name], at)
                scope[name] = scope[name] if name in instance.inputs else ANYTHING
    return Case(
        instance.label,
        {name: int(size) for name, size in instance.dims.items()},
        scope,
        expected,
        hidden,
        elsewhere,
        also_right,
        precision,
        list(instance.inputs),
        data=references(instance.inputs),
    )


def _with(result: tuple[Any, ...], at: int) -> tuple[Any, ...]:
    """A result whose value at a position may be anything."""
    return (*result[:at], ANYTHING, *result[at + 1 :])


def _elsewhere(
    instance: Instance, scope: Mapping[str, Any], functions: Sequence[Function]
) -> Mapping[str, Any]:
    """The parameters at which the activations of an instance are computed, by argument, if these
    are not among its inputs."""
    at = instance.activations_at
    if at is None:
        return {}
    for function in functions:
        first = next((each for each in functions if each.name in function.of), None)
        argument = next(iter(function.by), "")
        if first and argument in first.arguments and all(a in scope for a in first.arguments):
            return {argument: plain(at)}
    raise ExerciseError(
        f"instance {instance.label!r}: activations_at needs a function that differentiates another "
        "one, and the arguments of that one among the inputs",
        *("Instance", instance.label),
    )


def _handed_on(function: Function, result: Any) -> dict[str, Any]:
    """The arguments that later functions get from a result, by name."""
    return {
        argument: result if key is None else result[key]
        for argument, (_, key) in sources(function, result)
    }
