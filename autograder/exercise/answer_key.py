"""What is judged: functions, instances and their expected values.

The grader makes a `Sheet` from an exercise and its solution, hidden instances included. The
student's copy, ``visible.json``, is the visible part of the same sheet as numbers.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from autograder.exercise.declaration import (
    Choice,
    Exercise,
    ExerciseError,
    Function,
    Instance,
    Printed,
)
from autograder.exercise.fingerprints import Known, Signature, Signatures
from autograder.sandbox.plain import copy_plain, plain

SCHEMA = "autograder/visible/1"
VISIBLE_FILE = "visible.json"


class SheetError(Exception):
    """``visible.json`` is missing or is not what the build wrote; the message says what to do."""

    def _render_traceback_(self) -> list[str]:
        return [f"SheetError: {self}"]  # what a notebook shows


@dataclass(frozen=True, eq=False)
class Case:
    """One instance with everything computed: arguments by name, results by function.

    A case equals itself only, so that what follows from one can be kept beside it.

    ``ambiguous`` marks a case whose activations belong to other parameters: `backward` has two
    right answers there. ``own_activations_at`` then holds those parameters.
    """

    label: str
    dims: Mapping[str, int]
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]
    hidden: bool = False
    activations_at: Mapping[str, Any] | None = None

    @property
    def ambiguous(self) -> bool:
        """Whether `backward` has two right answers here."""
        return self.activations_at is not None

    def arguments(self, function: Function) -> tuple[Any, ...] | None:
        """The function's arguments on this case, or None when it is not judged here."""
        if function.name not in self.expected:
            return None
        return tuple(self.inputs[name] for name in function.arguments)

    @property
    def described(self) -> str:
        """The case as a student reads of it: a visible label, or the sizes of a hidden one."""
        if not self.hidden:
            return f"the visible instance {self.label!r}"
        sizes = ", ".join(f"{name}={size}" for name, size in self.dims.items())
        return f"a hidden instance with {sizes}" if sizes else "a hidden instance"


@dataclass(frozen=True, eq=False)
class NearCase(Case):
    """A case whose inputs differ a little from those of the visible case ``of``."""

    of: str = ""


@dataclass(frozen=True)
class Answers:
    """The right options of the choices, which no student's copy has.

    ``reasons`` holds every option's reason by choice, and only once they may be told; ``later``
    says when that will be.
    """

    right: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, Sequence[str]] = field(default_factory=dict)
    later: str = ""


@dataclass(frozen=True)
class Sheet:
    """Everything that judging an exercise needs, and all of it data.

    ``functions`` holds the choices too, behind all others. ``near`` holds inputs that differ a
    little from those of visible cases (see `draw_near`), which no student's copy has.
    ``exercise_sha256`` is that of the files it was made from. ``count_hints`` asks the student's copy to keep how many it has shown. ``known`` are the declared mistakes by their ids, and ``signatures`` by function what they, and
    combinations of them, make of the visible cases. ``feeds`` tells which activation is computed from what.
    """

    name: str
    title: str
    functions: Sequence[Function]
    cases: Sequence[Case]
    printed: Sequence[Printed]
    known: Mapping[str, Known] = field(default_factory=dict)
    signatures: Mapping[str, Signatures] = field(default_factory=dict)
    count_hints: bool = False
    exercise_sha256: str = ""
    feeds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)
    near: Sequence[NearCase] = ()

    @property
    def max_score(self) -> float:
        """The points of all functions together."""
        return float(sum(function.max_score for function in self.functions))

    def function(self, name: str) -> Function | None:
        """The function of that name, if the exercise has one."""
        return next((f for f in self.functions if f.name == name), None)

    def visible(self) -> Sheet:
        """The part that students get."""
        cases = [case for case in self.cases if not case.hidden]
        return dataclasses.replace(self, cases=cases, answers=Answers(), near=())

    @property
    def has_hidden(self) -> bool:
        """Whether hidden instances are part of it; a student's copy has none."""
        return any(case.hidden for case in self.cases)


