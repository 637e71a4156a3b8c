"""A whole course run on a made-up class: build, release, fetch, submit, collect, grade, feedback,
export. Every step is the real one; only the students are made up."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeFetchAssignment, ExchangeSubmit
from rich.console import Console
from traitlets.config import Config

from autograder import batch
from autograder import build as builder
from autograder.batch import Graded, Grader
from autograder.console import class_table, with_progress
from autograder.course import COURSE_FILE, Course, load_course
from autograder.exercise import Mistake
from autograder.gradebook import nbgrader_quiet
from autograder.settings import configure
from autograder.solution import load_solution
from autograder.submission import check_id, grade_id

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
LATE = datetime.timedelta(days=3)
#: Code that students of the class write in the place of one function's cell.
HANGS = "while True:\n    pass"
CRASHES = "import os\nos.abort()"


@dataclass(frozen=True)
class Student:
    """A made-up student: what they hand in is what ``work`` leaves in their folder."""

    name: str
    work: Callable[[Path], None]
    late: bool = False
    submits: bool = True


def run(course: Course, folder: Path) -> int:
    """Run the course in ``folder``, which is emptied first; 0 when every step worked."""
    console = Console(highlight=False)
    name = course.assignments[0].name
    shutil.rmtree(folder, ignore_errors=True)
    demo = _copy_course(course, folder.resolve(), name)
    students = _class(demo, name)

    with _step(console, f"autograder build {name}"):
        builder.build(demo, name)
    with _step(console, f"nbgrader release_assignment {name}"):
        _nbgrader(demo, "release_assignment", name)
    with _step(console, f"{len(students)} students: nbgrader fetch_assignment {name}, work"):
        for student in students:
            _exchange(demo, name, student, ExchangeFetchAssignment)
            student.work(_home(demo, student) / name)
    with _step(console, f"{sum(s.submits for s in students)} students: nbgrader submit {name}"):
        for student in students:
            if student.submits:
                submit = _LateSubmit if student.late else ExchangeSubmit
                _exchange(demo, name, student, submit)
    with _step(console, f"nbgrader collect {name}"):
        _nbgrader(demo, "collect", name, "--ExchangeCollect.check_owner=False")
    with _step(console, f"autograder grade {name}"):
        graded = _grade(demo, name)
    with _step(console, f"nbgrader generate_feedback {name}"):
        _nbgrader(demo, "generate_feedback", name)
    with _step(console, "nbgrader export"):
        _nbgrader(demo, "export", "--to", "grades.csv")
    _close(console, demo, name, students, graded)
    return 0


def _copy_course(course: Course, folder: Path, name: str) -> Course:
    """A course of its own, due tomorrow, with an exchange of its own."""
    folder.mkdir(parents=True)
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


def _class(demo: Course, name: str) -> list[Student]:
    """The class: right, wrong in every declared way, unfinished, late, broken, absent."""
    solution = load_solution(demo, name)
    answer = _Answers(solution.source, name)
    mistakes = list(solution.exercise.mistakes)
    functions = [function.name for function in solution.exercise.functions]
    last, first = functions[-1], functions[0]
    works: list[tuple[Callable[[Path], None], dict[str, bool]]] = [
        (answer.right, {}),
        (answer.script, {}),
        (answer.without_checks, {}),
        (answer.right, {"late": True}),
        *((answer.wrong([mistake]), {}) for mistake in mistakes),
        (answer.wrong(_compatible(mistakes)), {}),
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
    # As many as there are names; right answers fill the places that are left.
    works = works[: len(NAMES)] + [(answer.right, {})] * (len(NAMES) - len(works))
    # Who did what must not follow the alphabet.
    order = sorted(range(len(NAMES)), key=lambda i: (i * 7) % len(NAMES))
    return [
        Student(NAMES[i], work, **options) for i, (work, options) in zip(order, works, strict=True)
    ]


def _compatible(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """Two mistakes in different functions, so that both can be made at once."""
    first = mistakes[:1]
    others = [m for m in mistakes if first and m.function != first[0].function]
    return [*first, *others[:1]]


class _Answers:
    """What students make of their notebook, all of it derived from the course's own solution."""

    def __init__(self, source: str, name: str) -> None:
        self.source, self.name = source, name

    def right(self, folder: Path) -> None:
        """Everything is right."""
        self._fill(folder, self.source)

    def script(self, folder: Path) -> None:
        """Right, and written in the script instead of the notebook."""
        self._fill(folder, self.source)
        notebook = folder / f"{self.name}.ipynb"
        filled = nbformat.read(notebook, as_version=4)
        (folder / f"{self.name}.py").write_text(builder.as_script(filled), encoding="utf-8")
        notebook.unlink()

    def without_checks(self, folder: Path) -> None:
        """Right, but the test cells are gone."""
        self._fill(folder, self.source)

        def drop(notebook: nbformat.NotebookNode) -> None:
            notebook.cells = [
                cell for cell in notebook.cells if not grade_id(cell).startswith(check_id(""))
            ]

        self._edit(folder, drop)

    def wrong(self, mistakes: Sequence[Mistake]) -> Callable[[Path], None]:
        """Right but for these mistakes."""

        def work(folder: Path) -> None:
            source = self.source
            for mistake in mistakes:
                source = mistake.apply(source)
            self._fill(folder, source)

        return work

    def only(self, functions: Sequence[str]) -> Callable[[Path], None]:
        """These functions are written, and nothing else."""
        return lambda folder: self._fill(folder, self.source, functions)

    def replaced(self, function: str, body: str) -> Callable[[Path], None]:
        """Right, but one function's body is something else."""

        def work(folder: Path) -> None:
            self._fill(folder, self.source)

            def edit(notebook: nbformat.NotebookNode) -> None:
                for cell in notebook.cells:
                    if grade_id(cell) == function:
                        lines = "".join(f"\n    {line}" for line in body.splitlines())
                        cell.source = f"def {function}(*arguments):{lines}"

            self._edit(folder, edit)

        return work

    def damaged(self, folder: Path) -> None:
        """The notebook was cut off while it was saved."""
        self._fill(folder, self.source)
        path = folder / f"{self.name}.ipynb"
        path.write_text(path.read_text(encoding="utf-8")[:4000], encoding="utf-8")

    def emptied(self, folder: Path) -> None:
        """An empty file."""
        (folder / f"{self.name}.ipynb").write_text("", encoding="utf-8")

    def _fill(self, folder: Path, source: str, only: Sequence[str] | None = None) -> None:
        answers = {
            builder.solved_id(cell): builder.solved(cell)
            for cell in jupytext.reads(source, fmt="py:percent").cells
        }

        def fill(notebook: nbformat.NotebookNode) -> None:
            for cell in notebook.cells:
                cell_id = grade_id(cell)
                if cell_id and cell_id in answers and (only is None or cell_id in only):
                    cell.source = answers[cell_id]

        self._edit(folder, fill)

    def _edit(self, folder: Path, change: Callable[[nbformat.NotebookNode], None]) -> None:
        path = folder / f"{self.name}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        change(notebook)
        nbformat.write(notebook, path)


