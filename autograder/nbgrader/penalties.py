"""Late penalties in nbgrader's gradebook, from its current scores, including marks by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, func, select, update

from autograder.course import Course
from autograder.late import Late, extended, late_penalty, seconds_late
from autograder.nbgrader.database import (
    Database,
    assignment,
    base_cell,
    grade,
    notebook,
    submitted_assignment,
    submitted_notebook,
)


def update_penalties(
    connection: Connection, course: Course, name: str, student: str | None = None
) -> dict[str, Late]:
    """Update the penalties of an assignment, or of one student in it; the late students by id.

    Only rows that change are written.
    """
    late, changed = _penalties(connection, course, name, student)
    if changed:
        connection.execute(_PENALTY, changed)
    return late


def are_stale(connection: Connection, course: Course, name: str) -> bool:
    """Whether `update_penalties` would change anything."""
    return bool(_penalties(connection, course, name)[1])


def _penalties(
    connection: Connection, course: Course, name: str, student: str | None = None
) -> tuple[dict[str, Late], list[dict[str, Any]]]:
    """The late students, and the rows that are not up to date."""
    late: dict[str, Late] = {}
    changed: list[dict[str, Any]] = []
    query = _NOTEBOOKS if student is None else _NOTEBOOKS_OF_ONE
    for row in connection.execute(query, {"assignment": name, "student": student}).all():
        due = extended(row.duedate, row.extension)
        seconds = seconds_late(row.timestamp, due, course.extended(name, row.student_id))
        points = late_penalty(course.late_policy(name), row.score, seconds)
        if points != row.late_submission_penalty:
            changed.append({"notebook": row.id, "points": points})
        if seconds:
            before = late.get(row.student_id, Late(seconds, 0.0))
            late[row.student_id] = Late(seconds, before.points + (points or 0.0))
    return late, changed


def extended_until(course: Course, name: str) -> datetime | None:
    """The due date in nbgrader's gradebook with the longest extension there, in UTC without a time
    zone; None where there is no due date."""
    with Database(course, name) as database:
        row = database.read(lambda c: c.execute(_LONGEST, {"assignment": name}).first())
    if row is None or row.duedate is None:
        return None
    latest: datetime = max(row.duedate, extended(row.duedate, row.extension))
    return latest


def due_note(course: Course, name: str) -> str:
    """What to do where ``course.toml`` has not the due date of the gradebook, which counts till a
    build; "" if it has."""
    due = course.assignment(name).due_in_utc
    with Database(course, name) as database:
        row = database.read(lambda c: c.execute(_LONGEST, {"assignment": name}).first())
    if due == (row and row.duedate):
        return ""
    build = f"run `autograder build {name}`"
    if due is None:
        return (
            "The gradebook has a due date, and course.toml has none: set it there, or "
            f"{build}, which removes it."
        )
    return f"The due date in course.toml is not the gradebook's: {build}."


#: A grade's score as nbgrader defines it: the manual score, or else the automatic one.
_AUTOMATIC_OR_BY_HAND = func.coalesce(grade.c.manual_score, grade.c.auto_score)
SCORE = case(
    (_AUTOMATIC_OR_BY_HAND.is_(None), 0.0),
    else_=_AUTOMATIC_OR_BY_HAND + func.coalesce(grade.c.extra_credit, 0.0),
)
_CELLS = (
    select(base_cell.c.id)
    .where(base_cell.c.notebook_id == submitted_notebook.c.notebook_id)
    .correlate(submitted_notebook)
)
#: Both ids are given because nbgrader's index is on both.
_SUM = (
    select(func.coalesce(func.sum(SCORE), 0.0))
    .where(grade.c.notebook_id == submitted_notebook.c.id, grade.c.cell_id.in_(_CELLS))
    .scalar_subquery()
)
_ABOUT: tuple[Any, ...] = (
    submitted_notebook.c.id,
    submitted_notebook.c.late_submission_penalty,
    submitted_assignment.c.student_id,
    submitted_assignment.c.timestamp,
    submitted_assignment.c.extension,
    assignment.c.duedate,
)
_NOTEBOOKS = (
    select(*_ABOUT, _SUM.label("score"))
    .select_from(assignment)
    .join(submitted_assignment, submitted_assignment.c.assignment_id == assignment.c.id)
    .join(
        submitted_notebook,
        and_(
            submitted_notebook.c.assignment_id == submitted_assignment.c.id,
            submitted_notebook.c.notebook_id.in_(
                select(notebook.c.id).where(notebook.c.assignment_id == assignment.c.id)
            ),
        ),
    )
    .where(assignment.c.name == bindparam("assignment"))
)
_NOTEBOOKS_OF_ONE = _NOTEBOOKS.where(submitted_assignment.c.student_id == bindparam("student"))
_LONGEST = (
    select(assignment.c.duedate, func.max(submitted_assignment.c.extension).label("extension"))
    .outerjoin(submitted_assignment, submitted_assignment.c.assignment_id == assignment.c.id)
    .where(assignment.c.name == bindparam("assignment"))
    .group_by(assignment.c.duedate)
)
_PENALTY = (
    update(submitted_notebook)
    .where(submitted_notebook.c.id == bindparam("notebook"))
    .values(late_submission_penalty=bindparam("points"))
)
