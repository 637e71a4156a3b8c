"""Everybody's points in nbgrader's gradebook, added up as nbgrader does."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from autograder.classroom.totals import Total
from autograder.course import Course
from autograder.late import extended, seconds_late
from autograder.nbgrader.database import (
    assignment,
    base_cell,
    grade,
    grade_cells,
    notebook,
    student,
    submitted_assignment,
    submitted_notebook,
    task_cells,
)
from autograder.nbgrader.penalties import SCORE
from autograder.submission import check_id


def read_totals(connection: Connection, course: Course, name: str) -> dict[str, Total]:
    """The points of every student of the gradebook in an assignment, in the order of the ids."""
    about = {"assignment": name}
    students = sorted(connection.scalars(select(student.c.id)))
    found = dict.fromkeys(students, Total(connection.scalar(_MOST, about) or 0.0))
    for row in connection.execute(_SUBMISSIONS, about):
        late, due = None, extended(row.duedate, row.extension)
        if due is not None and row.timestamp is not None:
            late = seconds_late(row.timestamp, due, course.extended(name, row.student_id))
        found[row.student_id] = found[row.student_id]._replace(
            handed_in=True, raw_score=row.score, seconds_late=late
        )
    for id_, penalty in connection.execute(_TAKEN_OFF, about):
        found[id_] = found[id_]._replace(penalty=penalty)
    _add_cells(connection, course, name, found)
    return found


def _add_cells(connection: Connection, course: Course, name: str, found: dict[str, Total]) -> None:
    """Add what stands in single cells. Test cells of nbgrader's own assignments are left out."""
    by_hand: dict[str, float] = defaultdict(float)
    waiting: dict[str, dict[str, float]] = defaultdict(dict)
    again: dict[str, list[str]] = defaultdict(list)
    checks: dict[str, dict[str, float | None]] = defaultdict(dict)
    prefix = check_id("") if any(each.name == name for each in course.assignments) else None
    for row in connection.execute(_CELLS, {"assignment": name}):
        id_ = row.student_id
        if row.manual_score is not None or row.extra_credit:
            by_hand[id_] += (row.manual_score or 0.0) + (row.extra_credit or 0.0)
        if row.needs_manual_grade:
            waiting[id_][row.name] = row.max_score
            if row.manual_score is not None:
                again[id_].append(row.name)
        if prefix and row.name.startswith(prefix):
            checks[id_][row.name] = row.auto_score
    for id_ in {*by_hand, *waiting, *checks}:
        found[id_] = found[id_]._replace(
            by_hand=round(by_hand[id_], 6) if id_ in by_hand else None,
            waiting=waiting.get(id_, {}),
            again=again.get(id_, ()),
            checks=checks.get(id_, {}),
        )


def read_waiting(connection: Connection, name: str) -> dict[str, list[str]]:
    """The cells that a person has to mark, by student."""
    waiting: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(_CELLS.where(grade.c.needs_manual_grade), {"assignment": name}):
        waiting[row.student_id].append(row.name)
    return waiting


#: All queries are for a whole class, since nbgrader has no index for the grades of one student.
_MOST = (
    select(func.sum(func.coalesce(grade_cells.c.max_score, task_cells.c.max_score, 0.0)))
    .select_from(assignment)
    .join(notebook, notebook.c.assignment_id == assignment.c.id)
    .join(base_cell, base_cell.c.notebook_id == notebook.c.id)
    .outerjoin(grade_cells, grade_cells.c.id == base_cell.c.id)
    .outerjoin(task_cells, task_cells.c.id == base_cell.c.id)
    .where(assignment.c.name == bindparam("assignment"))
)


def _of_class(*columns: Any) -> Select[Any]:
    return (
        select(submitted_assignment.c.student_id, *columns)
        .select_from(assignment)
        .join(submitted_assignment, submitted_assignment.c.assignment_id == assignment.c.id)
        .outerjoin(
            submitted_notebook, submitted_notebook.c.assignment_id == submitted_assignment.c.id
        )
        .where(assignment.c.name == bindparam("assignment"))
    )


_DATES = (assignment.c.duedate, submitted_assignment.c.timestamp, submitted_assignment.c.extension)
_SUBMISSIONS = (
    _of_class(*_DATES, func.coalesce(func.sum(SCORE), 0.0).label("score"))
    .outerjoin(grade, grade.c.notebook_id == submitted_notebook.c.id)
    .group_by(submitted_assignment.c.student_id, *_DATES)
)
_TAKEN_OFF = _of_class(
    func.coalesce(func.sum(submitted_notebook.c.late_submission_penalty), 0.0)
).group_by(submitted_assignment.c.student_id)
_CELLS = (
    _of_class(
        base_cell.c.name,
        grade.c.auto_score,
        grade.c.manual_score,
        grade.c.extra_credit,
        grade.c.needs_manual_grade,
        func.coalesce(grade_cells.c.max_score, task_cells.c.max_score, 0.0).label("max_score"),
    )
    .join(grade, grade.c.notebook_id == submitted_notebook.c.id)
    .join(base_cell, base_cell.c.id == grade.c.cell_id)
    .outerjoin(grade_cells, grade_cells.c.id == base_cell.c.id)
    .outerjoin(task_cells, task_cells.c.id == base_cell.c.id)
    .order_by(submitted_assignment.c.student_id, base_cell.c.name)
)
