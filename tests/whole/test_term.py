"""A whole term with nothing but nbgrader's commands, by users of the operating system who may not
read each other's files, and eight graders at once."""

from __future__ import annotations

import csv
import json
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.authoring.made_up_answers import Answers, compatible, typical
from autograder.exercise.solution import Solution
from autograder.submission import check_id, grade_id
from tests.conftest import NAME
from tests.helpers.school import COURSE, Person, School, school

pytestmark = pytest.mark.slow

QUESTION = "bias-sum"
MARK = 1.5
#: What formgrader does when a mark is typed into it.
MARKING = """
import sys
from nbgrader.api import Gradebook
student, mark = sys.argv[1:]
with Gradebook("sqlite:///gradebook.db", "backprop") as gradebook:
    grade = gradebook.find_grade("bias-sum", "sigmoid_network", "sigmoid_network", student)
    grade.manual_score, grade.needs_manual_grade = float(mark), False
    gradebook.db.commit()
"""


@dataclass(frozen=True)
class Term:
    """The school after the term, and a copy of the course that ``autograder grade`` graded."""

    school: School
    copy: Path


@pytest.fixture(scope="module")
def term(solution: Solution) -> Iterator[Term]:
    mistakes = typical(solution.exercise.mistakes)
    functions = [function.name for function in solution.exercise.functions]
    answers = Answers(solution.source, NAME)
    works = {
        "ada": answers.right,
        "bob": answers.wrong(compatible(mistakes)),
        "dora": answers.only(functions[:4]),
        "emil": answers.without_checks,
        "finn": answers.only(()),
    }
    with school(list(works)) as found:
        found.autograder("build", NAME)
        found.nbgrader("release_assignment", NAME)
        assert f"{COURSE} {NAME}" in found.students["ada"].nbgrader("list")
        found.each("fetch_assignment", NAME)
        for name, work in works.items():
            work(found.students[name].home / NAME)
        for name in ("ada", "bob"):
            answer_in_words(found.students[name])
        found.each("submit", NAME)
        found.nbgrader("collect", NAME)
        copy = found.copy()
        found.nbgrader("autograde", NAME)
        mark(found, found.course)
        # Again, after an instructor's second thought; marks given by hand stay.
        found.nbgrader("autograde", NAME, "--student=ada", "--force")
        found.nbgrader("generate_feedback", NAME)
        found.nbgrader("release_feedback", NAME)
        found.each("fetch_feedback", NAME)
        found.nbgrader("export")
        found.instructor.python("autograder", "grade", NAME, cwd=copy)
        mark(found, copy)
        found.instructor.nbgrader("export", cwd=copy)
        yield Term(found, copy)


def answer_in_words(student: Person) -> None:
    path = student.home / NAME / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text())
    (cell,) = [cell for cell in notebook["cells"] if grade_id(cell) == QUESTION]
    cell["source"] = f"{student.name} says: it adds up all hidden units."
    path.write_text(json.dumps(notebook))


def mark(found: School, course: Path) -> None:
    done = found.instructor.run(sys.executable, "-c", MARKING, "ada", str(MARK), cwd=course)
    assert done.returncode == 0, done.stdout


def grades(course: Path) -> dict[str, tuple[float, float]]:
    with open(course / "grades.csv", newline="") as stream:
        return {
            row["student_id"]: (float(row["raw_score"]), float(row["max_score"]))
            for row in csv.DictReader(stream)
        }


def test_the_scores_are_those_of_autograder_grade(term: Term) -> None:
    found = grades(term.school.course)
    assert found == grades(term.copy)
    assert found["ada"] == (23 + MARK, 25)  # graded twice
    assert found["emil"] == (23, 25)
    assert found["finn"] == (0, 25)
    assert all(0 < found[name][0] < 23 for name in ("bob", "dora"))


def test_graded_notebooks_hold_our_table(term: Term) -> None:
    for name in term.school.students:
        path = term.school.course / "autograded" / name / NAME / f"{NAME}.ipynb"
        checks = [
            cell
            for cell in json.loads(path.read_text())["cells"]
            if grade_id(cell).startswith(check_id(""))
        ]
        assert len(checks) == 10
        for cell in checks:
            function = grade_id(cell).removeprefix(check_id(""))
            assert f"<b>{function}</b>" in cell["outputs"][0]["data"]["text/html"], (name, function)


def feedback(student: Person) -> str:
    (path,) = (student.home / NAME / "feedback").glob(f"*/{NAME}.html")
    assert path.stat().st_uid == student.uid
    return path.read_text()


def test_everybody_has_their_own_feedback(term: Term) -> None:
    pages = {name: feedback(student) for name, student in term.school.students.items()}
    assert "ada says: it adds up" in pages["ada"] and "bob says: it adds up" in pages["bob"]
    assert not [name for name, page in pages.items() if name != "ada" and "ada says" in page]
    for name, (score, _) in grades(term.school.course).items():
        assert f"{score:g} <small>of 25 points" in pages[name]
    assert "sigmoid is not written yet." in pages["finn"]


def test_the_exchange_has_nbgraders_permissions(term: Term) -> None:
    folder = term.school.exchange / COURSE
    modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in folder.iterdir()}
    assert modes == {"inbound": "0o2733", "outbound": "0o755", "feedback": "0o711"}


def test_nobody_reads_what_is_not_theirs(term: Term) -> None:
    """What is closed to a student is there, and open to those whose it is."""
    found, ada, bob = term.school, term.school.students["ada"], term.school.students["bob"]
    exchange, course = found.exchange / COURSE, found.course
    closed = {
        exchange / "inbound": found.instructor,
        exchange / "feedback": found.instructor,
        course / "course.key": found.instructor,
        course / "gradebook.db": found.instructor,
        course / "solutions" / NAME / f"{NAME}.py": found.instructor,
        course / "build" / "source" / NAME / f"{NAME}.ipynb": found.instructor,
        course / "submitted" / "ada" / NAME / f"{NAME}.ipynb": found.instructor,
        course / "feedback" / "ada" / NAME / f"{NAME}.html": found.instructor,
        ada.home / NAME / f"{NAME}.ipynb": ada,
    }
    for path, owner in closed.items():
        assert reads(owner, path), path
        assert not reads(bob, path), path
    assert reads(bob, exchange / "outbound" / NAME / f"{NAME}.ipynb")


def reads(person: Person, path: Path) -> bool:
    """Whether this user can read a file, or list a folder."""
    return person.run("md5sum" if path.is_file() else "ls", str(path)).returncode == 0
