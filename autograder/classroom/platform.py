"""What a class run asks of the platform that its work comes from and its grades go to.

A platform is one class in a file of its own: a `Platform` that says whose work there is and keeps
what was graded. Everything else has an answer already, for a platform that knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from autograder.classroom.handed_in import NO_TIME, HandedIn, Timestamp
from autograder.classroom.overview import Marks
from autograder.exercise.answer_key import Sheet
from autograder.late import Late
from autograder.report import Report
from autograder.submission import Submission


class Advice(NamedTuple):
    """What the platform tells instructors to do: where nobody handed in, about answers that a
    person marks, and about work of which nobody knows when it was handed in."""

    collect: str = "Nobody handed in."
    mark: str = "Mark them by hand."
    time: str = ""


class Platform(Protocol):
    """A platform, as far as one assignment goes; made by the run, and forked with what it holds
    into every grading process. Where it fails it raises `CourseError`."""

    advice: Advice = Advice()

    def class_folders(self) -> Mapping[str, Path]:
        """The folder of everybody who handed in, in the students' order."""
        ...

    def record(
        self, report: Report, cells: Mapping[str, str], handed_in: datetime | None
    ) -> Late | None:
        """Keep a report, all of it or nothing, and tell what coming late costs. Called in the run;
        ``cells`` is what `publish` gave, ``handed_in`` is None where nobody knows."""
        ...

    def prepare(self, write: bool) -> None:
        """Read what `publish` needs, once for all grading processes; unless it is to ``write``,
        nothing may be changed."""

    def handed_in(self, folder: Path) -> Timestamp:
        """When a folder was handed in. Called in a grading process."""
        return NO_TIME

    def publish(
        self, report: Report, submission: Submission, handed_in: HandedIn
    ) -> tuple[Report, Mapping[str, str]]:
        """Show a report to its student. Called in a grading process; gives the report, with what
        could not be shown, and what `record` has to know of the notebook: its cells."""
        return report, {}

    def is_published(self, student: str) -> bool:
        """Whether what an earlier run published is there still. Called in a grading process."""
        return True

    def check_known(self, sheet: Sheet) -> None:
        """Raise `CourseError` where grades of the assignment cannot be kept. The first of what the
        run calls with all processes forked; `close` is the last."""

    def due(self) -> datetime | None:
        """When the last one has to hand in, in UTC without a time zone; None where no time is set."""
        return None

    def recorded_scores(self) -> Mapping[str, Mapping[str, float | None]]:
        """By student and cell the scores that are kept; who is not in it is graded again."""
        return {}

    def late(self) -> Mapping[str, Late]:
        """Who came late, of those in `recorded_scores`, with costs that are up to date."""
        return {}

    def close(self) -> None:
        """Let go of what was opened."""

    def marks(self) -> Marks:
        """What is known of the class besides its reports; says what is missing."""
        return Marks()
