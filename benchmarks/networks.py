"""Small and large networks with their true gradients, on which a gradient check is judged.

The gradients are those of HIPS autograd, so nothing here shares code with the check. Each network
also has gradients with the mistakes that the check has to see.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import autograd.numpy as anp
import numpy as np
from autograd import grad
from autograd.extend import defvjp, primitive

from autograder.judge.numerical_derivative import Judged, Variables, judge_gradients

#: E as a function of the parameters; the second argument is applied in the hidden layer.
Network = Callable[[Any, Callable[[Any], Any]], Any]


class Example(NamedTuple):
    """A network at certain parameters.

    ``seen`` is what becomes of a loss when the student's code returns it. If ``rounded``, it is so
    inexact that a gradient need not be decided.
    """

    name: str
    params: Variables
    network: Network
    activation: Callable[[Any], Any]
    seen: Callable[[float], float] = float
    rounded: bool = False
    evaluated: Network | None = None

    @property
    def entries(self) -> int:
        """The number of parameters."""
        return sum(value.size for value in self.params.values())

    def loss(self, params: Variables) -> float:
        """E as the student's code gives it."""
        network = self.evaluated or self.network
        return self.seen(float(network(params, self.activation)))

    def gradient(self, params: Variables, slope: bool = True) -> dict[str, np.ndarray]:
        """The true gradient, or one that lacks the slope of the hidden layer."""
        activation = self.activation if slope else _without_slope(self.activation)
        found = grad(lambda p: self.network(p, activation))(dict(params))
        return {name: np.asarray(value) for name, value in found.items()}


@functools.cache
def _without_slope(activation: Callable[[Any], Any]) -> Callable[[Any], Any]:
    blind = primitive(lambda z: activation(z))
    defvjp(blind, lambda _, z: lambda g: g)
    return blind  # type: ignore[no-any-return]


Claim = Callable[[Variables], Mapping[str, np.ndarray]]


class Trial(NamedTuple):
    """What was judged of an example, in how many rounds, with how many losses."""

    judged: Judged
    rounds: int
    losses: int


def trial(example: Example, claim: Claim, *, narrow: bool = False, nudged: bool = True) -> Trial:
    """Judge a gradient, whose losses and gradients are all evaluated here."""
    rounds: list[int] = []

    def losses(requests: Iterable[tuple[int, Variables]]) -> list[float]:
        found = [example.loss(params) for _, params in requests]
        rounds.append(len(found))
        return found

    [judged] = judge_gradients(
        [example.params],
        losses,
        lambda requests: [claim(params) for _, params in requests],
        narrow=narrow,
        nudged=nudged,
    )
    return Trial(judged, len(rounds), sum(rounds))


