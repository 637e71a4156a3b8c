"""Submissions that need a person, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from autograder.classroom.overview import Roster, StudentRow
from autograder.classroom.platform import Advice


class Need(NamedTuple):
    """What a person has to see to: what it is, what to do, and whom it is about, with a detail."""

    title: str
    advice: str
    cases: Sequence[tuple[Sequence[str], str]]


def needs(roster: Roster, name: str, advice: Advice) -> list[Need]:
    """What there is to see to in the class of an assignment; a need without a case is none."""
    students = roster.students
    found = [
        Need(
            "Handed in and not graded",
            f"Run `autograder grade {name}`; it says what the machine had against them.",
            [([student], "") for student in roster.ungraded],
        ),
        Need(
            "Answers to be marked by hand",
            advice.mark,
            [([s.id], ", ".join(s.waiting)) for s in students if s.waiting],
        ),
        Need(
            "Submissions that could not be read",
            "They earned nothing. Ask for another one.",
            [([s.id], s.unread) for s in students if s.unread],
        ),
        Need(
            "No time of handing in",
            f"They count as in time, unless an earlier grading knew it. {advice.time}",
            [([s.id], s.untimed) for s in students if s.untimed],
        ),
        Need(
            "Odd times of handing in",
            "They count as they stand. A time is the word of whoever wrote it, and the exchange's "
            "disk knows better, unless the exchange was copied or restored.",
            [([s.id], s.doubtful) for s in students if s.doubtful],
        ),
        Need(
            "Look-alikes",
            "Each is a reason to ask, and no proof.",
            [*_fitting(students), *_identical(students)],
        ),
    ]
    return [need for need in found if need.cases]


def _fitting(students: Iterable[StudentRow]) -> Iterator[tuple[Sequence[str], str]]:
    for student in students:
        for function in student.functions:
            if function.fits:
                said = f"{function.name} of the first is right on the second's hidden instances."
                yield [student.id, function.fits], said


def _identical(students: Iterable[StudentRow]) -> Iterator[tuple[Sequence[str], str]]:
    """Files that are the same to the last byte, and earned something: what was handed out and came
    back as it was is the same for all."""
    same: dict[str, list[str]] = {}
    for student in students:
        if student.score > 0:
            same.setdefault(student.sha256, []).append(student.id)
    for group in same.values():
        if len(group) > 1:
            yield group, "The same file, byte for byte."
