"""Mistakes in several functions that undo each other are one convention, paid for once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from autograder.exercise.mutants import make
from autograder.exercise.solution import Solution
from autograder.judge.judge import judge
from autograder.report import FunctionReport
from autograder.sandbox.in_process import InProcess
from autograder.submission import parse_submission
from tests.conftest import KEY

SIGN = ["error-sign-flipped", "climbs-the-loss"]
SLOPE = ["double-sigmoid", "output-slope-at-sum", "hidden-slope-at-sum"]


def reports(solution: Solution, source: str, whole: bool) -> dict[str, FunctionReport]:
    runner = InProcess(parse_submission("answer.py", source.encode()).cells, 10.0)
    key = solution.answer_key(KEY) if whole else solution.visible.visible()
    mutants = solution.mutants if whole else None
    found = judge(key, runner, 10.0, mutants=mutants, restart=runner.restart)
    return {report.name: report for report in found}


def made(solution: Solution, names: Sequence[str]) -> str:
    return make([solution.mutants.mistakes[name] for name in names], solution.source)


def text_of(report: FunctionReport) -> str:
    return "\n".join(check.message for check in report.checks if check.passed is False)


def told(one: str, two: str, right: str) -> str:
    return (
        f"Your {one} and {two} carry one convention through: what one changes, the other undoes. "
        f"Change them together: one of them alone would make {right} wrong."
    )


def test_what_undoes_each_other_is_found(solution: Solution) -> None:
    found = [(each.function, [*each.mistakes]) for each in solution.visible.conventions]
    assert ("train", SIGN) in found and ("backward", SLOPE) in found
    # A factor that is missing here and made up for there is two mistakes.
    assert not any("missing-factor-two" in mistakes for _, mistakes in found)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("more", [[], ["half-of-the-sum"]])
def test_a_sign_in_two_functions_is_paid_for_once(
    solution: Solution, whole: bool, more: list[str]
) -> None:
    found = reports(solution, made(solution, [*more, *SIGN]), whole)
    assert told("backward", "update", "train") in text_of(found["backward"])
    assert {m.id for m in found["backward"].mistakes} == {*more, SIGN[0]}
    assert found["update"].status == "passed" and found["update"].given == ("backward",)
    assert told("backward", "update", "train") in [c.message for c in found["update"].checks]
    everything = "\n".join(check.message for each in found.values() for check in each.checks)
    assert "loss grows" not in everything and "do not fall" not in everything


@pytest.mark.parametrize("whole", [True, False])
def test_one_of_them_alone_is_a_mistake(solution: Solution, whole: bool) -> None:
    for name, function in zip(SIGN, ("backward", "update"), strict=True):
        found = reports(solution, made(solution, [name]), whole)
        assert found[function].status != "passed"
        assert "one convention" not in text_of(found[function])


@pytest.mark.parametrize("whole", [True, False])
def test_who_has_another_mistake_besides_pays(solution: Solution, whole: bool) -> None:
    found = reports(solution, made(solution, [*SIGN, "biases-not-updated"]), whole)
    assert found["update"].status != "passed"
    assert told("backward", "update", "train") in text_of(found["update"])
    assert found["backward"].status == "passed"


@pytest.mark.parametrize("whole", [True, False])
def test_a_slope_of_another_argument_and_its_calls(solution: Solution, whole: bool) -> None:
    found = reports(solution, made(solution, SLOPE), whole)
    assert found["backward"].status == "passed"
    slope = found["sigmoid_derivative"]
    assert slope.status != "passed" and [m.id for m in slope.mistakes] == SLOPE[:1]
    assert told("sigmoid_derivative", "backward", "backward") in text_of(slope)


@pytest.mark.parametrize("whole", [True, False])
def test_a_wrong_slope_that_is_called_as_ever_is_no_convention(
    solution: Solution, whole: bool
) -> None:
    """Its numbers in the caller are those of a mistake of the caller's own, which is not there."""
    found = reports(solution, made(solution, SLOPE[:1]), whole)
    assert "one convention" not in text_of(found["sigmoid_derivative"])
    assert not found["backward"].mistakes


@pytest.mark.parametrize("whole", [True, False])
def test_who_does_not_call_it_carries_nothing_through(solution: Solution, whole: bool) -> None:
    source = made(solution, SLOPE[:1])
    source = source.replace("sigmoid_derivative(y)", "y * (1 - y)")
    source = source.replace("sigmoid_derivative(h)", "h * (1 - h)")
    found = reports(solution, source, whole)
    assert found["backward"].status == "passed"
    assert "one convention" not in text_of(found["sigmoid_derivative"])
