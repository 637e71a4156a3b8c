"""Reads from the gradebook what reports do not have: totals, late work, and what waits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from autograder.classroom.overview import Marks
from autograder.course import Course
from autograder.late import extended
from autograder.nbgrader.database import Database, assignment, submitted_assignment
from autograder.nbgrader.penalties import are_stale, update_penalties
from autograder.nbgrader.totals import read_totals


def read_marks(course: Course, name: str) -> Marks:
    """The marks of an assignment; raises `CourseError` or `GradebookUnavailable`."""
    with Database(course, name, command=f"autograder report {name}") as database:
        # Marks given by hand since the last grading change the penalties.
        if course.late_policy(name) and database.read(lambda c: are_stale(c, course, name)):
            database.write(lambda c: update_penalties(c, course, name))
        totals = database.read(lambda c: read_totals(c, course, name))
        return Marks(totals, database.read(lambda c: _due(c, course, name)))


def _due(connection: Connection, course: Course, name: str) -> dict[str, datetime]:
    """The due date of each student, with extensions."""
    query = (
        select(
            submitted_assignment.c.student_id,
            submitted_assignment.c.extension,
            assignment.c.duedate,
        )
        .join(assignment, assignment.c.id == submitted_assignment.c.assignment_id)
        .where(assignment.c.name == name)
    )
    found: dict[str, datetime] = {}
    for student, extension, duedate in connection.execute(query):
        due = extended(duedate, extension)
        if due is not None:
            found[student] = max(due, course.extended(name, student) or due)
    return found
