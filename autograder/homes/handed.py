"""The work in a platform's download, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from autograder.classroom.person import Person
from autograder.homes.archive import Entry
from autograder.homes.table import IDENTITIES, Row, match, shown
from autograder.text import short_name, visible_name


class Handed(NamedTuple):
    """A file that somebody handed in: its path, by what it is known whose it is, and when it was
    handed in. ``keys`` are values by the small names of a roster's columns. ``name`` is a person's
    name, which decides only where a roster has none of these columns. ``is_late`` is a mark of the
    platform's. ``version`` is the platform's number of it, where it puts one into the name."""

    entry: Entry
    path: PurePosixPath
    keys: Mapping[str, str]
    name: str = ""
    time: datetime | None = None
    is_late: bool = False
    version: int = 0


class Roster:
    """Who there is, by all that a platform may know of them."""

    def __init__(self, rows: Sequence[Row], people: Sequence[Person]) -> None:
        """Of ``rows`` of a platform's table; or, without any, of the gradebook's ``people``."""
        rows = rows or [_row(at, person) for at, person in enumerate(people)]
        known, doubtful, _, self.problems = match(people, rows)
        self._known: dict[tuple[str, str], set[str]] = {}
        self._named: dict[str, set[str]] = {}
        self._columns = {column for row in rows for column in row.cells}
        for row in rows:
            if row.at in doubtful:  # and left out
                continue
            student = known[row.at].id if row.at in known else _first(row)
            for column, value in row.cells.items():
                self._known.setdefault((column, _plain(value)), set()).add(student)
            if row.name:
                self._named.setdefault(_words(row.name), set()).add(student)

    def student(self, handed: Handed) -> tuple[str, str]:
        """The student, or "" and why it is not known, as the end of a sentence."""
        keys = ((column, _plain(value)) for column, value in handed.keys.items() if value)
        found = {student for key in keys for student in self._known.get(key, ())}
        if self._columns.isdisjoint(handed.keys):  # a number that is not there is somebody else's
            found = self._named.get(_words(handed.name), set())
        if len(found) == 1:
            return next(iter(found)), ""
        return "", f"fits {shown(sorted(found))}" if found else "fits nobody in the roster"


def _first(row: Row) -> str:
    """The id of a student whom the gradebook does not know."""
    return next(row.cells[column] for column in IDENTITIES if column in row.cells)


def _row(at: int, person: Person) -> Row:
    cells = {
        **dict.fromkeys(("student_id", "sid"), person.id),
        **dict.fromkeys(("email", "email address"), person.email),
        "id": person.lms_user_id,
    }
    name = f"{person.first_name} {person.last_name}".strip()
    return Row({column: value for column, value in cells.items() if value}, name, at)


def _plain(value: str) -> str:
    return value.strip().casefold()


def _words(name: str) -> str:
    """A name, however its parts are separated and ordered."""
    return " ".join(sorted(re.findall(r"\w+", name.casefold().replace("_", " "))))


def _is_id(student: str) -> bool:
    """Whether a folder can have a student's id as its name, and a suffix."""
    is_hidden, is_long = student.startswith("."), len(student.encode()) > 200
    return not (is_hidden or is_long or re.search(r"[/\\\x00-\x1f]", student))


def sorted_by_student(
    handed: Iterable[Handed], roster: Roster
) -> tuple[dict[str, list[Handed]], list[str]]:
    """The files of each student, by id; and a sentence for each file that is nobody's, and for
    each student who could be several of the platform's."""
    found: dict[str, list[Handed]] = {}
    problems = []
    for each in handed:
        student, wrong = roster.student(each)
        if not (wrong or _is_id(student)):
            wrong = f"is that of {visible_name(student)!r}, which cannot be a student's id"
        if wrong:
            problems.append(f"{short_name(str(each.entry.path))} {wrong}, and was left out.")
        else:
            found.setdefault(student, []).append(each)
    for student in [each for each, files in found.items() if len(_accounts(files)) > 1]:
        problems.append(
            f"{visible_name(student)} could be {shown(_accounts(found.pop(student)))}, "
            "whose work was left out."
        )
    return found, problems


def _accounts(files: Iterable[Handed]) -> list[str]:
    """By what the platform tells apart who handed in these."""
    return sorted({" ".join(dict.fromkeys(filter(None, each.keys.values()))) for each in files})
