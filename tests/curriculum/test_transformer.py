"""The Transformer: its derivatives are those of an independent library, its numbers those of a
well-known one, and it learns what the notebook says."""

from __future__ import annotations

from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from autograder.course import Course
from tests.curriculum.derivatives import agree, solution_of
from tests.curriculum.transformer_table import TABLE, numbers


def norm(params: Any, x: Any) -> Any:
    """Layer normalisation by another library."""
    mean = anp.mean(x, axis=-1, keepdims=True)
    variance = anp.var(x, axis=-1, keepdims=True)
    return params["gain"] * (x - mean) / anp.sqrt(variance + 1e-5) + params["shift"]


def attention(q: Any, k: Any, v: Any) -> Any:
    """Causal attention, whose masked weights are products with 0."""
    scores = anp.einsum("...id,...jd->...ij", q, k) / q.shape[-1] ** 0.5
    powers = anp.exp(scores) * np.tri(q.shape[-2])
    return anp.einsum("...ij,...jd->...id", powers / anp.sum(powers, axis=-1, keepdims=True), v)


def heads_of(params: Any, x: Any, heads: int) -> Any:
    """Attention head by head, with the columns of each."""
    size, found = x.shape[-1] // heads, []
    for head in range(heads):
        columns = slice(head * size, (head + 1) * size)
        parts = [anp.dot(x, params[name][:, columns]) for name in ("Wq", "Wk", "Wv")]
        found.append(attention(*parts))
    return anp.dot(anp.concatenate(found, axis=-1), params["Wo"])


def gelu(z: Any) -> Any:
    """GELU by tanh."""
    return z / 2 * (1 + anp.tanh((2 / np.pi) ** 0.5 * (z + 0.044715 * z**3)))


def small_network(params: Any, x: Any) -> Any:
    """Two layers at each position."""
    hidden = gelu(anp.dot(x, params["W1"]) + params["b1"])
    return anp.dot(hidden, params["W2"]) + params["b2"]


def block(params: Any, x: Any, heads: int) -> Any:
    """A block."""
    middle = x + heads_of(params["attention"], norm(params["norm1"], x), heads)
    return middle + small_network(params["mlp"], norm(params["norm2"], middle))


def network(params: Any, tokens: Any, heads: int) -> Any:
    """The logits."""
    x = params["embed"]["tokens"][tokens] + params["embed"]["positions"][: tokens.shape[1]]
    for each in params["blocks"]:
        x = block(each, x, heads)
    last = norm(params["norm"], x)
    return anp.dot(last, params["readout"]["W"]) + params["readout"]["b"]


def entropy(logits: Any, labels: Any) -> Any:
    """The mean cross-entropy, position by position."""
    losses = []
    for n, t in np.argwhere(labels >= 0):
        z = logits[n, t] - anp.max(logits[n, t])
        losses.append(anp.log(anp.sum(anp.exp(z))) - z[labels[n, t]])
    return sum(losses) / len(losses)


def norm_params(rng: np.random.Generator, d: int) -> dict[str, np.ndarray]:
    return {"gain": rng.normal(size=d), "shift": rng.normal(size=d)}


def block_params(rng: np.random.Generator, d: int, n_hidden: int) -> dict[str, Any]:
    names = ("Wq", "Wk", "Wv", "Wo")
    return {
        "norm1": norm_params(rng, d),
        "attention": {name: rng.normal(size=(d, d)) / d**0.5 for name in names},
        "norm2": norm_params(rng, d),
        "mlp": {
            "W1": rng.normal(size=(d, n_hidden)),
            "b1": rng.normal(size=n_hidden),
            "W2": rng.normal(size=(n_hidden, d)),
            "b2": rng.normal(size=d),
        },
    }


