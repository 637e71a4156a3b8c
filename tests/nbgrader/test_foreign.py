"""An assignment of nbgrader's own in a course with an exercise of ours: as in nbgrader alone.

The same work is graded in two courses, one of which is adopted. Code is not executed, which
nbgrader's own tests do (`make drop-in`): scores come from the outputs that were handed in.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from autograder.nbgrader.adopt import adopt
from tests.helpers import second_exercise
from tests.helpers.nbgrader_commands import nbgrader

pytestmark = pytest.mark.slow

NAME = "ps1"
Cells = list[dict[str, Any]]
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
MARKDOWN = (
    "H<sub>2</sub>O, <span style='color: red'>red *and* more</span>, <b>bold</b>\n\n"
    "![x](picture.svg) ![y](attachment:y.png) ![z](../../../course.toml) $a < b$\n\n<u>un</u>closed<i>"
)


def role(kind: str, name: str, **more: Any) -> dict[str, Any]:
    roles = {"grade": False, "solution": False, "locked": False, "task": False}
    roles |= dict.fromkeys(kind.split("+"), True)
    return {"nbgrader": {"grade_id": name, "schema_version": 3, **roles, **more}}


def source() -> dict[str, Any]:
    answers = [("a", "a = 1"), ("b", "b = 2"), ("c", "c = 3")]
    cells: Any = [new_markdown_cell(MARKDOWN, metadata=role("locked", "text"))]
    cells[0]["attachments"] = {"y.png": {"image/png": PNG}}
    for name, text in answers:
        cells.append(new_code_cell(text, metadata=role("solution", name)))
        test = new_code_cell(
            f"assert {text.replace('=', '==')}",
            metadata=role("grade+locked", f"test-{name}", points=2),
        )
        cells.append(test)
    cells.append(new_markdown_cell("why", metadata=role("grade+solution", "why", points=3)))
    cells.append(new_markdown_cell("do", metadata=role("task+locked", "task", points=1)))
    return dict(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}))


KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def cell_id(cell: dict[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def without(*names: str) -> Callable[[Cells], Cells]:
    return lambda cells: [cell for cell in cells if cell_id(cell) not in names]


def duplicated(cells: Cells) -> Cells:
    return [copy.deepcopy(cell) for cell in cells for _ in range(1 + (cell_id(cell) == "test-b"))]


def merged(cells: Cells) -> Cells:
    kept = without("b")(cells)
    kept[1]["source"] += "\nb = 2"
    return kept


def retyped(cells: Cells) -> Cells:
    for cell in cells:
        if cell_id(cell) in ("test-a", "b"):
            cell["cell_type"] = "markdown"
            del cell["outputs"], cell["execution_count"]
    return cells


def renamed(cells: Cells) -> Cells:
    for cell in cells:
        if cell_id(cell) in ("test-a", "b", "why"):
            cell["metadata"]["nbgrader"]["grade_id"] = f"my-{cell_id(cell)}"
    return cells


def stripped(cells: Cells) -> Cells:
    return [{**cell, "metadata": {}} for cell in cells]


def outdated(cells: Cells) -> Cells:
    for cell in cells:
        cell["metadata"]["nbgrader"]["schema_version"] = 1
        del cell["metadata"]["nbgrader"]["task"]
    return cells


def edited(cells: Cells) -> Cells:
    for cell in cells:
        if cell["metadata"]["nbgrader"]["locked"]:
            cell["source"] = "pass"
    return cells


def answered(cells: Cells) -> Cells:
    for cell in cells:
        if cell_id(cell) in ("why", "task"):
            cell["source"] = f"Because. {MARKDOWN}"
            cell["attachments"] = {"y.png": {"image/png": PNG}}
        if cell_id(cell) == "test-c":
            error = {"output_type": "error", "ename": "E", "evalue": "e", "traceback": ["E"]}
            cell["outputs"] = [error]
    return cells


WORK: dict[str, Callable[[Cells], Cells]] = {
    "answered": answered,
    "both": without("b", "test-b"),
    "duplicated": duplicated,
    "edited": edited,
    "first": without("text", "a", "test-a"),
    "merged": merged,
    "no-graded": without("test-a", "test-b", "test-c", "why"),
    "no-task": without("task", "why"),
    "nothing": lambda cells: [],
    "renamed": renamed,
    "retyped": retyped,
    "reversed": lambda cells: cells[::-1],
    "stripped": stripped,
    "tests": without("test-a", "test-b"),
    "untouched": lambda cells: cells,
    "outdated": outdated,
}


CONFIG = """c = get_config()
c.CourseDirectory.course_id = "c"
c.AssignLatePenalties.plugin_class = "theirs.Late"
c.LateSubmissionPlugin.penalty_method = "zero"
c.Autograde.pre_convert_hook = c.Autograde.post_convert_hook = "theirs.hook"
"""
#: A plugin for late work, which costs half a point, and a hook.
THEIRS = """from pathlib import Path
from nbgrader.plugins import LateSubmissionPlugin

