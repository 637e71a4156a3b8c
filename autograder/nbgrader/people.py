"""The students of the gradebook, with all that they are known by elsewhere."""

from __future__ import annotations

from sqlalchemy import text

from autograder.classroom.person import Person
from autograder.course import Course
from autograder.nbgrader.students import open_gradebook

_QUERY = text("SELECT id, first_name, last_name, email, lms_user_id FROM student ORDER BY id")


def read_people(course: Course, command: str) -> list[Person]:
    """Everybody in the gradebook, by id; nobody where there is none yet. Raises `CourseError` if it
    cannot be read."""
    database = open_gradebook(course, command)
    if database is None:
        return []
    with database:
        rows = database.read(lambda connection: connection.execute(_QUERY).all())
    return [Person(*(str(value or "").strip() for value in row)) for row in rows]
