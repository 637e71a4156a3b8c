"""A student's points in the gradebook, and the columns that class.csv and grades.csv share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from autograder.report import FunctionReport, Report, add_points
from autograder.submission import check_id
from autograder.text import plural, points_text

#: nbgrader's own names for a student's points.
POINTS = ("raw_score", "late_submission_penalty", "score", "max_score")
#: The columns that both files have after the points of each function.
FIRST = ("first_mistake", "first_wrong")
TO_MARK = ("cells_to_mark", "points_to_mark")
MORE = ("auto_score", "points_by_hand", *TO_MARK, "days_late")
_SECONDS_A_DAY = 86400.0
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Total(NamedTuple):
    """A student's points in the gradebook, as nbgrader adds them up.

    ``by_hand`` are the points that a person gave, None where nobody gave any. ``waiting`` has the
    points of each cell that a person has to mark, ``again`` those of them that have a mark already,
    and ``checks`` the automatic points of each test cell. ``seconds_late`` is None where the
    submission time or the due date is not known.
    """

    max_score: float
    handed_in: bool = False
    raw_score: float = 0.0
    penalty: float = 0.0
    by_hand: float | None = None
    waiting: Mapping[str, float] = _NOTHING
    again: Sequence[str] = ()
    checks: Mapping[str, float | None] = _NOTHING
    seconds_late: float | None = None

    @property
    def score(self) -> float:
        """The score that counts, as far as it is known."""
        return max(0.0, self.raw_score - self.penalty)

    @property
    def auto_score(self) -> float:
        """The points that no person gave."""
        return round(self.raw_score - (self.by_hand or 0.0), 6)

    @property
    def days_late(self) -> float | None:
        """0 for work in time."""
        return None if self.seconds_late is None else self.seconds_late / _SECONDS_A_DAY

    @property
    def hand_text(self) -> str:
        """The points given by hand in words; what waits is said, and is not 0."""
        given = [] if self.by_hand is None else [points_text(self.by_hand)]
        points = sum(self.waiting[cell] for cell in self.waiting if cell not in self.again)
        wait = [f"{plural(points)} {'waits' if points == 1 else 'wait'}"] if points else []
        again = ["look again"] if self.again else []
        return ", ".join([*given, *wait, *again]) or "–"


class Found(NamedTuple):
    """The part of a report that is exported: scores by cell, and the first thing wrong."""

    scores: Mapping[str, float]
    mistake: str
    wrong: str

    @classmethod
    def of(cls, report: Report) -> Found:
        """The exported part of a report."""
        return cls.from_functions(report.functions, report.first_wrong)

    @classmethod
    def from_functions(cls, functions: Sequence[FunctionReport], wrong: str) -> Found:
        """The same, of a report's functions."""
        scores = {check_id(function.name): function.score for function in functions}
        mistakes = (mistake.id for function in functions for mistake in function.made)
        return cls(scores, next(mistakes, ""), wrong)


def shared(total: Total | None, found: Found | None) -> dict[str, Any]:
    """A student's cells in the columns that both files have; none for who handed nothing in.

    Without a gradebook, ``total`` is None. The first thing wrong is that of the report, where the
    points of the test cells are the report's.
    """
    if total is None:
        return (
            {}
            if found is None
            else _in_report(found, found.scores, add_points(found.scores.values()))
        )
    if not total.handed_in:
        return {}
    days = total.days_late
    return {
        **_in_report(found, total.checks, total.auto_score),
        "points_by_hand": total.by_hand,
        **dict(zip(TO_MARK, (len(total.waiting), sum(total.waiting.values())), strict=True)),
        "days_late": None if days is None else round(days, 2),
    }


def _in_report(
    found: Found | None, checks: Mapping[str, float | None], auto_score: float
) -> dict[str, Any]:
    # A submission that could not be read has no functions in its report, and 0 for each of them.
    same = found and all(found.scores.get(cell, 0.0) == score for cell, score in checks.items())
    first = (found.mistake, found.wrong) if found and same else ("", "")
    return {**checks, "auto_score": auto_score, **dict(zip(FIRST, first, strict=True))}
