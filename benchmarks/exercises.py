"""The cost of wrong answers to other exercises: the worst of them beside a right one.

The wrong ones have a declared mistake, or a change of one operator or number that nobody declared.
All are graded contained, as a class, and what is measured is the processor time that one more
submission takes: the machine's other load changes it less than the time on the clock.
"""

from __future__ import annotations

import argparse
import ast
import random
import resource
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.course import load_course
from autograder.exercise.mutants import make
from autograder.exercise.solution import Solution, load_solution
from benchmarks.measuring import ROOT, Row, main, python, timed

TARGET = 5
#: How often the worst wrong answer is measured beside a right one.
ROUNDS = 3
FOLDER = ROOT / "tests" / "exercises"
OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div)


def measure(options: argparse.Namespace) -> list[Row]:
    """Grade classes of copies of each answer."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        return [_row(name, Path(scratch) / name, options) for name in options.exercises]


def _row(name: str, course: Path, options: argparse.Namespace) -> Row:
    (course / "solutions").mkdir(parents=True)
    (course / "course.toml").write_text(f'id = "made-up"\n[[assignments]]\nname = "{name}"\n')
    shutil.copytree(FOLDER / name, course / "solutions" / name)
    timed(python("autograder", "build", name), course)
    solution = load_solution(load_course(course), name)
    answers = [*_wrong_answers(solution, options.answers)]
    worst = max(answers, key=lambda each: _milliseconds(name, each, course, options.students))
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
    return Row(name, f"{wrong:.1f} ms", f"{right:.1f} ms a right one", wrong / right, TARGET)


def _wrong_answers(solution: Solution, number: int) -> Iterator[str]:
    """So many with a declared mistake, and so many with a change."""
    rng = random.Random(solution.source)  # noqa: S311
    mistakes = solution.exercise.mistakes
    for mistake in rng.sample(mistakes, min(number, len(mistakes))):
        yield make([mistake], solution.source)
    for _ in range(number):
        yield _changed(solution.source, rng)


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
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        timed(python("autograder", "grade", name), course)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The worst wrong answer, beside a right one")
    names = ("mlp", "cnn", "rnn", "transformer", "debug", "autodiff", "optimisers")
    parser.add_argument("--exercises", nargs="+", metavar="NAME", default=names)
    parser.add_argument("--students", type=int, default=16, help="in the smaller class")
    parser.add_argument("--answers", type=int, default=8, help="wrong ones of each kind")
    sys.exit(main(parser, measure))
