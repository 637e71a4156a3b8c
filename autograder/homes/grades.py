"""The grades of an assignment, as they go to a learning platform."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from autograder.classroom.person import Person
from autograder.classroom.totals import Total
from autograder.faults import Refusal
from autograder.homes.table import Table, match, read_table, shown, students
from autograder.report import Report

#: By which columns a platform's students are known, in words, and how the gradebook gets to know.
_KNOWN_BY = {
    "Canvas": "SIS id, login or e-mail address",
    "Moodle": "ID number, username or e-mail address",
}
_ENTER = "`nbgrader db student add ID --email ADDRESS` enters an address in the gradebook"


class NoGrades(Refusal):
    """There is nothing to export as asked; the message says what to do."""


class Class(NamedTuple):
    """An assignment's class: its people, their points in the gradebook, and their reports."""

    name: str
    people: Sequence[Person]
    totals: Mapping[str, Total]
    reports: Iterable[Report]
    now: datetime

    @property
    def graded(self) -> dict[str, Total]:
        """The points of who handed in; raises `NoGrades` if nobody did."""
        found = {student: each for student, each in self.totals.items() if each.handed_in}
        if not found:
            raise NoGrades(
                f"Nobody has a grade for {self.name}. Run `autograder grade {self.name}` first."
            )
        return found


class Asked(NamedTuple):
    """What the command line says: the platform's own table, the column, and its points."""

    table: Path | None = None
    column: str = ""
    points: float | None = None


class Exported(NamedTuple):
    """A file to import, and what to say of it: who is missing on which side."""

    text: str
    notes: Sequence[str]


class Joined(NamedTuple):
    """The platform's table, the person and the points of each of its rows that has a grade, and a
    sentence for whatever is on one side only."""

    table: Table
    grades: Mapping[int, tuple[Person, Total]]
    notes: Sequence[str]


def scaled(total: Total, points: float) -> float:
    """The score that counts, on a scale of so many ``points``. Of as many as the exercise has, it
    is the same number."""
    most = total.max_score
    return round(total.score if points == most else total.score * points / most, 6) if most else 0.0


def number(value: float) -> str:
    """A number without trailing zeros, in full."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def points_there(table: Table, cells: Iterable[str], asked: float | None) -> float | None:
    """How many points the platform's own file says there are, in the first of ``cells`` that does;
    or else those ``asked`` for. Raises `NoGrades` where these two differ."""
    said = next((found for cell in cells if (found := _points(cell)) is not None), None)
    if None not in (said, asked) and said != asked:
        raise NoGrades(
            f"{table.path} says {number(said or 0.0)} points, and --points {number(asked or 0.0)}: "
            "leave --points out, or change the points there and export the file again."
        )
    return asked if said is None else said


def _points(cell: str) -> float | None:
    try:
        points = float(cell.replace(",", "."))
    except ValueError:
        return None
    return points if 0 < points < math.inf else None


def matched(of_class: Class, asked: Asked, platform: str) -> Joined:
    """Match the class with the platform's table. Raises `NoGrades` if nobody is in both."""
    if asked.table is None:
        raise NoGrades(f"--csv is needed: the file with the students that {platform} exports.")
    table = read_table(asked.table)
    rows = students(table)
    found, doubtful, doubtful_ids, said = match(of_class.people, rows)
    if not found:
        else_ = " else" if said else ""
        said = [
            *said,
            f"Nobody{else_} in {asked.table} is known by {_KNOWN_BY[platform]}: {_ENTER}.",
        ]
        raise NoGrades(" ".join(said))
    graded, notes = of_class.graded, list(said)
    strangers = [row.called for row in rows if row.at not in {*found, *doubtful}]
    known = {person.id for person in found.values()} | doubtful_ids
    notes += _missing(strangers, platform, graded.keys() - known)
    ungraded = [person.id for person in found.values() if person.id not in graded]
    if ungraded:
        notes.append(f"Without a grade, and left out: {shown(ungraded)}.")
    waiting = [p.id for p in found.values() if p.id in graded and graded[p.id].waiting]
    if waiting:
        most = number(max(graded[each].max_score for each in waiting))
        notes.append(
            f"Answers wait to be marked, and count 0 of the {most} points so far: {shown(waiting)}."
        )
    grades = {at: (p, graded[p.id]) for at, p in sorted(found.items()) if p.id in graded}
    return Joined(table, grades, notes)


def _missing(strangers: Sequence[str], platform: str, others: Iterable[str]) -> Iterator[str]:
    if strangers:
        yield f"In {platform}'s file and not in the gradebook: {shown(strangers)}."
    if left := sorted(others):
        yield f"Graded here and not in {platform}'s file: {shown(left)}."
