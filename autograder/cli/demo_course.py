"""A whole course run on a made-up class: build, release, fetch, submit, collect, grade, feedback,
export. Only the students are made up; every step calls what a real course calls."""

from __future__ import annotations

import datetime
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeFetchAssignment, ExchangeSubmit
from traitlets.config import Config

from autograder.authoring import build as builder
from autograder.authoring.made_up_answers import Answers, compatible, typical
from autograder.classroom import run as batch
from autograder.classroom.grader import Grader
from autograder.classroom.run import Line
from autograder.cli.class_table import class_lines, with_progress
from autograder.course import COURSE_FILE, Course, CourseError, load_course
from autograder.display.terminal import Style
from autograder.exercise.solution import Solution, load_solution
from autograder.faults import Fault, refused, sentence
from autograder.nbgrader.api import nbgrader_quiet
from autograder.nbgrader.config import configure
from autograder.nbgrader.platform import Nbgrader
from autograder.sandbox import interpreter

NAMES = [
    "ada",
    "alan",
    "annie",
    "barbara",
    "carl",
    "donald",
    "dorothy",
    "edsger",
    "emmy",
    "evelyn",
    "frances",
    "grace",
    "hedy",
    "ida",
    "john",
    "katherine",
    "leslie",
    "margaret",
    "maryam",
    "niklaus",
    "radia",
    "sofya",
    "srinivasa",
    "tim",
]
#: Marks a folder that a demo made, and so may remove.
MARK = "MADE-BY-DEMO.txt"
LATE = datetime.timedelta(days=3)
#: Function bodies of two students.
HANGS = "while True:\n    pass"
CRASHES = "import os\nos.abort()"


@dataclass(frozen=True)
class MadeUpStudent:
    """A made-up student; ``work`` edits the fetched folder."""

    name: str
    work: Callable[[Path], None]
    late: bool = False
    submits: bool = True


def run(course: Course, folder: Path) -> int:
    """Run the course in ``folder``, replacing an earlier demo; the exit status, 0.

    Raises `CourseError` if the folder holds anything else. A step that fails raises as well.
    """
    style = Style.of(sys.stdout)
    name = course.assignments[0].name
    _make_room(folder)
    demo = _copy_course(course, folder.resolve(), name)
    students = _class(demo, name)

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
        graded = _grade(demo, name)
    with _step(style, f"nbgrader generate_feedback {name}"):
        _nbgrader(demo, "generate_feedback", name)
    with _step(style, "nbgrader export"):
        _nbgrader(demo, "export", "--to", "grades.csv")
    _close(style, demo, name, students, graded)
    return 0


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


def _copy_course(course: Course, folder: Path, name: str) -> Course:
    """A copy of the course with its own exchange; the assignment is due tomorrow."""
    shutil.copytree(course.solutions / name, folder / "solutions" / name)
    shutil.copyfile(course.root / "nbgrader_config.py", folder / "nbgrader_config.py")
    (folder / "exchange").mkdir()
    (folder / "exchange").chmod(0o777)
    due = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    (folder / COURSE_FILE).write_text(
        f'id = "demo"\ntitle = "{course.title}"\nexchange = "exchange"\n'
        "[limits]\nseconds = 2\n"
        f'[[assignments]]\nname = "{name}"\ndue = {due:%Y-%m-%dT%H:%M:%SZ}\n',
        encoding="utf-8",
    )
    return load_course(folder)


def _class(demo: Course, name: str) -> list[MadeUpStudent]:
    """The class: right, wrong, unfinished, late, broken and absent students."""
    solution = load_solution(demo, name)
    # Mix the names, so that the kinds of answers are not in alphabetical order.
    order = sorted(range(len(NAMES)), key=lambda i: (i * 7) % len(NAMES))
    students = []
    for n, i in enumerate(order):
        works = _works(Answers(solution.source, name, _chosen(solution, n)), solution)
        # If there are more names than kinds, the remaining students are right.
        work, options = works[n] if n < len(works) else works[0]
        students.append(MadeUpStudent(NAMES[i], work, **options))
    return students


def _chosen(solution: Solution, n: int) -> dict[str, int]:
    """The choices that student number ``n`` gets wrong, about one in seven."""
    chosen = {}
    for at, choice in enumerate(solution.exercise.choices):
        right, options = solution.functions[choice.name](), len(choice.reasons)
        if (3 * n + 2 * at) % 7 == 0:
            chosen[choice.name] = 1 + (right + n % (options - 1)) % options
    return chosen


def _works(
    answer: Answers, solution: Solution
) -> list[tuple[Callable[[Path], None], dict[str, bool]]]:
    """Every kind of work in the class, and options of `MadeUpStudent`."""
    mistakes = typical(solution.exercise.mistakes)
    functions = [function.name for function in solution.exercise.functions]
    last, first = functions[-1], functions[0]
    return [
        (answer.right, {}),
        (answer.script, {}),
        (answer.without_checks, {}),
        (answer.right, {"late": True}),
        *((answer.wrong([mistake]), {}) for mistake in mistakes),
        (answer.wrong(compatible(mistakes)), {}),
        (answer.wrong(mistakes[:1]), {"late": True}),
        (answer.only(functions[: len(functions) // 2]), {}),
        (answer.only(()), {}),
        (answer.replaced(last, HANGS), {}),
        (answer.replaced(functions[-2], CRASHES), {}),
        (answer.replaced(first, "return ((("), {}),
        (answer.damaged, {}),
        (answer.emptied, {}),
        (answer.right, {"submits": False}),
    ]


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


def _grade(demo: Course, name: str) -> list[Line]:
    with Grader(demo, name) as grader, batch.grade_class(grader, Nbgrader(demo, name)) as run:
        return [graded.line() for graded in with_progress(run.results, run.total)]


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
