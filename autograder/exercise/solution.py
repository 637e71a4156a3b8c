"""Reads, checks and runs an exercise's folder, ``solutions/<name>/``. It is trusted code, and never
a student's."""

from __future__ import annotations

import ast
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from autograder.course import Assignment, Course, CourseError
from autograder.exercise.answer_key import AnswerKey, NearCase
from autograder.exercise.author_module import bound_object, run_file
from autograder.exercise.conventions import find_conventions
from autograder.exercise.data import DataFiles
from autograder.exercise.declaration import Exercise
from autograder.exercise.error import EXERCISE, ExerciseError
from autograder.exercise.function import Function
from autograder.exercise.generated import candidates, generate
from autograder.exercise.mistake import Mistake, require_given
from autograder.exercise.mutants import Mutants
from autograder.exercise.places import AuthorFile, AuthorFiles
from autograder.exercise.probes import bind_probes
from autograder.exercise.solve import draw_cases, draw_near, make_answer_key
from autograder.exercise.visible import VISIBLE_FILE, VisibleFileError, read_visible
from autograder.files import within
from autograder.precision import SINGLE, Precision
from autograder.record import record
from autograder.sandbox.calls import Cell
from autograder.sandbox.in_process import InProcess
from autograder.submission import parse_submission


@record
class Solution:
    """An exercise with its solution: the declaration, the source, and the functions, ready to call.

    ``sha256`` is the hash of all files that can change a number or a text of the exercise. The
    answers in ``right/`` are not among them: they only prove it. ``released`` is the folder of the
    released assignment, if known. ``files`` are what messages take lines from, ``data`` the data
    files.
    """

    name: str
    exercise: Exercise
    source: str
    functions: Mapping[str, Any]
    sha256: str
    count_hints: bool = False
    precision: Precision = SINGLE
    released: Path | None = None
    files: AuthorFiles = field(default_factory=AuthorFiles)
    data: DataFiles = field(default_factory=DataFiles)

    @property
    def data_files(self) -> list[Path]:
        """The files that functions may read."""
        folder = self.data.folder
        return [folder / name for name in self.exercise.data] if folder else []

    def here(self) -> AbstractContextManager[None]:
        """Where the solution runs: its functions may read the data files."""
        return within(self.data.folder)

    @contextmanager
    def placing(self) -> Iterator[None]:
        """Raise each `ExerciseError` with the file and the line that it is about."""
        try:
            yield
        except ExerciseError as error:
            raise self.files.placed(error) from error.__cause__

    def answer_key(self, key: bytes, student: str = "", naming: bool = True) -> AnswerKey:
        """The answer key, with hidden instances that ``key`` and the ``student`` determine. Without
        ``naming``, it has no known mistakes to name."""
        shared = self._named if naming else self._nameless
        rng = self._generator(key, self.name, student)
        with self.placing(), self.here():
            drawn, trials = draw_cases(self.exercise, shared, self.functions, rng, self.data)
        if key not in self._near:  # the same for all students, since nothing of them is ever shown
            rng = self._generator(key, self.name, "\0near")
            with self.here():
                self._near[key] = draw_near(self.exercise, shared, self.functions, rng, self.data)
        return replace(
            shared,
            cases=[*shared.cases, *drawn],
            trials=[*shared.trials, *trials],
            near=self._near[key],
            seed=self._seed(key, self.name, student, "\0judge"),
            salt=hmac.digest(key, f"{self.name}\0groups".encode(), "sha256"),
        )

    def _generator(self, key: bytes, *of: str) -> np.random.Generator:
        """A random generator that cannot be reproduced without the key."""
        return np.random.default_rng(self._seed(key, *of))

    def _seed(self, key: bytes, *of: str) -> int:
        """A number that cannot be reproduced without the key."""
        names = "\0".join(filter(None, of))
        digest = hmac.digest(key, names.encode("utf-8", "surrogateescape"), "sha256")
        return int.from_bytes(digest, "big")

    @cached_property
    def _near(self) -> dict[bytes, Sequence[NearCase]]:
        return {}

    @cached_property
    def visible(self) -> AnswerKey:
        """The students' part of the answer key, with the signatures of the known mistakes."""
        answer_key = self._nameless
        rng = np.random.default_rng(0)
        with self.placing(), self.here():
            drawn, _ = draw_cases(self.exercise, answer_key, self.functions, rng, self.data)
            signatures = self.mutants.signatures(answer_key, drawn)
            conventions = find_conventions(self.mutants, answer_key, drawn)
        return replace(
            answer_key,
            known=self.mutants.known(),
            signatures=signatures,
            conventions=conventions,
        )

    @cached_property
    def _named(self) -> AnswerKey:
        """`visible`, with the released signatures if they were made from the same files: computing
        them takes a third of a second, as long as grading a small class."""
        released = self._as_released
        if released is None:
            return self.visible
        return replace(
            self._nameless,
            known=released.known,
            signatures=released.signatures,
            conventions=released.conventions,
        )

    @cached_property
    def _as_released(self) -> AnswerKey | None:
        """What students were given, if it was made from the same files."""
        try:
            released = read_visible(self.released / VISIBLE_FILE) if self.released else None
        except VisibleFileError:
            return None
        return released if released and released.exercise_sha256 == self.sha256 else None

    @cached_property
    def _nameless(self) -> AnswerKey:
        with self.placing(), self.here():
            answer_key = make_answer_key(
                self.name, self.exercise, self.functions, self.source, self.precision, self.data
            )
        return replace(answer_key, count_hints=self.count_hints, exercise_sha256=self.sha256)

    @cached_property
    def mistakes(self) -> Sequence[Mistake]:
        """The declared mistakes, and those that are generated beside them."""
        return [*self.exercise.mistakes, *self.generated]

    @cached_property
    def generated(self) -> Sequence[Mistake]:
        """The mistakes that are generated from the solution.

        Trying what they give takes a second. What was released says which ones are left after that,
        if it was made from the same files. Then they are only written anew.
        """
        declared = Mutants(self.exercise, self.source, self.functions, self.here)
        given = (self.exercise, self.source, declared, self._nameless)
        with self.placing(), self.here():
            if self._as_released is None:
                return generate(*given)
            known, made = self._as_released.known, candidates(*given)
        would_be = Mutants(replace(self.exercise, mistakes=made), self.source, {}).known()
        return [each for each in made if known.get(each.id) == would_be[each.id]]

    @cached_property
    def mutants(self) -> Mutants:
        """The solution with any of its mistakes."""
        exercise = replace(self.exercise, mistakes=self.mistakes)
        return Mutants(exercise, self.source, self.functions, self.here)


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
    mistakes_path = folder / "mistakes.py"
    paths = [exercise_path, source_path, *([mistakes_path] if mistakes_path.is_file() else [])]
    read = {path: path.read_bytes() for path in paths}
    known = [author_file(path, data, course) for path, data in read.items()]
    files = AuthorFiles(known)
    try:
        exercise = bound_object(run_file(exercise_path, known[0]), known[0], "exercise", Exercise)
        exercise = _with_points(exercise, assignment, course)
        if mistakes_path in read:
            exercise = _with_mistakes(exercise, run_file(mistakes_path, known[-1]), known[-1])
        require_given(exercise.given, exercise.mistakes)
    except ExerciseError as error:
        raise files.placed(error) from error.__cause__
    data, more_bytes = _data_files(folder, exercise, files)
    functions = run_solution(known[1].shown, read[source_path], data.folder)
    try:
        bind_probes(exercise.functions, functions)
    except ExerciseError as error:
        raise files.placed(error) from error.__cause__
    return Solution(
        name,
        exercise,
        read[source_path].decode("utf-8-sig"),
        functions,
        hashlib.sha256(b"".join([*read.values(), *more_bytes])).hexdigest(),
        assignment.count_hints,
        course.precision,
        course.released / name,
        files,
        data,
    )


