"""The submissions that need a person's attention, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from autograder.classroom.overview import Roster, StudentRow
from autograder.classroom.platform import Advice
from autograder.report import ProblemKind


class Need(NamedTuple):
    """Something that needs a person: its title, what to do, and the students, with a detail."""

    title: str
    advice: str
    cases: Sequence[tuple[Sequence[str], str]]


#: Problems that a person has to look at: their kind, a title, and what to do.
_KINDS: tuple[tuple[ProblemKind, str, str], ...] = (
    (
        "answer-elsewhere",
        "Answers outside their cells",
        "They wait to be marked. Read the cells that are named.",
    ),
    (
        "locked-cell",
        "Work in locked cells",
        "It was not graded. Look whether it is an answer.",
    ),
    (
        "other-version",
        "Another file with work in it",
        "It was not graded. Ask which one counts; to grade the other one, remove the first from "
        "the folder, and grade again.",
    ),
    (
        "not-copied",
        "Not in the graded notebook",
        "Look at it in what was handed in.",
    ),
)


def _told(students: Iterable[StudentRow], kind: ProblemKind, title: str, advice: str) -> Need:
    return Need(
        title,
        advice,
        [([s.id], note.message) for s in students for note in s.notes if note.kind == kind],
    )


def needs(roster: Roster, name: str, advice: Advice) -> list[Need]:
    """Everything in the class of an assignment that needs a person; only needs with cases."""
    students = roster.students
    found = [
        Need(
            "Handed in and not graded",
            f"Run `autograder grade {name}`; it shows why they could not be graded.",
            [([student], "") for student in roster.ungraded],
        ),
        Need(
            "Answers to be marked by hand",
            advice.mark,
            [([s.id], ", ".join(s.waiting)) for s in students if s.waiting],
        ),
        *(_told(students, *kind) for kind in _KINDS),
        Need(
            "Submissions that could not be read",
            "They earned nothing. Ask for another one.",
            [([s.id], s.unread) for s in students if s.unread],
        ),
        Need(
            "No submission time",
            f"They count as in time, unless an earlier run could read it. {advice.time}",
            [([s.id], s.untimed) for s in students if s.untimed],
        ),
        Need(
            "Odd submission times",
            "They count as they are. Anybody who can write the file can set the time in it. The "
            "exchange's file times are more reliable, unless the exchange was copied or restored.",
            [([s.id], s.doubtful) for s in students if s.doubtful],
        ),
        Need(
            "Ideas of their own",
            "The mistake is not a known one, and what builds on it was followed through. Look at "
            "both functions.",
            [
                ([student.id], f"{function.name}: {function.look}")
                for student in students
                for function in student.functions
                if function.look
            ],
        ),
        Need(
            "Look-alikes",
            "Each is a reason to ask, not a proof.",
            [*_fitting(students), *_identical(students)],
        ),
    ]
    return [need for need in found if need.cases]


def _fitting(students: Iterable[StudentRow]) -> Iterator[tuple[Sequence[str], str]]:
    for student in students:
        for function in student.functions:
            if function.fits:
                detail = f"The first one's {function.name} is right on the second one's instances."
                yield [student.id, function.fits], detail


def _identical(students: Iterable[StudentRow]) -> Iterator[tuple[Sequence[str], str]]:
    """Identical files that earned points. Stubs that were handed in unchanged are all the same."""
    same: dict[str, list[str]] = {}
    for student in students:
        if student.score > 0:
            same.setdefault(student.sha256, []).append(student.id)
    for group in same.values():
        if len(group) > 1:
            yield group, "The same file, byte for byte."
