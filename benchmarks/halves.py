"""How many declared mistakes are named once nobody has declared them: a random half of an
exercise's mistakes is taken away, and each of these is graded as an answer.

A name counts if it is true: the solution with the named mistakes gives the numbers of the answer on
every instance, also on some on which nothing is graded. So does a sentence that says what the
numbers are. What has neither is listed.
"""

from __future__ import annotations

import argparse
import random
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from autograder.authoring.truth import Truth
from autograder.course import load_course
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.mistake import Mistake
from autograder.exercise.solution import Solution, load_solution
from autograder.grade import with_probes
from autograder.judge.judge import judge
from autograder.report import FunctionReport
from autograder.sandbox.in_process import InProcess
from autograder.submission import parse_submission
from benchmarks.measuring import ROOT, Row, main
from benchmarks.naming import RATIO, sentence

KEY = b"the instances on which halves are graded"
SECONDS = 10.0
#: The least share of the mistakes taken away that have a name still.
LEAST = 0.85
GENERATED, NUMBERS, FALSE, NONE = "generated", "numbers", "false", "no name"


@dataclass(frozen=True)
class Told:
    """What is said of a mistake that was taken away, and by what it is named."""

    mistake: Mistake
    kind: str
    text: str


def halves(solution: Solution, draws: int) -> Iterator[list[Told]]:
    """What is said of the mistakes of each half, as often as there are ``draws``."""
    declared = solution.exercise.mistakes
    for draw in range(draws):
        taken = random.Random(draw).sample(list(declared), len(declared) // 2)  # noqa: S311
        yield list(_without(solution, taken))


def _without(solution: Solution, taken: Sequence[Mistake]) -> Iterator[Told]:
    """What is said of each of some mistakes where nobody declared these."""
    exercise = replace(solution.exercise, printed=())  # of these only their difference is told
    kept = [mistake for mistake in exercise.mistakes if mistake not in taken]
    left = replace(solution, exercise=replace(exercise, mistakes=kept), released=None)
    every = replace(exercise, mistakes=[*left.mistakes, *taken])
    answer_key = left.answer_key(KEY)
    truth = Truth(left, answer_key, left.mutants.of(every))
    for mistake in taken:
        reports = _graded(mistake.apply(solution.source), left, answer_key)
        report = next(each for each in reports if each.name == mistake.function)
        named = [each.id for each in report.mistakes]
        if named:
            is_true = truth.is_true(mistake.function, named, [mistake.id])
            yield Told(mistake, GENERATED if is_true else FALSE, ", ".join(named))
            continue
        text = sentence(report)
        is_named = bool(text) and not report.in_part and not RATIO.fullmatch(text)
        yield Told(mistake, NUMBERS if is_named else NONE, text)


def _graded(source: str, solution: Solution, answer_key: AnswerKey) -> list[FunctionReport]:
    cells = parse_submission(f"{solution.name}.py", source.encode()).cells
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runner = InProcess(with_probes([*cells], answer_key), SECONDS)
        restart, mutants = runner.restart, solution.mutants
        return judge(answer_key, runner, SECONDS, mutants=mutants, restart=restart)


def measure(options: argparse.Namespace) -> list[Row]:
    """Count what is named of each half."""
    solution = load_solution(load_course(ROOT), options.exercise)
    rows = []
    for number, told in enumerate(halves(solution, options.draws), start=1):
        count = Counter(each.kind for each in told)
        if not options.rows:
            print(f"\nhalf {number}: {len(told)} taken away")
            for each in told:
                if each.kind != GENERATED:
                    print(f"  {each.mistake.id}: {each.kind}{each.text and ': '}{each.text}")
        rows.append(_row(f"half {number}", count))
    return rows


def _row(what: str, count: Counter[str]) -> Row:
    every, named = sum(count.values()), count[GENERATED] + count[NUMBERS]
    ours = f"{named} named ({count[NUMBERS]} by what their numbers are), {count[FALSE]} falsely"
    return Row(f"halves: {what}", ours, f"{every} taken away", named / every, LEAST, at_least=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Declared mistakes that nobody declared")
    parser.add_argument("exercise", nargs="?", metavar="EXERCISE", default="sigmoid_network")
    parser.add_argument("--draws", type=int, default=10, metavar="N", help="so many halves")
    sys.exit(main(parser, measure))
