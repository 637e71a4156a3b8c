"""The cost of wrong answers to other exercises: the worst of them beside a right one.

Some have a declared mistake, some a change of one operator or number that nobody declared, and some
were written by hand. All are graded contained, as a class, and what is measured is the processor
time that one more submission takes: the machine's other load changes it less than the time on the
clock.
"""

from __future__ import annotations

import argparse
import ast
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from autograder.course import load_course
from autograder.exercise.mutants import make
from autograder.exercise.solution import Solution, load_solution
from benchmarks import answers
from benchmarks.measuring import ROOT, Row, main, processor_of_children, python, timed

TARGET = 5
#: How often the worst wrong answer is measured beside a right one.
ROUNDS = 3
#: The exercises of the course beside the first, whose answers are files of another kind.
OF_COURSE = (
    "debug_the_notebook",
    "mlp",
    "classifier",
    "optimisers",
    "cnn",
    "rnn",
    "transformer",
    "autodiff",
)
OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div)


class _Measured(NamedTuple):
    """An exercise: what it is called in the table, its folder, and its answers written by hand."""

    title: str
    folder: Path
    table: Path


def _of_tests(name: str) -> _Measured:
    return _Measured(name, ROOT / "tests" / "exercises" / name, answers.table_path(name))


def _of_course(name: str) -> _Measured:
    table = answers.TABLES / "curriculum" / name / "wrong" / "answers.py"
    return _Measured(f"{name} of the course", ROOT / "solutions" / name, table)


def measure(options: argparse.Namespace) -> list[Row]:
    """Grade classes of copies of each answer."""
    if options.exercises is None and options.course is None:
        options.exercises = answers.EXERCISES
    measured = [*map(_of_tests, options.exercises or ())]
    if options.course is not None:
        measured += map(_of_course, options.course or OF_COURSE)
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        return [_row(each, Path(scratch) / each.title, options) for each in measured]


def _row(measured: _Measured, course: Path, options: argparse.Namespace) -> Row:
    name = measured.folder.name
    (course / "solutions").mkdir(parents=True)
    (course / "course.toml").write_text(f'id = "made-up"\n[[assignments]]\nname = "{name}"\n')
    shutil.copytree(measured.folder, course / "solutions" / name)
    timed(python("autograder", "build", name), course)
    solution = load_solution(load_course(course), name)
    wrong_ones = [*_wrong_answers(solution, measured.table, options.answers)]
    worst = max(wrong_ones, key=lambda each: _milliseconds(name, each, course, options.students))
    # In turn, so that both meet the same load, and in larger classes: one right answer costs about
    # as much as what starting a class varies by.
    rounds = [
        [
            _milliseconds(name, answer, course, 4 * options.students)
            for answer in (worst, solution.source)
        ]
        for _ in range(ROUNDS)
    ]
    wrong, right = map(statistics.median, zip(*rounds, strict=True))
    beside = f"{right:.1f} ms a right one"
    return Row(measured.title, f"{wrong:.1f} ms", beside, wrong / right, TARGET)


def _wrong_answers(solution: Solution, table: Path, number: int) -> Iterator[str]:
    """So many with a declared mistake, so many with a change, and so many that were written."""
    rng = random.Random(solution.source)  # noqa: S311
    mistakes = solution.exercise.mistakes
    for mistake in rng.sample(mistakes, min(number, len(mistakes))):
        yield make([mistake], solution.source)
    for _ in range(number):
        yield _changed(solution.source, rng)
    written = answers.read_answers(table)
    for answer in rng.sample(written, min(number, len(written))):
        yield answer.submission(solution.source)


def _changed(source: str, rng: random.Random) -> str:
    tree = ast.parse(source)
    node = rng.choice([n for n in ast.walk(tree) if isinstance(n, ast.BinOp) or _is_number(n)])
    if isinstance(node, ast.BinOp):
        node.op = rng.choice([each for each in OPERATORS if type(node.op) is not each])()
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        node.value += 1
    return ast.unparse(tree)


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _milliseconds(name: str, answer: str, built: Path, students: int) -> float:
    """The processor time of one more submission, from so many to twice as many."""
    few, many = (_seconds(name, answer, built, count) for count in (students, 2 * students))
    return (many - few) / students * 1000


def _seconds(name: str, answer: str, built: Path, students: int) -> float:
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        course = Path(shutil.copytree(built, Path(folder) / "course"))
        for number in range(students):
            handed_in = course / "submitted" / f"student{number}" / name
            handed_in.mkdir(parents=True)
            (handed_in / f"{name}.py").write_text(f"# {number}\n{answer}")
        with processor_of_children() as processor:
            timed(python("autograder", "grade", name), course)
    return processor.seconds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The worst wrong answer, beside a right one")
    parser.add_argument("--exercises", nargs="+", metavar="NAME", help="other ones: all seven")
    parser.add_argument("--course", nargs="*", metavar="NAME", help="and those of the course")
    parser.add_argument("--students", type=int, default=16, help="in the smaller class")
    parser.add_argument("--answers", type=int, default=8, help="wrong ones of each kind")
    sys.exit(main(parser, measure))
