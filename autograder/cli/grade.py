"""``autograder grade``: files, or the class that was collected, and what is shown of it."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager

from rich.console import Console

from autograder.classroom import run as batch
from autograder.classroom.grader import Grader
from autograder.classroom.run import Line, Run
from autograder.cli.check import json_lines
from autograder.cli.class_table import changes_table, class_lines, summary, untimed, with_progress
from autograder.course import Course, CourseError
from autograder.sandbox.levels import LADDER, NONE
from autograder.text import visible_name, visible_text


def grade(course: Course, arguments: argparse.Namespace) -> int:
    """Grade files, or the class that was collected."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup leaves it
            signal.signal(number, _interrupt)
    rungs = LADDER if arguments.containment is None else (arguments.containment,)
    if arguments.containment == NONE:
        print("Nothing contains the submissions: they can do what you can do.", file=sys.stderr)
    try:
        return _grade(course, arguments, rungs)
    except KeyboardInterrupt:
        kept = "" if arguments.paths else " What was graded so far is kept: run it again to go on."
        print(f"Interrupted.{kept}", file=sys.stderr)
        return 130


def _grade(course: Course, arguments: argparse.Namespace, rungs: Sequence[str]) -> int:
    kept: list[Line] = []
    with (
        Grader(course, arguments.name, rungs) as grader,
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
        print(*class_lines(kept, console.width if console.is_terminal else None), sep="\n")
    print(summary(kept, arguments.dry_run), file=sys.stderr)
    for line in kept:
        for function, owner in line.fits.items():
            theirs, owners = visible_name(line.student), visible_name(owner)
            told = f"{theirs}: {function} gives what is right on {owners}'s hidden instances."
            print(told, file=sys.stderr)
    if without := untimed(kept, arguments.name):
        print(without, file=sys.stderr)
    faults = [line for line in kept if line.score is None]
    for line in faults:
        print(f"{visible_name(line.student)}: {visible_text(line.wrong)}", file=sys.stderr)
    return 1 if faults else 0


def _run(grader: Grader, arguments: argparse.Namespace) -> AbstractContextManager[Run]:
    if arguments.paths and arguments.student:
        raise CourseError("--student chooses among what was collected: leave it or the PATHs out.")
    if arguments.paths:
        return batch.grade_files(grader, arguments.paths)
    return batch.grade_class(grader, arguments.force, arguments.dry_run, arguments.student)


def _interrupt(number: int, frame: object) -> None:
    """End as after Ctrl-C when the terminal is closed, or somebody ends the process."""
    raise KeyboardInterrupt
