"""class.csv, grades.csv, the class page and nbgrader's gradebook say the same of everybody."""

from __future__ import annotations

import pytest

from autograder.__main__ import main
from autograder.classroom.totals import Total
from autograder.course import Course
from autograder.exercise.solution import load_solution
from tests.conftest import NAME
from tests.helpers.hidden_numbers import Text, hidden_numbers
from tests.helpers.pages import cells
from tests.helpers.whole_class import (
    MISSING,
    REMOVED,
    UNGRADED,
    WORKS,
    class_table,
    exported,
    make_class,
    opened,
)

pytestmark = pytest.mark.slow

POINTS = ("raw_score", "late_submission_penalty", "score", "max_score")
Rows = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_class(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def table(course: Course) -> Rows:
    """class.csv, made before anything else brings the penalties up to date."""
    return {row["student_id"]: row for row in class_table(course)}


@pytest.fixture(scope="module")
def grades(course: Course, table: Rows) -> Rows:
    return {row["student_id"]: row for row in exported(course)}


def test_both_files_have_the_same_students_and_cells(table: Rows, grades: Rows) -> None:
    everybody = sorted({*WORKS, MISSING, UNGRADED} - {REMOVED})
    assert [name.replace("'", "") for name in table] == everybody
    assert list(grades) == list(table)
    columns = [column for column in next(iter(grades.values())) if column in table[MISSING]]
    assert {*POINTS, "check-update", "first_mistake", "first_wrong", "auto_score"} < {*columns}
    assert {"points_by_hand", "cells_to_mark", "points_to_mark", "days_late"} < {*columns}
    for student, row in grades.items():
        assert {c: row[c] for c in columns} == {c: table[student][c] for c in columns}, student


def test_what_the_class_has(table: Rows) -> None:
    def of(student: str, *columns: str) -> list[str]:
        return [table[student][column] for column in columns]

    assert of("bob-late", "raw_score", "late_submission_penalty", "score", "days_late") == [
        *("23.0", "4.6", "18.4", "1.5")
    ]
    assert of("bob-late", "points_by_hand", "cells_to_mark", "points_to_mark") == ["", "1", "2.0"]
    # Marked after the grading: the mark counts, and loses its share.
    marked = of("cyd-marked", "auto_score", "points_by_hand", "late_submission_penalty", "score")
    assert marked == ["23.0", "1.5", "7.35", "17.15"]
    assert of("eve-extended", "days_late", "late_submission_penalty") == ["0.0", "0.0"]
    assert of("fay-extended", "days_late", "late_submission_penalty") == ["2.0", "4.6"]
    assert of("hal-untimed", "days_late", "first_mistake") == ["", "climbs-the-loss"]
    assert of("ida-by-hand", "points_by_hand", "cells_to_mark") == ["0.8", "0"]
    assert table["dan-broken"]["first_wrong"] and table["'=zoe"]["first_wrong"]
    for student in (MISSING, UNGRADED):
        assert of(student, "raw_score", "max_score", "check-update", "seconds") == [
            *("0.0", "25.0", "", "")
        ]


def test_the_totals_are_nbgraders(course: Course, table: Rows) -> None:
    with opened(course) as gradebook:
        for submission in gradebook.assignment_submissions(NAME):
            row = table[submission.student_id.replace("=", "'=")]
            raw, penalty = submission.score, submission.late_submission_penalty
            expected = (raw, penalty, max(0.0, raw - penalty), submission.max_score)
            assert tuple(row[key] for key in POINTS) == tuple(map(str, expected))


def test_what_waits_is_shown_as_such(course: Course, table: Rows) -> None:
    head, *shown = cells(course.root / "report" / NAME / "index.html", "students")
    students = {row[0]: dict(zip(head, row, strict=True)) for row in shown}
    assert list(students) == [name.replace("'", "") for name in table]
    titles = ("total", "automatic score", "by hand", "days late", "penalty")
    assert {name: [row[title] for title in titles] for name, row in students.items()} == {
        "=zoe": ["0", "0", "–", "0", "–"],
        "ann-waits": ["20.5 so far", "20.5", "2 points wait", "0", "–"],
        "bob-late": ["18.4 so far", "23", "2 points wait", "1.5", "4.6"],
        "cyd-marked": ["17.15", "23", "1.5", "2.5", "7.35"],
        "dan-broken": ["0", "0", "–", "0", "–"],
        "eve-extended": ["23 so far", "23", "2 points wait", "0", "–"],
        "fay-extended": ["18.4", "23", "–", "2", "4.6"],
        "hal-untimed": ["20.5", "20.5", "–", "–", "–"],
        "ida-by-hand": ["20.8", "20", "0.8", "0", "–"],
        MISSING: ["0", "0", "–", "–", "–"],
        UNGRADED: ["–", "–", "–", "–", "–"],
    }
    assert students[MISSING]["first thing wrong"] == "Nothing was handed in."
    assert students[UNGRADED]["first thing wrong"] == "Not graded yet."


def test_a_mark_to_look_at_again_is_told_from_what_waits() -> None:
    total = Total(25.0, by_hand=1.5, waiting={"a": 2.0, "b": 1.0}, again=["a"])
    assert total.hand_text == "1.5, 1 point waits, look again"
    assert total._replace(again=["a", "b"]).hand_text == "1.5, look again"
    assert total._replace(by_hand=None, again=[]).hand_text == "3 points wait"


def test_no_hidden_number_is_in_any_of_them(course: Course, grades: Rows) -> None:
    folder = course.root / "report" / NAME
    paths = [folder / "index.html", folder / "class.csv", course.root / "grades.csv"]
    text = Text("\n".join(path.read_text() for path in paths))
    solution, key = load_solution(course, NAME), course.exercise_key(NAME)
    for student in WORKS:
        assert text.holds(hidden_numbers(solution.answer_key(key, student))) == []


def test_the_run_says_what_waits_at_its_end(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["grade", NAME, "--student", "bob-late", "--course", str(course.root)]) == 0
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("3 answers of 3 students wait for a person. Mark them: `autograder ")
    assert main(["grade", NAME, "--dry-run", "--course", str(course.root)]) == 0
    assert "wait for a person" not in capsys.readouterr().err
