"""nbgrader itself: its commands, its exchange and its gradebook, with nothing made up but people.

The demo is the course that is run here, since it goes the whole way with the real commands.
"""

from __future__ import annotations

import contextlib
import copy
import csv
import io
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.__main__ import main
from autograder.classroom.grader import Grader
from autograder.classroom.run import grade_class
from autograder.course import load_course
from autograder.nbgrader.platform import Nbgrader
from autograder.submission import check_id, grade_id, parse_submission
from benchmarks.classes import STOCK_CONFIG
from tests.conftest import NAME, ROOT, course_text
from tests.helpers.drawn import drawn
from tests.helpers.nbgrader_commands import nbgrader, solve
from tests.helpers.released import build

pytestmark = pytest.mark.slow

#: What stock nbgrader cannot grade at all: a script, files that are no notebook, a dead kernel.
NOT_FOR_STOCK = {"edsger", "ida", "radia", "tim"}


def scores(path: Path) -> dict[str, float]:
    with open(path, newline="") as stream:
        return {row["student_id"]: float(row["raw_score"] or 0) for row in csv.DictReader(stream)}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo's course after its run, and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "course"
    out = io.StringIO()
    os.environ["COLUMNS"] = "200"
    with contextlib.redirect_stdout(out):
        assert main(["demo", "--course", str(ROOT), "--into", str(folder)]) == 0
    return folder, out.getvalue()


def test_the_demo_grades_everybody_who_handed_in(demo: tuple[Path, str]) -> None:
    folder, printed = demo
    graded = scores(folder / "grades.csv")
    submitted = {path.name for path in (folder / "submitted").iterdir()}
    assert len(submitted) == 23
    assert {student for student, score in graded.items() if score} <= submitted
    assert sum(score >= 22 for score in graded.values()) >= 5
    assert sum(0 < score < 23 for score in graded.values()) >= 10
    for student in submitted:
        assert (folder / "feedback" / student / NAME / f"{NAME}.html").is_file()
        assert f"\n{student} " in printed
    assert "Nothing handed in: " in printed


def test_the_class_page_knows_the_gradebook_and_the_exchange(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    assert main(["report", NAME, "--course", str(folder)]) == 0
    text = (folder / "report" / NAME / "index.html").read_text()
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "demo") as gradebook:
        waiting = {
            submission.student.id
            for submission in gradebook.assignment_submissions(NAME)
            if submission.needs_manual_grade
        }
    assert f"Answers to be marked by hand: {len(waiting)}<" in text
    with open(folder / "report" / NAME / "class.csv", newline="") as stream:
        students = {row["student_id"]: row for row in csv.DictReader(stream)}
    expected = scores(folder / "grades.csv")
    assert {s: float(row["raw_score"]) for s, row in students.items()} == {
        s: expected[s] for s in students
    }
    assert {s for s, row in students.items() if float(row["days_late"]) > 0} == {"niklaus", "sofya"}
    assert {row["attempts"] for row in students.values()} == {"1"}


def test_feedback_says_why_and_holds_no_solution(demo: tuple[Path, str]) -> None:
    from autograder.authoring.proofs import secret_lines

    folder, _ = demo
    source = (ROOT / "solutions" / NAME / f"{NAME}.py").read_text()
    # `evelyn` handed in the stub, so that whatever is in this page of the solution is our leak.
    (stub,) = [
        s for s, score in scores(folder / "grades.csv").items() if s == "evelyn" and score == 0
    ]
    page = (folder / "feedback" / stub / NAME / f"{NAME}.html").read_text()
    assert "backward is not written yet." in page
    assert not [line for line in secret_lines(source) if line in page]


