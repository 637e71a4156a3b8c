"""Reads, checks and runs an exercise's folder, ``solutions/<name>/``. It is trusted code, and never
a student's."""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from autograder.course import Assignment, Course, CourseError
from autograder.exercise.answer_key import AnswerKey, NearCase
from autograder.exercise.declaration import Exercise, ExerciseError, Function
from autograder.exercise.mutants import Mutants
from autograder.exercise.solve import draw_cases, draw_near, make_answer_key
from autograder.exercise.visible import VISIBLE_FILE, VisibleFileError, read_visible
from autograder.sandbox.in_process import InProcess
from autograder.submission import parse_submission

Loaded = TypeVar("Loaded")


@dataclass(frozen=True)
class Solution:
    """An exercise with its solution: the declaration, the source, and the functions, ready to call.

    ``sha256`` is the hash of all files of the exercise. ``released`` is the folder of the released
    assignment, if known.
    """

    name: str
    exercise: Exercise
    source: str
    functions: Mapping[str, Any]
    sha256: str
    count_hints: bool = False
    released: Path | None = None

    def answer_key(self, key: bytes, student: str = "", naming: bool = True) -> AnswerKey:
        """The answer key, with hidden instances that ``key`` and the ``student`` determine. Without
        ``naming``, it has no known mistakes to name."""
        shared = self._named if naming else self._nameless
        rng = self._generator(key, self.name, student)
        drawn = draw_cases(self.exercise, shared.functions, self.functions, rng)
        if key not in self._near:  # the same for all students, since nothing of them is ever shown
            rng = self._generator(key, self.name, "\0near")
            self._near[key] = draw_near(self.exercise, shared, self.functions, rng)
        return replace(shared, cases=[*shared.cases, *drawn], near=self._near[key])

    def _generator(self, key: bytes, *of: str) -> np.random.Generator:
        """A random generator that cannot be reproduced without the key."""
        names = "\0".join(filter(None, of))
        seed = hmac.digest(key, names.encode("utf-8", "surrogateescape"), "sha256")
        return np.random.default_rng(int.from_bytes(seed, "big"))

    @cached_property
    def _near(self) -> dict[bytes, Sequence[NearCase]]:
        return {}

    @cached_property
    def visible(self) -> AnswerKey:
        """The students' part of the answer key, with the signatures of the known mistakes."""
        answer_key = self._nameless
        drawn = draw_cases(
            self.exercise, answer_key.functions, self.functions, np.random.default_rng(0)
        )
        signatures = self.mutants.signatures(answer_key, drawn)
        return replace(answer_key, known=self.mutants.known(), signatures=signatures)

    @cached_property
    def _named(self) -> AnswerKey:
        """`visible`, with the released signatures if they were made from the same files: computing
        them takes a third of a second, as long as grading a small class."""
        try:
            released = read_visible(self.released / VISIBLE_FILE) if self.released else None
        except VisibleFileError:
            released = None
        if released is None or released.exercise_sha256 != self.sha256:
            return self.visible
        return replace(self._nameless, known=released.known, signatures=released.signatures)

    @cached_property
    def _nameless(self) -> AnswerKey:
        answer_key = make_answer_key(self.name, self.exercise, self.functions)
        return replace(answer_key, count_hints=self.count_hints, exercise_sha256=self.sha256)

    @cached_property
    def mutants(self) -> Mutants:
        """The solution with any of its declared mistakes."""
        return Mutants(self.exercise, self.source, self.functions)


def load_solution(course: Course, name: str) -> Solution:
    """Read and run ``solutions/<name>/`` with the course's points.

    Raises `CourseError` when the course has no such assignment or folder, and `ExerciseError` when
    the folder's files cannot be used.
    """
    assignment = course.assignment(name)
    folder = course.solutions / name
    exercise_path, source_path = folder / "exercise.py", folder / f"{name}.py"
    for path in (exercise_path, source_path):
        if not path.is_file():
            raise CourseError(f"{path} does not exist; an exercise needs it.")
    exercise = _with_points(_load(exercise_path, "exercise", Exercise), assignment, course)
    data = source_path.read_bytes()
    read = [exercise_path.read_bytes(), data]
    mistakes_path = folder / "mistakes.py"
    if mistakes_path.is_file():
        more = _load(mistakes_path, "mistakes", list)
        exercise = replace(exercise, mistakes=[*exercise.mistakes, *more])
        read.append(mistakes_path.read_bytes())
    sha256 = hashlib.sha256(b"".join(read)).hexdigest()
    functions = run_solution(str(source_path), data)
    return Solution(
        name,
        exercise,
        data.decode("utf-8"),
        functions,
        sha256,
        assignment.count_hints,
        course.released / name,
    )


def run_solution(path: str, data: bytes) -> Mapping[str, Any]:
    """Run a solution's cells and return its functions; raises `ExerciseError` if it fails."""
    submission = parse_submission(path, data)
    for problem in submission.problems:
        raise ExerciseError(f"{path}: {problem.message}")
    runner = InProcess(submission.cells)
    for outcome in runner.cell_failures.values():
        raise ExerciseError(f"{path}: {outcome.error_text} ({outcome.place})")
    return runner.functions


def _load(path: Path, name: str, kind: type[Loaded]) -> Loaded:
    """The object that a file binds to a name; raises `ExerciseError` if there is none of that
    kind."""
    spec = importlib.util.spec_from_file_location(f"{name}_{path.parent.name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ExerciseError as error:
        raise ExerciseError(f"{path}: {error}") from None
    except Exception as error:
        raise ExerciseError(f"{path} does not run: {type(error).__name__}: {error}") from error
    value = getattr(module, name, None)
    if not isinstance(value, kind):
        raise ExerciseError(f"{path} must bind an object of {kind.__name__} to the name {name!r}.")
    return value


def _with_points(exercise: Exercise, assignment: Assignment, course: Course) -> Exercise:
    """The exercise with the course's points, distributed over the checks in proportion."""
    names = [function.name for function in exercise.checked]
    for name in assignment.points:
        if name not in names:
            raise CourseError(
                f"{course.root / 'course.toml'}: {assignment.name} has no function {name!r}; "
                f"its functions are {', '.join(names)}."
            )
    functions = [_scaled(f, assignment.points.get(f.name)) for f in exercise.functions]
    choices = [
        replace(choice, points=assignment.points.get(choice.name, choice.points))
        for choice in exercise.choices
    ]
    return replace(exercise, functions=functions, choices=choices)


def _scaled(function: Function, total: float | None) -> Function:
    if total is None:
        return function
    factor = total / function.max_score
    return replace(function, points={key: p * factor for key, p in function.points.items()})
