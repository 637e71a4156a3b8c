"""A student's own losses, drawn in a notebook."""

from __future__ import annotations

import math
from typing import Any
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest

from autograder import loss_curve
from autograder.display.loss_curve import LossCurve


def shown(losses: Any) -> LossCurve:
    curve = loss_curve(lambda n: ({}, losses), 3)
    assert curve is not None
    return curve


@pytest.mark.parametrize(
    "losses",
    [[1.0], [0.5, 0.25, 0.125], [0.5, 0.5], [1e308, -1e308], [1 / (n + 1) for n in range(5000)]],
)
def test_it_draws_them(losses: list[float]) -> None:
    curve = shown(losses)
    fromstring(curve._repr_html_())
    assert "<polyline" in curve._repr_html_()
    assert repr(curve).startswith("1 loss, " if len(losses) == 1 else f"{len(losses)} losses, ")


def test_it_says_why_there_is_nothing_to_draw() -> None:
    def unwritten() -> Any:
        raise NotImplementedError

    assert repr(loss_curve(unwritten)) == "unwritten is not written yet, or calls what is not."
    assert repr(shown([])) == "There are no losses to draw."
    assert repr(shown([0.5, math.nan, 0.1])).endswith("Loss 2 of 3 is nan.")
    for wrong in (None, "no", [None], [[1.0, 2.0]], 3):
        assert "Run the checks above" in repr(shown(wrong))

    def learn() -> Any:
        return np.zeros(2) @ np.zeros(3)

    said = repr(loss_curve(learn))
    assert "the list of losses that learn returns" in said and "size 3 is different from 2" in said


def test_a_mistake_in_train_is_the_students_to_see() -> None:
    with pytest.raises(ZeroDivisionError):
        loss_curve(lambda: 1 / 0)


def test_it_does_nothing_while_nbgrader_grades(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert loss_curve(lambda: 1 / 0) is None
