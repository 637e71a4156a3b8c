"""Who the students of a course are, and what has to be true of them before anybody is graded."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from autograder.classroom.journal_folder import FOLDER
from autograder.course import COURSE_FILE, Course, CourseError, did_you_mean
from autograder.nbgrader.database import Database, student
from autograder.text import visible_name

#: Where the work is that was collected, and then replaced by other work.
REPLACED = "downloaded/replaced"


class Change(NamedTuple):
    """A student ``old`` who gets the id ``new``, or is removed where that is empty."""

    old: str
    new: str = ""

    @property
    def command(self) -> str:
        """The command that makes it."""
        words = ("rename", self.old, self.new) if self.new else ("remove", self.old)
        return visible_name(" ".join(("autograder", *words)))


def require_unchanging(course: Course) -> None:
    """Raise `CourseError` while a change of a student is unfinished."""
    if (unfinished := unfinished_change(course)) is not None:
        raise CourseError(f"`{unfinished.command}` was interrupted. Run it again first.")


def require_extended_known(course: Course, name: str) -> None:
    """Raise `CourseError` for an extension of the assignment for somebody who is no student: it
    would be lost on whoever is meant.

    Where the gradebook has a class list, that is whoever is not in it. Where it has only those who
    handed in, others may still do so, and only an id that is nearly another one's is refused.
    """
    extended = {e.student for e in course.extensions if e.assignment == name}
    if not extended:
        return
    listed = set(in_gradebook(course, f"autograder grade {name}"))
    handed_in = set(names_in(course, "submitted"))
    for one in sorted(extended - listed - handed_in):
        near = nearest(one, listed | handed_in)
        said = f"{course.root / COURSE_FILE}: extensions: {one!r} is no student of the course."
        if near or listed - handed_in:
            raise CourseError(
                f"{said}{near} Correct it there. If somebody of that name is still to hand in, add "
                f"them with `nbgrader db student add {one}`."
            )
        print(f"{said} If they hand in later, the extension is theirs.", file=sys.stderr)


def nearest(name: str, known: set[str]) -> str:
    """The end of a sentence about an unknown student: the nearest one, or nothing."""
    near = did_you_mean(name, sorted(known))
    return near if near.startswith(" Did") else ""  # all of them would be too many to name


def names_in(course: Course, folder: str) -> list[str]:
    """The names in a folder of the course but for hidden ones; none where there is no folder."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return [name for name in os.listdir(course.root / folder) if not name.startswith(".")]
    return []


def open_gradebook(course: Course, command: str) -> Database | None:
    """The gradebook, if there is one."""
    file = course.gradebook_file
    if file is not None and not file.exists():
        return None
    name = course.assignments[0].name if course.assignments else "NAME"
    return Database(course, name, command=command)


def in_gradebook(course: Course, command: str) -> list[str]:
    """The ids of the students in the gradebook; none where there is none yet."""
    database = open_gradebook(course, command)
    if database is None:
        return []
    with database:
        return database.read(lambda c: list(c.scalars(select(student.c.id))))


def change_file(course: Course) -> Path:
    """The file that holds a change while it is made."""
    return course.root / FOLDER / "unfinished-change.json"


def unfinished_change(course: Course) -> Change | None:
    """The change that was interrupted, if there is one."""
    with suppress(FileNotFoundError, ValueError, TypeError):
        return Change(*json.loads(change_file(course).read_bytes()))
    return None
