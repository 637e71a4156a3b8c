"""A class: many submissions graded at once, and one line for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from autograder.classroom.fault_log import fault_line
from autograder.classroom.grader import Grader
from autograder.classroom.handed_in import NO_TIME, Timestamp, read_folder, require_text
from autograder.classroom.journal import Journal
from autograder.classroom.platform import Platform
from autograder.classroom.pool import Pool, ProcessEnded, core_count, in_order
from autograder.course import CourseError
from autograder.display.hints import parse_hints, with_hints
from autograder.late import Late
from autograder.report import Report
from autograder.sandbox.levels import NotContained
from autograder.submission import check_id, read_submission

#: How many seconds a run for single students waits for another one: as long as large classes take.
PATIENCE = 600.0


@dataclass(frozen=True)
class Graded:
    """One submission's report, or the fault of the machine that kept it from being graded.

    ``before`` is its score in the gradebook until now, None when it had none. ``unchanged`` tells
    that it was graded in an earlier run, from the same file and by the same grader. ``late`` is
    what the gradebook takes off, where it came too late; ``untimed`` says why nobody can tell, where
    it matters.
    """

    student: str
    path: Path
    report: Report | None
    fault: str = ""
    before: float | None = None
    unchanged: bool = False
    late: Late | None = None
    untimed: str = ""

    def line(self) -> Line:
        """What there is to show of it in a line."""
        if self.report is None:
            return Line(
                self.student, None, 0.0, self.fault, self.before, False, {}, untimed=self.untimed
            )
        report = self.report
        wrong = report.first_wrong
        return Line(
            report.student,
            report.score,
            report.max_score,
            wrong,
            self.before,
            self.unchanged,
            {function.name: function.fits for function in report.functions if function.fits},
            self.late,
            self.untimed,
        )


class Line(NamedTuple):
    """One submission of a class in a line; ``score`` is None for one that could not be graded, and
    ``wrong`` then says why. ``fits`` names by function the classmate whose numbers are in it."""

    student: str
    score: float | None
    max_score: float
    wrong: str
    before: float | None
    unchanged: bool
    fits: Mapping[str, str]
    late: Late | None = None
    untimed: str = ""


@dataclass(frozen=True)
class Run:
    """A run that is set up: how many there are to grade, and the results as they come."""

    total: int
    results: Iterator[Graded]


@contextmanager
def grade_files(grader: Grader, paths: Sequence[Path]) -> Iterator[Run]:
    """Grade single files, without a platform, in their order."""

    def work(path: Path) -> Graded | NotContained:
        return _grade_file(grader, path)

    with Pool(work, min(core_count(), len(paths)), grader.start) as pool:
        yield Run(len(paths), in_order(_told_of(paths, pool.results(paths))))


def _told_of(
    paths: Sequence[Path], answers: Iterable[tuple[int, Graded | NotContained | ProcessEnded]]
) -> Iterator[tuple[int, Graded]]:
    for position, answer in answers:
        if isinstance(answer, NotContained):
            raise answer
        if isinstance(answer, ProcessEnded):
            path = paths[position]
            answer = Graded(path.stem, path, None, f"it could not be graded: {answer}")
        yield position, answer


def _grade_file(grader: Grader, path: Path) -> Graded | NotContained:
    try:
        return Graded(path.stem, path, grader.grade(read_submission(path), path.stem))
    except NotContained as error:
        return error
    except Exception as error:  # a fault of the machine costs one line, not the run
        return Graded(path.stem, path, None, fault_line(grader.course, grader.name, path, error))


@contextmanager
def grade_class(
    grader: Grader,
    platform: Platform,
    force: bool = False,
    dry_run: bool = False,
    students: Collection[str] = (),
) -> Iterator[Run]:
    """Grade what was handed in on a platform, in the students' order.

    With ``students``, only theirs is graded, after another run that may be at it: several people
    may press formgrader's button at once. What did not change since it was graded is not graded
    again, unless with ``force``. A ``dry_run`` writes nothing. Raises `CourseError` when there is
    nothing to grade, when the platform does not know the assignment, or when another run is at it.
    """
    name = grader.name
    folders = platform.class_folders()
    if not folders:
        raise CourseError(platform.advice.collect)
    platform.prepare(write=not dry_run)
    grader.classmates = list(folders)
    if missing := sorted(set(students) - set(folders)):
        raise CourseError(f"{', '.join(missing)} handed in nothing for {name}.")
    if students:
        folders = {student: folders[student] for student in folders if student in students}
    work = partial(_grade_folder, grader, platform)
    with Pool(work, min(core_count(), len(folders)), grader.start) as pool, closing(platform):
        platform.check_known(grader.sheet)
        due = platform.due()
        with Journal(grader.course, name, PATIENCE if students else 0.0) as journal:
            recorded = platform.recorded_scores()
            known = {} if force else _known(journal, recorded)
            tasks = [
                _Task(student, folder, known.get(student), due)
                for student, folder in folders.items()
            ]
            late = {} if dry_run else platform.late()
            recorder = _Recorder(platform, journal, recorded, late, due is not None, not dry_run)
            results = recorder.recorded(tasks, pool.results(tasks))
            yield Run(len(folders), in_order(results))


@dataclass(frozen=True)
class _Task:
    """A student's folder, the key under which it was graded before, and when the last one has to
    hand in."""

    student: str
    folder: Path
    key: str | None
    due: datetime | None


@dataclass(frozen=True)
class _Answer:
    """What a grading process found: ``cells`` is what the platform has to know of what it
    published."""

    graded: Graded
    key: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    timestamp: Timestamp = NO_TIME


def _grade_folder(grader: Grader, platform: Platform, task: _Task) -> _Answer | NotContained:
    """One submission, in a grading process: graded, and published."""
    folder, student = task.folder, task.student
    graded = Graded(student, folder, None)
    try:
        require_text(student, folder)
        grader.tell_reasons(task.due)
        handed_in = read_folder(folder, grader.name, platform.handed_in(folder))
        key = handed_in.key(grader.key(), student)
        if key == task.key and platform.is_published(student):
            return _Answer(replace(graded, unchanged=True), key, timestamp=handed_in.timestamp)
        submission = handed_in.submission(grader.sheet)
        graded = replace(graded, path=Path(submission.path))
        report = grader.grade(submission, student)
        if grader.sheet.count_hints:
            report = with_hints(report, parse_hints(handed_in.hints))
        report, cells = platform.publish(report, submission, handed_in)
        return _Answer(replace(graded, report=report), key, cells, handed_in.timestamp)
    except NotContained as error:
        return error
    except Exception as error:  # a fault of the machine costs one line, not the run
        return _Answer(replace(graded, fault=fault_line(grader.course, grader.name, folder, error)))


@dataclass(frozen=True)
class _Recorder:
    """What it takes to keep what grading processes found. ``timed`` tells that the assignment has a
    due date, so that it matters when somebody handed in."""

    platform: Platform
    journal: Journal
    before: Mapping[str, Mapping[str, float | None]]
    late: Mapping[str, Late]
    timed: bool
    write: bool

    def recorded(
        self,
        tasks: Sequence[_Task],
        answers: Iterable[tuple[int, _Answer | NotContained | ProcessEnded]],
    ) -> Iterator[tuple[int, Graded]]:
        """Keep each grade as it comes: on the platform first, then in the journal."""
        for position, answer in answers:
            if isinstance(answer, NotContained):
                raise answer
            yield position, self._record(tasks[position], answer)

    def _record(self, task: _Task, answer: _Answer | ProcessEnded) -> Graded:
        student = task.student
        before = _score(self.before.get(student))
        if isinstance(answer, ProcessEnded):
            return Graded(student, task.folder, None, f"it could not be graded: {answer}", before)
        untimed = answer.timestamp.missing if self.timed else ""
        graded = replace(answer.graded, before=before, untimed=untimed)
        if graded.unchanged:
            report = self.journal.report(student)
            late = self.late.get(student)
            return replace(graded, report=report, path=Path(report.path), late=late)
        if graded.report is not None and self.write:
            late = self.platform.record(graded.report, answer.cells, answer.timestamp.time)
            self.journal.add(answer.key, graded.report)
            graded = replace(graded, late=late)
        return graded


def _known(journal: Journal, recorded: Mapping[str, Mapping[str, float | None]]) -> dict[str, str]:
    """The keys of the submissions whose grades stand in the gradebook as they were given."""
    return {
        student: known.key
        for student, known in journal.known.items()
        if student in recorded
        and all(
            recorded[student].get(check_id(name)) == score for name, score in known.scores.items()
        )
    }


def _score(cells: Mapping[str, float | None] | None) -> float | None:
    return None if cells is None else sum(score or 0.0 for score in cells.values())
