"""Printed numbers of functions that are judged on some of the instances only."""

from __future__ import annotations

import numpy as np

from autograder import Exercise, Function, Instance, Printed
from autograder.exercise.solve import make_answer_key
from tests.helpers.traces import judged

SOURCE = '''
# %%
def twice(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


# %%
def half(z):
    """Half of z."""
    ### BEGIN SOLUTION
    return z / 2
    ### END SOLUTION
'''
EXERCISE = Exercise(
    "Two functions",
    [Function("twice", {"values": 1}), Function("half", {"printed": 1, "values": 1})],
    [
        Instance("first", {"x": np.array([1.5, -2.0])}, only=["twice"]),
        Instance("second", {"z": np.array([3.0, -5.0])}, only=["half"]),
    ],
    lambda rng: [],
    printed=[Printed("half", None, [1.5, -2.5], "second", decimals=1)],
)


def rows(half: str) -> tuple[bool, list[str]]:
    """Whether the printed numbers of an answer are right, and what is shown of them."""
    names: dict[str, object] = {}
    exec(SOURCE, names)
    key = make_answer_key("two", EXERCISE, names, SOURCE)
    exec(SOURCE.replace("z / 2", half), answer := dict[str, object]())
    report = judged(key, answer)[1]
    check = next(each for each in report.checks if each.key == "printed")
    return check.passed, [text for row in check.rows for text in (row.got, row.expected)]


def test_the_first_instance_need_not_have_the_function() -> None:
    assert rows("z / 2") == (True, ["[ 1.5, -2.5]", "[ 1.5, -2.5]"])
    assert rows("z / 4") == (False, ["[ 0.8, -1.2]", "[ 1.5, -2.5]"])
