"""With indices in the place of loops over layers."""

import numpy as np


def forward(params, x):
    layers = [x]
    for i in range(len(params)):
        z = np.einsum("bi,io->bo", layers[i], params[i]["W"]) + params[i]["b"][None, :]
        if i < len(params) - 1:
            z = np.sinh(z) / np.cosh(z)
        layers += [z]
    return layers


def backward(params, x, t, decay, layers):
    n = len(params)
    grads = [None] * n
    delta = (layers[n] - t) / t.shape[0]
    for i in range(n - 1, -1, -1):
        grads[i] = {"b": np.sum(delta, 0), "W": layers[i].T.dot(delta) + decay * params[i]["W"]}
        if i > 0:
            delta = np.dot(delta, params[i]["W"].T) * (1 - layers[i] ** 2)
    return grads
