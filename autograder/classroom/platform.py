"""The interface of a platform, where submissions come from and grades go to.

A platform is one subclass of `Platform` in its own file. It has to list the submissions and record
the reports. Every other method has a default, for a platform without that feature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from autograder.classroom.handed_in import NO_TIME, HandedIn, Timestamp
from autograder.classroom.overview import Marks
from autograder.course import CourseError
from autograder.exercise.answer_key import AnswerKey
from autograder.late import Late
from autograder.report import Report
from autograder.submission import Submission


class Advice(NamedTuple):
    """What instructors should do: when nobody handed in (``collect``), about answers that a person
    marks (``mark``), about work without a submission time (``time``), and to take somebody back who
    was removed (``back``)."""

    collect: str = "Nobody handed in."
    mark: str = "Mark them by hand."
    time: str = ""
    back: str = ""


class NotRecorded(CourseError):
    """The platform cannot hold a value of one student's: it costs this student's line, and not the
    run."""


class Platform(Protocol):
    """A platform, for one assignment.

    The run creates it, and every grading process inherits it by a fork. It raises `CourseError`
    when it fails.
    """

    advice: Advice = Advice()
    #: Who handed in after being removed from the class; known after `class_folders`, which leaves
    #: them out.
    removed: Sequence[str] = ()
    #: The most characters of a student's id; None for any number.
    longest_id: int | None = None
    #: By which the course key of a run can be told from another one; set before the first grade.
    key_fingerprint: str = ""

    def class_folders(self) -> Mapping[str, Path]:
        """The folder of each student who handed in, in the order of the students."""
        ...

    def record(
        self, report: Report, cells: Mapping[str, str], handed_in: datetime | None
    ) -> Late | None:
        """Record a report in one transaction; returns the penalty for late work.

        Called in the run's process. ``cells`` comes from `publish`. ``handed_in`` is None when the
        time is not known. Raises `NotRecorded` for a report that it cannot hold.
        """
        ...

    def prepare(self, write: bool) -> None:
        """Read what `publish` needs, once for all grading processes.

        Unless ``write``, nothing may be changed.
        """

    def handed_in(self, folder: Path) -> Timestamp:
        """When a folder was handed in. Called in a grading process."""
        return NO_TIME

    def publish(
        self, report: Report, submission: Submission, handed_in: HandedIn
    ) -> tuple[Report, Mapping[str, str]]:
        """Publish a report for its student. Called in a grading process.

        Returns the report, to which it may add problems, and the notebook's cells for `record`.
        """
        return report, {}

    def is_published(self, student: str) -> bool:
        """Whether an earlier run's publication still exists. Called in a grading process."""
        return True

    def check_known(self, answer_key: AnswerKey) -> None:
        """Raise `CourseError` when grades of the assignment cannot be recorded.

        It is the first method that the run calls after forking all processes; `close` is the last.
        """

    def due(self) -> datetime | None:
        """The latest due date of any student, in UTC without a time zone; None for no due date."""
        return None

    def recorded_scores(self) -> Mapping[str, Mapping[str, float | None]]:
        """The recorded scores by student and cell; a student without any is graded again.

        A function's cell is named by `autograder.submission.check_id`.
        """
        return {}

    def late(self) -> Mapping[str, Late]:
        """The late students among `recorded_scores`, with penalties that are up to date."""
        return {}

    def waiting(self) -> Mapping[str, Sequence[str]]:
        """The cells that a person has to mark, by student, after everything is recorded."""
        return {}

    def repeated(self) -> int:
        """How many transactions had to be repeated, since they found a lock or no connection."""
        return 0

    def close(self) -> None:
        """Close what was opened."""

    def marks(self) -> Marks:
        """What is known of the class besides its reports; ``missing`` says what is not."""
        return Marks()
