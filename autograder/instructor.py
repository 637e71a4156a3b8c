"""The commands of authors and instructors: build, grade, demo. They decide nothing themselves."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import wraps

from rich.console import Console

from autograder import batch, prove
from autograder import build as builder
from autograder import demo as demonstration
from autograder.batch import Graded, Grader
from autograder.commands import json_lines
from autograder.console import class_table, with_progress
from autograder.course import Course, CourseError, find_course, load_course
from autograder.exercise import ExerciseError

Command = Callable[[argparse.Namespace], int]


def _one_sentence(command: Command) -> Command:
    """What is wrong with the course or the machine is one sentence, never a traceback."""

    @wraps(command)
    def run(arguments: argparse.Namespace) -> int:
        try:
            return command(arguments)
        except (CourseError, ExerciseError) as error:
            print(error, file=sys.stderr)
            return 2
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
    grader = Grader.of(_course(arguments), arguments.name)
    if arguments.paths:
        results = batch.grade_files(grader, arguments.paths)
        total = len(arguments.paths)
    else:
        results = batch.grade_class(grader)
        total = len(batch.submitted_folders(grader.course, arguments.name))
    kept: list[Graded] = []
    with json_lines(arguments.json) as lines:
        for graded in with_progress(results, total):
            kept.append(graded)
            if lines is not None and graded.report is not None:
                lines.write(graded.report.to_json() + "\n")
                lines.flush()
    if arguments.json != "-":
        Console(highlight=False).print(class_table(kept))
    faults = [graded for graded in kept if graded.report is None]
    for graded in faults:
        print(f"{graded.student}: {graded.fault}", file=sys.stderr)
    return 1 if faults else 0


@_one_sentence
def demo(arguments: argparse.Namespace) -> int:
    """Run a whole course on a made-up class, and end with its table."""
    course = _course(arguments)
    return demonstration.run(course, arguments.into or course.root / "build" / "demo")
