"""Which quantity is computed from which, as it is recorded while the solution computes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.exercise import dataflow, recording
from autograder.exercise.dataflow import read_feeds
from autograder.exercise.declaration import Function
from tests.helpers.exercises import answer_key_of

RNG = np.random.default_rng(0)
W, V, X = RNG.normal(size=(3, 3)), RNG.normal(size=(3, 3)), RNG.normal(size=(2, 3))
GIVEN = {"params": {"W": W, "V": V}, "x": X}


def feeds(call: Callable[..., Any], given: Any = GIVEN) -> dict[str, list[str]]:
    """The feeds of a function that returns activations by name."""
    expected = call(*given.values())
    forward = Function("forward", {"values": 1}, returns="activations")
    return read_feeds(call, forward, given, expected)


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be found by perturbing."""
    monkeypatch.setattr(dataflow, "_perturbed", None)


def helper(z: Any) -> Any:
    return np.tanh(z)


def residual(params: Any, x: Any) -> Any:
    h1 = helper(x @ params["W"])
    h2 = h1 + helper(h1 @ params["V"])
    return {"h1": h1, "h2": h2, "y": h2 + x}


@pytest.mark.usefixtures("recorded")
def test_a_residual_network() -> None:
    assert feeds(residual) == {"h1": ["x", "W"], "h2": ["h1", "V"], "y": ["h2", "x"]}


@pytest.mark.usefixtures("recorded")
def test_every_way_to_write_into_an_array() -> None:
    def forward(params: Any, x: Any) -> Any:
        a = np.zeros((2, 3))
        for row in range(2):
            a[row] = x[row] @ params["W"]
        b = np.zeros((2, 3))
        b += a * 2
        c = np.empty((2, 3))
        np.matmul(b, params["V"], out=c)
        d = np.zeros(3)
        np.add.at(d, np.array([0, 0, 1]), x[0])
        e = np.zeros((2, 3))
        view = e.reshape(-1)
        view[:3] = d
        f = np.zeros((3, 3))
        np.fill_diagonal(f, d)
        g = np.ones((2, 3))
        g.T[0] = a[:, 0]
        return {"a": a, "b": b, "c": c, "d": d, "e": e, "f": f, "g": g}

    assert feeds(forward) == {
        "a": ["x", "W"],
        "b": ["a"],
        "c": ["b", "V"],
        "d": ["x"],
        "e": ["d"],
        "f": ["d"],
        "g": ["a"],
    }


@pytest.mark.usefixtures("recorded")
def test_every_way_to_read_an_array() -> None:
    def forward(params: Any, x: Any) -> Any:
        a = np.array([[float(number) for number in row] for row in x * 2])
        b = np.stack([row / row.sum() for row in a], axis=0)
        c = np.einsum("ni,ij->nj", b, params["W"])
        d = np.where(c > 0, c, 0.1 * c).astype(float)
        e = np.concatenate([d.mean(axis=0), d.max(axis=0)])
        f = np.array([number + 0 for number in e.flat])
        g, h = np.split(f, 2)
        return {"a": a, "b": b, "c": c, "d": d, "e": e, "f": f, "g": g, "h": h}

    assert feeds(forward) == {
        "a": ["x"],
        "b": ["a"],
        "c": ["b", "W"],
        "d": ["c"],
        "e": ["d"],
        "f": ["e"],
        "g": ["f"],
        "h": ["f"],
    }


@pytest.mark.usefixtures("recorded")
def test_parts_of_one_product_are_quantities_of_their_own() -> None:
    def forward(params: Any, x: Any) -> Any:
        both = x @ params["W"]
        q, k = both[:, :1], both[:, 1:2]
        return {"q": q, "k": k, "y": q * k, "same": q}

    assert feeds(forward) == {"q": ["x", "W"], "k": ["x", "W"], "y": ["q", "k"], "same": ["q"]}


