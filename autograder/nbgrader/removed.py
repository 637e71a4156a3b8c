"""Whose id was taken out of the course: work that is collected again under it is not graded.

A digest of each id is kept, so that nothing in the course's folder names them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from autograder.classroom.journal_folder import FOLDER
from autograder.course import Course, CourseError
from autograder.files import write_file


def note_removed(course: Course, old: str, new: str = "") -> None:
    """Keep in mind that nobody has the id ``old`` any more, and that somebody has ``new``."""
    kept = (_digests(course) | {digest_of(old)}) - ({digest_of(new)} if new else set())
    write_file(course.root / FOLDER / "removed.json", json.dumps(sorted(kept)))


def still_removed(course: Course, students: Iterable[str]) -> list[str]:
    """Which of them were removed, and are not in the gradebook again since then, by id."""
    digests = _digests(course)
    found = [student for student in students if digests and digest_of(student) in digests]
    if not found:
        return []
    from autograder.nbgrader.students import in_gradebook  # loads SQLAlchemy

    back = set(in_gradebook(course, "autograder grade"))
    return sorted(student for student in found if student not in back)


def _digests(course: Course) -> set[str]:
    path = course.root / FOLDER / "removed.json"
    try:
        return set(json.loads(path.read_bytes()))
    except (FileNotFoundError, NotADirectoryError):  # the second is refused by whoever writes there
        return set()
    except ValueError:
        raise CourseError(f"{path} is damaged. Delete it, and remove again who has left.") from None


def digest_of(student: str) -> str:
    """A digest of an id, which may not be text."""
    return hashlib.sha256(student.encode("utf-8", "surrogateescape")).hexdigest()
