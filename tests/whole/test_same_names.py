"""A student's own check and the grader say the same of all answers of tests/submissions/."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution
from autograder.judge.judge import judge
from autograder.report import FunctionReport
from autograder.sandbox.in_process import InProcess
from autograder.submission import parse_submission
from tests.helpers.answers import RIGHT, WRONG, Answer
from tests.helpers.identities import sentences

#: Answers that only a process of their own can run, and those that are another one at each call.
UNSAFE = re.compile(
    r"while True|KeyboardInterrupt|_exit|abort|kill|MEMORY|setattr|os\.|random|default_rng"
)
SLIP = re.compile(r"(?m)^answer\.py, line .*$")


def reports_of(answer: Answer, solution: Solution, key: AnswerKey) -> Sequence[FunctionReport]:
    cells = parse_submission("answer.py", f"{solution.source}\n{answer.source}".encode()).cells
    runner = InProcess(cells, 5.0)
    mutants = solution.mutants if key.has_hidden else None
    return judge(key, runner, 5.0, mutants=mutants, restart=runner.restart, cells=cells)


def told(report: FunctionReport) -> tuple[set[str], set[str], set[str]]:
    """The mistakes that are named, what the numbers are said to be, and the slip."""
    text = "\n".join(check.message for check in report.checks if check.passed is False)
    numbers = {match[0].rstrip(".") for match in sentences(text)}
    return {m.id for m in report.made}, numbers, {*SLIP.findall(text)}


@pytest.mark.filterwarnings("ignore")
def test_a_check_and_the_grader_say_the_same(solution: Solution, answer_key: AnswerKey) -> None:
    """Where both name something. Of what needs right helpers, or is right for the student's own
    work, the student's copy cannot tell, nor what many mistakes make together."""
    compared, apart = 0, []
    for answer in (each for each in [*RIGHT, *WRONG] if not UNSAFE.search(each.source)):
        graded = reports_of(answer, solution, answer_key)
        checked = reports_of(answer, solution, solution.visible.visible())
        for whole, own in zip(graded, checked, strict=True):
            if whole.is_done or own.is_done or own.waits_for:
                continue
            names, numbers, slips = told(whole)
            own_names, own_numbers, own_slips = told(own)
            compared += bool(own_names or own_numbers or own_slips)
            if (
                not own_names <= names
                or (len(names) == 1 and own_names != names)
                or not (own_numbers <= numbers or names)
                or not (own_slips <= slips or names)
            ):
                apart.append((answer.slug, whole.name, told(own), told(whole)))
    assert apart == []
    assert compared >= 150
