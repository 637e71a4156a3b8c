"""The optimisers: their surface has the slopes of an independent library, they give the numbers
that the notebook computes by hand, and they reach what it says."""

from __future__ import annotations

from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from autograder.course import Course
from tests.curriculum.derivatives import agree, solution_of

#: All names, with the settings of the notebook's table and what it says is reached.
FITTED = {
    "sgd": ({"lr": 8e-5}, 1136),
    "momentum": ({"lr": 8e-5, "beta": 0.9}, 479),
    "rmsprop": ({"lr": 0.1, "rho": 0.9, "epsilon": 1e-8}, 120),
    "adam": ({"lr": 1.0, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}, 22),
}


def surface(params: Any, curvature: Any) -> Any:
    """The height, by another library."""
    parts = [
        anp.sum(c[name] * layer[name] ** 2) / 2 + anp.sum(layer[name] ** 4) / 4
        for layer, c in zip(params, curvature, strict=True)
        for name in layer
    ]
    return sum(parts)


def layers(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Random layers with up to three axes."""
    return [
        {"W": rng.normal(size=tuple(rng.integers(1, 6, size=axes))), "b": rng.normal(size=3)}
        for axes in rng.integers(1, 4, size=3)
    ]


@pytest.mark.parametrize("seed", range(6))
def test_the_slopes_are_those_of_another_library(course: Course, seed: int) -> None:
    functions, rng = solution_of(course, "optimisers"), np.random.default_rng(seed)
    params = layers(rng)
    curvature = functions["each"](lambda p: np.abs(rng.normal(size=p.shape)), params)
    assert agree(functions["height"](params, curvature), surface(params, curvature))
    theirs = autograd.grad(surface)(params, curvature)
    for mine, other in zip(functions["slopes"](params, curvature), theirs, strict=True):
        assert all(agree(mine[name], other[name]) for name in mine)


def test_the_numbers_by_hand_are_what_the_notebook_says(course: Course) -> None:
    functions = solution_of(course, "optimisers")
    params, grads = functions["params"], functions["grads"]

    def numbers(layers: Any) -> list[float]:
        return [round(float(n), 6) for a in layers[0].values() for n in a]

    def layer(*three: float) -> list[dict[str, Any]]:
        return [{"W": np.array(three[:2]), "b": np.array(three[2:])}]

    assert functions["height"](params, functions["curvature"]) == 9.5
    assert numbers(functions["slopes"](params, functions["curvature"])) == [5, -10, 3]
    assert functions["global_norm"](grads) == 6
    assert numbers(functions["clip"](grads, 1.5)) == [0.5, -1, 1]
    new, state = functions["sgd"](params, grads, {"step": 0}, 0.1)
    assert numbers(new) == [0.8, -1.6, 0.6]
    assert state == {"step": 1}
    new, state = functions["momentum"](params, grads, {"velocity": layer(1, 2, -2)}, 0.1, 0.5)
    assert numbers(state["velocity"]) == [2.5, -3, 3]
    assert numbers(new) == [0.75, -1.7, 0.7]
    squares = {"squares": layer(7, 28, 80)}
    new, state = functions["rmsprop"](params, grads, squares, 0.1, 0.75, 1e-8)
    assert numbers(state["squares"]) == [6.25, 25, 64]
    assert numbers(new) == [0.92, -1.92, 0.95]
    kept = {"step": 1, "mean": layer(1, 1, -1), "squares": layer(1, 4, 9.25)}
    new, state = functions["adam"](params, grads, kept, 0.1, 0.5, 0.75, 1e-8)
    assert numbers(state["mean"]) == [1.5, -1.5, 1.5]
    assert numbers(state["squares"]) == [1.75, 7, 10.9375]
    assert numbers(new) == [0.9, -1.95, 0.96]


def test_clipping_bounds_the_norm_and_keeps_the_direction(course: Course) -> None:
    functions, rng = solution_of(course, "optimisers"), np.random.default_rng(1)
    grads = layers(rng)
    norm = functions["global_norm"](grads)
    clipped = functions["clip"](grads, norm / 4)
    assert functions["global_norm"](clipped) == pytest.approx(norm / 4)
    for short, long in zip(clipped, grads, strict=True):
        assert all(agree(4 * short[name], long[name]) for name in long)


def test_the_first_step_of_adam_has_the_length_of_the_learning_rate(course: Course) -> None:
    functions = solution_of(course, "optimisers")
    params = [{"w": np.zeros(2)}]
    state = functions["first_state"]("adam", params)
    settings = {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-12}
    new, _ = functions["adam"](params, [{"w": np.array([5.0, -0.005])}], state, **settings)
    assert new[0]["w"] == pytest.approx(np.array([-0.1, 0.1]))
    # Without correction, as the first question says.
    assert 0.1 / np.sqrt(0.001) == pytest.approx(3.16, abs=0.01)


def test_the_optimisers_reach_what_the_notebook_says(course: Course) -> None:
    functions = solution_of(course, "optimisers")
    for method, (settings, reached) in FITTED.items():
        _, losses = functions["learn"](method, settings)
        assert round(losses[-1]) == reached, method
    _, losses = functions["learn"]("sgd", {"lr": 1e-4}, 100)
    assert losses[-1] > losses[0]
    flats, prices = functions["flats"], functions["prices"]
    with_bias = np.column_stack([flats, np.ones(len(flats))])
    best = np.linalg.lstsq(with_bias, prices, rcond=None)[0]
    assert round(float(np.mean((with_bias @ best - prices) ** 2)), 1) == 20.6


def test_the_optimisers_go_down_the_valley(course: Course) -> None:
    functions = solution_of(course, "optimisers")
    heights = {}
    for method in functions["SETTINGS"]:
        _, found = functions["descend"](method, steps=61)
        heights[method] = found[60]
    assert round(heights["sgd"], 4) == 0.0013
    assert heights["rmsprop"] < 0.0003
    far = [{"W": np.array([-6.0, 4.0])}]
    assert functions["descend"]("sgd", far, np.inf, 5)[1][-1] > 1e6
    assert functions["descend"]("sgd", far, 2.0, 61)[1][-1] < 0.01