def all_agree(ours: Any, theirs: Any) -> bool:
    """Whether two trees have the same parts, and these the same numbers."""
    if isinstance(theirs, dict):
        return {*ours} == {*theirs} and all(all_agree(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, (list, tuple)):
        return len(ours) == len(theirs) and all(map(all_agree, ours, theirs))
    return agree(ours, theirs)


def pulled_back(function: Any, by: Any, dout: Any) -> Any:
    """The derivatives of a sum of products with dout, by a tree of arguments."""
    return autograd.grad(lambda values: anp.sum(function(*values) * dout))(by)


def sizes(rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Random N, T, heads and D."""
    n, t, heads, size = (int(number) for number in rng.integers(1, 5, size=4))
    return n, t + 1, heads, heads * (size + 2)


@pytest.mark.parametrize("seed", range(6))
def test_each_layers_derivatives_are_those_of_another_library(course: Course, seed: int) -> None:
    functions, rng = solution_of(course, "transformer"), np.random.default_rng(seed)
    n, t, heads, d = sizes(rng)
    whole = block_params(rng, d, int(rng.integers(1, 8)))
    x, dout = rng.normal(size=(2, n, t, d))
    for name, other, params, more in (
        ("layer_norm", norm, whole["norm1"], ()),
        ("multi_head", heads_of, whole["attention"], (heads,)),
        ("mlp", small_network, whole["mlp"], ()),
        ("block", block, whole, (heads,)),
    ):
        out, cache = functions[name](params, x, *more)
        assert agree(out, other(params, x, *more))
        dparams, dx = pulled_back(lambda p, x, f=other, m=more: f(p, x, *m), (params, x), dout)
        assert all_agree(functions[f"{name}_backward"](dout, params, cache), (dx, dparams)), name


@pytest.mark.parametrize("seed", range(6))
def test_attentions_derivatives_are_those_of_another_library(course: Course, seed: int) -> None:
    functions, rng = solution_of(course, "transformer"), np.random.default_rng(seed)
    n, t, heads, d = sizes(rng)
    q, k, v, dout = rng.normal(size=(4, n, heads, t, d))
    out, cache = functions["attention"](q, k, v)
    assert agree(out, attention(q, k, v))
    theirs = pulled_back(attention, (q, k, v), dout)
    assert all_agree(functions["attention_backward"](dout, cache), theirs)


@pytest.mark.parametrize("seed", range(4))
def test_the_transformers_derivatives_are_those_of_another_library(
    course: Course, seed: int
) -> None:
    functions, rng = solution_of(course, "transformer"), np.random.default_rng(seed)
    n, t, heads, d = sizes(rng)
    v = int(rng.integers(2, 9))
    params = {
        "embed": {"tokens": rng.normal(size=(v, d)), "positions": rng.normal(size=(t + 1, d))},
        "blocks": [block_params(rng, d, 3) for _ in range(seed)],
        "norm": norm_params(rng, d),
        "readout": {"W": rng.normal(size=(d, v)), "b": rng.normal(size=v)},
    }
    tokens, labels = rng.integers(v, size=(n, t)), rng.integers(-1, v, size=(n, t))
    labels[0, -1] = 0
    logits, cache = functions["transformer"](params, tokens, heads)
    assert agree(logits, network(params, tokens, heads))
    assert agree(functions["cross_entropy"](logits, labels), entropy(logits, labels))
    dlogits = functions["cross_entropy_gradient"](logits, labels)
    assert agree(dlogits, autograd.grad(entropy)(logits, labels))
    theirs = autograd.grad(lambda p: entropy(network(p, tokens, heads), labels))(params)
    assert all_agree(functions["transformer_backward"](dlogits, params, cache), theirs)


def test_the_layers_give_what_pytorch_gives(course: Course) -> None:
    """Layer normalisation, attention and GELU, forward and backward."""
    functions = solution_of(course, "transformer")
    params, dout = {"gain": numbers(2, 4), "shift": numbers(3, 4)}, numbers(4, 1, 2, 4)
    out, cache = functions["layer_norm"](params, numbers(1, 1, 2, 4))
    dx, dparams = functions["layer_norm_backward"](dout, params, cache)
    assert_is_table("layer_norm", [out, dx, dparams["gain"], dparams["shift"]])
    q, k, v, dout = (numbers(first, 1, 2, 3, 2) for first in range(1, 5))
    out, cache = functions["attention"](q, k, v)
    assert_is_table("attention", [out, *functions["attention_backward"](dout, cache)])
    z = np.linspace(-3, 3, 7)
    assert_is_table("gelu", [functions["gelu"](z), functions["gelu_slope"](z)])


def test_the_block_gives_what_pytorch_gives(course: Course) -> None:
    functions = solution_of(course, "transformer")
    into = numbers(3, 12, 4).T
    params = {
        "norm1": {"gain": numbers(1, 4), "shift": numbers(2, 4)},
        "attention": {
            **dict(zip(("Wq", "Wk", "Wv"), np.split(into, 3, axis=1), strict=True)),
            "Wo": numbers(4, 4, 4).T,
        },
        "norm2": {"gain": numbers(5, 4), "shift": numbers(6, 4)},
        "mlp": {
            "W1": numbers(7, 3, 4).T,
            "b1": numbers(8, 3),
            "W2": numbers(9, 4, 3).T,
            "b2": numbers(10, 4),
        },
    }
    out, cache = functions["block"](params, numbers(11, 1, 3, 4), 2)
    dx, by = functions["block_backward"](numbers(12, 1, 3, 4), params, cache)
    into = np.hstack([by["attention"][name] for name in ("Wq", "Wk", "Wv")])
    attention = [into.T, by["attention"]["Wo"].T]
    mlp = [by["mlp"]["W1"].T, by["mlp"]["b1"], by["mlp"]["W2"].T, by["mlp"]["b2"]]
    norms = [[by[name]["gain"], by[name]["shift"]] for name in ("norm1", "norm2")]
    assert_is_table("block", [out, dx, *norms[0], *attention, *norms[1], *mlp])


def assert_is_table(name: str, found: list[np.ndarray]) -> None:
    assert len(found) == len(TABLE[name])
    for ours, theirs in zip(found, TABLE[name], strict=True):
        assert agree(np.ravel(ours), theirs)


def test_the_transformer_learns_to_sort(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    functions = solution_of(course, "transformer")
    _, losses = functions["learn"](600)
    said = capsys.readouterr().out
    assert said == "1296 of all 1296 sequences are sorted\n"
    assert losses[0] > 2 and max(losses[-50:]) < 0.02
