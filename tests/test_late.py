"""Late work: what it costs, and that nbgrader's own step takes off what ours does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.api import Gradebook

from autograder.classroom.graded import Line
from autograder.cli.class_table import class_lines
from autograder.course import Course, load_course
from autograder.late import LatePolicy, late_penalty, seconds_late
from autograder.nbgrader.api import nbgrader_quiet
from autograder.nbgrader.config import find_programs
from autograder.nbgrader.penalties import Late, update_penalties
from tests.helpers.late_penalties import take_off_with_nbgrader

DAY = 86400
DUE = datetime(2027, 1, 15, 23, 59)
TEN = LatePolicy(percent_per_day=10, most_percent=50, grace_minutes=15, zero_after_days=7)


@pytest.mark.parametrize(
    ("policy", "seconds", "penalty"),
    [
        (None, 100 * DAY, None),
        (LatePolicy(100), 1, 20),
        (LatePolicy(0), DAY, 0),
        (TEN, 0, None),
        (TEN, 15 * 60, None),
        (TEN, 15 * 60 + 1, 2),  # the first day has begun
        (TEN, DAY, 2),
        (TEN, DAY + 1, 4),
        (TEN, 5 * DAY, 10),
        (TEN, 7 * DAY, 10),
        (TEN, 7 * DAY + 1, 20),
        (LatePolicy(30, zero_after_days=0), 1, 20),
    ],
)
def test_what_a_score_of_20_loses(
    policy: LatePolicy | None, seconds: float, penalty: float | None
) -> None:
    assert late_penalty(policy, 20.0, seconds) == penalty


def test_the_later_of_two_extensions_counts() -> None:
    handed_in = DUE + timedelta(days=3)
    assert seconds_late(handed_in, DUE, DUE + timedelta(days=2)) == DAY
    assert seconds_late(handed_in, DUE + timedelta(days=2), DUE + timedelta(days=1)) == DAY
    assert seconds_late(handed_in, DUE, DUE - timedelta(days=1)) == 3 * DAY
    assert seconds_late(handed_in, DUE, DUE + timedelta(days=4)) == 0
    assert seconds_late(None, DUE) == seconds_late(handed_in, None, DUE) == 0


policies = st.builds(
    LatePolicy,
    percent_per_day=st.floats(0, 100),
    most_percent=st.floats(0.5, 100),
    grace_minutes=st.integers(0, 100),
    zero_after_days=st.just(math.inf) | st.integers(0, 10),
)


@given(policy=policies, score=st.floats(0, 1e6), seconds=st.integers(0, 20 * DAY))
def test_a_penalty_is_some_of_the_score_and_grows(
    policy: LatePolicy, score: float, seconds: int
) -> None:
    sooner, later = (late_penalty(policy, score, s) or 0.0 for s in (seconds, seconds + 3600))
    assert 0 <= sooner <= later <= score


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    """A course and its gradebook, in which ada has handed in."""
    root = tmp_path_factory.mktemp("one")
    find_programs()
    with nbgrader_quiet("setting up"), Gradebook(f"sqlite:///{root}/gradebook.db", "c") as book:
        book.add_assignment("a", duedate=DUE)
        book.add_notebook("a", "a")
        book.add_grade_cell("cell", "a", "a", max_score=1e6, cell_type="code")
        book.add_student("ada")
        book.add_submission("a", "ada")
        yield root, book


def write_course(root: Path, policy: LatePolicy | None, until: datetime | None) -> Course:
    text = 'id = "c"\n[[assignments]]\nname = "a"\n'
    if policy is not None:
        keys = ", ".join(f"{k} = {v}" for k, v in asdict(policy).items() if v != math.inf)
        text += f"late = {{ {keys} }}\n"
    if until is not None:
        text += f'[[extensions]]\nstudent = "ada"\nassignment = "a"\nuntil = {until.isoformat()}\n'
    (root / "course.toml").write_text(text)
    return load_course(root)


times = st.integers(-DAY, 12 * DAY).map(lambda seconds: timedelta(seconds=seconds))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    policy=policies,
    score=st.floats(0, 1e6),
    handed_in=times,
    granted=st.none() | times,
    until=st.none() | times.map(lambda more: DUE + more),
)
def test_both_take_off_the_same(
    one: tuple[Path, Any],
    policy: LatePolicy,
    score: float,
    handed_in: timedelta,
    granted: timedelta | None,
    until: datetime | None,
) -> None:
    root, book = one
    course = write_course(root, policy, until)
    submission = book.find_submission("a", "ada")
    submission.timestamp, submission.extension = DUE + handed_in, granted
    (notebook,) = submission.notebooks
    notebook.grades[0].manual_score = score
    notebook.late_submission_penalty = -1.0
    book.db.commit()
    take_off_with_nbgrader(course, "a", "ada")
    book.db.refresh(notebook)
    nbgraders = notebook.late_submission_penalty
    notebook.late_submission_penalty = -1.0
    book.db.commit()
    late = update_penalties(book.db.connection(), course, "a")
    book.db.commit()
    assert notebook.late_submission_penalty == nbgraders
    assert late.get("ada", Late(0, 0)).points == (nbgraders or 0)


@pytest.mark.slow
def test_without_a_policy_nothing_is_taken_off(one: tuple[Path, Any]) -> None:
    root, book = one
    submission = book.find_submission("a", "ada")
    submission.timestamp, submission.extension = DUE + timedelta(days=2), None
    submission.notebooks[0].late_submission_penalty = 5.0
    book.db.commit()
    late = update_penalties(book.db.connection(), write_course(root, None, None), "a", "ada")
    book.db.commit()
    assert late == {"ada": Late(2 * DAY, 0.0)}
    assert submission.notebooks[0].late_submission_penalty is None


def line(student: str, late: Late | None) -> Line:
    return Line(student, 20.0, 20.0, "", None, False, {}, late)


def test_the_table_says_who_is_late_and_what_it_costs() -> None:
    on_time, late = line("ada", None), line("bob", Late(3 * DAY, 2.5))
    lines = [on_time, late, line("eve", Late(90 * 60, 0)), line("zoe", Late(45, 1))]
    assert list(class_lines(lines, None, lambda student: "here")) == [
        "student  score  late            feedback  first thing wrong",
        "ada      20/20                  here",
        "bob      20/20  3 days: -2.5    here",
        "eve      20/20  90 minutes      here",
        "zoe      20/20  45 seconds: -1  here",
    ]
    assert list(class_lines([line("eve\nada      20/20", None)], None)) == [
        "student              score  first thing wrong",
        "eve\\nada      20/20  20/20",
    ]
    assert list(class_lines([on_time], None)) == [
        "student  score  first thing wrong",
        "ada      20/20",
    ]