class Late(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 0.5

def hook(assignment, student, notebooks):
    with open("hooks.log", "a") as stream:
        print(assignment, student, [Path(path).name for path in notebooks], file=stream)
"""


def make(folder: Path) -> None:
    """The course with its submissions, as nbgrader alone has it."""
    place = folder / "source" / NAME
    place.mkdir(parents=True)
    (place / f"{NAME}.ipynb").write_text(json.dumps(source()))
    (place / "picture.svg").write_text("<svg/>")
    (folder / "nbgrader_config.py").write_text(CONFIG)
    (folder / "theirs.py").write_text(THEIRS)
    nbgrader(folder, "db", "assignment", "add", NAME, "--duedate=2026-01-01 12:00:00 UTC")
    nbgrader(folder, "generate_assignment", NAME)
    released = json.loads((folder / "release" / NAME / f"{NAME}.ipynb").read_text())
    for student, work in WORK.items():
        hand_in(folder, student, {**released, "cells": work(copy.deepcopy(released["cells"]))})
    hand_in(folder, "kernelless", {**released, "metadata": {}})
    hand_in(folder, "misnamed", released, "mine")
    hand_in(folder, "two", released)
    hand_in(folder, "two", released, "mine")
    for student in ("answered", "both", "two"):
        time = folder / "submitted" / student / NAME / "timestamp.txt"
        time.write_text("2026-01-02 12:00:00 UTC")
    (folder / "submitted" / "none" / NAME).mkdir(parents=True)


def hand_in(folder: Path, student: str, notebook: Any, name: str = NAME) -> None:
    place = folder / "submitted" / student / NAME
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.ipynb").write_text(json.dumps(notebook))
    (place / "picture.svg").write_text("<svg><!-- mine --></svg>")


def grades(folder: Path) -> dict[tuple[str, str], tuple[Any, ...]]:
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "c") as gradebook:
        return {
            (submission.student.id, grade.name): (
                *(grade.auto_score, grade.needs_manual_grade),
                submission.late_submission_penalty,
            )
            for submission in gradebook.assignment_submissions(NAME)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


#: One command after the other, each in its folder; prints their exit statuses.
_SCRIPT = """
import json, os, sys
from jupyter_core.application import NoStart
from nbgrader.apps import NbGraderApp

statuses = []
for folder, command in json.loads(sys.argv[1]):
    os.chdir(folder)
    app = NbGraderApp.instance()
    status = 0
    try:
        app.initialize(command)
        app.start()
    except NoStart:
        pass
    except SystemExit as end:
        status = end.code
    except Exception as error:
        status = f"{type(error).__name__}: {error}"
    app.reset()
    statuses.append([os.path.basename(folder), command, status])
print(json.dumps(statuses))
"""


def run(*commands: tuple[Path, Sequence[str]]) -> list[Any]:
    """Run nbgrader's commands; each with its exit status."""
    told = json.dumps([(str(folder), list(command)) for folder, command in commands])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _SCRIPT, told],
        env={**os.environ, "PATH": path},  # for nbgrader, which starts alembic by its bare name
        capture_output=True,
        text=True,
        check=True,
    )
    statuses: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return statuses


