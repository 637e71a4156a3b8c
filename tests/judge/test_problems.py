"""What is said of the cells of a file that fail."""

from __future__ import annotations

from autograder.judge.problems import cell_problems
from autograder.sandbox.calls import Cell, Outcome


def test_a_missing_name_is_told_once() -> None:
    """A notebook whose train has another name calls it twice."""
    cells = [Cell("check(train)", "a"), Cell("loss_curve(train)", "b"), Cell("f(x)", "c")]
    missing = [
        Outcome("raised", message=f"name '{name}' is not defined", exception="NameError")
        for name in ("train", "train", "f")
    ]
    found = cell_problems(cells, dict(enumerate(missing)), 1.0)
    assert [problem.message.split(" (")[1] for problem in found] == ["a)", "c)"]


def test_a_line_of_imports_that_cannot_be_read_explains_all_its_names() -> None:
    cells = [Cell("from autograder import check, loss_curve\n)", "a"), Cell("loss_curve(f)", "b")]
    failures = {
        0: Outcome("raised", message="unmatched ')'", exception="SyntaxError"),
        1: Outcome("raised", message="name 'loss_curve' is not defined", exception="NameError"),
    }
    assert [problem.kind for problem in cell_problems(cells, failures, 1.0)] == ["syntax-error"]
