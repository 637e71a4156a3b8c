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


COUNTS = """
def biggest(labels, name):
    return {"ids": labels * 2, "at": int(labels.argmax()), "name": name + "s"}
"""
INTEGERS = Exercise(
    title="Nothing moves a little",
    functions=[Function("biggest", {"shapes": 1, "values": 1, "hidden": 1, "behaviour": 1})],
    visible=[Instance("four", {"labels": np.array([3, 1, 5, 2]), "name": "cat"})],
    draw=lambda rng: [
        Instance("five", {"labels": np.array([0, 1, 2, 3, 7]), "name": "dog"}),
        Instance("two", {"labels": np.array([1, 0]), "name": "car"}),
    ],
)
TABLE = {"ids": np.array([6, 2, 10, 4]), "at": 2, "name": "cats"}


@pytest.mark.parametrize(
    ("answer", "earned"),
    [
        (lambda labels, name: TABLE, []),
        (lambda labels, name: TABLE if len(labels) == 4 else {**TABLE, "at": 0}, []),
        (lambda labels, name: {"ids": labels, "at": 0, "name": name}, []),
        (
            lambda labels, name: {
                "ids": labels * 3,
                "at": int(labels.argmin()),
                "name": f"{name}z",
            },
            ["shapes"],
        ),
        (
            lambda labels, name: {
                "ids": labels * 2,
                "at": int(labels.argmax()),
                "name": f"{name}s",
            },
            ["shapes", "values", "hidden", "behaviour"],
        ),
    ],
    ids=["a table", "a table for its sizes", "arguments", "wrong", "right"],
)
def test_a_table_of_whole_numbers_earns_nothing(answer: Any, earned: list[str]) -> None:
    """They do not change near an instance, so that right ones there show nothing. Nor are wrong
    ones taken for typed in that are computed."""
    solution = run_solution("solution.py", COUNTS.encode())
    key = make_answer_key("biggest", INTEGERS, solution, COUNTS)
    rng = np.random.default_rng(2)
    hidden, _ = draw_cases(INTEGERS, key, solution, rng)
    near = draw_near(INTEGERS, key, solution, rng)
    made = replace(key, cases=[*key.cases, *hidden], near=near)
    (found,) = judged(made, {"biggest": answer})
    assert [check.key for check in found.checks if check.score] == earned
    (copied,) = judged(key, {"biggest": answer})
    assert copied.score or "values" not in earned
