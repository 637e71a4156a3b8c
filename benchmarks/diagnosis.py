"""The cost of naming mistakes: the same class graded with and without.

Half of the class is right; the other half has declared mistakes or is unfinished. Without names the
grader still reports which value is wrong, and excuses only errors that follow from the student's
own functions.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from autograder.course import load_course
from autograder.exercise.solution import Solution, load_solution
from autograder.grade import grade_submission
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import Submission, parse_submission
from benchmarks.classes import Classes
from benchmarks.measuring import ROOT, Row, main

TARGET = 1.2
KEY = b"the instances on which speed is measured"


def measure(options: argparse.Namespace) -> list[Row]:
    """Grade every submission of a class both ways, in turn; compare the sums."""
    course = load_course(ROOT)
    solution = load_solution(course, course.assignments[0].name)
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        classes = Classes(Path(scratch))
        roster = classes.roster(options.students)
        submissions = [
            parse_submission(f"{student}.ipynb", classes.notebook(student, kind).encode())
            for student, kind in roster.items()
        ]
    started = time.perf_counter()
    solution.answer_key(KEY)
    prepared = time.perf_counter() - started
    seconds: dict[bool, list[float]] = {True: [], False: []}
    with ForkServer(course.limits) as server:
        for naming in (True, False):  # warm-up
            graded(submissions[1], solution, server, naming)
        for _ in range(options.rounds):
            for naming in (True, False):
                total = sum(graded(each, solution, server, naming) for each in submissions)
                seconds[naming].append(total)
    with_names, without = (median(seconds[naming]) for naming in (True, False))
    each = 1000 / len(submissions)
    print(f"to read the fingerprints of all mistakes, once for a class: {prepared * 1000:.0f} ms")
    ratio = median(
        (one + prepared) / two for one, two in zip(seconds[True], seconds[False], strict=True)
    )
    ours = f"{with_names * each:.1f} ms each with names"
    return [Row("diagnosis", ours, f"{without * each:.1f} ms without", ratio, TARGET)]


def graded(submission: Submission, solution: Solution, server: ForkServer, naming: bool) -> float:
    """The seconds that one grading takes."""
    answer_key = solution.answer_key(KEY, submission.path, naming)
    started = time.perf_counter()
    sandbox, mutants = ContainedSandbox(server), solution.mutants
    grade_submission(submission, submission.path, answer_key, sandbox, mutants)
    return time.perf_counter() - started


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Naming mistakes, beside not naming them")
    options.add_argument("--students", type=int, default=60, help="in the class")
    options.add_argument("--rounds", type=int, default=5, help="of the whole class, each way")
    sys.exit(main(options, measure))
