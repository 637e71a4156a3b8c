"""The tables of wrong answers to other exercises: each answer is wrong where it says so and nowhere
else, and what was read and found true of it is what is said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest

from autograder.report import CheckResult, FunctionReport, Named, function_report
from benchmarks.answers import EXERCISES, read_wrong_answers, table_path, with_named
from benchmarks.naming import graded, sentence, undeclared
from tests.helpers.exercises import declared

#: How many answers there are to each exercise, of these with two mistakes in one function, and
#: with mistakes in two functions.
ANSWERS, IN_TWO = 40, 5
Graded = list[tuple[str, Sequence[FunctionReport]]]


@pytest.fixture(scope="module", params=EXERCISES)
def exercise(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def reports(exercise: str) -> dict[str, Sequence[FunctionReport]]:
    """By answer, what its functions get; the exercise is built once."""
    with undeclared(exercise) as solution:
        return {each.slug: graded(solution, each) for each in read_wrong_answers(exercise)}


def test_a_table_is_large_and_every_cell_says_what_it_is(exercise: str) -> None:
    answers = read_wrong_answers(exercise)
    assert len({answer.slug for answer in answers}) == len(answers) == ANSWERS
    assert sum(len(answer.wrong) == 2 for answer in answers) == IN_TWO
    for answer in answers:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", answer.slug)
        assert len(answer.wrong) in (1, 2), answer.slug
        assert answer.truth and answer.truth[0] != "#" and "\n" not in answer.truth, answer.slug
        assert answer.named.keys() | answer.untrue.keys() <= set(answer.wrong), answer.slug


def test_a_mistake_costs_its_own_function_only(
    exercise: str, reports: dict[str, Sequence[FunctionReport]]
) -> None:
    """Nothing can stand in for a method that is wrong, or for what a function keeps in its own way:
    what uses one may have to wait for it."""
    has_own = any(function.probe or function.own for function in declared(exercise).functions)
    for answer in read_wrong_answers(exercise):
        failed = {each.name: each for each in reports[answer.slug] if each.status != "passed"}
        assert all(each.score < each.max_score for each in failed.values()), answer.slug
        carried = _carried_forward(exercise, failed) & set(answer.wrong)
        for name in set(answer.wrong) - carried:  # it runs, and its numbers are wrong
            assert name in failed and failed[name].status in ("partial", "failed"), answer.slug
        others = failed.keys() - set(answer.wrong)
        assert not others or has_own, answer.slug
        for name in others:
            assert failed[name].waits_for, f"{answer.slug}: {name}"
            assert failed.keys() >= set(failed[name].waits_for), f"{answer.slug}: {name}"


def _carried_forward(exercise: str, failed: Mapping[str, FunctionReport]) -> set[str]:
    """The functions that pass as the derivative of what has a mistake that is named: one mistake
    costs its points once."""
    derivatives = {f.name: f.derivative for f in declared(exercise).functions if f.derivative}
    return {
        name
        for name, derivative in derivatives.items()
        for of in ([derivative.of] if isinstance(derivative.of, str) else derivative.of)
        if name not in failed and of in failed and failed[of].mistakes
    }


def test_what_is_said_is_what_was_read(
    exercise: str, reports: dict[str, Sequence[FunctionReport]]
) -> None:
    for answer in read_wrong_answers(exercise):
        said = {each.name: sentence(each) for each in reports[answer.slug]}
        for function, named in answer.named.items():
            assert said[function] == named, f"{answer.slug}, {function}: {answer.truth}"
        for function, untrue in answer.untrue.items():
            assert said[function] != untrue, f"{answer.slug}, {function}: {answer.truth}"


def test_what_is_written_is_read_again(exercise: str) -> None:
    text = table_path(exercise).read_text(encoding="utf-8")
    answers = read_wrong_answers(exercise)
    assert with_named(text, {}) == text
    same = {each.slug: each.named for each in answers}
    assert with_named(text, same) == text
    first = answers[0]
    one = with_named(text, {first.slug: {first.wrong[0]: "It is so."}})
    added = set(one.splitlines()) - set(text.splitlines())
    assert added == {f"# named {first.wrong[0]}: It is so."}
    assert with_named(one, {first.slug: first.named}) == text


MEASURED = """On 'small': y is wrong in 2 of 2 entries.
expected [1., 2.]
got      [[3.,
           4.]]
first difference at [0]: expected 1, got 3
h is right; the first wrong quantity is y."""


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (MEASURED, ""),
        (f"{MEASURED}\nIt is 3 times the expected value.", "It is 3 times the expected value."),
        (f"Line 3: a slip.\n{MEASURED}", "Line 3: a slip."),
        ("On 'small': y has shape (2,); it must have shape (1, 2).", ""),
    ],
)
def test_what_is_only_measured_is_no_name(message: str, said: str) -> None:
    check = CheckResult("values", False, message, 0.0, 1.0, place="On 'small': ")
    assert sentence(function_report("f", [check], "failed")) == said
    named = function_report("f", [check], "failed", [Named("x", "The mean\nis missing.")])
    assert sentence(named) == "The mean is missing."
