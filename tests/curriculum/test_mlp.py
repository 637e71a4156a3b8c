"""The network of any depth: its derivatives are those of an independent library, and it learns what
the notebook says."""

from __future__ import annotations

import itertools

import autograd
import numpy as np
import pytest

from autograder.course import Course
from tests.curriculum.derivatives import agree, network_loss, solution_of


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("seed", range(6))
def test_the_networks_derivatives_are_those_of_another_library(
    course: Course, activation: str, seed: int
) -> None:
    functions, rng = solution_of(course, "mlp"), np.random.default_rng(seed)
    sizes = rng.integers(1, 9, size=seed + 2)
    params = [
        {"W": rng.normal(size=(n, m)), "b": rng.normal(size=m)}
        for n, m in itertools.pairwise(sizes)
    ]
    x = rng.normal(size=(int(rng.integers(1, 7)), sizes[0]))
    t, decay = rng.normal(size=(len(x), sizes[-1])), 0.3
    values = functions["forward"](params, x, activation)
    ours = functions["backward"](params, x, t, values, activation, decay)
    theirs = autograd.grad(network_loss)(params, x, t, activation, decay)
    value = network_loss(params, x, t, activation, decay)
    assert agree(functions["loss"](values["y"], t, params, decay), value)
    for mine, other in zip(ours, theirs, strict=True):
        for name in ("W", "b"):
            assert agree(mine[name], other[name])


def test_the_network_learns_the_curve(course: Course) -> None:
    functions = solution_of(course, "mlp")
    for activation in ("tanh", "relu"):
        _, losses = functions["learn"](activation, 0.0)
        assert round(float(losses[0]), 2) == {"tanh": 0.42, "relu": 0.48}[activation]
        assert losses[-1] < 0.001
