# ruff: noqa: C408, C417, E402, E731, F811
# Right answers in which `train` is written anew, one per cell: see tests/helpers/answers.py.

import numpy as np

# %% train-by-while
# a while loop


def train(params, x, t, lr, epochs):
    losses = []
    while len(losses) < epochs:
        a = forward(params, x)
        losses += [loss(a["y"], t)]
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% train-by-recursion
# each call makes one step and hands the rest on


def train(params, x, t, lr, epochs):
    if epochs == 0:
        return params, []
    a = forward(params, x)
    new = update(params, backward(params, x, t, a), lr)
    last, later = train(new, x, t, lr, epochs - 1)
    return last, [loss(a["y"], t), *later]


# %% train-preallocated
# the losses in an array made beforehand


def train(params, x, t, lr, epochs):
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        a = forward(params, x)
        losses[epoch] = loss(a["y"], t)
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% train-list-of-numpy-floats
# a list of np.float64


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(np.float64(loss(a["y"], t)))
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% train-inlined
# no other function is called


def train(params, x, t, lr, epochs):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    losses = []
    for _ in range(epochs):
        h = 1 / (1 + np.exp(-(x @ W1 + b1)))
        y = 1 / (1 + np.exp(-(h @ W2 + b2)))
        losses.append(((y - t) ** 2).mean())
        d2 = 2 / len(t) * (y - t) * y * (1 - y)
        d1 = W2 @ d2 * h * (1 - h)
        W2, b2 = W2 - lr * np.outer(h, d2), b2 - lr * d2
        W1, b1 = W1 - lr * np.outer(x, d1), b1 - lr * d1
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, losses


# %% train-own-copies-in-place
# copies first, and then changes of the copies in place


def train(params, x, t, lr, epochs):
    own = {name: value.copy() for name, value in params.items()}
    losses = []
    for _ in range(epochs):
        a = forward(own, x)
        losses.append(loss(a["y"], t))
        for name, grad in backward(own, x, t, a).items():
            if name in own:
                own[name] -= lr * grad
    return own, losses


# %% train-by-reduce
# functools.reduce over the epochs


from functools import reduce


def train(params, x, t, lr, epochs):
    def step(state, _):
        now, losses = state
        a = forward(now, x)
        new = update(now, backward(now, x, t, a), lr)
        return new, [*losses, loss(a["y"], t)]

    return reduce(step, range(epochs), (params, []))


# %% train-by-generator
# a generator gives the losses one by one


def train(params, x, t, lr, epochs):
    def steps():
        nonlocal params
        for _ in range(epochs):
            a = forward(params, x)
            yield loss(a["y"], t)
            params = update(params, backward(params, x, t, a), lr)

    losses = list(steps())
    return params, losses


# %% train-named-tuple
# a named tuple instead of a plain one


from typing import NamedTuple


class Trained(NamedTuple):
    params: dict
    losses: list


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return Trained(params, losses)


# %% train-keys-in-other-order
# the trained parameters sorted by name, in a list with the losses


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return [{name: params[name] for name in sorted(params)}, losses]


# %% keyword-calls
# everything is called by keyword


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        activations = forward(params=params, x=x)
        losses.append(loss(y=activations["y"], t=t))
        grads = backward(activations=activations, t=t, x=x, params=params)
        params = update(lr=lr, grads=grads, params=params)
    return params, losses


# %% warns-of-what-is-not-arithmetic
# a progress bar that cannot start a thread, and what libraries warn of


class MonitorWarning(RuntimeWarning):
    pass


def train(params, x, t, lr, epochs):
    import warnings

    warnings.warn("disabling monitor support: can't start new thread", MonitorWarning)
    for category in (RuntimeWarning, DeprecationWarning, ResourceWarning, UserWarning):
        warnings.warn("overflowing with warnings", category)
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return params, losses