@pytest.mark.usefixtures("recorded")
def test_labels_masks_and_single_numbers_are_sources_and_sizes_are_none() -> None:
    def forward(x: Any, labels: Any, mask: Any, rate: Any, size: Any) -> Any:
        picked = x[np.arange(2), labels] * rate
        return {"picked": picked, "kept": picked[mask], "wide": np.zeros(size) + picked[0]}

    given = {"x": X, "labels": np.array([0, 2]), "mask": np.array([True, False])}
    assert feeds(forward, {**given, "rate": 0.5, "size": 4}) == {
        "picked": ["x", "labels", "rate"],
        "kept": ["picked", "mask"],
        "wide": ["picked"],
    }


@pytest.mark.usefixtures("recorded")
def test_a_number_of_layers_inside_an_argument_is_a_size() -> None:
    def forward(config: Any, x: Any) -> Any:
        h = x
        for _ in range(config["layers"]):
            h = np.tanh(h) * config["rate"]
        return {"h": h}

    given = {"config": {"layers": 2, "rate": 0.5}, "x": X}
    assert feeds(forward, given) == {"h": ["x", "rate"]}


@pytest.mark.parametrize("leaving", [lambda z: math.exp(z[0, 0]), lambda z: z.tolist()[0][0]])
def test_what_cannot_be_recorded_is_perturbed(leaving: Callable[[Any], float]) -> None:
    def forward(params: Any, x: Any) -> Any:
        h = x @ params["W"]
        return {"h": h, "y": np.ones(2) * leaving(h) * params["V"][0, 0]}

    assert feeds(forward) == {"h": ["x", "W"], "y": ["h", "V"]}


@pytest.mark.usefixtures("recorded")
def test_a_very_long_computation_has_no_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MAX_NODES", 5)
    assert feeds(residual) == {}


def test_the_solution_is_as_it_was_after_a_recording() -> None:
    before = dict(globals())
    feeds(residual)
    assert globals() == before and np.zeros(1).__class__ is np.ndarray


@pytest.mark.usefixtures("recorded")
def test_the_graphs_of_the_exercises() -> None:
    def graph(exercise: str, function: str, label: str) -> Any:
        answer_key = answer_key_of(exercise)
        (case,) = (case for case in answer_key.cases if case.label == label)
        return answer_key.feeding(case, function)

    def layer(number: int) -> list[str]:
        parts = [f"params[{number}].{name}" for name in "Wb"]
        return [f"layers[{number}]", *parts]

    assert graph("mlp", "forward", "three layers") == {
        "layers[0]": ["x"],
        **{f"layers[{number + 1}]": layer(number) for number in range(3)},
    }
    assert "layers[3]" not in graph("mlp", "forward", "two layers")
    weights = [f"params[{number}].W" for number in range(2)]
    assert graph("mlp", "loss", "two layers") == {"loss": ["layers[2]", "t", "decay", *weights]}
    assert graph("rnn", "forward", "short") == {"h": ["x", "Wx", "h0", "Wh", "b"]}
    assert graph("rnn", "loss", "short") == {"loss": ["h", "t", "mask"]}
    assert graph("cnn", "conv_forward", "small images") == {"out": ["x", "w", "b"]}
    assert graph("transformer", "attention", "small looks back") == {"out": ["q", "k", "v"]}
    (block,) = graph("transformer", "block", "small block").values()
    assert block[0] == "x" and len(block) == 11 and "params.layers[1]" in block
    assert not graph("cnn", "predict", "small network"), "a single value is not drawn"
    adam = graph("optimisers", "adam", "two layers")
    assert adam["new moments.m[0].W"] == ["moments.m[0].W", "grads[0].W"]
    moved = adam["new params[0].W"]
    assert {"params[0].W", "lr", "new moments.m[0].W", "new moments.step"} < set(moved)
    assert adam["new moments.step"] == ["moments.step"]


def test_a_derivative_has_no_graph_of_its_own() -> None:
    for graphs in answer_key_of("transformer").feeds.values():
        assert not [name for name in graphs if name.endswith("_backward")]
