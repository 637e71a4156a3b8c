"""A class at a glance: of each student what a table needs, gathered from the journal's reports and
what the platform knows, and small enough for a class of thousands."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from autograder.classroom.item_analysis import Item, analyse
from autograder.late import Late
from autograder.report import FunctionReport, Named, Report
from autograder.text import visible_text

#: A student's text is cut off after so many characters; all of it stands on the student's page.
_MAX_TEXT = 140
_SECONDS_A_DAY = 86400.0
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Marks(NamedTuple):
    """What a platform knows of a class and no report does, by student: how ``late``, with 0 seconds
    in time; the cells that are ``waiting`` for a person; when the work was ``due``, in UTC without a
    time zone, extensions included; how often it was handed in; where it matters, why nobody knows
    when, and what is odd about a time that is noted. ``missing`` says why not all is known."""

    late: Mapping[str, Late] = _NOTHING
    waiting: Mapping[str, Sequence[str]] = _NOTHING
    due: Mapping[str, datetime] = _NOTHING
    attempts: Mapping[str, int] = _NOTHING
    untimed: Mapping[str, str] = _NOTHING
    doubtful: Mapping[str, str] = _NOTHING
    missing: str = ""


class StudentRow(NamedTuple):
    """A graded submission, without its numbers and messages.

    ``unread`` says why nothing of it could be judged. ``days_late`` (0 is in time), the ``penalty``
    for that in points, which ``score`` is before, and ``attempts``, how often it was handed in, are
    None where there is none or nobody knows. ``waiting`` are the cells that a person has to mark. ``untimed`` says why nobody
    knows when it was handed in, and ``doubtful`` what is odd about the time that is noted.
    """

    id: str
    score: float
    max_score: float
    functions: Sequence[FunctionReport]
    wrong: str
    unread: str
    sha256: str
    seconds: float
    days_late: float | None = None
    penalty: float | None = None
    attempts: int | None = None
    waiting: Sequence[str] = ()
    untimed: str = ""
    doubtful: str = ""

    def function(self, name: str) -> FunctionReport | None:
        """The function of that name."""
        return next((function for function in self.functions if function.name == name), None)

    @property
    def mistakes(self) -> list[Named]:
        """All that was named."""
        return [mistake for function in self.functions for mistake in function.mistakes]

    @property
    def hints(self) -> int | None:
        """How many hints were shown; None where they are not counted."""
        counts = [function.hints for function in self.functions if function.hints is not None]
        return sum(counts) if counts else None


class CheckStatistics(NamedTuple):
    """A check of a function in numbers: how many were judged on it, and how many passed."""

    function: str
    name: str
    points: float
    judged: int
    passed: int
    item: Item


class MistakeCount(NamedTuple):
    """A mistake that was named, and the students who made it."""

    function: str
    id: str
    message: str
    students: Sequence[str]


class Roster(NamedTuple):
    """The graded students in their order, and who handed in and was not graded."""

    students: Sequence[StudentRow]
    ungraded: Sequence[str] = ()

    @property
    def functions(self) -> list[str]:
        """The names of all functions, in the exercise's order."""
        return list(dict.fromkeys(f.name for s in self.students for f in s.functions))

    def checks(self) -> list[CheckStatistics]:
        """All checks of those whose submissions could be read, in the exercise's order."""
        found = [
            {(f.name, check.name): check for f in s.functions for check in f.checks}
            for s in self.students
            if s.functions
        ]
        most = {key: check.max_score for checks in found for key, check in checks.items()}
        points = np.array(
            [[checks[key].score if key in checks else np.nan for key in most] for checks in found]
        ).reshape(len(found), len(most))
        items = analyse(points, np.array(list(most.values())))
        return [
            CheckStatistics(
                *key,
                most[key],
                judged=sum(key in checks for checks in found),
                passed=sum(key in checks and checks[key].passed is True for checks in found),
                item=item,
            )
            for key, item in zip(most, items, strict=True)
        ]

    def mistakes(self) -> list[MistakeCount]:
        """The mistakes that were named, the most frequent first."""
        made: dict[tuple[str, str, str], list[str]] = {}
        for student in self.students:
            for function in student.functions:
                for mistake in function.mistakes:
                    made.setdefault((function.name, *mistake), []).append(student.id)
        found = [MistakeCount(*key, students) for key, students in made.items()]
        return sorted(found, key=lambda mistake: (-len(mistake.students), mistake.id))

    def without_names(self, key: bytes) -> Roster:
        """The same class, to be shown to it: students are numbered in an order that follows the
        course's key, and nothing is kept that one of them may have written."""
        order = sorted(self.students, key=lambda s: hmac.digest(key, s.id.encode(), "sha256"))
        return Roster([_nameless(f"student {n}", s) for n, s in enumerate(order, start=1)])


def _nameless(name: str, student: StudentRow) -> StudentRow:
    wrong = "The submission could not be read." if student.unread else ""
    for function in student.functions:
        failure = function.first_failure
        if failure is not None and not wrong:
            said = function.mistakes[0].message if function.mistakes else failure.name
            wrong = f"{function.name}: {said}"
    functions = [function._replace(fits="") for function in student.functions]
    return student._replace(
        id=name,
        functions=functions,
        wrong=wrong,
        unread="",
        sha256="",
        waiting=(),
        untimed="",
        doubtful="",
    )


class Gatherer:
    """Makes students of reports; what many have in common is kept once."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._kept: dict[FunctionReport, FunctionReport] = {}

    def student(self, report: Report) -> StudentRow:
        """What is kept of a report."""
        late = self._marks.late.get(report.student)
        unread = report.problems[0].message if report.problems and not report.functions else ""
        return StudentRow(
            report.student,
            report.score,
            report.max_score,
            [self._function(function) for function in report.functions],
            _short(report.first_wrong),
            _short(unread),
            report.sha256,
            report.seconds,
            None if late is None else late.seconds / _SECONDS_A_DAY,
            late.points or None if late else None,
            self._marks.attempts.get(report.student),
            self._marks.waiting.get(report.student, ()),
            self._marks.untimed.get(report.student, ""),
            self._marks.doubtful.get(report.student, ""),
        )

    def _function(self, function: FunctionReport) -> FunctionReport:
        checks = tuple(check._replace(message="", rows=(), place="") for check in function.checks)
        mistakes = tuple(function.mistakes)
        bare = function._replace(checks=checks, mistakes=mistakes, trace=(), losses=None)
        return self._kept.setdefault(bare, bare)


def _short(text: str) -> str:
    line = visible_text(text.partition("\n")[0])
    return line if len(line) <= _MAX_TEXT else f"{line[:_MAX_TEXT]}…"
