"""Truth values, integers and texts in a result, however a submission writes them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.declaration import Exercise, Function, Instance
from autograder.exercise.solution import run_solution
from autograder.exercise.solve import draw_cases, draw_near, make_answer_key
from autograder.report import FunctionReport
from tests.helpers.traces import judged

SOURCE = """
def about(x):
    return {"mask": x > 0.5, "any": bool((x > 0.5).any()), "count": len(x), "name": str(len(x))}
"""


def instance(rng: np.random.Generator, label: str, size: int) -> Instance:
    return Instance(label, {"x": np.concatenate([[0.75], rng.uniform(size=size)])})


EXERCISE = Exercise(
    title="What is compared exactly",
    functions=[Function("about", {"shapes": 1, "values": 1, "hidden": 1, "behaviour": 1})],
    visible=[instance(np.random.default_rng(1), "four", 3)],
    draw=lambda rng: [instance(rng, "six", 5)],
)


@pytest.fixture(scope="module")
def answer_key() -> AnswerKey:
    solution = run_solution("solution.py", SOURCE.encode())
    key = make_answer_key("about", EXERCISE, solution, SOURCE)
    rng = np.random.default_rng(2)
    hidden, _ = draw_cases(EXERCISE, key, solution, rng)
    return replace(key, cases=[*key.cases, *hidden], near=draw_near(EXERCISE, key, solution, rng))


def right(x: np.ndarray) -> dict[str, Any]:
    return {
        "mask": x > 0.5,
        "any": bool((x > 0.5).any()),
        "count": len(x),
        "name": str(len(x)),
    }


def report(answer_key: AnswerKey, change: Callable[[Any], Any]) -> FunctionReport:
    def about(x: np.ndarray) -> dict[str, Any]:
        return {**right(x), **change(x)}

    return judged(answer_key, {"about": about})[0]


RIGHT: dict[str, Callable[[Any], Any]] = {
    "as it is": lambda x: {},
    "numpy's": lambda x: {"any": np.any(x > 0.5), "count": np.int8(len(x))},
    "of size one": lambda x: {"any": (x > 0.5).any(keepdims=True), "count": np.array([len(x)])},
    "unsigned": lambda x: {"count": np.uint64(len(x))},
}
WRONG: dict[str, Callable[[Any], Any]] = {
    "one truth value": lambda x: {"mask": x > 0.8},
    "all": lambda x: {"mask": x <= 0.5, "any": np.array([False]), "count": -1, "name": ""},
    "numbers": lambda x: {"mask": (x > 0.5) * 1},
    "another unsigned number": lambda x: {"count": np.uint64(2**63 + 5)},
    "a text that goes on": lambda x: {"name": str(len(x)) + "\0"},
    "the least integer": lambda x: {"count": -(2**63)},
}


@pytest.mark.parametrize("change", RIGHT)
def test_what_is_right_is_right_in_any_width(change: str, answer_key: AnswerKey) -> None:
    found = report(answer_key, RIGHT[change])
    assert found.score == found.max_score == 4, found


@pytest.mark.parametrize("change", WRONG)
def test_what_is_wrong_is_told(
    change: str, answer_key: AnswerKey, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        found = report(answer_key, WRONG[change])
    assert not caplog.records
    scores = {check.key: check.score for check in found.checks}
    assert scores["hidden"] < 1 and scores["values"] < 1, found
