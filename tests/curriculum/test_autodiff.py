"""The tensor with a tape: its derivatives are those of an independent library and of differences,
and networks learn with it what the notebook says."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from autograder.course import Course
from tests.curriculum.derivatives import agree, class_loss, network_loss, solution_of

#: By what it is about, the same function of tensors and of the other library's arrays. Each of
#: the operations occurs, with shapes that are broadcast, and values that are used twice.
OURS: dict[str, Callable[..., Any]] = {
    "sums": lambda a, b, c, d: ((a + b) * (c + 1.5) + (2.0 - b) + a).sum(),
    "products": lambda a, b, c, d: (a * b * c * a * -b / 3.0).sum(axis=0).sum(),
    "matrices": lambda a, b, c, d: ((a @ d) * (a @ d) @ d.sum(axis=1, keepdims=True)).mean(),
    "functions": lambda a, b, c, d: (a.tanh() * b.relu() + (a * 0.1).exp()).sum() * c.mean(),
    "logarithms": lambda a, b, c, d: ((a * a + 1.0).log() - (c * c + 2.0).log()).sum(),
    "entries": lambda a, b, c, d: (
        (a[[0, 0, 1]] * a[1] * b[:1]).sum() + a[[0, 1, 0], [1, 0, 1]].sum()
    ),
    "diamonds": lambda a, b, c, d: (lambda u: (lambda v: (u * v + v + u).sum())(u * u + b))(a * c),
}
THEIRS: dict[str, Callable[..., Any]] = {
    "sums": lambda a, b, c, d: anp.sum((a + b) * (c + 1.5) + (2.0 - b) + a),
    "products": lambda a, b, c, d: -anp.sum(a**2 * b**2 * c) / 3,
    "matrices": lambda a, b, c, d: anp.mean(
        anp.dot(anp.dot(a, d) ** 2, anp.sum(d, axis=1, keepdims=True))
    ),
    "functions": lambda a, b, c, d: (
        anp.sum(anp.tanh(a) * anp.where(b > 0, b, 0.0) + anp.exp(a / 10)) * anp.mean(c)
    ),
    "logarithms": lambda a, b, c, d: anp.sum(anp.log(a**2 + 1) - anp.log(c**2 + 2)),
    "entries": lambda a, b, c, d: anp.sum((2 * a[0] + a[1]) * a[1] * b[0]) + 2 * a[0, 1] + a[1, 0],
    "diamonds": lambda a, b, c, d: anp.sum((a * c) ** 3 + a * c * b + (a * c) ** 2 + b + a * c),
}


def arrays(rng: np.random.Generator) -> dict[str, Any]:
    """A matrix, a row, a column and a square matrix of random sizes, of numbers away from 0."""
    n, m = (int(size) for size in rng.integers(2, 7, size=2))
    shapes = {"a": (n, m), "b": (m,), "c": (n, 1), "d": (m, m)}
    found = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    return {name: array + np.copysign(0.05, array) for name, array in found.items()}


@pytest.mark.parametrize("what", OURS)
@pytest.mark.parametrize("seed", range(5))
def test_each_operation_has_the_derivatives_of_another_library(
    course: Course, what: str, seed: int
) -> None:
    given = arrays(np.random.default_rng(seed))
    gradients = solution_of(course, "autodiff")["gradients"]
    value, ours = gradients(lambda each: OURS[what](*each.values()), given)
    assert agree(value, THEIRS[what](*given.values()))
    theirs = autograd.grad(lambda each: THEIRS[what](*each.values()))(given)
    for name, array in given.items():
        assert ours[name].shape == array.shape
        assert agree(ours[name], theirs[name])
        assert agree_roughly(ours[name], differences(OURS[what], gradients, given, name))


def differences(
    of: Callable[..., Any], gradients: Callable[..., Any], given: dict[str, Any], name: str
) -> np.ndarray:
    """The derivatives by one of the arrays, from differences of two values."""
    found = np.zeros(given[name].shape)
    for at in np.ndindex(found.shape):
        values = []
        for step in (1e-6, -1e-6):
            moved = given[name].copy()
            moved[at] += step
            value, _ = gradients(lambda each: of(*each.values()), {**given, name: moved})
            values.append(value)
        found[at] = (values[0] - values[1]) / 2e-6
    return found


def agree_roughly(ours: np.ndarray, theirs: np.ndarray) -> bool:
    """Whether two arrays are the same, up to the errors of differences."""
    return bool(np.abs(ours - theirs).max() <= 1e-6 * max(1.0, np.abs(theirs).max()))


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("seed", range(4))
def test_the_networks_of_before_have_the_derivatives_of_another_library(
    course: Course, activation: str, seed: int
) -> None:
    functions, rng = solution_of(course, "autodiff"), np.random.default_rng(seed)
    network, squared_error = functions["network"], functions["squared_error"]
    sizes = rng.integers(1, 9, size=seed + 2)
    params = [
        {"W": rng.normal(size=(n, m)), "b": rng.normal(size=m)}
        for n, m in itertools.pairwise(sizes)
    ]
    x = rng.normal(size=(int(rng.integers(1, 7)), sizes[0]))
    t, decay = rng.normal(size=(len(x), sizes[-1])), 0.3
    value, ours = functions["gradients"](
        lambda layers: squared_error(network(layers, x, activation), t, layers, decay), params
    )
    assert agree(value, network_loss(params, x, t, activation, decay))
    theirs = autograd.grad(network_loss)(params, x, t, activation, decay)
    for mine, other in zip(ours, theirs, strict=True):
        for name in ("W", "b"):
            assert agree(mine[name], other[name])


@pytest.mark.parametrize("size", [1.0, 1000.0])
def test_the_cross_entropy_has_the_derivatives_of_another_library(
    course: Course, size: float
) -> None:
    functions, rng = solution_of(course, "autodiff"), np.random.default_rng(3)
    scores, labels = size * rng.normal(size=(7, 5)), rng.integers(5, size=7)
    alone = {"W": np.eye(5), "b": np.zeros(5)}
    value, ours = functions["gradients"](
        lambda each: functions["cross_entropy"](each, labels), scores
    )
    assert agree(value, class_loss(alone, scores, labels))
    assert agree(ours, autograd.grad(lambda each: class_loss(alone, each, labels))(scores))


def test_a_chain_may_be_deeper_than_python_goes(course: Course) -> None:
    functions = solution_of(course, "autodiff")
    first = last = functions["Tensor"]([0.5, -2.0])
    for _ in range(20_000):
        last = last + 0.0 * first
    last.backward()
    assert first.grad.tolist() == [1.0, 1.0]
    last.backward()  # a second time it begins anew
    assert first.grad.tolist() == [1.0, 1.0]


def test_networks_learn_with_it(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    functions = solution_of(course, "autodiff")
    _, losses = functions["learn"](300)
    assert round(float(losses[0]), 2) == 0.42
    assert round(float(losses[-1]), 4) == 0.0002
    _, losses = functions["learn_arms"](1000)
    assert capsys.readouterr().out.startswith("100.0% of 90 are right")
    assert round(losses[0], 2) == 1.03
    assert losses[-1] < 0.01
