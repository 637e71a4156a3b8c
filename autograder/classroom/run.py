"""A class run: many submissions graded in parallel, with one line for each."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from autograder.classroom.fault_log import fault_line
from autograder.classroom.grader import Grader
from autograder.classroom.handed_in import NO_TIME, Timestamp, read_folder, require_name
from autograder.classroom.journal import Journal
from autograder.classroom.memory import processes_that_fit
from autograder.classroom.platform import NotRecorded, Platform
from autograder.classroom.pool import Pool, ProcessEnded, core_count, in_order
from autograder.classroom.shared_numbers import unexplained_in
from autograder.course import CourseError
from autograder.display.hints import parse_hints, with_hints
from autograder.late import Late
from autograder.report import FOR_A_PERSON, Report, Unexplained
from autograder.sandbox.levels import NotContained
from autograder.submission import check_id, read_submission
from autograder.text import listed, visible_name

#: How many seconds a run for single students waits for another run, which may grade a large class.
LOCK_SECONDS = 600.0
#: So much CPU time of its own the grader spends on one submission; all known ones take far less.
OWN_SECONDS = 120.0


@dataclass(frozen=True)
class Graded:
    """One submission's report, or the fault because of which it could not be graded.

    ``before`` is its earlier score in the gradebook, None when it had none. ``unchanged`` means
    that an earlier run graded the same file with the same grader. ``late`` is the penalty for late
    work. ``untimed`` is why the submission time is unknown, where there is a due date. ``chosen``
    means that the file was compared with the others in its folder. ``repeated`` counts the calls
    that were made again for the machine's sake.
    """

    student: str
    path: Path
    report: Report | None
    fault: str = ""
    before: float | None = None
    unchanged: bool = False
    late: Late | None = None
    untimed: str = ""
    chosen: bool = False
    repeated: int = 0

    def line(self) -> Line:
        """The summary of it that is shown."""
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
            list(_notes(report, self.chosen)),
            unexplained_in(report.functions),
        )


class Line(NamedTuple):
    """The summary of one submission.

    ``score`` is None for one that could not be graded, and ``wrong`` is then the reason. ``fits``
    maps functions to the classmate for whose instances the results are right. ``notes`` are what
    else there is to say about the file, in short. ``unexplained`` is by function what a
    mistake gave that has no name.
    """

    student: str
    score: float | None
    max_score: float
    wrong: str
    before: float | None
    unchanged: bool
    fits: Mapping[str, str]
    late: Late | None = None
    untimed: str = ""
    notes: Sequence[str] = ()
    unexplained: Mapping[str, Unexplained] = MappingProxyType({})


def _notes(report: Report, chosen: bool) -> Iterator[str]:
    """What else there is to say about a file, in short: to instructors whatever needs a person, and
    everything where nothing is wrong."""
    if report.first_wrong:
        problems = [problem for problem in report.problems if problem.kind in FOR_A_PERSON]
    else:
        problems = list(report.problems)
    yield from (_first_sentence(problem.message) for problem in problems)
    script, notebook = Path(report.path), Path(report.path).with_suffix(".ipynb")
    is_right = chosen and not problems and not report.first_wrong
    if is_right and script != notebook and os.path.lexists(notebook):
        yield f"{script.name} was graded: {notebook.name} has nothing more in it."


def _first_sentence(text: str) -> str:
    line = text.partition("\n")[0]
    sentence, mark, _ = line.partition(". ")
    return f"{sentence}." if mark else line


@dataclass(frozen=True)
class Run:
    """A run: the number of submissions, and the results as they come.

    ``note`` is what to say first: that the machine has too little memory, or who is left out.
    ``waiting`` gives the cells that a person has to mark, by student, after the last result, and
    ``advice`` says how. ``repeated`` counts what was done again so far, by what it was.
    """

    total: int
    results: Iterator[Graded]
    note: str = ""
    waiting: Callable[[], Mapping[str, Sequence[str]]] = dict
    advice: str = ""
    repeated: Callable[[], Mapping[str, int]] = dict


@contextmanager
def grade_files(grader: Grader, paths: Sequence[Path]) -> Iterator[Run]:
    """Grade single files, without a platform; the results are in their order."""

    def work(path: Path) -> Graded | NotContained:
        return _grade_file(grader, path)

    size, note = _size(grader, len(paths))
    with Pool(work, size, grader.start, OWN_SECONDS) as pool:
        results = in_order(_graded_files(paths, pool.results(paths)))
        yield Run(len(paths), results, note, repeated=lambda: {"submissions": pool.repeated})


def _size(grader: Grader, submissions: int) -> tuple[int, str]:
    """The number of grading processes, and why it is smaller than it could be."""
    return processes_that_fit(grader.course.limits, min(core_count(), submissions))


def _graded_files(
    paths: Sequence[Path], results: Iterable[tuple[int, Graded | NotContained | ProcessEnded]]
) -> Iterator[tuple[int, Graded]]:
    for position, result in results:
        if isinstance(result, NotContained):
            raise result
        if isinstance(result, ProcessEnded):
            path = paths[position]
            result = Graded(path.stem, path, None, f"it could not be graded: {result}")
        yield position, result


def _grade_file(grader: Grader, path: Path) -> Graded | NotContained:
    try:
        report = grader.grade(read_submission(path), path.stem)
        return Graded(path.stem, path, report, repeated=grader.repeated)
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
    """Grade the submissions of a platform; the results are in the order of the students.

    With ``students``, only theirs are graded, and the run waits for another one to end: several
    people may press formgrader's button at once. A submission that has not changed since it was
    graded is skipped, unless with ``force``. A ``dry_run`` writes nothing. Raises `CourseError`
    when there is nothing to grade, the platform does not have the assignment, or another run is
    grading it.
    """
    name = grader.name
    folders = platform.class_folders()
    left_out = _left_out(platform)
    if not folders:
        raise CourseError(left_out or platform.advice.collect)
    platform.prepare(write=not dry_run)
    grader.classmates = list(folders)
    platform.key_fingerprint = grader.key_fingerprint
    if set(students) & set(platform.removed):
        raise CourseError(left_out)
    if missing := sorted(set(students) - set(folders)):
        raise CourseError(f"{', '.join(missing)} handed in nothing for {name}.")
    if students:
        folders = {student: folders[student] for student in folders if student in students}
    work = partial(_grade_folder, grader, platform)
    size, note = _size(grader, len(folders))
    with Pool(work, size, grader.start, OWN_SECONDS) as pool, closing(platform):
        platform.check_known(grader.answer_key)
        due = platform.due()
        with Journal(grader.course, name, LOCK_SECONDS if students else 0.0) as journal:
            recorded = platform.recorded_scores()
            known = {} if force else _known(journal, recorded)
            tasks = [
                _Task(student, folder, known.get(student), due)
                for student, folder in folders.items()
            ]
            late = {} if dry_run else platform.late()
            recorder = _Recorder(platform, journal, recorded, late, due is not None, not dry_run)
            results = in_order(recorder.recorded(tasks, pool))
            note = "\n".join(filter(None, (left_out, note)))
            yield Run(
                len(folders),
                results,
                note,
                platform.waiting,
                platform.advice.mark,
                lambda: {"submissions": pool.repeated, "gradebook": platform.repeated()},
            )


def _left_out(platform: Platform) -> str:
    """Who is not graded since they were removed, in one line; "" if nobody."""
    names = [visible_name(student) for student in platform.removed]
    if not names:
        return ""
    were = "was" if len(names) == 1 else "were"
    return (
        f"{listed(names)} handed in, but {were} removed from the course or renamed, and "
        f"{were} not graded. {platform.advice.back}"
    )


@dataclass(frozen=True)
class _Task:
    """A student's folder, the key of its last grading, and the latest due date of the class."""

    student: str
    folder: Path
    key: str | None
    due: datetime | None


