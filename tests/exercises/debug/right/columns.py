"""With rows and columns."""

import numpy as np


def step(params, x, t, lr):
    row = np.atleast_2d(x)
    hidden = sigmoid(row @ params["W1"] + params["b1"])  # noqa: F821
    output = sigmoid(hidden @ params["W2"] + params["b2"])  # noqa: F821
    error = (output - t) * output * (1 - output) * 2 / len(t)
    inner = (error @ params["W2"].T) * hidden * (1 - hidden)
    grads = {"W1": row.T @ inner, "b1": inner[0], "W2": hidden.T @ error, "b2": error.sum(0)}
    return {name: value - grads[name] * lr for name, value in params.items()}
