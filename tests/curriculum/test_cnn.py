"""The convolutional network: its layers and the network agree with two independent libraries, and
it learns what the notebook says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from autograder.course import Course
from autograder.exercise.solution import load_solution
from tests.conftest import ROOT
from tests.curriculum.derivatives import agree, solution_of
from tests.helpers.traces import judged_with_changes

# What PyTorch 2.13 gives, in float64 and without rounding, since all numbers are whole. With
#
#     import numpy as np, torch
#     from torch.nn.functional import conv2d, max_pool2d, relu
#
#     def whole(step, modulus, *shape):
#         n = np.prod(shape)
#         numbers = (step * np.arange(n) % modulus - modulus // 2).reshape(shape)
#         return torch.tensor(numbers.astype(float)).requires_grad_()
#
# the convolution is
#
#     x, w, b = whole(7, 11, 2, 2, 5, 4), whole(5, 7, 3, 2, 3, 3), whole(3, 5, 3)
#     out = conv2d(x, w, b, stride=2, padding=1)
#     out.backward(whole(5, 13, *out.shape))
#
# pooling, with many ties,
#
#     x = whole(7, 5, 1, 2, 4, 4)                   # and whole(7, 5, 1, 1, 5, 4), 3 and 1
#     out, where = max_pool2d(x, 2, 2, return_indices=True)
#     out.backward(whole(5, 13, *out.shape))
#
# and the network
#
#     x, w1, b1 = whole(7, 11, 2, 1, 4, 4), whole(5, 7, 2, 1, 3, 3), whole(3, 5, 2)
#     w2, b2, w3, b3 = whole(4, 7, 2, 2, 3, 3), whole(2, 5, 2), whole(3, 7, 8, 3), whole(2, 5, 3)
#     p1 = max_pool2d(relu(conv2d(x, w1, b1, padding=1)), 2)
#     scores = relu(conv2d(p1, w2, b2, padding=1)).flatten(1) @ w3 + b3
#     scores.backward(whole(5, 13, *scores.shape))
#
# The numbers are those of .detach().flatten(), and of .grad for a derivative.
CONVOLUTION = {
    "out": (
        "-34 -2 6 -32 -24 -16 -31 38 25 7 -15 0 2 24 -24 20 -25 39 6 38 -16 19 2 23 6 0 -9 7 "
        "-27 38 1 -15 7 -31 2 -1"
    ),
    "dx": (
        "-20 -33 -3 5 19 26 -8 -7 1 25 -8 -8 -22 -27 29 -7 9 5 13 5 4 21 13 0 2 18 29 -33 9 -37 "
        "-8 20 -22 6 -8 33 1 9 -3 -25 13 21 4 -8 -25 17 13 -7 -5 27 -14 -8 -27 -23 24 -7 3 7 7 "
        "5 -3 -33 -20 24 7 -12 8 2 15 -39 -2 18 -17 2 -3 29 7 7 3 -27"
    ),
    "dw": (
        "5 10 -52 23 19 -31 -8 -55 42 -45 13 17 -51 -13 69 17 59 -64 -8 10 17 -3 -7 44 -8 36 7 "
        "16 18 -52 17 1 -58 13 -27 10 -8 36 8 -29 32 -63 31 -16 11 12 -29 9 46 2 -16 -56 -48 45"
    ),
    "db": "7 -10 -1",
}
POOLING = {
    (2, 2): {
        "out": "1 2 2 1 2 2 1 2",
        "where": "4 2 12 14 1 6 8 11",
        "dx": "0 0 -1 0 -6 0 0 0 0 0 0 0 4 0 -4 0 0 1 0 0 0 0 6 0 -2 0 0 3 0 0 0 0",
    },
    (3, 1): {
        "out": "2 2 2 2 2 2",
        "where": "2 2 12 7 12 17",
        "dx": "0 0 -7 0 0 0 0 -4 0 0 0 0 5 0 0 0 0 6 0 0",
    },
}
NETWORK = {
    "scores": "277 52 23 120 -16 51",
    "w1": "118 18 -412 -114 110 34 -46 82 -102 -24 162 -398 12 -308 50 28 -76 192",
    "b1": "8 -58",
    "w2": (
        "-268 -212 0 -289 -157 0 -76 -28 0 -181 -272 0 -290 -275 0 -88 -60 0 0 -232 -188 -244 "
        "-334 -66 -151 -67 0 0 -154 -218 -163 -432 -186 -202 -177 0"
    ),
    "b2": "-14 -20",
    "w3": "0 0 0 -360 -60 240 0 0 0 -398 -33 332 0 0 0 -418 -33 352 -664 -59 546 0 0 0",
    "b3": "-10 0 10",
}


def whole(step: int, modulus: int, *shape: int) -> Any:
    """Whole numbers of both signs, as floats."""
    numbers = step * np.arange(int(np.prod(shape))) % modulus - modulus // 2
    return numbers.reshape(shape).astype(float)


def as_written(values: Mapping[str, Any], table: Mapping[str, str]) -> bool:
    """Whether each value is what the table says, to the last digit."""
    written = {name: [float(n) for n in numbers.split()] for name, numbers in table.items()}
    return {name: np.ravel(value).tolist() for name, value in values.items()} == written


def test_convolution_is_that_of_a_well_known_library(course: Course) -> None:
    functions = solution_of(course, "cnn")
    x, w, b = whole(7, 11, 2, 2, 5, 4), whole(5, 7, 3, 2, 3, 3), whole(3, 5, 3)
    out = functions["conv_forward"](x, w, b, 2, 1)
    assert out.shape == (2, 3, 3, 2)
    dx, dw, db = functions["conv_backward"](whole(5, 13, *out.shape), x, w, 2, 1)
    assert as_written({"out": out, "dx": dx, "dw": dw, "db": db}, CONVOLUTION)


@pytest.mark.parametrize(("window", "shape"), [((2, 2), (1, 2, 4, 4)), ((3, 1), (1, 1, 5, 4))])
def test_pooling_is_that_of_a_well_known_library(
    course: Course, window: tuple[int, int], shape: tuple[int, ...]
) -> None:
    functions, x = solution_of(course, "cnn"), whole(7, 5, *shape)
    out, where = functions["max_pool_forward"](x, *window)
    dx = functions["max_pool_backward"](whole(5, 13, *out.shape), where, shape)
    assert as_written({"out": out, "where": where, "dx": dx}, POOLING[window])


def test_the_network_is_that_of_a_well_known_library(course: Course) -> None:
    functions, x = solution_of(course, "cnn"), whole(7, 11, 2, 1, 4, 4)
    params = {"w1": whole(5, 7, 2, 1, 3, 3), "b1": whole(3, 5, 2)}
    params |= {"w2": whole(4, 7, 2, 2, 3, 3), "b2": whole(2, 5, 2)}
    params |= {"w3": whole(3, 7, 8, 3), "b3": whole(2, 5, 3)}
    scores, values = functions["forward"](params, x)
    grads = functions["backward"](params, x, values, whole(5, 13, *scores.shape))
    assert as_written({"scores": scores, **grads}, NETWORK)


def convolved(x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
    """The convolution, of its formula and by another library: a sum over the filters' weights."""
    k = w.shape[2]
    padded = anp.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    rows, columns = ((side - k) // stride + 1 for side in padded.shape[2:])
    total = b[None, :, None, None]
    for u, v in np.ndindex(k, k):
        down, right = u + stride * np.arange(rows), v + stride * np.arange(columns)
        seen = padded[:, :, down][:, :, :, right]
        total = total + anp.einsum("ncij,fc->nfij", seen, w[:, :, u, v])
    return total


def pooled(x: Any, size: int, stride: int) -> Any:
    """Max pooling, by another library: the largest of what each place of the window sees."""
    rows, columns = ((side - size) // stride + 1 for side in x.shape[2:])
    seen = [
        x[:, :, u + stride * np.arange(rows)][:, :, :, v + stride * np.arange(columns)]
        for u, v in np.ndindex(size, size)
    ]
    return anp.max(anp.stack(seen), axis=0)


def network_scores(params: Any, x: Any) -> Any:
    """The network, by another library."""
    h1 = anp.maximum(convolved(x, params["w1"], params["b1"], 1, 1), 0.0)
    h2 = anp.maximum(convolved(pooled(h1, 2, 2), params["w2"], params["b2"], 1, 1), 0.0)
    return anp.dot(anp.reshape(h2, (len(x), -1)), params["w3"]) + params["b3"]


@pytest.mark.parametrize("seed", range(6))
def test_the_derivatives_of_the_layers_are_those_of_another_library(
    course: Course, seed: int
) -> None:
    functions, rng = solution_of(course, "cnn"), np.random.default_rng(seed)
    n, c, f, k, stride = (int(number) for number in rng.integers(1, 4, size=5))
    pad, height, width = (int(number) for number in rng.integers([0, 4, 4], [3, 8, 8]))
    x, w, b = (
        rng.normal(size=(n, c, height, width)),
        rng.normal(size=(f, c, k, k)),
        rng.normal(size=f),
    )
    out = functions["conv_forward"](x, w, b, stride, pad)
    assert agree(out, convolved(x, w, b, stride, pad))
    dout = rng.normal(size=out.shape)
    ours = functions["conv_backward"](dout, x, w, stride, pad)

    def of_convolution(x: Any, w: Any, b: Any) -> Any:
        return anp.sum(dout * convolved(x, w, b, stride, pad))

    for at, mine in enumerate(ours):
        assert agree(mine, autograd.grad(of_convolution, at)(x, w, b))


@pytest.mark.parametrize("seed", range(6))
def test_the_derivatives_of_pooling_are_those_of_another_library(course: Course, seed: int) -> None:
    functions, rng = solution_of(course, "cnn"), np.random.default_rng(seed)
    n, c, size, stride = (int(number) for number in rng.integers(1, 4, size=4))
    x = rng.normal(size=(n, c, *rng.integers(4, 8, size=2)))
    out, where = functions["max_pool_forward"](x, size, stride)
    assert agree(out, pooled(x, size, stride))
    there = np.take_along_axis(x.reshape(n, c, -1), where.reshape(n, c, -1), axis=2)
    assert np.array_equal(there.reshape(out.shape), out)
    dout = rng.normal(size=out.shape)
    theirs = autograd.grad(lambda x: anp.sum(dout * pooled(x, size, stride)))(x)
    assert agree(functions["max_pool_backward"](dout, where, x.shape), theirs)


@pytest.mark.parametrize("seed", range(6))
def test_the_derivatives_of_the_simple_layers_are_those_of_another_library(
    course: Course, seed: int
) -> None:
    functions, rng = solution_of(course, "cnn"), np.random.default_rng(seed)
    n, n_in, n_out = (int(number) for number in rng.integers(1, 8, size=3))
    x, w, b = rng.normal(size=(n, n_in)), rng.normal(size=(n_in, n_out)), rng.normal(size=n_out)
    assert agree(functions["linear"](x, w, b), anp.dot(x, w) + b)
    dout = rng.normal(size=(n, n_out))
    ours = functions["linear_backward"](dout, x, w)
    for at, mine in enumerate(ours):
        of_linear = autograd.grad(lambda x, w, b: anp.sum(dout * (anp.dot(x, w) + b)), at)
        assert agree(mine, of_linear(x, w, b))
    dout = rng.normal(size=x.shape)
    assert np.array_equal(functions["relu"](x), anp.maximum(x, 0.0))
    of_relu = autograd.grad(lambda x: anp.sum(dout * anp.maximum(x, 0.0)))
    assert np.array_equal(functions["relu_backward"](dout, x), of_relu(x))


@pytest.mark.parametrize("seed", range(6))
def test_the_derivatives_of_the_network_are_those_of_another_library(
    course: Course, seed: int
) -> None:
    functions, rng = solution_of(course, "cnn"), np.random.default_rng(seed)
    n, c, first, last, classes = (int(number) for number in rng.integers(1, 5, size=5))
    height, width = (2 * int(number) for number in rng.integers(1, 4, size=2))
    shapes = {"w1": (first, c, 3, 3), "b1": first, "w2": (last, first, 3, 3), "b2": last}
    shapes |= {"w3": (last * height * width // 4, classes), "b3": classes}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    x, dscores = rng.normal(size=(n, c, height, width)), rng.normal(size=(n, classes))
    scores, values = functions["forward"](params, x)
    assert agree(scores, network_scores(params, x))
    ours = functions["backward"](params, x, values, dscores)
    theirs = autograd.grad(lambda given: anp.sum(dscores * network_scores(given, x)))(params)
    assert ours.keys() == params.keys()
    assert all(agree(ours[name], theirs[name]) for name in params)


def test_the_network_names_most_digits(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    functions = solution_of(course, "cnn")
    params, losses = functions["learn"](20)
    printed, _, said = capsys.readouterr().out.partition("%")
    assert 96 <= float(printed) <= 98
    assert said.startswith(" of 200 are right\n")
    assert losses[-1] < 0.01 < losses[0]
    with np.load(ROOT / "solutions" / "cnn" / "held_out.npz") as held:
        right = functions["forward"](params, held["x"])[0].argmax(axis=1) == held["labels"]
    assert round(float(np.mean(right)), 2) >= 0.96


def test_no_picture_is_given_here_that_another_exercise_holds_back(course: Course) -> None:
    held = {
        row.tobytes()
        for name in ("cnn", "classifier")
        for row in np.load(ROOT / "solutions" / name / "held_out.npz")["x"]
    }
    assert len(held) == 797
    with np.load(ROOT / "assignments" / "cnn" / "digits.npz") as given:
        assert not held & {row.tobytes() for row in given["x"]}
    assert not (ROOT / "assignments" / "cnn" / "held_out.npz").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("+= dout[:, :, i, j]", "= dout[:, :, i, j]"), "only repeats numbers of the arguments"),
        (("+= dout[:, :, i, j]", "+= 1.0"), "does not change as it should when the inputs"),
    ],
)
def test_what_only_repeats_an_argument_is_not_said_to_stand_still(
    course: Course, change: tuple[str, str], said: str
) -> None:
    reports = judged_with_changes(load_solution(course, "cnn"))(change)
    report = next(each for each in reports if each.name == "max_pool_backward")
    assert f"max_pool_backward {said}" in report.checks[0].message
