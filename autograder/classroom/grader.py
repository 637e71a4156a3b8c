"""The grader of one assignment: its exercise, its instances, and its fork server."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path

from autograder.classroom.fault_log import FaultLog
from autograder.classroom.versions import Released, read_released
from autograder.course import Course
from autograder.exercise.fingerprints import Mark, fingerprint, matches, rounded
from autograder.exercise.solution import Solution, load_solution
from autograder.grade import grade_submission
from autograder.judge.checks import require_known
from autograder.judge.observe import Observation
from autograder.report import Report
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.levels import LEVELS, NotContained, WorkerFault
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import Submission
from autograder.version import VERSION

#: In a larger class nobody looks for the owner of a student's numbers: each grading process would
#: draw the instances of all, for minutes.
MOST_CLASSMATES = 5000


class Grader(AbstractContextManager["Grader"]):
    """Everything that grading submissions of one assignment needs; a context manager."""

    def __init__(
        self,
        course: Course,
        name: str,
        levels: Sequence[str] = LEVELS,
        key: bytes | None = None,
        private: Sequence[Path] = (),
        now: datetime | None = None,
    ) -> None:
        """Load the exercise and draw its hidden instances; nothing is started yet. Without a
        ``key``, that of the exercise is derived from the course's. What is ``private`` no
        submission may read, besides the course. ``now`` (in UTC, without a time zone) is that of
        another machine's run, and otherwise this moment."""
        self.course = course
        self.solution = load_solution(course, name)
        require_known(self.solution.exercise)
        #: Read once: whatever happens to its file, a run grades everybody with the same.
        self.secret = key or course.exercise_key(name)
        self.answer_key = self.solution.answer_key(self.secret)
        self.solution.mutants  # noqa: B018  (made once, before processes are forked)
        self.now = now or datetime.now(UTC).replace(tzinfo=None)
        self.update_reasons()
        self.levels = levels
        self._private = [*course.private, *private]
        #: The students whose submissions are graded together.
        self.classmates: Sequence[str] = ()
        #: How often something was asked again of the last submission, for the machine's sake.
        self.repeated = 0
        self._copies: CopyDetector | None = None
        self._server: ForkServer | None = None
        self._faults = FaultLog(course, name)
        logging.getLogger("autograder").addHandler(self._faults)

    def __exit__(self, *about: object) -> None:
        logging.getLogger("autograder").removeHandler(self._faults)
        if self._server is not None:
            self._server.close()

    @property
    def name(self) -> str:
        """The assignment."""
        return self.solution.name

    @property
    def key_fingerprint(self) -> str:
        """By which the course key can be told from another one, and not be worked out."""
        return hmac.new(self.secret, b"fingerprint of the course key", hashlib.sha256).hexdigest()[
            :16
        ]

    @cached_property
    def released(self) -> Released:
        """What the students were given."""
        return read_released(self.course.released / self.name, self.name)

    def start(self) -> None:
        """Start the fork server before the first submission. If it fails, `grade` tries again, and
        each submission gets the reason."""
        with contextlib.suppress(NotContained, WorkerFault, OSError):
            self._server = self._fork_server()

    def containment(self) -> str:
        """The level of containment; raises `autograder.sandbox.levels.WorkerFault` where
        submissions cannot be run."""
        self._server = self._server or self._fork_server()
        return self._server.containment

    def _fork_server(self) -> ForkServer:
        limits = self.course.limits
        # What is measured has time of its own.
        limits = replace(limits, cpu_seconds=limits.cpu_seconds + self.answer_key.own_seconds)
        data = self.solution.data_files
        return ForkServer(limits, self.levels, self._private, data)

    def update_reasons(self, extended: datetime | None = None) -> None:
        """Put the reasons of choices into reports, if the assignment is over for everybody.

        Until then reports show the date. The gradebook may have ``extended`` it (in UTC, without a
        time zone).
        """
        choices = self.solution.exercise.choices
        end = self.course.closes(self.name, extended) if choices else None
        later = self.course.when_told(self.name, end) if end and self.now <= end else ""
        reasons = {} if later else {choice.name: choice.reasons for choice in choices}
        answers = replace(self.answer_key.answers, reasons=reasons, later=later)
        self.answer_key = replace(self.answer_key, answers=answers)

    def grade(self, submission: Submission, student: str) -> Report:
        """Grade one submission on the student's own hidden instances.

        Raises `autograder.sandbox.levels.WorkerFault` when this machine cannot run submissions.
        """
        server = self._server = self._server or self._fork_server()
        self._faults.path = Path(submission.path)
        answer_key = self.solution.answer_key(self.secret, student)
        answer_key = replace(answer_key, answers=self.answer_key.answers)
        find_owner = partial(self._find_owner, student)
        sandbox = ContainedSandbox(server)
        report = grade_submission(
            submission, student, answer_key, sandbox, self.solution.mutants, find_owner
        )
        self.repeated = sandbox.repeated
        return report

    def _find_owner(self, student: str, function: str, seen: Sequence[Observation]) -> str:
        """The classmate for whose instances the results would be right, or ""."""
        if len(self.classmates) > MOST_CLASSMATES:
            return ""
        if self._copies is None:
            self._copies = CopyDetector(self.solution, self.secret, self.classmates)
        return self._copies.owner(student, function, seen)

    def key(self) -> str:
        """A digest of everything that a grade depends on except the submission."""
        parts = [
            VERSION,
            self.solution.sha256,
            self.secret.decode(),
            asdict(self.course.limits),
            [(function.name, dict(function.points)) for function in self.answer_key.functions],
            [(choice.name, choice.points) for choice in self.answer_key.choices],
            list(self.levels),
            self.answer_key.precision,
            asdict(self.answer_key.answers),
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()


class CopyDetector:
    """Finds the classmate for whose hidden instances a wrong result is right, a sign of copying.

    It holds the right results on every hidden instance of a class, by function and instance.
    """

    def __init__(self, solution: Solution, key: bytes, students: Sequence[str]) -> None:
        """Draw the instances of all ``students``, about a millisecond each."""
        self._right: dict[tuple[str, str], list[tuple[str, list[Mark]]]] = {}
        for student in students:
            for case in solution.answer_key(key, student).cases:
                for function, expected in case.expected.items() if case.hidden else ():
                    right = rounded(fingerprint(expected, expected))
                    self._right.setdefault((function, case.label), []).append((student, right))

    def owner(self, student: str, function: str, seen: Sequence[Observation]) -> str:
        """The classmate of ``student`` for whose instances the results are right, or ""."""
        fitting: set[str] | None = None
        for item in seen:
            found = fingerprint(item.first.value, item.case.expected[function])
            right = self._right.get((function, item.case.label), ())
            here = {other for other, known in right if matches(found, known)}
            fitting = here if fitting is None else fitting & here
        return min((fitting or set()) - {student}, default="")
