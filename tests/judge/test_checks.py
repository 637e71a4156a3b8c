"""A check is one function and one row: this one is added from outside the package."""

from __future__ import annotations

import numpy as np
import pytest

from autograder import Exercise, Function, Instance
from autograder.exercise.declaration import ExerciseError
from autograder.exercise.solve import make_answer_key
from autograder.grade import grade_submission
from autograder.judge.checks import CHECKS, Check, require_known
from autograder.judge.finding import Finding, Seen
from autograder.report import FunctionReport
from autograder.sandbox.in_process import InProcessSandbox
from autograder.submission import parse_submission

EXERCISE = Exercise(
    "Half of the squares",
    [Function("loss", {"values": 1, "never_negative": 2})],
    [Instance("first", {"y": np.array([1.0, -2.0]), "t": np.array([0.5, 0.5])})],
    lambda rng: [],
)


def never_negative(seen: Seen) -> Finding:
    values = (item.first.value for item in seen.on_cases)
    negative = any(isinstance(value, float) and value < 0 for value in values)
    return Finding(not negative, "A loss is never negative." if negative else "")


def solution(y: np.ndarray, t: np.ndarray) -> float:
    return float(np.sum((y - t) ** 2) / 2)


def loss_of(source: str) -> FunctionReport:
    answer_key = make_answer_key("halves", EXERCISE, {"loss": solution})
    submission = parse_submission("answer.py", f"import numpy as np\n{source}\n".encode())
    (loss,) = grade_submission(submission, "ada", answer_key, InProcessSandbox(5.0)).functions
    return loss


def test_a_check_is_a_function_and_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHECKS, "never_negative", Check("never negative", never_negative))
    require_known(EXERCISE)
    right = loss_of("def loss(y, t):\n    return float(np.sum((y - t) ** 2) / 2)")
    assert (right.status, right.score) == ("passed", 3.0)
    wrong = loss_of("def loss(y, t):\n    return float(np.sum((t - 2 * y) ** 3))")
    assert [(check.key, check.name) for check in wrong.checks] == [
        ("values", "values on the visible instances"),
        ("never_negative", "never negative"),
    ]
    assert wrong.score == 2.0
    rising = loss_of("def loss(y, t):\n    return float(-np.sum((y - t) ** 2))")
    assert (rising.status, rising.checks[1].message) == ("failed", "A loss is never negative.")


def test_points_for_a_check_that_there_is_not_are_refused() -> None:
    with pytest.raises(
        ExerciseError, match="unknown check 'never_negative'; the checks are shapes"
    ):
        require_known(EXERCISE)
    assert loss_of("def loss(y, t):\n    return float(np.sum((y - t) ** 2) / 2)").max_score == 1.0
