"""What a class run does for each submission: read it, have it graded, publish the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from autograder.classroom.executor import Begun, Job, grade_job
from autograder.classroom.fault_log import fault_line
from autograder.classroom.graded import Graded
from autograder.classroom.grader import Grader
from autograder.classroom.handed_in import (
    NO_TIME,
    HandedIn,
    Timestamp,
    read_folder,
    require_name,
)
from autograder.classroom.platform import Platform
from autograder.display.hints import parse_hints, with_hints
from autograder.report import Report
from autograder.sandbox.levels import NotContained
from autograder.submission import read_submission


@dataclass(frozen=True)
class Task:
    """A student's folder, the key of its last grading, and the latest due date of the class."""

    student: str
    folder: Path
    key: str | None
    due: datetime | None


@dataclass(frozen=True)
class TaskResult:
    """The result of a task; ``cells`` comes from the platform's `publish`."""

    graded: Graded
    key: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    timestamp: Timestamp = NO_TIME


class _Kept(NamedTuple):
    """What is known of a folder before it is graded."""

    handed_in: HandedIn
    key: str


@dataclass(frozen=True)
class FolderWork:
    """The work on a platform's folders; see `autograder.classroom.executor.Work`."""

    grader: Grader
    platform: Platform

    def begin(self, task: Task) -> Begun | TaskResult:
        """Read a folder, unless its name cannot be stored."""
        try:
            return self._begin(task)
        except Exception as error:  # a fault of the machine costs one line, not the run
            return self._fault(task, error)

    def _begin(self, task: Task) -> Begun | TaskResult:
        grader, platform, folder, student = self.grader, self.platform, task.folder, task.student
        require_name(student, folder, platform.longest_id)
        grader.update_reasons(task.due)
        handed_in = read_folder(
            folder, grader.name, platform.handed_in(folder), grader.released.files
        )
        key = handed_in.key(grader.key(), student)
        if key == task.key and platform.is_published(student):
            graded = Graded(student, folder, None, unchanged=True, chosen=True)
            return TaskResult(graded, key, timestamp=handed_in.timestamp)
        submission = handed_in.submission(grader.answer_key, grader.released)
        return Begun(Job(submission, student, task.due), _Kept(handed_in, key))

    def finish(self, task: Task, begun: Begun, report: Report, repeated: int) -> TaskResult:
        """Publish a report on the platform."""
        try:
            return self._finish(task, begun, report, repeated)
        except Exception as error:
            return self._fault(task, error)

    def _finish(self, task: Task, begun: Begun, report: Report, repeated: int) -> TaskResult:
        submission, (handed_in, key) = begun.job.submission, begun.kept
        if self.grader.answer_key.count_hints:
            report = with_hints(report, parse_hints(handed_in.hints))
        report, cells = self.platform.publish(report, submission, handed_in)
        path = Path(submission.path)
        graded = Graded(task.student, path, report, chosen=True, repeated=repeated)
        return TaskResult(graded, key, cells, handed_in.timestamp)

    def failed(self, task: Task, begun: Begun, fault: str) -> TaskResult:
        """The result of a folder that no worker could grade."""
        return TaskResult(Graded(task.student, task.folder, None, fault, chosen=True))

    def here(self, task: Task) -> TaskResult | NotContained:
        """In a grading process: grade and publish one submission."""
        try:
            begun = self._begin(task)
            if isinstance(begun, TaskResult):
                return begun
            report = grade_job(self.grader, begun.job)
            return self._finish(task, begun, report, self.grader.repeated)
        except NotContained as error:
            return error
        except Exception as error:
            return self._fault(task, error)

    def _fault(self, task: Task, error: Exception) -> TaskResult:
        fault = fault_line(self.grader.course, self.grader.name, task.folder, error)
        return TaskResult(Graded(task.student, task.folder, None, fault, chosen=True))


@dataclass(frozen=True)
class FileWork:
    """The work on single files, of which nothing is published."""

    grader: Grader

    def begin(self, path: Path) -> Begun | Graded:
        """Read a file."""
        try:
            return Begun(Job(read_submission(path), path.stem))
        except Exception as error:  # a fault of the machine costs one line, not the run
            return self._fault(path, error)

    def finish(self, path: Path, begun: Begun, report: Report, repeated: int) -> Graded:
        """The report is the result."""
        return Graded(path.stem, path, report, repeated=repeated)

    def failed(self, path: Path, begun: Begun, fault: str) -> Graded:
        """The result of a file that no worker could grade."""
        return Graded(path.stem, path, None, fault)

    def here(self, path: Path) -> Graded | NotContained:
        """In a grading process: grade one file."""
        begun = self.begin(path)
        if isinstance(begun, Graded):
            return begun
        try:
            report = grade_job(self.grader, begun.job)
            return self.finish(path, begun, report, self.grader.repeated)
        except NotContained as error:
            return error
        except Exception as error:
            return self._fault(path, error)

    def _fault(self, path: Path, error: Exception) -> Graded:
        return Graded(
            path.stem, path, None, fault_line(self.grader.course, self.grader.name, path, error)
        )
