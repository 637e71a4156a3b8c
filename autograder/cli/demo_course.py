"""A whole course run on a made-up class: build, release, fetch, submit, collect, grade, feedback,
export. Only the students are made up; every step calls what a real course calls."""

from __future__ import annotations

import datetime
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeFetchAssignment, ExchangeSubmit
from traitlets.config import Config

from autograder.authoring import build as builder
from autograder.classroom import run as batch
from autograder.classroom.graded import Graded, Line
from autograder.classroom.grader import Grader
from autograder.cli.class_table import class_lines, with_progress
from autograder.cli.demo_class import MadeUpStudent, made_up_class
from autograder.course import COURSE_FILE, Course, CourseError, load_course
from autograder.display.terminal import Style
from autograder.exercise.solution import Solution, load_solution
from autograder.faults import Fault, refused, sentence
from autograder.nbgrader.api import nbgrader_quiet
from autograder.nbgrader.config import configure
from autograder.nbgrader.platform import Nbgrader
from autograder.sandbox import interpreter

#: Marks a folder that a demo made, and so may remove.
MARK = "MADE-BY-DEMO.txt"
LATE = datetime.timedelta(days=3)


def run(course: Course, folder: Path) -> int:
    """Run the course in ``folder``, replacing an earlier demo; the exit status, 0.

    Raises `CourseError` if the folder holds anything else. A step that fails raises as well.
    """
    style = Style.of(sys.stdout)
    name = course.assignments[0].name
    _make_room(folder)
    demo = _copy_course(course, folder.resolve(), [name])
    students = made_up_class(load_solution(demo, name))

    with _step(style, f"autograder build {name}"):
        builder.build(demo, name)
    with _step(style, f"nbgrader release_assignment {name}"):
        _nbgrader(demo, "release_assignment", name)
    with _step(style, f"{len(students)} students: nbgrader fetch_assignment {name}, work"):
        for student in students:
            _exchange(demo, name, student, ExchangeFetchAssignment)
            student.work(_home(demo, student) / name)
    with _step(style, f"{sum(s.submits for s in students)} students: nbgrader submit {name}"):
        for student in students:
            if student.submits:
                submit = _LateSubmit if student.late else ExchangeSubmit
                _exchange(demo, name, student, submit)
    with _step(style, f"nbgrader collect {name}"):
        _nbgrader(demo, "collect", name, "--ExchangeCollect.check_owner=False")
    with _step(style, f"autograder grade {name}"):
        graded = [each.line() for each in _grade(demo, name)]
    with _step(style, f"nbgrader generate_feedback {name}"):
        _nbgrader(demo, "generate_feedback", name)
    with _step(style, "nbgrader export"):
        _nbgrader(demo, "export", "--to", "grades.csv")
    _close(style, demo, name, students, graded)
    return 0


def run_all(course: Course, folder: Path) -> int:
    """Grade a class in every exercise of the course in ``folder``, replacing an earlier demo, and
    print a line for each; the exit status, 0.

    What students hand in is put where ``nbgrader collect`` would put it. Raises as `run` does.
    """
    names = [assignment.name for assignment in course.assignments]
    _make_room(folder)
    demo = _copy_course(course, folder.resolve(), names)
    width = max(map(len, ["exercise", *names]))
    print(f"{'exercise':<{width}}  handed in  mean  mistakes named  ms a submission")
    for name in names:
        builder.build(demo, name)
        solution = load_solution(demo, name)
        for student in made_up_class(solution):
            if student.submits:
                handed_in = demo.root / "submitted" / student.name / name
                shutil.copytree(demo.root / "assignments" / name, handed_in)
                student.work(handed_in)
        started = time.perf_counter()
        graded = _grade(demo, name)
        seconds = time.perf_counter() - started
        print(
            f"{name:<{width}}  {_figures(graded, solution)}  {1000 * seconds / len(graded):15.0f}"
        )
    print(f"\nEverything lies in {demo.root}.")
    return 0


def _figures(graded: Sequence[Graded], solution: Solution) -> str:
    """How many submissions, their mean in percent, and how many of the functions with wrong numbers
    have a mistake with a name."""
    judged = {function.name for function in solution.exercise.functions}
    reports = [each.report for each in graded if each.report is not None]
    mean = sum(report.score / report.max_score for report in reports) / max(1, len(reports))
    wrong = [
        function
        for report in reports
        for function in report.functions
        if function.name in judged and function.status in ("partial", "failed")
    ]
    named = sum(bool(function.made) for function in wrong)
    return f"{len(reports):9}  {mean:4.0%}  {f'{named} of {len(wrong)}':>14}"