@dataclass(frozen=True)
class _Result:
    """The result of a grading process; ``cells`` comes from the platform's `publish`."""

    graded: Graded
    key: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    timestamp: Timestamp = NO_TIME


def _grade_folder(grader: Grader, platform: Platform, task: _Task) -> _Result | NotContained:
    """In a grading process: grade and publish one submission."""
    folder, student = task.folder, task.student
    graded = Graded(student, folder, None, chosen=True)
    try:
        require_name(student, folder, platform.longest_id)
        grader.update_reasons(task.due)
        handed_in = read_folder(
            folder, grader.name, platform.handed_in(folder), grader.released.files
        )
        key = handed_in.key(grader.key(), student)
        if key == task.key and platform.is_published(student):
            return _Result(replace(graded, unchanged=True), key, timestamp=handed_in.timestamp)
        submission = handed_in.submission(grader.answer_key, grader.released)
        graded = replace(graded, path=Path(submission.path))
        report = grader.grade(submission, student)
        graded = replace(graded, repeated=grader.repeated)
        if grader.answer_key.count_hints:
            report = with_hints(report, parse_hints(handed_in.hints))
        report, cells = platform.publish(report, submission, handed_in)
        return _Result(replace(graded, report=report), key, cells, handed_in.timestamp)
    except NotContained as error:
        return error
    except Exception as error:  # a fault of the machine costs one line, not the run
        return _Result(replace(graded, fault=fault_line(grader.course, grader.name, folder, error)))


@dataclass(frozen=True)
class _Recorder:
    """Records the results of grading processes; ``timed`` if the assignment has a due date."""

    platform: Platform
    journal: Journal
    before: Mapping[str, Mapping[str, float | None]]
    late: Mapping[str, Late]
    timed: bool
    write: bool

    def recorded(
        self, tasks: Sequence[_Task], pool: Pool[_Task, _Result | NotContained]
    ) -> Iterator[tuple[int, Graded]]:
        """Grade, and record each grade as it comes: on the platform first, then in the journal.
        What is unchanged but cannot be read in the journal is graded again."""
        positions: Sequence[int] = range(len(tasks))
        while positions:
            again = []
            for at, result in pool.results([tasks[position] for position in positions]):
                if isinstance(result, NotContained):
                    raise result
                position = positions[at]
                graded = self._record(tasks[position], result)
                if graded is None:
                    again.append(position)
                else:
                    yield position, graded
            tasks = [replace(task, key=None) for task in tasks]
            positions = again

    def _record(self, task: _Task, result: _Result | ProcessEnded) -> Graded | None:
        student = task.student
        before = _score(self.before.get(student))
        if isinstance(result, ProcessEnded):
            return Graded(student, task.folder, None, f"it could not be graded: {result}", before)
        untimed = result.timestamp.missing if self.timed else ""
        graded = replace(result.graded, before=before, untimed=untimed)
        if graded.unchanged:
            report = self.journal.report(student)
            if report is None:
                return None
            late = self.late.get(student)
            return replace(graded, report=report, path=Path(report.path), late=late)
        if graded.report is not None and self.write:
            try:
                late = self.platform.record(graded.report, result.cells, result.timestamp.time)
            except NotRecorded as error:
                return replace(graded, report=None, fault=f"it could not be graded: {error}")
            self.journal.add(result.key, graded.report)
            graded = replace(graded, late=late)
        return graded


def _known(journal: Journal, recorded: Mapping[str, Mapping[str, float | None]]) -> dict[str, str]:
    """The keys of the submissions whose recorded scores are still those of the journal."""
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
