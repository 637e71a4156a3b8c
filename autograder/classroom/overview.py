"""A class in memory: a row for each student, from the journal's reports and the platform.

Rows are small enough for a class of thousands."""

from __future__ import annotations

import hmac
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from autograder.classroom.item_analysis import Item, analyse
from autograder.classroom.totals import Total
from autograder.report import FOR_A_PERSON, FunctionReport, Named, Problem, Report
from autograder.text import visible_text

#: A student's text is cut to so many characters; the student's page has all of it.
_MAX_TEXT = 140
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Marks(NamedTuple):
    """What the platform knows of a class beyond its reports, by student.

    ``totals`` has every student of the class. ``due`` is in UTC without a time zone and includes
    extensions. ``attempts`` is how often a student handed in. ``untimed`` is why the submission
    time is unknown, and ``doubtful`` what is odd about it, where there is a due date. ``missing``
    is why some of this is not known.
    """

    totals: Mapping[str, Total] = _NOTHING
    due: Mapping[str, datetime] = _NOTHING
    attempts: Mapping[str, int] = _NOTHING
    untimed: Mapping[str, str] = _NOTHING
    doubtful: Mapping[str, str] = _NOTHING
    missing: str = ""


class StudentRow(NamedTuple):
    """A graded submission, without its numbers and messages; or a student without one.

    ``score`` and ``max_score`` are those of the functions, and ``total`` is what the gradebook has,
    None where that is not known. ``unread`` is why nothing of it could be judged. ``attempts`` is
    None where it is not known. ``untimed`` is why the submission time is unknown, and ``doubtful``
    what is odd about it. ``notes`` are the problems of the file, of which some need a person.
    """

    id: str
    score: float
    max_score: float
    functions: Sequence[FunctionReport]
    wrong: str
    unread: str
    sha256: str
    seconds: float
    total: Total | None = None
    attempts: int | None = None
    untimed: str = ""
    doubtful: str = ""
    notes: Sequence[Problem] = ()

    @classmethod
    def without_report(cls, student: str, total: Total, why: str) -> StudentRow:
        """A student of the class of whom nothing was graded here."""
        return cls(student, 0.0, 0.0, (), why, "", "", math.nan, total)

    @property
    def is_graded(self) -> bool:
        """Whether there is a report."""
        return not math.isnan(self.seconds)

    @property
    def waiting(self) -> Sequence[str]:
        """The cells that a person has to mark."""
        return list(self.total.waiting) if self.total else []

    @property
    def auto_score(self) -> float:
        """The points that no person gave."""
        return self.total.auto_score if self.total and self.total.handed_in else self.score

    @property
    def late(self) -> float | None:
        """The days since the due date, 0 in time; None where it is not known."""
        return self.total.days_late if self.total else None

    @property
    def penalty(self) -> float | None:
        """The points that late work costs; None where it costs nothing."""
        return (self.total.penalty or None) if self.total else None

    def function(self, name: str) -> FunctionReport | None:
        """The function of that name, or None."""
        return next((function for function in self.functions if function.name == name), None)

    @property
    def mistakes(self) -> list[Named]:
        """All named mistakes."""
        return [mistake for function in self.functions for mistake in function.mistakes]

    @property
    def hints(self) -> int | None:
        """How many hints were shown; None where they are not counted."""
        counts = [function.hints for function in self.functions if function.hints is not None]
        return sum(counts) if counts else None


class CheckStatistics(NamedTuple):
    """Statistics of a check: how many students were judged on it, and how many passed."""

    function: str
    name: str
    points: float
    judged: int
    passed: int
    item: Item


class MistakeCount(NamedTuple):
    """A named mistake, and the students who made it."""

    function: str
    id: str
    message: str
    students: Sequence[str]


class Roster(NamedTuple):
    """The graded students in their order, and those who handed in and were not graded.

    ``others`` are students of the class without a report.
    """

    students: Sequence[StudentRow]
    ungraded: Sequence[str] = ()
    others: Sequence[StudentRow] = ()

    @property
    def everybody(self) -> list[StudentRow]:
        """The whole class, also those without a report; by id where there are such."""
        if not self.others:
            return list(self.students)
        return sorted([*self.students, *self.others], key=lambda student: student.id)

    @property
    def functions(self) -> list[str]:
        """The names of all functions, in the exercise's order."""
        return list(dict.fromkeys(f.name for s in self.students for f in s.functions))

    def checks(self) -> list[CheckStatistics]:
        """The statistics of all checks, in the exercise's order.

        Submissions that could not be read are left out.
        """
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
        """The named mistakes, the most frequent first."""
        made: dict[tuple[str, str, str], list[str]] = {}
        for student in self.students:
            for function in student.functions:
                for mistake in function.mistakes:
                    made.setdefault((function.name, *mistake), []).append(student.id)
        found = [MistakeCount(*key, students) for key, students in made.items()]
        return sorted(found, key=lambda mistake: (-len(mistake.students), mistake.id))

    def without_names(self, key: bytes) -> Roster:
        """The anonymous class, to be shown to it.

        Students are numbered in an order that depends on the course's key, and no text that one of
        them may have written is kept.
        """
        order = sorted(self.students, key=lambda s: hmac.digest(key, s.id.encode(), "sha256"))
        return Roster([_anonymous(f"student {n}", s) for n, s in enumerate(order, start=1)])


def _anonymous(name: str, student: StudentRow) -> StudentRow:
    wrong = "The submission could not be read." if student.unread else ""
    for function in student.functions:
        failure = function.first_failure
        if failure is not None and not wrong:
            reason = function.mistakes[0].message if function.mistakes else failure.name
            wrong = f"{function.name}: {reason}"
    functions = [function._replace(fits="", look="") for function in student.functions]
    return student._replace(
        id=name,
        functions=functions,
        wrong=wrong,
        unread="",
        sha256="",
        untimed="",
        doubtful="",
        notes=(),
    )


class Gatherer:
    """Makes rows from reports; equal function results are shared to save memory."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._shared: dict[FunctionReport, FunctionReport] = {}

    def student(self, report: Report) -> StudentRow:
        """The row of a report."""
        unread = report.problems[0].message if report.problems and not report.functions else ""
        return StudentRow(
            report.student,
            report.score,
            report.max_score,
            [self._function(function) for function in report.functions],
            report.first_wrong,
            short(unread),
            report.sha256,
            report.seconds,
            self._marks.totals.get(report.student),
            self._marks.attempts.get(report.student),
            self._marks.untimed.get(report.student, ""),
            self._marks.doubtful.get(report.student, ""),
            [problem for problem in report.problems if problem.kind in FOR_A_PERSON],
        )

    def _function(self, function: FunctionReport) -> FunctionReport:
        checks = tuple(check._replace(message="", rows=(), place="") for check in function.checks)
        mistakes = tuple(function.made)
        bare = function._replace(
            checks=checks,
            mistakes=mistakes,
            on_request=(),
            in_part=(),
            trace=(),
            instance="",
            losses=None,
            unexplained=function.unexplained and function.unexplained._replace(whole=""),
        )
        return self._shared.setdefault(bare, bare)


def short(text: str) -> str:
    """The first line of a text, cut to what a table holds."""
    line = visible_text(text.partition("\n")[0])
    return line if len(line) <= _MAX_TEXT else f"{line[:_MAX_TEXT]}…"
