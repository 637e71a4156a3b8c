"""nbgrader as a platform: ``submitted/``, ``autograded/`` and the gradebook.

The gradebook's modules load SQLAlchemy, which takes as long as the start of the fork servers. They
are imported while the grading processes run, which do not need them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.classroom.handed_in import HandedIn, Timestamp
from autograder.classroom.journal_folder import make_folder
from autograder.classroom.overview import Marks
from autograder.classroom.platform import Advice, Platform
from autograder.course import Course, CourseError
from autograder.exercise.answer_key import AnswerKey
from autograder.faults import MachineFault
from autograder.late import Late
from autograder.nbgrader.answers import answer_digests
from autograder.nbgrader.autograded import look_beside, write_autograded
from autograder.nbgrader.elsewhere import answers_elsewhere
from autograder.nbgrader.inbound import Inbound
from autograder.nbgrader.pictures import pictures_left_out
from autograder.nbgrader.release import Release, load_release, with_shared
from autograder.nbgrader.removed import still_removed
from autograder.nbgrader.timestamps import TIMESTAMP_FILE, doubt, read_timestamp
from autograder.outputs import MAX_ATTACHED
from autograder.report import Report
from autograder.submission import Submission

if TYPE_CHECKING:
    from autograder.nbgrader.gradebook import GradebookWriter

#: The characters that nbgrader's column of students' ids has in a server.
_LONGEST_ID = 128


class Nbgrader(Platform):
    """An assignment in nbgrader's folders and in its gradebook."""

    _release: Release
    _write: bool
    _gradebook: GradebookWriter | None = None

    def __init__(self, course: Course, name: str) -> None:
        self._course, self._name = course, name
        # SQLite takes any length, as does nbgrader with it; to refuse it would cost a student.
        self.longest_id = None if course.gradebook_file else _LONGEST_ID
        self.advice = Advice(
            f"There is nothing in {course.root / 'submitted'}/*/{name}. "
            f"Collect first: `nbgrader collect {name}`.",
            f"Mark them: `autograder mark {name}`, or nbgrader's formgrader.",
            f"Write the time into {TIMESTAMP_FILE} beside the work, as in 2027-01-17 12:00:00 UTC, "
            "and grade again.",
            "Take one back with `nbgrader db student add ID`.",
        )

    def class_folders(self) -> dict[str, Path]:
        """The folders ``submitted/<student>/<name>``; raises `MachineFault` when a folder cannot be
        read, so that no student is silently skipped."""
        try:
            # Links are skipped: one could lead to another student's work.
            students = [
                entry
                for entry in os.scandir(self._course.root / "submitted")
                if entry.is_dir(follow_symlinks=False)
            ]
            found = {
                student.name: Path(entry.path)
                for student in students
                for entry in os.scandir(student.path)
                if entry.name == self._name and entry.is_dir(follow_symlinks=False)
            }
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise MachineFault(
                f"{error.filename} cannot be read: {error.strerror}. Give yourself read permission."
            ) from None
        self.removed = still_removed(self._course, found)
        return {student: found[student] for student in sorted(found.keys() - self.removed)}

    def prepare(self, write: bool) -> None:
        """Read the release, and copy its files to a folder that graded notebooks link to."""
        self._write = write
        self._release = load_release(self._course, self._name)
        if self._release.left_out:
            print(self._release.left_out, file=sys.stderr)
        if write:
            folder = make_folder(self._course) / f"{self._name}.files"
            self._release = with_shared(self._release, folder)

    def handed_in(self, folder: Path) -> Timestamp:
        """The time in nbgrader's timestamp file."""
        return read_timestamp(folder)

    def publish(
        self, report: Report, submission: Submission, handed_in: HandedIn
    ) -> tuple[Report, Mapping[str, str]]:
        """Write the graded notebook, from which feedback is made, and the files beside it."""
        folder, release = handed_in.folder, self._release
        beside = look_beside(folder, release, handed_in.timestamp)
        report = beside.add_to(report)
        notes = [
            *answers_elsewhere(submission, release),
            *pictures_left_out(submission, MAX_ATTACHED),
        ]
        report = replace(report, problems=[*report.problems, *notes])
        is_elsewhere = report.problem("answer-elsewhere") is not None
        report = replace(report, answers=answer_digests(submission, release, is_elsewhere))
        if not self._write:
            return report, {}
        destination = self._autograded(report.student)
        return report, write_autograded(report, submission, release, folder, destination, beside)

    def is_published(self, student: str) -> bool:
        """Whether the graded notebook exists."""
        return (self._autograded(student) / f"{self._name}.ipynb").is_file()

    def _autograded(self, student: str) -> Path:
        return self._course.root / "autograded" / student / self._name

    def check_known(self, answer_key: AnswerKey) -> None:
        """Compare cells, points and the due date with the gradebook, and extensions with its
        students."""
        from autograder.nbgrader.gradebook import require_known
        from autograder.nbgrader.penalties import due_note
        from autograder.nbgrader.students import require_extended_known, require_unchanging

        require_unchanging(self._course)
        require_known(self._course, answer_key)
        require_extended_known(self._course, self._name)
        if note := due_note(self._course, self._name):
            print(note, file=sys.stderr)

    def due(self) -> datetime | None:
        """The due date with the longest extension, from the gradebook."""
        from autograder.nbgrader.penalties import extended_until

        return extended_until(self._course, self._name)

    def recorded_scores(self) -> dict[str, dict[str, float | None]]:
        """The automatic scores in the gradebook."""
        return self._opened().scores()

    def late(self) -> dict[str, Late]:
        """The penalties, updated for the current scores in the gradebook."""
        return self._opened().late()

    def record(
        self, report: Report, cells: Mapping[str, str], handed_in: datetime | None
    ) -> Late | None:
        """Write it to the gradebook."""
        return self._opened().write(report, cells, handed_in)

    def _opened(self) -> GradebookWriter:
        if self._gradebook is None:
            from autograder.nbgrader.gradebook import GradebookWriter

            writer = GradebookWriter(
                self._course, self._release, key_fingerprint=self.key_fingerprint
            )
            self._gradebook = writer.__enter__()
        return self._gradebook

    def waiting(self) -> dict[str, list[str]]:
        """The cells that wait in the gradebook."""
        return self._opened().waiting()

    def repeated(self) -> int:
        """Those of the gradebook."""
        return 0 if self._gradebook is None else self._gradebook.repeated

    def close(self) -> None:
        """Close the gradebook."""
        if self._gradebook is not None:
            self._gradebook.__exit__()
            self._gradebook = None

    def marks(self) -> Marks:
        """The marks from the gradebook, the exchange and the timestamp files."""
        from autograder.nbgrader.status import read_marks

        try:
            marks = read_marks(self._course, self._name)
        except CourseError as error:
            marks = Marks(missing=str(error))
        inbound = Inbound(self._course, self._name)
        now = datetime.now(UTC).replace(tzinfo=None)
        due_for_all = self._course.assignment(self._name).due_in_utc
        untimed, doubtful = {}, {}
        for student, folder in self.class_folders().items():
            due = marks.due.get(student, due_for_all)
            if due is None:
                continue
            timestamp = read_timestamp(folder)
            if timestamp.time is None:
                untimed[student] = timestamp.missing
            elif odd := doubt(timestamp, due, now) or inbound.doubt(student, timestamp.time, due):
                doubtful[student] = odd
        return marks._replace(attempts=inbound.attempts, untimed=untimed, doubtful=doubtful)
