"""A class run: many submissions graded in parallel, with one line for each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.classroom.executor import Executor, Item, Result, Start, Started, Work
from autograder.classroom.fault_log import NOT_GRADED
from autograder.classroom.graded import Graded
from autograder.classroom.grader import MOST_CLASSMATES, Grader
from autograder.classroom.journal import Journal
from autograder.classroom.memory import processes_that_fit
from autograder.classroom.platform import NotRecorded, Platform
from autograder.classroom.pool import Pool, ProcessEnded, core_count, in_order
from autograder.classroom.work import FileWork, FolderWork, Task, TaskResult
from autograder.course import CourseError
from autograder.late import Late
from autograder.sandbox.levels import NotContained
from autograder.submission import check_id
from autograder.text import listed, visible_name

#: How many seconds a run for single students waits for another run, which may grade a large class.
LOCK_SECONDS = 600.0
#: So much CPU time of its own the grader spends on one submission; all known ones take far less.
OWN_SECONDS = 120.0


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
def on_this_machine(
    grader: Grader, work: Work[Item, Result], submissions: int
) -> Iterator[Started[Item, Result]]:
    """A pool of as many processes as this machine has room for."""
    wanted = min(core_count(), submissions)
    size, note = processes_that_fit(grader.course.limits, wanted)
    with Pool(work.here, size, grader.start, OWN_SECONDS) as pool:
        yield Started(pool, note)


@contextmanager
def grade_files(
    grader: Grader, paths: Sequence[Path], start: Start = on_this_machine
) -> Iterator[Run]:
    """Grade single files, without a platform; the results are in their order."""
    with start(grader, FileWork(grader), len(paths)) as (executor, note):
        results = in_order(_graded_files(paths, executor.results(paths)))
        yield Run(len(paths), results, note, repeated=lambda: {"submissions": executor.repeated})


def _graded_files(
    paths: Sequence[Path], results: Iterable[tuple[int, Graded | NotContained | ProcessEnded]]
) -> Iterator[tuple[int, Graded]]:
    for position, result in results:
        if isinstance(result, NotContained):
            raise result
        if isinstance(result, ProcessEnded):
            path = paths[position]
            result = Graded(path.stem, path, None, f"{NOT_GRADED}{result}")
        yield position, result


@contextmanager
def grade_class(
    grader: Grader,
    platform: Platform,
    force: bool = False,
    dry_run: bool = False,
    students: Collection[str] = (),
    start: Start = on_this_machine,
) -> Iterator[Run]:
    """Grade the submissions of a platform; the results are in the order of the students.

    With ``students``, only theirs are graded, and the run waits for another one to end: several
    people may press formgrader's button at once. A submission that has not changed since it was
    graded is skipped, unless with ``force``. A ``dry_run`` writes nothing. ``start`` starts what
    grades: this machine's pool, or a cluster. Raises `CourseError` when there is nothing to grade,
    the platform does not have the assignment, or another run is grading it.
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
    work = FolderWork(grader, platform)
    with start(grader, work, len(folders)) as (executor, note), closing(platform):
        platform.check_known(grader.answer_key)
        due = platform.due()
        with Journal(grader.course, name, LOCK_SECONDS if students else 0.0) as journal:
            recorded = platform.recorded_scores()
            known = {} if force else _known(journal, recorded)
            tasks = [
                Task(student, folder, known.get(student), due)
                for student, folder in folders.items()
            ]
            late = {} if dry_run else platform.late()
            recorder = _Recorder(platform, journal, recorded, late, due is not None, not dry_run)
            results = in_order(recorder.recorded(tasks, executor))
            note = "\n".join(filter(None, (left_out, note, _not_compared(grader))))
            yield Run(
                len(folders),
                results,
                note,
                platform.waiting,
                platform.advice.mark,
                lambda: {"submissions": executor.repeated, "gradebook": platform.repeated()},
            )


def _not_compared(grader: Grader) -> str:
    """That copied numbers are not looked for in a class of this size; "" if they are."""
    if len(grader.classmates) <= MOST_CLASSMATES:
        return ""
    return (
        f"The class has more than {MOST_CLASSMATES} students: whether a student's numbers are those "
        "of a classmate's hidden instances is not looked at."
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
class _Recorder:
    """Records the results of grading processes; ``timed`` if the assignment has a due date."""

    platform: Platform
    journal: Journal
    before: Mapping[str, Mapping[str, float | None]]
    late: Mapping[str, Late]
    timed: bool
    write: bool

    def recorded(
        self, tasks: Sequence[Task], executor: Executor[Task, TaskResult]
    ) -> Iterator[tuple[int, Graded]]:
        """Grade, and record each grade as it comes: on the platform first, then in the journal.
        What is unchanged but cannot be read in the journal is graded again."""
        positions: Sequence[int] = range(len(tasks))
        while positions:
            again = []
            for at, result in executor.results([tasks[position] for position in positions]):
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

    def _record(self, task: Task, result: TaskResult | ProcessEnded) -> Graded | None:
        student = task.student
        before = _score(self.before.get(student))
        if isinstance(result, ProcessEnded):
            return Graded(student, task.folder, None, f"{NOT_GRADED}{result}", before)
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
                return replace(graded, report=None, fault=f"{NOT_GRADED}{error}")
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
