"""With loops and copies."""

import copy

import numpy as np


def momentum(params, grads, state, lr, rate):
    new, v = copy.deepcopy(params), copy.deepcopy(state["v"])
    for i in range(len(params)):
        for key in params[i]:
            v[i][key] = grads[i][key] + v[i][key] * rate
            new[i][key] = new[i][key] - v[i][key] * lr
    return new, {"v": v}


def minimise(start, moments, lr, steps):
    history = np.zeros(steps)
    for i in range(steps):
        history[i] = sum((np.asarray(p) ** 2).sum() for layer in start for p in layer.values())
        start, moments = adam(start, [{k: p + p for k, p in s.items()} for s in start], moments, lr)  # noqa: F821
    return start, list(history)
