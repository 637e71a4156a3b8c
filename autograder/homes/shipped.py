"""What a grader in a platform's container holds: the package, one exercise with its solution, and
that exercise's key. The course's key stays where it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from autograder.authoring.wheel import is_wheel, package_files
from autograder.classroom.grader import Grader
from autograder.course import COURSE_FILE, KEY_FILE, Course, CourseError, load_course
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import load_solution
from autograder.exercise.visible import VISIBLE_FILE, VisibleFileError, read_visible

#: The folder of the packed course, and the file in it that names the exercise and holds its key.
COURSE, _EXERCISE_FILE = "course", "exercise.json"
#: What grading imports. IPython, where the course has it, reads the cells that need it.
_NEEDED, _OPTIONAL = ("numpy", "msgspec"), ("ipython",)
#: Paths in a package, with their contents.
Files = Iterator[tuple[str, bytes]]


def released(course: Course, name: str) -> AnswerKey:
    """What students got; raises `CourseError` unless it was built from the exercise as it is."""
    solution, path = load_solution(course, name), course.released / name / VISIBLE_FILE
    try:
        visible = read_visible(path)
    except VisibleFileError:
        raise CourseError(f"{path} cannot be read. Run `autograder build {name}` first.") from None
    if visible.exercise_sha256 != solution.sha256:
        raise CourseError(
            f"{path} was built from other files than those of {course.solutions / name}. "
            f"Run `autograder build {name}` first."
        )
    return visible


def grader_files(course: Course, name: str) -> Files:
    """All that grading one exercise needs. Raises `CourseError` where it was not built."""
    released(course, name)
    yield from package_files()
    yield f"{COURSE}/{COURSE_FILE}", course_text(course, name).encode()
    key = {"name": name, "key": course.exercise_key(name).decode()}
    yield f"{COURSE}/{_EXERCISE_FILE}", (json.dumps(key) + "\n").encode()
    for room, folder in (("solutions", course.solutions), ("assignments", course.released)):
        for path in files_in(folder / name):
            if not is_wheel(path):
                yield f"{COURSE}/{room}/{name}/{path.name}", path.read_bytes()


def files_in(folder: Path) -> list[Path]:
    """The files of an exercise's folder, without hidden ones."""
    found = sorted(path for path in folder.iterdir() if path.is_file())
    return [path for path in found if not path.name.startswith(".")]


def course_text(course: Course, name: str) -> str:
    """A course.toml of one assignment, with all that can change a grade."""
    assignment = course.assignment(name)
    over = course.closes(name, _extended(course, name))
    due = assignment.due_in_utc or over
    lines = [f"id = {json.dumps(course.id)}", f"timezone = {json.dumps(course.timezone)}"]
    lines += [f"precision = {json.dumps(course.precision)}", "[limits]"]
    lines += [f"{key} = {value}" for key, value in asdict(course.limits).items()]
    lines += ["[[assignments]]", f"name = {json.dumps(name)}"]
    lines += [f"due = {due.isoformat()}Z"] if due else []
    lines += [f"count_hints = {json.dumps(assignment.count_hints)}", "[assignments.points]"]
    lines += [f"{json.dumps(key)} = {points}" for key, points in assignment.points.items()]
    if over and over != due:  # not when it is due, but when it is over for everybody
        lines += ["[[extensions]]", 'student = ""', f"assignment = {json.dumps(name)}"]
        lines += [f"until = {over.isoformat()}Z"]
    return "\n".join(lines) + "\n"


def _extended(course: Course, name: str) -> datetime | None:
    """Until when the gradebook has extended it for anybody, if there is one."""
    file = course.gradebook_file
    if file is not None and not file.exists():
        return None
    from autograder.nbgrader.penalties import extended_until  # no container has what it needs

    return extended_until(course, name)


def requirements() -> str:
    """The packages that grading needs, in the versions with which the exercise was proved."""
    found = []
    for package in (*_NEEDED, *_OPTIONAL):
        try:
            found.append(f"{package}=={version(package)}")
        except PackageNotFoundError:
            if package in _NEEDED:
                raise
    return "\n".join(found) + "\n"


def shipped_grader(folder: Path, private: Path) -> Grader:
    """The grader of a packed course; ``private`` is the folder of the platform, which no submission
    may read. It tells the reasons of choices, and the right one, only when a due date is over.
    Raises `CourseError` if the package is not whole."""
    course = load_course(folder / COURSE)
    try:
        told = json.loads((course.root / _EXERCISE_FILE).read_bytes())
        name, key = str(told["name"]), str(told["key"]).encode()
    except (OSError, ValueError, KeyError, TypeError):
        raise CourseError(
            f"{course.root / _EXERCISE_FILE} cannot be read. Pack it again."
        ) from None
    if (course.root / KEY_FILE).exists():
        raise CourseError(f"{course.root / KEY_FILE} must not be in a package. Pack it again.")
    grader = Grader(course, name, key=key, private=[private])
    if course.closes(name) is None:  # a platform may take another attempt at any time
        answers = replace(grader.answer_key.answers, reasons={})
        grader.answer_key = replace(grader.answer_key, answers=answers)
    return grader