def mistakes(example: Example) -> Iterator[tuple[str, Claim]]:
    """Wrong gradients, each of which has to be seen. One entry is off by 0.1 %, in the largest,
    the median and a typical entry of each array; or much more is wrong."""
    right = example.gradient(example.params)
    for name, value in right.items():
        sizes = np.abs(value).ravel()
        present = np.flatnonzero(sizes)
        if not present.size:
            continue
        order = present[np.argsort(sizes[present], kind="stable")]
        typical = np.sqrt(np.mean(np.square(sizes)))
        places = {
            "largest": order[-1],
            "median": order[len(order) // 2],
            "typical": present[np.argmin(np.abs(sizes[present] - typical))],
        }
        for which, at in places.items():
            index = tuple(int(axis) for axis in np.unravel_index(at, value.shape))
            yield f"{which} of {name}", functools.partial(_scaled, example, name, index, 1.001)
        for what, factor in (("sign", -1.0), ("zero", 0.0), ("three times", 3.0)):
            yield f"{name}: {what}", functools.partial(_scaled, example, name, ..., factor)
    without = example.gradient(example.params, slope=False)
    if any((without[name] != value).any() for name, value in right.items()):
        yield "no slope", functools.partial(example.gradient, slope=False)


def _scaled(
    example: Example, name: str, index: Any, factor: float, params: Variables
) -> dict[str, np.ndarray]:
    grads = example.gradient(params)
    grads[name] = np.array(grads[name])
    grads[name][index] *= factor
    return grads


def sigmoid(z: Any) -> Any:
    """The logistic function."""
    return 1 / (1 + anp.exp(-z))


def relu(z: Any) -> Any:
    """Its derivative at 0 is 0."""
    return z * (z > 0)


def _squares(y: Any, t: Any) -> Any:
    return anp.sum((y - t) ** 2) / 2


def _entropy(z: Any, t: Any) -> Any:
    """The mean cross-entropy of softmax(z) and one-hot ``t``."""
    z = z - anp.max(z, axis=1, keepdims=True)
    return anp.mean(anp.log(anp.sum(anp.exp(z), axis=1)) - anp.sum(z * t, axis=1))


def _layers(
    rng: np.random.Generator, sizes: Sequence[int], batch: int, gain: float = 1.0
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Parameters of a network of two layers, inputs, and one-hot targets."""
    d, h, c = sizes
    params = {
        "W1": gain * rng.normal(size=(h, d)) / np.sqrt(d),
        "b1": 0.1 * rng.normal(size=h),
        "W2": gain * rng.normal(size=(c, h)) / np.sqrt(h),
        "b2": 0.1 * rng.normal(size=c),
    }
    t = np.eye(c)[rng.integers(c, size=batch)]
    return params, rng.normal(size=(batch, d)), t


def _one_layer(x: np.ndarray, t: np.ndarray) -> Network:
    return lambda p, _: _entropy(x @ p["W"] + p["b"], t)


def _two_layers(x: np.ndarray, t: np.ndarray, cost: Callable[[Any, Any], Any]) -> Network:
    def network(p: Any, activation: Callable[[Any], Any]) -> Any:
        return cost(activation(x @ p["W1"].T + p["b1"]) @ p["W2"].T + p["b2"], t)

    return network


def _convolution(x: np.ndarray, t: np.ndarray) -> Network:
    """3×3 filters, ReLU, the maximum of each 2×2, and a layer of softmax."""
    rows, columns = x.shape[1] - 2, x.shape[2] - 2
    patches = np.stack(
        [x[:, i : i + rows, j : j + columns] for i in range(3) for j in range(3)], axis=-1
    )

    def network(p: Any, activation: Callable[[Any], Any]) -> Any:
        z = activation(anp.dot(patches, p["F"]) + p["c"])
        z = anp.reshape(z, (len(x), rows // 2, 2, columns // 2, 2, -1))
        pooled = anp.max(anp.max(z, axis=4), axis=2)
        return _entropy(anp.reshape(pooled, (len(x), -1)) @ p["W"] + p["b"], t)

    return network


def _recurrent(x: np.ndarray, t: np.ndarray) -> Network:
    def network(p: Any, activation: Callable[[Any], Any]) -> Any:
        state = anp.zeros((x.shape[1], p["U"].shape[0]))
        for step in x:
            state = activation(step @ p["W"] + state @ p["U"] + p["b"])
        return _squares(state @ p["V"], t)

    return network


def _identity(z: Any) -> Any:
    return z


def _float32(network: Network) -> Network:
    return lambda p, activation: network(
        {n: v.astype(np.float32) for n, v in p.items()}, activation
    )


def examples(seed: int = 0) -> list[Example]:
    """All networks."""
    return [*_usual(seed), *_with_kinks(seed), *_fitted(seed), *_rounded(seed)]


def _usual(seed: int) -> Iterator[Example]:
    rng = np.random.default_rng(seed)
    for sizes, batch in (((2, 2, 1), 1), ((2, 2, 1), 4), ((3, 5, 2), 8)):
        params, x, t = _layers(rng, sizes, batch)
        name = f"sigmoid {'-'.join(map(str, sizes))}, batch {batch}"
        yield Example(name, params, _two_layers(x, t * 0.8, _squares), sigmoid)
    for sizes, batch in (((32, 64, 10), 16), ((784, 100, 10), 32)):
        params, x, t = _layers(rng, sizes, batch, gain=1.4)
        if sizes[0] == 784:
            x = np.maximum(x, 0.0) * (
                rng.random(784) < 0.8
            )  # as pixels, some of which are never lit
        name = f"ReLU {'-'.join(map(str, sizes))}, batch {batch}"
        yield Example(name, params, _two_layers(x, t, _entropy), relu)
    x = rng.normal(size=(4, 10, 10))
    params = {
        "F": rng.normal(size=(9, 6)) / 3,
        "c": 0.1 * rng.normal(size=6),
        "W": rng.normal(size=(96, 10)) / 10,
        "b": np.zeros(10),
    }
    t = np.eye(10)[rng.integers(10, size=4)]
    yield Example("CNN with maxima", params, _convolution(x, t), relu)
    x[:, 2:8, 2:8] = 1.0
    yield Example("CNN with ties", params, _convolution(x, t), relu)
    x = rng.normal(size=(50, 20))
    params = {"W": rng.normal(size=(20, 10)) / 5, "b": np.zeros(10)}
    t = np.eye(10)[rng.integers(10, size=50)]
    yield Example("softmax classifier", params, _one_layer(x, t), _identity)
    x = rng.normal(size=(20, 4, 6))
    params = {
        "W": rng.normal(size=(6, 12)) / 2,
        "U": rng.normal(size=(12, 12)) / 3,
        "b": np.zeros(12),
        "V": rng.normal(size=(12, 3)) / 3,
    }
    yield Example("tanh RNN, 20 steps", params, _recurrent(x, rng.normal(size=(4, 3))), anp.tanh)


def _with_kinks(seed: int) -> Iterator[Example]:
    for distance in (1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10, 1e-12, 0.0):
        rng = np.random.default_rng(seed)
        params, x, t = _layers(rng, (5, 8, 3), 6)
        params["b1"] -= np.min(np.abs(x @ params["W1"].T + params["b1"]), axis=0)
        z = x @ params["W1"].T
        params["b1"] = distance - z[0]  # every unit is close to its kink for the first row
        name = f"ReLU 5-8-3, {distance:g} above kinks"
        yield Example(name, params, _two_layers(x, t, _entropy), relu)
    rng = np.random.default_rng(seed)
    params, x, t = _layers(rng, (5, 8, 3), 6)
    network = _two_layers(x, t, _entropy)
    zero = {**params, "W1": 0 * params["W1"], "b1": 0 * params["b1"]}
    yield Example("all z exactly 0", zero, network, relu)
    yield Example("dead layer", {**params, "b1": params["b1"] - 20}, network, relu)
    yield Example(
        "just dead layer", {**params, "b1": -np.max(x @ params["W1"].T, 0)}, network, relu
    )
    x = np.abs(x)
    x[:, 0] = 0.0
    yield Example("an input always 0", params, _two_layers(x, t, _entropy), relu)


def _fitted(seed: int) -> Iterator[Example]:
    rng = np.random.default_rng(seed)
    x = np.eye(4) + 0.1 * rng.normal(size=(4, 4))
    t = np.eye(4)
    params = {"W": 31.0 * np.linalg.inv(x), "b": 0.01 * rng.normal(size=4)}
    yield Example("fitted softmax", params, _one_layer(x, t), _identity)
    params, inputs, _ = _layers(rng, (3, 5, 2), 4)
    fit = sigmoid(inputs @ params["W1"].T + params["b1"]) @ params["W2"].T + params["b2"]
    for off in (1e-3, 1e-5, 1e-7):
        network = _two_layers(inputs, fit + off * rng.normal(size=fit.shape), _squares)
        yield Example(f"squared error fitted to {off:g}", params, network, sigmoid)


def _rounded(seed: int) -> Iterator[Example]:
    rng = np.random.default_rng(seed)
    for sizes, activation, cost in (((3, 5, 2), sigmoid, _squares), ((32, 64, 10), relu, _entropy)):
        params, x, t = _layers(rng, sizes, 8)
        network = _two_layers(x, t, cost)
        name = "-".join(map(str, sizes))
        single = _two_layers(x.astype(np.float32), t.astype(np.float32), cost)
        yield Example(
            f"{name} in float32", params, network, activation, float, True, _float32(single)
        )
        for digits in (6, 3):
            seen = functools.partial(round, ndigits=digits)
            yield Example(f"{name} rounded to {digits}", params, network, activation, seen, True)
