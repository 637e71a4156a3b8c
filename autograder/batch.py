"""A class: which file of each folder is graded, many at once, and one line for each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from autograder.course import Course, CourseError
from autograder.grade import grade_submission
from autograder.gradebook import (
    Release,
    load_release,
    require_known,
    write_autograded,
    write_grades,
)
from autograder.report import Problem, Report
from autograder.sandbox.worker import WorkerFault
from autograder.sheet import Sheet
from autograder.solution import Solution, load_solution
from autograder.submission import Submission, read_submission

Done = TypeVar("Done")


@dataclass(frozen=True)
class Graded:
    """One submission's report, or the fault of the machine that kept it from being graded."""

    student: str
    path: Path
    report: Report | None
    fault: str = ""


@dataclass(frozen=True)
class Grader:
    """Everything that grading submissions of one assignment needs; made once a run."""

    course: Course
    solution: Solution
    sheet: Sheet

    @classmethod
    def of(cls, course: Course, name: str) -> Grader:
        """Load the exercise and draw its hidden instances."""
        solution = load_solution(course, name)
        return cls(course, solution, solution.sheet(course.key()))

    def grade(self, submission: Submission, student: str) -> Report:
        """Grade one submission."""
        return grade_submission(submission, student, self.solution, self.sheet, self.course.limits)


def grade_files(grader: Grader, paths: Sequence[Path]) -> Iterator[Graded]:
    """Grade single files, without a gradebook; in their order, as they become ready."""

    def one(path: Path) -> Graded:
        return _guarded(path.stem, path, lambda: grader.grade(read_submission(path), path.stem))

    yield from _in_parallel(one, paths)


def grade_class(grader: Grader) -> Iterator[Graded]:
    """Grade what was collected into the gradebook and ``autograded/``; in the students' order.

    Raises `CourseError` when there is nothing to grade, or no gradebook that knows the assignment.
    """
    course, name = grader.course, grader.solution.name
    folders = submitted_folders(course, name)
    if not folders:
        raise CourseError(
            f"There is nothing in {course.root / 'submitted'}/*/{name}. "
            f"Collect first: `nbgrader collect {name}`."
        )
    require_known(course, grader.sheet)
    release = load_release(course, name)

    def one(folder: Path) -> tuple[Graded, Submission]:
        submission = choose_file(folder, grader.sheet)
        student = folder.parent.name
        path = Path(submission.path)
        return _guarded(student, path, lambda: grader.grade(submission, student)), submission

    for folder, (graded, submission) in zip(folders, _in_parallel(one, folders), strict=True):
        if graded.report is None:
            yield graded
            continue
        try:
            _record(course, graded.report, submission, release, folder)
            yield graded
        except Exception as error:
            fault = f"its grade could not be written: {_told(error)}"
            yield replace(graded, report=None, fault=fault)


def submitted_folders(course: Course, name: str) -> list[Path]:
    """The folders ``submitted/<student>/<name>``, in the students' order."""
    found = (course.root / "submitted").glob(f"*/{name}")
    # A link could lead to somebody else's work.
    own = (path for path in found if not path.is_symlink() and not path.parent.is_symlink())
    return sorted(path for path in own if path.is_dir())


def choose_file(folder: Path, sheet: Sheet) -> Submission:
    """The notebook or the script of a folder: the one with more written in it, the notebook in
    doubt.

    A student gets both, works in one, and hands in the folder.
    """
    notebook, script = (folder / f"{sheet.name}{ending}" for ending in (".ipynb", ".py"))
    found = [read_submission(path) for path in (notebook, script) if os.path.lexists(path)]
    if not found:
        message = f"There is neither {notebook.name} nor {script.name} in what was handed in."
        return Submission(str(notebook), problems=(Problem("missing-file", message),))
    return max(found, key=lambda submission: written(submission, sheet))


def written(submission: Submission, sheet: Sheet) -> int:
    """How many functions are written: defined somewhere, and not in the stub's cell."""
    sources = [c.source for c in submission.cells if "raise NotImplementedError" not in c.source]
    return sum(
        any(f"def {function.name}(" in source for source in sources) for function in sheet.functions
    )


def _record(
    course: Course, report: Report, submission: Submission, release: Release, folder: Path
) -> None:
    destination = course.root / "autograded" / report.student / release.name
    notebook = write_autograded(report, submission, release, folder, destination)
    write_grades(course, report, notebook, release, folder)


def _guarded(student: str, path: Path, grade: Callable[[], Report]) -> Graded:
    """A fault of the machine costs one line, not the run."""
    try:
        return Graded(student, path, grade())
    except Exception as error:  # whatever it is, the others are graded
        return Graded(student, path, None, f"it could not be graded: {_told(error)}")


def _told(error: Exception) -> str:
    """An error in one line; one that nobody foresaw says what it is."""
    expected = isinstance(error, (CourseError, WorkerFault, OSError))
    return str(error) if expected else f"{type(error).__name__}: {error}"


def _in_parallel(work: Callable[[Path], Done], items: Sequence[Path]) -> Iterator[Done]:
    """Do the work on every core: the threads wait for workers, which are processes."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        yield from pool.map(work, items)
