"""Every answer of the two tables, right and wrong, graded as a submission of its own."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from autograder.exercise.answer_key import AnswerKey
from autograder.report import Report
from tests.helpers.answers import RIGHT, WRONG, Answer


def complaints(report: Report) -> str:
    """What a report holds against an answer, to be read when a test fails."""
    lines = [problem.message for problem in report.problems]
    lines += [
        f"{function.name} ({function.status}), {check.name}: {check.message}"
        for function in report.functions
        for check in function.checks
        if not check.passed
    ]
    return "\n".join(lines)


@pytest.mark.parametrize("answer", RIGHT, ids=lambda answer: answer.slug)
def test_a_right_answer_gets_full_marks(
    answer: Answer, grade_answer: Callable[[Answer], Report]
) -> None:
    report = grade_answer(answer)
    assert report.score == report.max_score, complaints(report)


@pytest.mark.parametrize(
    "answer",
    [pytest.param(a, marks=pytest.mark.slow) if a.never_ends else a for a in WRONG],
    ids=lambda answer: answer.slug,
)
def test_a_mistake_costs_its_own_function_only(
    answer: Answer, grade_answer: Callable[[Answer], Report]
) -> None:
    report = grade_answer(answer)
    wrong = {function.name for function in report.functions if function.status != "passed"}
    assert wrong == answer.wrong, complaints(report)
    assert report.score < report.max_score


def test_the_tables_are_large_and_every_cell_says_what_it_is(answer_key: AnswerKey) -> None:
    assert len(RIGHT) >= 25
    assert len(WRONG) >= 40
    slugs = [answer.slug for answer in RIGHT + WRONG]
    assert len(set(slugs)) == len(slugs)
    functions = {function.name for function in answer_key.functions}
    for answer in RIGHT + WRONG:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", answer.slug)
        assert answer.source.splitlines()[1].startswith("# "), answer.slug
    assert not any(answer.wrong for answer in RIGHT)
    assert all(answer.wrong and answer.wrong <= functions for answer in WRONG)
