"""A small class in which there is one of everything that a gradebook can hold of a student."""

from __future__ import annotations

import csv
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from nbgrader.api import Gradebook
from traitlets.config import Config

from autograder.__main__ import main
from autograder.course import Course, load_course
from autograder.nbgrader.api import nbgrader_quiet
from autograder.nbgrader.config import configure
from autograder.nbgrader.export import GradesCsv
from tests.conftest import NAME, ROOT, course_text
from tests.helpers.released import build

DUE = datetime(2027, 1, 15, 23, 59)
QUESTION = "bias-sum"
SOLUTION = (ROOT / "solutions" / NAME / f"{NAME}.py").read_text()
ANSWER = f"\n\n# %% {QUESTION} [markdown]\n# Their sum.\n"
CODE = SOLUTION.partition("# %% [markdown] question=")[0]
WRONG = CODE.replace("- lr *", "+ lr *")
#: What they hand in, and how many days after the due date.
WORKS = {
    "bob-late": (CODE + ANSWER, 1.5),
    "cyd-marked": (CODE + ANSWER, 2.5),
    "ann-waits": (WRONG + ANSWER, -1.0),
    "dan-broken": ("def (", -1.0),
    "eve-extended": (CODE + ANSWER, 1.0),
    "fay-extended": (CODE, 3.0),
    "gus-removed": (CODE + ANSWER, -1.0),
    "hal-untimed": (WRONG, None),
    "ida-by-hand": (WRONG + ANSWER, -1.0),
    "=zoe": ("", -1.0),
}
MISSING, UNGRADED, REMOVED = "joe-missing", "kay-ungraded", "gus-removed"


def make_class(root: Path) -> Course:
    """The class, graded, with marks by hand that were given afterwards."""
    shutil.copytree(ROOT / "solutions", root / "solutions")
    with open(root / "solutions" / NAME / "mistakes.py", "a") as stream:
        stream.write('\nmistakes = [m for m in mistakes if m.function == "update"]\n')
    until = (DUE + timedelta(days=2)).isoformat()
    settings = [
        course_text(),
        "[late]\npercent_per_day = 10\n[[extensions]]",
        f'student = "eve-extended"\nassignment = "{NAME}"\nuntil = {until}Z\n',
    ]
    (root / "course.toml").write_text("\n".join(settings))
    course = load_course(root)
    build(course, NAME)
    for student, (text, days) in WORKS.items():
        hand_in(course, student, text, days)
    with nbgrader_quiet("adding"), opened(course) as gradebook:
        gradebook.add_student(MISSING, last_name="A")
        gradebook.add_student(UNGRADED)
    assert main(["grade", NAME, "--course", str(root)]) == 0
    hand_in(course, UNGRADED, CODE, -1.0)
    with nbgrader_quiet("marking"), opened(course) as gradebook:
        gradebook.find_submission(NAME, "fay-extended").extension = timedelta(days=1)
        mark(gradebook, "cyd-marked", QUESTION, 1.5)
        mark(gradebook, "ida-by-hand", QUESTION, 0.0)
        mark(gradebook, "ida-by-hand", "check-update", 0.7, extra=0.1)
        gradebook.db.commit()
    assert main(["remove", REMOVED, "--yes", "--course", str(root)]) == 0
    return course


def hand_in(course: Course, student: str, text: str, days: float | None) -> None:
    """Put a script where nbgrader collects it."""
    folder = course.root / "submitted" / student / NAME
    os.makedirs(folder)
    (folder / f"{NAME}.py").write_text(text)
    if days is not None:
        time = DUE + timedelta(days=days)
        (folder / "timestamp.txt").write_text(f"{time:%Y-%m-%d %H:%M:%S} UTC")


def opened(course: Course) -> Gradebook:
    """Nbgrader's own interface to the gradebook."""
    return Gradebook(course.gradebook_url, course.id)


def mark(
    gradebook: Gradebook, student: str, cell: str, points: float, extra: float | None = None
) -> None:
    """As formgrader does, when a person has typed the points."""
    grade = gradebook.find_grade(cell, NAME, NAME, student)
    grade.manual_score, grade.extra_credit, grade.needs_manual_grade = points, extra, False


def class_table(course: Course) -> list[dict[str, str]]:
    """What `autograder report` writes."""
    assert main(["report", NAME, "--course", str(course.root)]) == 0
    return rows(course.root / "report" / NAME / "class.csv")


def exported(course: Course) -> list[dict[str, str]]:
    """What `nbgrader export` writes."""
    config = Config()
    configure(config, course)
    with nbgrader_quiet("exporting"), opened(course) as gradebook:
        GradesCsv(config=config, to=str(course.root / "grades.csv")).export(gradebook)
    return rows(course.root / "grades.csv")


def rows(path: Path) -> list[dict[str, str]]:
    """The lines of a CSV."""
    with open(path, newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
