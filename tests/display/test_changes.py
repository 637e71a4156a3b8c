"""What is better, what is worse, and what comes next, read from real reports."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.display.changes import changes
from autograder.display.hints import hint_lines
from autograder.display.next_step import HAND_IN, LAST, next_after, next_step
from autograder.exercise.visible import read_visible
from autograder.report import DIFFERS, Problem, Report
from autograder.student import check_file
from tests.conftest import NAME, ROOT

RELEASED = ROOT / "assignments" / NAME
RIGHT = (ROOT / "solutions" / NAME / f"{NAME}.py").read_text()
VERSIONS = {
    "stub": (RELEASED / f"{NAME}.py").read_text(),
    "right": RIGHT,
    "helper": RIGHT.replace("1.0 + small", "2.0 + small"),
    "hidden": RIGHT.replace("grad_h * sigmoid_derivative(h)", "grad_h"),
    "both": RIGHT.replace("grad_h * sigmoid_derivative(h)", "grad_h").replace(
        "grad_y * sigmoid_derivative(y)", "grad_y"
    ),
    "output": RIGHT.replace("grad_y * sigmoid_derivative(y)", "grad_y"),
    "crash": RIGHT.replace('h = sigmoid(x @ params["W1"]', 'h = sigmoid(params["W1"] @ x.T[:1]'),
    "none": RIGHT.replace('return {"h": h, "y": y}', "pass"),
    "bias": RIGHT.replace('"b2": delta_out', '"b2": 3 * delta_out'),
    "syntax": RIGHT.replace("(np.mean((y - t) ** 2))", "(np.mean((y - t) ** 2)"),
    "only a syntax error": "def (:\n",
    "other": "# %%\ndef softmax(z):\n    return z\n",
    "helper first": RIGHT.replace("return a * (1.0 - a)", "return a * a").replace(
        "losses.append(", "losses.append(2 * "
    ),
    "import": RIGHT.replace("import numpy as np", "import numpy as np ("),
}
#: The line in which `loss` returns.
LOSS = RIGHT[: RIGHT.index("(np.mean((y - t) ** 2))")].count("\n") + 1


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    folder = tmp_path_factory.mktemp("versions")
    shutil.copyfile(RELEASED / "visible.json", folder / "visible.json")

    def report(name: str, text: str) -> Report:
        path = Path(folder / f"{name}.py")
        path.write_text(text)
        return check_file(path)[0]

    return {name: report(name, text) for name, text in VERSIONS.items()}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("right", "right", []),
        ("output", "hidden", [(True, 'backward: right now: grads["W2"], grads["h"]')]),
        ("hidden", "bias", [(True, "backward: 1 point more, 1.5 of 4.5; right now: ")]),
        ("both", "output", [(True, "backward: 1 of 2 mistakes fixed.")]),
        ("output", "both", [(None, "backward is wrong in another way than before.")]),
        ("hidden", "right", [(True, "backward is all right now.")]),
        ("right", "hidden", [(False, "backward: 4 points less, 0.5 of 4.5")]),
        ("none", "crash", [(None, "forward: error, and failed before.")]),
        ("stub", "helper", [(None, "sigmoid: failed, and missing before.")]),
    ],
)
def test_changes(
    reports: dict[str, Report], before: str, after: str, told: list[tuple[bool | None, str]]
) -> None:
    found = list(changes(reports[before], reports[after]))
    assert bool(found) == bool(told)
    for (better, text), change in zip(told, found, strict=False):
        assert (change.better, change.text[: len(text)]) == (better, text)


@pytest.mark.parametrize(
    ("version", "step"),
    [
        ("stub", "Next: write sigmoid."),
        ("right", HAND_IN),
        ("helper", "Next: fix sigmoid: start with its first failed check."),
        ("hidden", 'Next: look at how backward computes grads["W1"].'),
        ("crash", "Next: fix what stopped forward."),
        ("none", "Next: fix forward: start with its first failed check."),
        ("other", f"Next: check the file in which you wrote the functions of {NAME}."),
        ("syntax", f"Next: fix the syntax error in syntax.py, line {LOSS}."),
    ],
)
def test_the_next_step(reports: dict[str, Report], version: str, step: str) -> None:
    assert next_step(reports[version]) == step


def test_a_file_of_another_assignment_is_told_as_one(reports: dict[str, Report]) -> None:
    other = f"None of the functions of {NAME} is defined in this file."
    assert reports["other"].first_wrong.startswith(other)
    for function in reports["other"].functions:
        assert function.checks[0].message == f"{function.name} is not defined."
    assert not any(problem.kind == "other-file" for problem in reports["stub"].problems)


@pytest.mark.parametrize(
    ("version", "function", "said"),
    [
        ("helper first", "train", "There is no hint before what it needs is right: fix that first."),
        ("helper first", "sigmoid_derivative", "There is no hint: no known mistake gives these numbers."),
        ("crash", "forward", "There is no hint: hints are about wrong numbers, and forward gave none."),
    ],
)  # fmt: skip
def test_why_there_is_no_hint(
    reports: dict[str, Report], version: str, function: str, said: str
) -> None:
    answer_key = read_visible(RELEASED / "visible.json")
    (report,) = (f for f in reports[version].functions if f.name == function)
    assert hint_lines(report, answer_key, 1, "") == [said]


def test_a_question_has_no_hints(reports: dict[str, Report]) -> None:
    answer_key = read_visible(RELEASED / "visible.json")
    choice = reports["right"].functions[-1]
    assert hint_lines(choice._replace(status="failed"), answer_key, 1, "") == []


def test_a_syntax_error_of_a_notebook_is_in_a_cell(grade: Callable[..., Report]) -> None:
    cell = {"cell_type": "code", "metadata": {}, "source": "x = 1\nx = 'a"}
    notebook = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    report = grade(notebook, "answer (1).ipynb")
    assert next_step(report) == "Next: fix the syntax error in cell 1, line 2."


@pytest.mark.parametrize("version", ["syntax", "import"])
def test_what_follows_from_a_syntax_error_is_no_problem_of_its_own(
    reports: dict[str, Report], version: str
) -> None:
    (problem,) = reports[version].problems
    assert problem.kind == "syntax-error"


def test_what_a_syntax_error_does_not_explain_stays(tmp_path: Path) -> None:
    shutil.copyfile(RELEASED / "visible.json", tmp_path / "visible.json")
    answer = tmp_path / "answer.py"
    answer.write_text("# %%\nepochs\n# %%\ndef epochs(:\n# %%\nepochs\n# %%\nloss = other\n")
    told = [(problem.kind, problem.line) for problem in check_file(answer)[0].problems]
    assert told == [("cell-failed", 2), ("syntax-error", 4), ("cell-failed", 8)]


def test_of_one_entry_nothing_is_everywhere(reports: dict[str, Report]) -> None:
    backward = reports["bias"].functions[4]
    said = "\n".join(check.message for check in backward.checks)
    assert "It is 3 times the expected value." in said
    assert 'grads["b2"] is not the derivative of your own loss: backward gives' in said
    assert "entries" not in said and "everywhere" not in said


def test_a_list_of_numbers_is_told_as_numbers(reports: dict[str, Report]) -> None:
    (row,) = (row for row in reports["output"].functions[6].checks[0].rows if row.entry == "losses")
    assert row.got.startswith("[0.000427") and row.note == DIFFERS


def test_the_next_step_after_one_function(reports: dict[str, Report]) -> None:
    answer_key = read_visible(RELEASED / "visible.json")

    def after(version: str, functions: int) -> str:
        return next_after(reports[version].functions[:functions], answer_key)

    assert after("right", 3) == "Next: write loss, and run its check."
    assert after("right", 7) == "Next: write what_it_computes, and run its check."
    assert after("right", 10) == HAND_IN
    choices = reports["right"].functions[7:]
    assert next_after(choices[:1], answer_key) == "Next: write when_it_runs, and run its check."
    assert next_after(choices, answer_key) == LAST
    # Which forward calls.
    assert after("stub", 3) == "Next: write sigmoid. Run its cell again, then its check."
    assert after("hidden", 6).startswith("Next: look at how backward computes")
    assert after("helper", 3).endswith("Run its cell again, then its check.")


def test_a_report_is_read_as_it_was_written(
    reports: dict[str, Report], grade: Callable[..., Report]
) -> None:
    for report in [*reports.values(), grade("def loss(y, t)\n")]:
        line = report.to_json()
        assert Report.from_json(line).to_json() == line
    with pytest.raises(ValueError, match="not a report"):
        Report.from_json("{}")


def test_a_problem_of_the_file_is_new_or_gone(reports: dict[str, Report]) -> None:
    """A save that breaks a cell in which nothing is judged changes something."""
    right = reports["right"]
    broken = Problem("syntax-error", "SyntaxError: invalid syntax (cell 9, line 2)", 2, "cell 9")
    before = replace(right, problems=[broken])
    assert list(changes(right, before)) == [(False, f"New: {broken.message}")]
    assert list(changes(before, right)) == [(True, f"Gone: {broken.message}")]
    moved = broken._replace(message="SyntaxError: invalid syntax (cell 9, line 3)", line=3)
    assert not list(changes(before, replace(right, problems=[moved])))


def test_a_syntax_error_is_no_other_file(reports: dict[str, Report]) -> None:
    assert reports["only a syntax error"].problem("syntax-error")
    assert not reports["only a syntax error"].problem("other-file")
    assert reports["other"].problem("other-file")