STEP = "--CourseDirectory"


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One that is nbgrader's alone, and one that is adopted, each graded, with feedback."""
    root = tmp_path_factory.mktemp("foreign")
    stock, ours = root / "stock", root / "ours"
    make(stock)
    shutil.copytree(stock, ours)
    list(adopt(ours))
    shutil.copytree(second_exercise.FOLDER, ours / "solutions" / second_exercise.NAME)
    with open(ours / "course.toml", "a") as stream:
        stream.write(f'[[assignments]]\nname = "{second_exercise.NAME}"\n')
        stream.write("late = { percent_per_day = 5 }\n")
    for folder in (stock, ours):
        students = sorted(path.name for path in (folder / "submitted").iterdir())
        # One by one, since nbgrader stops the whole run at some work that it cannot read.
        commands = [
            (folder, (*command, NAME, f"--student={student}"))
            for student in students
            for command in (("autograde", "--no-execute"), ("generate_feedback",))
        ]
        statuses = [(command, status) for _, command, status in run(*commands)]
        (folder / "statuses").write_text("\n".join(map(str, statuses)))
    return stock, ours


def test_every_score_is_the_same(courses: tuple[Path, Path]) -> None:
    stock, ours = map(grades, courses)
    assert ours == stock
    assert {late for *_, late in stock.values()} == {0.0, 0.5}
    for log in ("statuses", "hooks.log"):
        stock_log, our_log = ((course / log).read_text() for course in courses)
        assert our_log == stock_log and stock_log.count("\n") > 2 * len(WORK) - 6
    assert {student for student, _ in stock} >= {"both", "nothing", "no-graded", "reversed"}


def test_every_page_is_the_same(courses: tuple[Path, Path]) -> None:
    stock, ours = (
        {path.relative_to(f): path.read_bytes() for path in (f / "feedback").rglob("*.html")}
        for f in courses
    )
    assert set(ours) == set(stock) and len(stock) > 10
    assert [path for path in stock if ours[path] != stock[path]] == []
    assert b"H<sub>2</sub>O" in ours[Path("feedback/answered/ps1/ps1.html")]


def test_options_are_done_as_nbgrader_does_them(courses: tuple[Path, Path], tmp_path: Path) -> None:
    """Another gradebook, folder and place to work from, for one run."""
    grade = ("autograde", NAME, "--no-execute", "--student=answered")
    found = []
    for course in courses:
        folder = tmp_path / course.name
        shutil.copytree(course, folder)
        below = folder / "below"
        below.mkdir()
        said = run(
            (folder, (*grade, f"--db=sqlite:///{folder}/gradebook.db", "--force")),
            (folder, (*grade, "--db=sqlite:///gradebook.db", f"{STEP}.autograded_directory=again")),
            (folder, (*grade, "--db=sqlite:///other.db", f"{STEP}.autograded_directory=other")),
            (folder, (*grade, f"{STEP}.submitted_directory=autograded", "--force")),
            (folder, (*grade, "--notebook=p*", "--create", "--force")),
            (below, (*grade, "--course-dir=..", "--force")),
            (below, (*grade, "--course-dir=..", "--force", "--db=sqlite:///relative.db")),
            (below, ("db", "student", "list", "--course-dir=..", "--db=sqlite:///relative.db")),
            (below, ("generate_feedback", NAME, "--course-dir=..", "--force", "--student=both")),
            (tmp_path, ("export", f"{STEP}.root={course.name}", f"--to={folder}/grades.csv")),
        )
        statuses = [status for *_, status in said]
        files = {str(path.relative_to(folder)) for path in folder.rglob("*")}
        found.append((statuses, files, grades(folder)))
    (codes, files, scores), (our_codes, our_files, our_scores) = found
    assert our_codes == codes
    assert our_scores == scores
    extra = {f for f in our_files - files if not f.startswith(("solutions", "course.toml"))}
    assert extra == set() and files <= our_files
