"""The right computation: which part of a derivative belongs to which quantity."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from autograder.exercise.computation import right_trace
from autograder.exercise.declaration import Derivative, Exercise, Function, Instance
from autograder.exercise.solve import make_answer_key


def forward(w: Any, x: Any) -> Any:
    h = [x]
    for _ in range(3):
        h.append(np.tanh(w * h[-1]))
    return {"h": h, "y": np.sum(h[-1])}


def loss(y: Any) -> float:
    return float(y**2)


def derivatives(w: Any, x: Any, values: Any) -> tuple[Any, list[Any]]:
    h = values["h"]
    dh = [np.full(x.shape, 2 * values["y"])]
    dw = np.zeros_like(w)
    for before, after in zip(h[-2::-1], h[:0:-1], strict=True):
        delta = dh[0] * (1 - after**2)
        dw = dw + delta * before
        dh.insert(0, delta * w)
    return dw, dh


def in_a_tuple(w: Any, x: Any, values: Any) -> Any:
    return derivatives(w, x, values)


def in_a_dict(w: Any, x: Any, values: Any) -> Any:
    dw, dh = derivatives(w, x, values)
    return {"w": dw, "h": dh}


@pytest.mark.parametrize(
    ("backward", "returns", "key", "name"),
    [(in_a_tuple, ("dw", "dh"), 0, "dh[{}]"), (in_a_dict, "grads", "w", 'grads["h"][{}]')],
)
def test_a_derivative_belongs_to_the_quantity_whose_name_it_has(
    backward: Any, returns: Any, key: int | str, name: str
) -> None:
    by = Derivative(("forward", "loss"), by={"w": key})
    functions = [
        Function("forward", {"values": 1}, returns="values"),
        Function("loss", {"values": 1}),
        Function("backward", {"values": 1}, returns=returns, derivative=by),
    ]
    inputs = {"w": np.array([0.5, -2.0]), "x": np.array([0.3, 0.7])}
    exercise = Exercise("Chain", functions, [Instance("chain", inputs)], lambda rng: [])
    made = {"forward": forward, "loss": loss, "backward": backward}
    trace = {each.name: each for each in right_trace(make_answer_key("chain", exercise, made))}
    names = [name.format(number) for number in range(4)]
    for number, each in enumerate(names):
        assert trace[each].of == f'values["h"][{number}]'
    assert trace[names[3]].feeds == ("loss",)
    for before, after in itertools.pairwise(names):
        assert trace[before].feeds == (after,)
    assert [each for each in trace if each in names] == names[::-1]