def _make_room(folder: Path) -> None:
    """Remove an earlier demo; raises `CourseError` if the folder holds anything else."""
    if not folder.is_dir() and os.path.lexists(folder):
        raise CourseError(f"{folder} is not a folder. Name one for --into that is new or empty.")
    earlier = (folder / MARK).is_file()
    if folder.is_dir() and any(folder.iterdir()) and not earlier:
        raise CourseError(
            f"{folder} has files in it that no demo made. Name a folder for --into that is new or "
            "empty."
        )
    folder.mkdir(parents=True, exist_ok=True)
    # Written first and never removed, so that the next demo knows what one that was killed left. An
    # empty one will do, if there is no more room.
    (folder / MARK).write_text("This folder is removed by the next demo.\n", encoding="utf-8")
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != MARK:
            path.unlink()


def _copy_course(course: Course, folder: Path, names: Sequence[str]) -> Course:
    """A copy of the course, and of some exercises, with its own exchange; each is due tomorrow."""
    for name in names:
        shutil.copytree(course.solutions / name, folder / "solutions" / name)
    shutil.copyfile(course.root / "nbgrader_config.py", folder / "nbgrader_config.py")
    (folder / "exchange").mkdir()
    (folder / "exchange").chmod(0o777)
    due = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    assignments = (
        f'[[assignments]]\nname = "{name}"\ndue = {due:%Y-%m-%dT%H:%M:%SZ}\n' for name in names
    )
    (folder / COURSE_FILE).write_text(
        f'id = "demo"\ntitle = "{course.title}"\nexchange = "exchange"\n'
        f"[limits]\nseconds = 2\n{''.join(assignments)}",
        encoding="utf-8",
    )
    return load_course(folder)


class _LateSubmit(ExchangeSubmit):  # type: ignore[misc]
    """Submits with a timestamp in the future."""

    def set_timestamp(self) -> None:
        now = datetime.datetime.now(datetime.UTC) + LATE
        self.timestamp = now.strftime(self.timestamp_format)


def _home(demo: Course, student: MadeUpStudent) -> Path:
    return demo.root / "students" / student.name


def _exchange(demo: Course, name: str, student: MadeUpStudent, step: type) -> None:
    """Run a step of nbgrader's exchange as this student."""
    home = _home(demo, student)
    home.mkdir(parents=True, exist_ok=True)
    config = Config()
    configure(config, demo)
    config.CourseDirectory.assignment_id = name
    config.CourseDirectory.student_id = student.name
    config.Exchange.assignment_dir = str(home)
    config.Exchange.cache = str(home / ".nbgrader_cache")
    with nbgrader_quiet(f"{step.__name__} of {student.name}"):
        who = Authenticator(config=config)
        step(coursedir=CourseDirectory(config=config), authenticator=who, config=config).start()


def _nbgrader(demo: Course, *arguments: str) -> None:
    program = "import runpy; runpy.run_module('nbgrader', run_name='__main__', alter_sys=True)"
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    command = interpreter.child(program, *arguments)
    done = interpreter.run(command, cwd=demo.root, env=environment)
    if done.returncode:
        cause = refused(done.stderr)
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}."]
        said = sentence(cause) if cause else lines[-1]
        raise Fault(f"`nbgrader {arguments[0]}` failed: {said}")


def _grade(demo: Course, name: str) -> list[Graded]:
    with Grader(demo, name) as grader, batch.grade_class(grader, Nbgrader(demo, name)) as run:
        return [*with_progress(run.results, run.total)]


@contextmanager
def _step(style: Style, text: str) -> Iterator[None]:
    started = time.perf_counter()
    print(style.paint(text, "bold"), end="", flush=True)
    yield
    print(style.paint(f"  {time.perf_counter() - started:.1f} s", "dim"), flush=True)


def _close(
    style: Style, demo: Course, name: str, students: Sequence[MadeUpStudent], graded: list[Line]
) -> None:
    def feedback(student: str) -> str:
        folder = Path("feedback") / student / name
        return f"{folder}/" if (demo.root / folder / f"{name}.html").is_file() else "none"

    print()
    print(*class_lines(graded, style.width, feedback), sep="\n")
    absent = [student.name for student in students if not student.submits]
    late = [student.name for student in students if student.late]
    print(f"\nNothing handed in: {', '.join(absent)}. Late: {', '.join(late)}.")
    print(f"Everything lies in {demo.root}:")
    handed_in = f"feedback/STUDENT/{name}/{name}.html of each one who handed something in"
    print(f"grades.csv, and {handed_in}.")
