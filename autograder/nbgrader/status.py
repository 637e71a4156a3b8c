"""Reads from the gradebook what reports do not have: late work, and answers to mark by hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from autograder.classroom.overview import Marks
from autograder.course import Course
from autograder.late import Late, extended, seconds_late
from autograder.nbgrader.database import (
    Database,
    assignment,
    base_cell,
    grade,
    submitted_assignment,
    submitted_notebook,
)


def read_marks(course: Course, name: str) -> Marks:
    """The marks of an assignment; raises `CourseError` or `GradebookUnavailable`."""
    with Database(course, name) as database:
        late, due = database.read(lambda c: _late(c, course, name))
        return Marks(late, database.read(lambda c: _waiting(c, name)), due)


def _late(
    connection: Connection, course: Course, name: str
) -> tuple[dict[str, Late], dict[str, datetime]]:
    """The lateness and recorded penalty of each student with a submission time; all due dates."""
    query = (
        select(
            submitted_assignment.c.student_id,
            submitted_assignment.c.timestamp,
            submitted_assignment.c.extension,
            assignment.c.duedate,
            submitted_notebook.c.late_submission_penalty,
        )
        .join(assignment, assignment.c.id == submitted_assignment.c.assignment_id)
        .join(submitted_notebook, submitted_notebook.c.assignment_id == submitted_assignment.c.id)
        .where(assignment.c.name == name)
    )
    late: dict[str, Late] = {}
    until: dict[str, datetime] = {}
    for row in connection.execute(query):
        student, due = row.student_id, extended(row.duedate, row.extension)
        if due is None:
            continue
        until[student] = max(due, course.extended(name, student) or due)
        if row.timestamp is not None:
            seconds = seconds_late(row.timestamp, until[student])
            points = (row.late_submission_penalty or 0.0) + late.get(student, Late(0.0, 0.0)).points
            late[student] = Late(seconds, points)
    return late, until


def _waiting(connection: Connection, name: str) -> dict[str, list[str]]:
    query = (
        select(submitted_assignment.c.student_id, base_cell.c.name)
        .join(assignment, assignment.c.id == submitted_assignment.c.assignment_id)
        .join(submitted_notebook, submitted_notebook.c.assignment_id == submitted_assignment.c.id)
        .join(grade, grade.c.notebook_id == submitted_notebook.c.id)
        .join(base_cell, base_cell.c.id == grade.c.cell_id)
        .where(assignment.c.name == name, grade.c.needs_manual_grade)
        .order_by(base_cell.c.name)
    )
    waiting: dict[str, list[str]] = {}
    for student, cell in connection.execute(query):
        waiting.setdefault(student, []).append(cell)
    return waiting
