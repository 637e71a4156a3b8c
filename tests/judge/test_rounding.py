"""Rounding is blamed for a small error only where no other number is off by more."""

from __future__ import annotations

import numpy as np
import pytest

from autograder import Exercise, Function, Instance, Printed
from autograder.exercise.solve import make_answer_key
from tests.helpers.traces import judged

SOURCE = """
# %%
def half(z, count):
    ### BEGIN SOLUTION
    return {"z": z / 2, "names": ["a", "b"], "count": count}
    ### END SOLUTION
"""
SMALL, LARGE = np.array([1.52, -2.1]), np.array([150.0, 31.0])
EXERCISE = Exercise(
    "One half",
    [Function("half", {"printed": 1, "values": 1})],
    [
        Instance("small", {"z": SMALL, "count": 2}),
        Instance("large", {"z": LARGE, "count": 3}),
    ],
    lambda rng: [],
    printed=[Printed("half", "z", [0.76, -1.05], "small", decimals=5)],
)


def said(half: str) -> list[str]:
    """What the two checks say of an answer."""
    exec(SOURCE, names := dict[str, object]())
    key = make_answer_key("one", EXERCISE, names, SOURCE)
    exec(SOURCE.replace("z / 2", half), answer := dict[str, object]())
    return [check.message for check in judged(key, answer)[0].checks]


@pytest.mark.parametrize("half", ["z / 2 * 1.00003 + 1e-7", "z / 2 - 3e-5"])
def test_rounding_is_blamed_where_all_errors_are_small(half: str) -> None:
    for message in said(half):
        assert "Its relative error is" in message
        assert "Likely causes: rounding to fewer digits" in message


def test_rounding_is_not_blamed_where_one_error_is_large() -> None:
    for message in said("z / 2 + 1e-5 * z**2"):
        assert "Its relative error is" in message
        assert "Likely causes" not in message