class _LateSubmit(ExchangeSubmit):  # type: ignore[misc]
    """Hands in as if it were later than it is."""

    def set_timestamp(self) -> None:
        now = datetime.datetime.now(datetime.UTC) + LATE
        self.timestamp = now.strftime(self.timestamp_format)


def _home(demo: Course, student: Student) -> Path:
    return demo.root / "students" / student.name


def _exchange(demo: Course, name: str, student: Student, step: type) -> None:
    """One of nbgrader's own steps, as this student."""
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
    command = [sys.executable, "-m", "nbgrader", *arguments]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        command, cwd=demo.root, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise OSError(done.returncode, f"nbgrader {arguments[0]} failed:\n{done.stderr}")


def _grade(demo: Course, name: str) -> list[Graded]:
    grader = Grader.of(demo, name)
    total = len(batch.submitted_folders(demo, name))
    return list(with_progress(batch.grade_class(grader), total))


@contextmanager
def _step(console: Console, text: str) -> Iterator[None]:
    started = time.perf_counter()
    console.print(text, style="bold", end="")
    yield
    console.print(f"  {time.perf_counter() - started:.1f} s", style="dim")


def _close(
    console: Console, demo: Course, name: str, students: Sequence[Student], graded: list[Graded]
) -> None:
    def feedback(student: str) -> str:
        folder = Path("feedback") / student / name
        return f"{folder}/" if (demo.root / folder / f"{name}.html").is_file() else "none"

    console.print()
    console.print(class_table(graded, feedback))
    absent = [student.name for student in students if not student.submits]
    late = [student.name for student in students if student.late]
    console.print(f"\nNothing handed in: {', '.join(absent)}. Late: {', '.join(late)}.")
    console.print(f"Everything lies in {demo.root}:")
    console.print(f"grades.csv, and each student's feedback/STUDENT/{name}/{name}.html.")
