"""``autograder grade``: grade files or a collected class, and print the results."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import interrupts
from autograder.cli.arguments import add_course, add_json, course_of
from autograder.cli.log import ERROR, INFO, Log, add_log
from autograder.faults import Refusal
from autograder.sandbox.levels import LEVELS, NONE
from autograder.text import listed, visible_name

if TYPE_CHECKING:
    from autograder.classroom.executor import Start
    from autograder.classroom.graded import Graded, Line
    from autograder.classroom.grader import Grader
    from autograder.classroom.run import Run
    from autograder.course import Course

HELP = "instructor: grade what was collected"
#: In the place of a scheduler's address.
HERE = "none"
#: Of one machine: to try a cluster, and not to grade faster.
MAX_WORKERS = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to grade, and how."""
    parser.add_argument("name", metavar="NAME", help="the assignment")
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        default=[],  # or argparse says that it is required
        type=Path,
        help="grade just these files, without the gradebook",
    )
    parser.add_argument(
        "--student",
        metavar="ID",
        action="append",
        default=[],
        help="grade only what this student handed in; can be given more than once",
    )
    parser.add_argument(
        "--force", action="store_true", help="grade again what has not changed since it was graded"
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="write nothing; show whose score would change",
    )
    parser.add_argument(
        "--containment",
        metavar="LEVEL",
        choices=(*LEVELS, NONE),
        help=f"run submissions in no other way than this: {', '.join(LEVELS)}, or {NONE} "
        "(default: the first of these that the machine has, but never none)",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="grade on the workers of this Dask scheduler, as tls://host:8786, and not on the one "
        "that course.toml names; none for this machine",
    )
    parser.add_argument(
        "--insecure",
        action="store_true",
        help="even where the course's key and solutions travel in plain text",
    )
    parser.add_argument(
        "--workers",
        metavar="N",
        type=_count,
        help="try that with N workers on this machine",
    )
    add_json(parser)
    add_log(parser)
    add_course(parser)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_WORKERS):
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {MAX_WORKERS}")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Grade. The exit status is 1 if some submissions could not be graded."""
    from autograder.sandbox.levels import require_linux

    require_linux()
    # A process runs for each core: threads of numpy would only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()  # no module that is imported becomes garbage
    import autograder.classroom.run
    import autograder.cli.class_table  # noqa: F401  # imports what only Linux has

    gc.freeze()
    gc.enable()
    return _graded(course_of(arguments), arguments)


def _graded(course: Course, arguments: argparse.Namespace) -> int:
    levels = LEVELS if arguments.containment is None else (arguments.containment,)
    if arguments.containment == NONE:
        print("Nothing contains the submissions: they can do what you can do.", file=sys.stderr)
    try:
        with interrupts.raised():
            return _grade(course, arguments, levels)
    except KeyboardInterrupt:
        kept = "" if arguments.paths else " What was graded so far is kept: run it again to go on."
        interrupts.tell(kept)
        return interrupts.STATUS