def make_sheet(name: str, exercise: Exercise, solution: Mapping[str, Any]) -> Sheet:
    """Compute the visible sheet of an exercise from its solution's functions.

    Raises `ExerciseError` when the solution lacks a function or a number that is printed, or chooses
    no option.
    """
    functions = [_with_arguments(function, exercise, solution) for function in exercise.functions]
    cases = [_solve(instance, functions, solution, hidden=False) for instance in exercise.visible]
    for printed in exercise.printed:
        _require_given(printed, next(case for case in cases if case.label == printed.instance))
    return Sheet(
        name,
        exercise.title,
        [*functions, *(choice.function for choice in exercise.choices)],
        cases,
        exercise.printed,
        feeds=_feeds(functions, cases[0], solution),
        answers=Answers({c.name: _right_option(c, solution) for c in exercise.choices}),
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
    """What the solution chooses."""
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
    """How the solution's `forward` computes what it returns, by names."""
    from autograder.exercise.dataflow import find_feeds  # a student's copy holds what it finds

    forward = next((function for function in functions if function.name == "forward"), None)
    if forward is None or not isinstance(case.expected.get("forward"), Mapping):
        return {}
    return find_feeds(solution["forward"], {name: case.inputs[name] for name in forward.arguments})


def draw_cases(
    exercise: Exercise,
    functions: Sequence[Function],
    solution: Mapping[str, Any],
    rng: np.random.Generator,
) -> list[Case]:
    """Hidden cases that ``rng`` draws; raises `ExerciseError` where it cannot."""
    try:
        drawn = list(exercise.draw(rng))
    except Exception as error:
        raise ExerciseError(f"draw fails: {type(error).__name__}: {error}") from error
    if not drawn and any("hidden" in function.points for function in functions):
        raise ExerciseError("draw gives no hidden instance, and there are points for them")
    functions = [function for function in functions if not function.options]
    return [_solve(each, functions, solution, hidden=True) for each in drawn]


#: By what share of itself each number moves at most, from a visible case to the first one near it.
NEARBY = 1e-3


def draw_near(
    exercise: Exercise, sheet: Sheet, solution: Mapping[str, Any], rng: np.random.Generator
) -> list[NearCase]:
    """Cases near the visible ones of a sheet: two for each, in a line with it and evenly spaced,
    for those functions that no visible case before it has.

    A function that computes gives there what it gives on the visible case, a little changed; one
    that looks its numbers up, or makes them up, does not. Where the solution cannot be run on
    inputs so close to its own, there are none.
    """
    functions = [function for function in sheet.functions if not function.options]
    found: list[NearCase] = []
    covered: set[str] = set()
    for instance, case in zip(exercise.visible, sheet.cases, strict=False):
        new = case.expected.keys() - covered
        if case.ambiguous or not new:
            continue
        inputs = {name: plain(value) for name, value in instance.inputs.items()}
        shares = _shares(inputs, rng)
        try:
            for step in (1, 2):
                moved = dataclasses.replace(instance, inputs=_moved(inputs, shares, step))
                solved = _solve(moved, functions, solution, hidden=True)
                expected = {name: solved.expected[name] for name in new}
                label = f"{case.label}, moved {step}"
                found.append(
                    NearCase(label, case.dims, solved.inputs, expected, True, of=case.label)
                )
        except ExerciseError:
            continue
        covered |= new
    return found


def _shares(value: Any, rng: np.random.Generator) -> Any:
    """By what share of itself each number of a plain value moves, each by another."""
    if isinstance(value, Mapping):
        return {key: _shares(value[key], rng) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [_shares(item, rng) for item in value]
    return (
        NEARBY * rng.uniform(0.5, 1.0, np.shape(value)) * rng.choice((-1.0, 1.0), np.shape(value))
    )


def _moved(value: Any, shares: Any, steps: int) -> Any:
    """A plain value with its floating-point numbers moved; 0 stays 0, and counts stay counts."""
    if isinstance(value, Mapping):
        return {key: _moved(item, shares[key], steps) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_moved, value, shares, [steps] * len(value)))
    if isinstance(value, float):
        return value * (1.0 + steps * float(shares))
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value * (1.0 + steps * shares)
    return value


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
    """Run the solution's functions in order; each adds what later ones are given."""
    scope: dict[str, Any] = {name: plain(value) for name, value in instance.inputs.items()}
    at = instance.activations_at
    if at is not None:
        scope["activations"] = plain(solution["forward"](copy_plain(at), scope["x"]))
        scope["y"] = scope["activations"]["y"]
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
        if function.name == "forward":
            if not isinstance(result, dict) or "y" not in result:
                raise ExerciseError('forward of the solution must return a dict with "y" in it')
            scope.setdefault("activations", result)
            scope.setdefault("y", result["y"])
        elif function.name == "backward":
            _require_gradients(scope.get("params", {}), result)
            scope["grads"] = result
    return Case(instance.label, dict(instance.dims), scope, expected, hidden, at)


def _require_gradients(params: Any, grads: Any) -> None:
    given = grads if isinstance(grads, dict) else {}
    for name, value in params.items():
        if name not in given or np.shape(given[name]) != np.shape(value):
            raise ExerciseError(
                f"backward of the solution must return a derivative by every parameter, in its "
                f"shape; that by {name!r} is missing or has another"
            )


def write_visible(sheet: Sheet) -> str:
    """The visible part of a sheet as JSON; floats keep every digit."""
    data = {"schema": SCHEMA, **_to_json(dataclasses.asdict(sheet.visible()))}
    del data["answers"], data["near"]
    text = json.dumps({**data, "signatures": {}}, indent=1, allow_nan=False)
    # One on a line: there are hundreds of them.
    tables = [
        f"{json.dumps(name)}: [\n"
        + ",\n".join(json.dumps([s.mistakes, s.marks], allow_nan=False) for s in signatures)
        + "\n]"
        for name, signatures in sheet.signatures.items()
    ]
    return text.replace('"signatures": {}', f'"signatures": {{{", ".join(tables)}}}') + "\n"


def read_visible(path: Path) -> Sheet:
    """Read a student's ``visible.json``; raises `SheetError` with what is wrong and what to do."""
    try:
        data = _from_json(json.loads(path.read_text(encoding="utf-8")))
        if data.pop("schema") != SCHEMA:
            raise ValueError("it was written by another version of autograder")
        return Sheet(
            data["name"],
            data["title"],
            [Function(**function) for function in data["functions"]],
            [Case(**case) for case in data["cases"]],
            [Printed(**printed) for printed in data["printed"]],
            {name: Known(**known) for name, known in data["known"].items()},
            {
                name: Signatures(Signature(*each) for each in signatures)
                for name, signatures in data["signatures"].items()
            },
            data["count_hints"],
            data["exercise_sha256"],
            data.get("feeds", {}),  # older copies have none
        )
    except FileNotFoundError:
        raise SheetError(
            f"{path} is not there. It comes with the assignment: fetch the assignment again, "
            "and keep the file beside your notebook."
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SheetError(
            f"{path} cannot be read ({error}). Fetch the assignment again to restore it."
        ) from None


def _to_json(value: Any) -> Any:
    """Arrays and tuples as objects that say what they are, since JSON has neither."""
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "shape": list(value.shape)}
    if isinstance(value, tuple):
        return {"tuple": [_to_json(item) for item in value]}
    if isinstance(value, Mapping):
        return {key: _to_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_to_json(item) for item in value]
    return value


def _from_json(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"array", "shape"}:
            return np.array(value["array"], dtype=np.float64).reshape(value["shape"])
        if value.keys() == {"tuple"}:
            return tuple(_from_json(item) for item in value["tuple"])
        return {key: _from_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_from_json(item) for item in value]
    return value
