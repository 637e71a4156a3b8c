"""The commands of authors and instructors: build, grade, doctor, demo. They decide nothing.

nbgrader and jupytext take seconds to import, so that only the commands that call them do it.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import wraps

from rich.console import Console

from autograder import batch
from autograder.batch import Line, Run
from autograder.commands import NotAReport, json_lines
from autograder.console import changes_table, class_tables, summary, with_progress
from autograder.course import Course, CourseError, MachineFault, find_course, load_course
from autograder.exercise import ExerciseError
from autograder.grader import Grader
from autograder.health import examine
from autograder.sandbox.forks import WorkerFault
from autograder.sandbox.ladder import LADDER, NONE
from autograder.wire import visible_text

Command = Callable[[argparse.Namespace], int]


def _one_sentence(command: Command) -> Command:
    """What is wrong with the course or the machine is one sentence, never a traceback."""

    @wraps(command)
    def run(arguments: argparse.Namespace) -> int:
        try:
            return command(arguments)
        except (MachineFault, WorkerFault) as error:
            print(error, file=sys.stderr)
            return 1
        except (CourseError, ExerciseError, NotAReport) as error:
            print(error, file=sys.stderr)
            return 2
        except BrokenPipeError:
            raise
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            print(f"The machine refused: {error.strerror}{where}.", file=sys.stderr)
            return 1

    return run


def _course(arguments: argparse.Namespace) -> Course:
    return find_course() if arguments.course is None else load_course(arguments.course.resolve())


@_one_sentence
def build(arguments: argparse.Namespace) -> int:
    """Build assignments, or prove with ``--check`` that they are sound."""
    from autograder import build as builder
    from autograder import prove

    course = _course(arguments)
    names = arguments.names or [assignment.name for assignment in course.assignments]
    sound = True
    for name in names:
        if arguments.check:
            for proof in prove.proofs(course, name):
                sound = sound and proof.holds
                print(f"{'ok  ' if proof.holds else 'FAIL'} {name}: {proof.text}", flush=True)
        else:
            for path in builder.build(course, name):
                print(path.relative_to(course.root))
    return 0 if sound else 1


@_one_sentence
def grade(arguments: argparse.Namespace) -> int:
    """Grade files, or the class that was collected."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    rungs = LADDER if arguments.containment is None else (arguments.containment,)
    if arguments.containment == NONE:
        print("Nothing contains the submissions: they can do what you can do.", file=sys.stderr)
    try:
        return _grade(arguments, rungs)
    except KeyboardInterrupt:
        kept = "" if arguments.paths else " What was graded so far is kept: run it again to go on."
        print(f"Interrupted.{kept}", file=sys.stderr)
        return 130


def _grade(arguments: argparse.Namespace, rungs: Sequence[str]) -> int:
    kept: list[Line] = []
    with (
        Grader(_course(arguments), arguments.name, rungs) as grader,
        _run(grader, arguments) as run,
        json_lines(arguments.json) as lines,
    ):
        for graded in with_progress(run.results, run.total):
            kept.append(graded.line())
            if lines is not None and graded.report is not None:
                lines.write(graded.report.to_json() + "\n")
                lines.flush()
    console = Console(highlight=False)
    if arguments.dry_run:
        changes = changes_table(kept)
        console.print(changes if changes.row_count else "Nobody's score would change.")
    elif arguments.json != "-":
        for table in class_tables(kept):
            console.print(table)
    print(summary(kept, arguments.dry_run), file=sys.stderr)
    faults = [line for line in kept if line.score is None]
    for line in faults:
        print(visible_text(f"{line.student}: {line.wrong}"), file=sys.stderr)
    return 1 if faults else 0


def _run(grader: Grader, arguments: argparse.Namespace) -> AbstractContextManager[Run]:
    if arguments.paths:
        return batch.grade_files(grader, arguments.paths)
    return batch.grade_class(grader, arguments.force, arguments.dry_run)


def _interrupt(number: int, frame: object) -> None:
    """End as after Ctrl-C when the terminal is closed, or somebody ends the process."""
    raise KeyboardInterrupt


@_one_sentence
def doctor(arguments: argparse.Namespace) -> int:
    """Say what this machine has, what is missing, and how to get it."""
    try:
        course = _course(arguments)
    except CourseError as error:
        course = None
        print(error, file=sys.stderr)
    findings = list(examine(course))
    for finding in findings:
        print(finding.line())
    return 0 if all(finding.good is not False for finding in findings) else 1


@_one_sentence
def demo(arguments: argparse.Namespace) -> int:
    """Run a whole course on a made-up class, and end with its table."""
    from autograder import demo as demonstration

    course = _course(arguments)
    return demonstration.run(course, arguments.into or course.root / "build" / "demo")