def test_stock_nbgrader_gives_the_same_scores(
    demo: tuple[Path, str], tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """The plain kernel, hidden instances included, on what it can grade; each takes it seconds."""
    folder = tmp_path / "stock"
    handed_in = {path.name for path in (demo[0] / "submitted").iterdir()}
    students = sorted(handed_in - NOT_FOR_STOCK)
    assert len(students) >= 18
    students = drawn(pytestconfig, students, 4)
    left_out = handed_in - {*students}
    shutil.copytree(
        demo[0], folder, ignore=shutil.ignore_patterns("autograded", "feedback", "*.db", *left_out)
    )
    text = (folder / "course.toml").read_text()
    # In a kernel a hanging function is stopped after ten seconds.
    (folder / "course.toml").write_text(text.replace("seconds = 2", "seconds = 10"))
    # A test cell that a student deleted is graded there only when nbgrader is told to.
    config = STOCK_CONFIG.format(course="backprop")
    config += "c.OverwriteCells.add_missing_cells = True\n"
    (folder / "nbgrader_config.py").write_text(config)
    build(load_course(folder), NAME)
    nbgrader(folder, "autograde", NAME, check=False)
    nbgrader(folder, "export", "--to", "stock.csv")
    ours, stock = scores(demo[0] / "grades.csv"), scores(folder / "stock.csv")
    assert {student: stock[student] for student in students} == {
        student: ours[student] for student in students
    }
    nbgrader(folder, "generate_feedback", NAME, "--student", students[0])


@pytest.mark.parametrize(("solved", "words"), [(True, "Success"), (False, "is not written yet")])
def test_validate(course_copy: Path, solved: bool, words: str) -> None:
    folder = course_copy / "assignments" / NAME
    path = folder / f"{NAME}.ipynb"
    if solved:
        path.write_text(json.dumps(solve(json.loads(path.read_text()))))
    done = nbgrader(folder, "validate", path.name, check=False)
    assert words in done.stdout


Surgery = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


def check_cells(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [cell for cell in cells if grade_id(cell).startswith("check-")]


def deleted(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [cell for cell in cells if cell not in check_cells(cells)]


def duplicated(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [copy.deepcopy(cell) for cell in cells for _ in range(1 + (cell in check_cells(cells)))]


def retyped(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for cell in check_cells(cells):
        cell["cell_type"] = "markdown"
        cell.pop("outputs", None)
        cell.pop("execution_count", None)
    return cells


def edited(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for cell in check_cells(cells):
        cell["source"] = "def backward(*a): return {}\ncheck = print\n20.0"
    return cells


def repriced(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for cell in check_cells(cells):
        cell["metadata"]["nbgrader"].update(points=1000, locked=False, checksum="0" * 32)
    return cells


def renamed(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for number, cell in enumerate(check_cells(cells)):
        cell["metadata"]["nbgrader"]["grade_id"] = f"mine-{number}"
    return cells


def stripped(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for cell in cells:
        cell["metadata"] = {}
    return cells


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course that is built, with a gradebook that knows the assignment."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "course.toml").write_text(course_text())
    shutil.copyfile(ROOT / "nbgrader_config.py", folder / "nbgrader_config.py")
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    build(load_course(folder), NAME)
    return folder


def grades_of(folder: Path, student: str) -> dict[str, Any]:
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "backprop") as gradebook:
        notebook = gradebook.find_submission_notebook(NAME, NAME, student)
        return {
            grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in notebook.grades
        }


def hand_in(folder: Path, student: str, notebook: dict[str, Any]) -> None:
    target = folder / "submitted" / student / NAME
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    (target / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    (target / "timestamp.txt").write_text("2026-11-23 10:00:00 UTC")


def grade_all(folder: Path) -> dict[str, Any]:
    reports = {}
    course = load_course(folder)
    platform = Nbgrader(course, NAME)
    with Grader(course, NAME) as grader, grade_class(grader, platform, force=True) as run:
        for graded in run.results:
            assert graded.report is not None, graded.fault
            reports[graded.student] = graded.report
    return reports


def moved(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return cells[::-1]


def merged(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One answer is in another's cell, and its own cell and its check are deleted."""
    by_id = {grade_id(cell): cell for cell in cells}
    by_id["forward"]["source"] += f"\n\n{by_id['backward']['source']}"
    return [cell for cell in cells if grade_id(cell) not in ("backward", "check-backward")]


def outdated(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for cell in cells:
        if grade_id(cell):
            cell["metadata"]["nbgrader"]["schema_version"] = 1
            del cell["metadata"]["nbgrader"]["task"]
    return cells


SURGERIES = [
    *(deleted, duplicated, retyped, edited, repriced, renamed, stripped),
    *(moved, merged, outdated),
]


def test_surgery_on_test_cells_changes_nothing(built: Path) -> None:
    released = json.loads((built / "assignments" / NAME / f"{NAME}.ipynb").read_text())
    notebook = solve(copy.deepcopy(released))
    hand_in(built, "whole", notebook)
    for surgery in SURGERIES:
        cells = surgery(copy.deepcopy(notebook["cells"]))
        hand_in(built, surgery.__name__, {**notebook, "cells": cells})
    reports = grade_all(built)
    expected = grades_of(built, "whole")
    assert expected["check-backward"] == (6.0, False)
    assert expected["bias-sum"] == (None, True)
    for surgery in SURGERIES:
        name = surgery.__name__
        assert reports[name].score == 23.0, name
        # Where the answer's cell is no longer known, a person reads its text.
        assert grades_of(built, name) == expected, name
    nbgrader(built, "generate_feedback", NAME)
    for surgery in SURGERIES:
        assert (built / "feedback" / surgery.__name__ / NAME / f"{NAME}.html").is_file()
    shutil.rmtree(built / "submitted")


def test_a_regrade_keeps_marks_given_by_hand(built: Path) -> None:
    released = json.loads((built / "assignments" / NAME / f"{NAME}.ipynb").read_text())
    hand_in(built, "marked", solve(released))
    grade_all(built)
    with Gradebook(f"sqlite:///{built}/gradebook.db", "backprop") as gradebook:
        gradebook.find_grade("bias-sum", NAME, NAME, "marked").manual_score = 1.5
        gradebook.db.commit()
    grade_all(built)
    with Gradebook(f"sqlite:///{built}/gradebook.db", "backprop") as gradebook:
        grade = gradebook.find_grade("bias-sum", NAME, NAME, "marked")
        assert (grade.manual_score, grade.needs_manual_grade) == (1.5, True)  # as it was
        assert gradebook.find_submission(NAME, "marked").score == 24.5
    shutil.rmtree(built / "submitted")


def test_links_in_a_submission_are_not_followed(built: Path, tmp_path: Path) -> None:
    """Neither graded nor copied to where feedback is made."""
    released = json.loads((built / "assignments" / NAME / f"{NAME}.ipynb").read_text())
    hand_in(built, "linker", released)
    folder = built / "submitted" / "linker" / NAME
    (folder / f"{NAME}.py").symlink_to(ROOT / "solutions" / NAME / f"{NAME}.py")
    (folder / "key.txt").symlink_to(built / "course.key")
    (report,) = grade_all(built).values()
    assert report.score == 0
    assert not (built / "autograded" / "linker" / NAME / "key.txt").exists()
    shutil.rmtree(built / "submitted")


def test_a_script_beside_an_untouched_notebook_is_graded(built: Path) -> None:
    released = json.loads((built / "assignments" / NAME / f"{NAME}.ipynb").read_text())
    hand_in(built, "scripter", released)
    shutil.copyfile(
        ROOT / "solutions" / NAME / f"{NAME}.py",
        built / "submitted" / "scripter" / NAME / f"{NAME}.py",
    )
    (report,) = grade_all(built).values()
    assert report.path.endswith(".py")
    assert report.score == 23.0
    shutil.rmtree(built / "submitted")


def test_comments_are_code_blocks(built: Path) -> None:
    """Nbgrader renders comments as Markdown with HTML in it."""
    released = json.loads((built / "assignments" / NAME / f"{NAME}.ipynb").read_text())
    notebook = solve(released)
    for cell in notebook["cells"]:
        if grade_id(cell) == "loss":
            cell["source"] = (
                "def loss(y, t):\n    raise ValueError('\\n<img src=x onerror=alert(1)>')"
            )
    hand_in(built, "html", notebook)
    grade_all(built)
    with Gradebook(f"sqlite:///{built}/gradebook.db", "backprop") as gradebook:
        comment = gradebook.find_comment("loss", NAME, NAME, "html").auto_comment
    assert all(line.startswith("    ") for line in comment.splitlines())
    nbgrader(built, "generate_feedback", NAME, "--student=html")
    page = (built / "feedback" / "html" / NAME / f"{NAME}.html").read_text()
    assert "<img src=x" not in page
    shutil.rmtree(built / "submitted")


def test_one_submission_that_nobody_foresaw_does_not_stop_the_run(built: Path) -> None:
    released = json.loads((built / "assignments" / NAME / f"{NAME}.ipynb").read_text())
    hand_in(built, "ada", solve(copy.deepcopy(released)))
    odd = solve(copy.deepcopy(released))
    odd["cells"] += [
        {"cell_type": "code", "metadata": {}, "source": "s = '\ud83d'"},
        {"cell_type": "markdown", "metadata": {}, "source": "\ud83d"},
    ]
    hand_in(built, "bob", odd)
    (built / "submitted" / "bob" / NAME / "timestamp.txt").write_text("9" * 20)
    (built / "submitted" / "eve").mkdir()
    (built / "submitted" / "eve" / NAME).symlink_to(built / "submitted" / "ada" / NAME)
    hand_in(built, "zoe", solve(copy.deepcopy(released)))
    scores = {student: report.score for student, report in grade_all(built).items()}
    assert scores == {"ada": 23.0, "bob": 23.0, "zoe": 23.0}
    shutil.rmtree(built / "submitted")


def test_hidden_values_do_not_come_back_in_text(built: Path) -> None:
    """A submission that quotes what it is given in every text it can choose."""
    released = json.loads((built / "assignments" / NAME / f"{NAME}.ipynb").read_text())
    notebook = solve(released)
    telling = {
        "update": "def update(params, grads, lr):\n"
        "    import warnings\n"
        "    told = 'told ' + repr(grads['W2'].tolist())\n"
        "    warnings.warn(told, RuntimeWarning)\n"
        "    return {**{k: v - lr * grads[k] for k, v in params.items()}, told: 1}",
        "loss": "def loss(y, t):\n    raise type('told' + repr(y), (Exception,), {})(repr(y))",
        "sigmoid_derivative": "def sigmoid_derivative(a):\n"
        "    return type('told' + repr(a), (), {})()",
    }
    for cell in notebook["cells"]:
        cell["source"] = telling.get(grade_id(cell), cell["source"])
    hand_in(built, "teller", notebook)
    (report,) = grade_all(built).values()
    for function in report.functions:
        for check in function.checks:
            for line in check.message.splitlines():
                assert "hidden" not in line or "told" not in line, line
    shutil.rmtree(built / "submitted")


def test_what_a_reports_check_cells_hold(built: Path) -> None:
    released = json.loads((built / "assignments" / NAME / f"{NAME}.ipynb").read_text())
    hand_in(built, "outputs", solve(released))
    grade_all(built)
    graded = json.loads((built / "autograded" / "outputs" / NAME / f"{NAME}.ipynb").read_text())
    (cell,) = [c for c in graded["cells"] if grade_id(c) == check_id("loss")]
    table, score = cell["outputs"]
    assert "loss</b>: passed" in table["data"]["text/html"]
    assert score["data"] == {"text/plain": "2.0"}
    shutil.rmtree(built / "submitted")


def test_an_unreadable_notebook_gets_its_reason(built: Path) -> None:
    hand_in(built, "broken", {"cells": 3})
    (report,) = grade_all(built).values()
    assert report.score == 0
    assert {score for score, _ in grades_of(built, "broken").values()} == {0.0}
    graded = (built / "autograded" / "broken" / NAME / f"{NAME}.ipynb").read_text()
    assert "JSON but not a notebook" in graded
    parse_submission("x.ipynb", graded.encode())
    shutil.rmtree(built / "submitted")
