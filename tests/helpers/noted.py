"""A course in whose journal stand reports, without a class run."""

from __future__ import annotations

from pathlib import Path

from autograder.classroom.journal import Journal
from autograder.course import Course, load_course
from autograder.report import Report
from tests.conftest import NAME, ROOT, course_text
from tests.helpers.released import release


def course_at(folder: Path) -> Course:
    (folder / "course.toml").write_text(course_text())
    (folder / "solutions").symlink_to(ROOT / "solutions")
    course = release(load_course(folder), NAME)
    course.key()  # as a course with grades has one
    return course


def note(course: Course, reports: list[Report]) -> None:
    with Journal(course, NAME) as journal:
        for report in reports:
            journal.add("key", report)