def _grade(course: Course, arguments: argparse.Namespace, levels: Sequence[str]) -> int:
    from autograder.classroom.grader import Grader
    from autograder.classroom.metrics import Metrics
    from autograder.cli import class_table
    from autograder.cli.output import json_lines
    from autograder.display.terminal import Style

    _require_files(arguments.paths)
    results: list[Line] = []
    log, metrics = arguments.log, Metrics(arguments.dry_run)
    with (
        _start(course, arguments) as start,
        Grader(course, arguments.name, levels) as grader,
        _run(grader, arguments, start) as run,
        json_lines(arguments.json) as lines,
    ):
        if run.note:
            print(run.note, file=sys.stderr)
        for graded in class_table.with_progress(run.results, run.total):
            results.append(graded.line())
            metrics.add(graded)
            _tell(log, grader.name, graded, arguments.dry_run)
            if lines is not None and graded.report is not None:
                lines.write(graded.report.to_json() + "\n")
                lines.flush()
        metrics.end(run.repeated())
        waiting = "" if arguments.dry_run else class_table.to_mark(run.waiting(), run.advice)
    if arguments.dry_run:
        print(
            *(list(class_table.change_lines(results)) or ["Nobody's score would change."]), sep="\n"
        )
    elif arguments.json != "-":
        print(*class_table.class_lines(results, Style.of(sys.stdout).width), sep="\n")
    if log.is_on:
        log.event("metrics", assignment=arguments.name, **metrics.to_dict())
    else:
        print(
            class_table.summary(results, arguments.dry_run),
            metrics.line(),
            sep="\n",
            file=sys.stderr,
        )
    for line in results:
        for function, owner in line.fits.items():
            theirs, owners = visible_name(line.student), visible_name(owner)
            message = f"{theirs}: {function} gives what is right on {owners}'s hidden instances."
            print(message, file=sys.stderr)
    if without := class_table.untimed(results, arguments.name):
        print(without, file=sys.stderr)
    if not (arguments.paths or arguments.dry_run):
        sharing = class_table.shared_note(results, arguments.name)
        print(sharing, end="\n" * bool(sharing), file=sys.stderr)
    if waiting:
        print(waiting, file=sys.stderr)
    faults = [line for line in results if line.score is None]
    for line in [] if log.is_on else faults:
        print(f"{visible_name(line.student)}: {visible_name(line.wrong)}", file=sys.stderr)
    return 1 if faults else 0


def _tell(log: Log, assignment: str, graded: Graded, dry_run: bool) -> None:
    """Log what came of a submission: nothing that its report does not have."""
    from autograder.classroom.metrics import status_of

    report, status = graded.report, status_of(graded, dry_run)
    now = report is not None and not graded.unchanged
    log.event(
        "submission",
        ERROR if report is None else INFO,
        assignment=assignment,
        student=graded.student,
        status=status,
        score=report and report.score,
        max_score=report and report.max_score,
        score_before=graded.before,
        milliseconds=round(1000 * report.seconds) if report and now else None,
        containment=report.containment if report and now else None,
        retries=graded.repeated or None,
        message=graded.fault or None,
    )


def _require_files(paths: Sequence[Path]) -> None:
    """Raise `Refusal` where a PATH leads nowhere: nobody handed that in, so it is no 0 points."""
    missing = [path for path in paths if not os.path.lexists(path)]
    if missing:
        names = listed([visible_name(str(path)) for path in missing])
        raise Refusal(f"{names}: no such file. Nothing was graded.")


@contextmanager
def _start(course: Course, arguments: argparse.Namespace) -> Iterator[Start]:
    """What grades: this machine, or the workers of a scheduler."""
    scheduler = arguments.scheduler or course.grading.scheduler or HERE
    if arguments.workers is None and scheduler == HERE:
        from autograder.classroom.run import on_this_machine

        yield on_this_machine
        return
    if arguments.workers is not None and arguments.scheduler is not None:
        raise Refusal("--workers starts workers here, and --scheduler names others: leave one out.")
    from autograder.classroom.cluster import Cluster
    from autograder.classroom.cluster_dask import connected, local

    with (
        connected(scheduler, arguments.insecure)
        if arguments.workers is None
        else local(arguments.workers)
    ) as link:
        yield Cluster(link)


def _run(
    grader: Grader, arguments: argparse.Namespace, start: Start
) -> AbstractContextManager[Run]:
    from autograder.classroom.run import grade_class, grade_files
    from autograder.course import CourseError
    from autograder.nbgrader.platform import Nbgrader

    if arguments.paths and arguments.student:
        raise CourseError("--student chooses among what was collected: leave it or the PATHs out.")
    if arguments.paths:
        return grade_files(grader, arguments.paths, start)
    platform = Nbgrader(grader.course, grader.name)
    return grade_class(
        grader, platform, arguments.force, arguments.dry_run, arguments.student, start
    )
