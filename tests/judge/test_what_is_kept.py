"""A function that is given what another one keeps for it: what is said where that one is wrong."""

from __future__ import annotations

import pytest

from autograder.display.next_step import next_of
from autograder.judge.judge import judge
from autograder.report import FunctionReport
from autograder.sandbox.in_process import InProcess
from autograder.submission import parse_submission
from tests.helpers.exercises import exercise_of, judged_with, source_of

OPEN_FORGET = ("sigmoid(a_f)", "a_f")
NO_LATER_CELL = ("dc + dh * o", "dh * o")


def checked(*changes: tuple[str, str]) -> dict[str, FunctionReport]:
    return {report.name: report for report in judged_with("lstm", *changes)}


def said(report: FunctionReport) -> str:
    return report.first_failure.message if report.first_failure else ""


def graded(*changes: tuple[str, str]) -> dict[str, FunctionReport]:
    key, mutants = exercise_of("lstm")
    source = source_of("lstm")
    for old, new in changes:
        assert source.count(old) == 1
        source = source.replace(old, new)
    runner = InProcess(parse_submission("answer.py", source.encode()).cells)
    reports = judge(key, runner, 10.0, mutants=mutants, restart=runner.restart)
    return {report.name: report for report in reports}


@pytest.mark.parametrize(
    "made",
    [
        {"lstm_step": "open-forget", "lstm_step_backward": "no-later-cell"},
        {"lstm_step": "open-forget", "lstm_step_backward": "cell-not-forgotten"},
        {"lstm_forward": "cell-goes-on", "lstm_backward": "one-step-only"},
    ],
)
def test_a_mistake_is_named_beside_one_in_what_is_kept(made: dict[str, str]) -> None:
    mistakes = exercise_of("lstm")[1].mistakes
    changes = [(mistakes[each].old, mistakes[each].new) for each in made.values()]
    found = {name: [m.id for m in report.made] for name, report in graded(*changes).items()}
    assert {name: ids for name, ids in found.items() if ids} == {n: [m] for n, m in made.items()}


@pytest.mark.parametrize(
    ("change", "wrong", "reader"),
    [
        (OPEN_FORGET, "lstm_step", "lstm_step_backward"),
        (("c = np.where(real, c_new, c)", "c = c_new"), "lstm_forward", "lstm_backward"),
    ],
)
def test_what_is_right_for_what_is_kept_loses_nothing(
    change: tuple[str, str], wrong: str, reader: str
) -> None:
    reports = graded(change)
    assert [name for name, report in reports.items() if report.status != "passed"] == [wrong]
    assert reports[reader].given == (wrong,)


def test_no_mistake_is_named_beside_one_where_another_was_made() -> None:
    reports = graded(OPEN_FORGET, ("dc_total * c * f * (1 - f)", "dc_total * c * f * (2 - f)"))
    assert [m.id for m in reports["lstm_step"].made] == ["open-forget"]
    assert (
        not reports["lstm_step_backward"].made and reports["lstm_step_backward"].status != "passed"
    )


def test_what_was_not_run_names_what_it_needs() -> None:
    unwritten = checked(
        ("    inputs = np.concatenate([x, h], axis=1)\n", "    raise NotImplementedError\n")
    )
    assert "was not run: lstm_step is not written yet." in said(unwritten["lstm_step_backward"])
    stopped = checked(("h_next = o * np.tanh(c_next)", "h_next = o @ h"))  # where N is H
    assert "lstm_step, whose result it needs, gives none." in said(stopped["lstm_step_backward"])
    assert stopped["lstm_backward"].waits_for == ("lstm_step",)


def test_a_function_that_was_not_run_is_not_said_to_be_wrong() -> None:
    """Not even where a right one stands for another that it calls."""
    reports = graded(
        ("    N, T, _ = x.shape\n", "    raise NotImplementedError\n    N, T, _ = x.shape\n"),
        ("dc_prev = dc_total * f", "dc_prev = dc_total * f * f * f"),
    )
    assert "was not run: lstm_forward is not written yet." in said(reports["lstm_backward"])
    assert "there is a mistake in" not in said(reports["lstm_backward"])


def test_the_quantity_that_is_computed_first_is_told() -> None:
    report = checked(("f = sigmoid(a_f)", "f = sigmoid(-a_f)"))["lstm_step"]
    assert "c_next is wrong in 2 of 2 entries." in said(report)
    assert next_of([report]) == "Next: look at how lstm_step computes c_next."