def _data_files(
    folder: Path, exercise: Exercise, files: AuthorFiles
) -> tuple[DataFiles, list[bytes]]:
    """The data files of an exercise, and the bytes of all that can change a number; raises
    `ExerciseError` if one is not there."""
    for name in exercise.data:
        if Path(name).name != name or name.endswith((".py", ".ipynb")):
            problem = f"data: {name!r} must be the name of a file in {folder}, and no code"
        elif not (folder / name).is_file():
            problem = f"data: there is no {name!r} in {folder}"
        elif name in exercise.files:
            problem = f"data: {name!r} stands in files too; once is enough"
        else:
            continue
        raise files.placed(ExerciseError(problem, EXERCISE, "data"))
    # Held-out rows may be in others, which students do not get.
    arrays = {path for ending in ("npz", "npy") for path in folder.glob(f"*.{ending}")}
    paths = sorted(arrays | {folder / name for name in exercise.data})
    reads = folder.resolve() if arrays or exercise.data else None
    return DataFiles(reads), [path.read_bytes() for path in paths]


def author_file(path: Path, data: bytes, course: Course) -> AuthorFile:
    """A file of an exercise, named in messages by its path in the course."""
    shown = path.relative_to(course.root) if path.is_relative_to(course.root) else path
    # exercise.py is compiled under its path, and the cells of a notebook under its name.
    compiled = path.name if path.stem == path.parent.name else str(path)
    return AuthorFile(str(shown), compiled, data.decode("utf-8-sig", "replace"))


def run_solution(path: str, data: bytes, folder: Path | None = None) -> dict[str, Any]:
    """Run a solution's cells, in the folder of its data files, and return its functions; raises
    `ExerciseError` if it fails."""
    return run_cells(path, parse_cells(path, data), folder)


def parse_cells(path: str, data: bytes) -> Sequence[Cell]:
    """The cells of a solution; raises `ExerciseError` if it is not a Python module."""
    submission = parse_submission(path, data)
    for problem in submission.problems:
        raise ExerciseError(f"{path}: {problem.message}", is_placed=True)
    try:
        ast.parse(data)
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise ExerciseError(f"{path}{line}: SyntaxError: {error.msg}", is_placed=True) from None
    return submission.cells


def run_cells(path: str, cells: Sequence[Cell], folder: Path | None = None) -> dict[str, Any]:
    """Run cells and return what they define; raises `ExerciseError` if one fails."""
    runner = InProcess(cells, folder=folder)
    for outcome in runner.cell_failures.values():
        place = outcome.place
        label = path if place is None or place.label == Path(path).name else place.label
        line = f", line {place.line}" if place else ""
        raise ExerciseError(f"{label}{line}: {outcome.error_text}", is_placed=True)
    return runner.functions


def _with_mistakes(exercise: Exercise, module: ModuleType, file: AuthorFile) -> Exercise:
    """The exercise with what its ``mistakes.py`` declares, and says of generated mistakes."""
    said = {n: getattr(module, n) for n in ("forbidden", "reworded") if hasattr(module, n)}
    more = bound_object(module, file, "mistakes", list)
    return replace(exercise, mistakes=[*exercise.mistakes, *more], **said)


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
