# ruff: noqa: F821
# The step by np.outer on deltas, and the cell of the document as a helper of its own.
import numpy as np


# %%
def training_cell(params, x, t, lr):
    h = sigmoid(params["w1"].T @ x + params["b1"])
    y = sigmoid(params["w2"].T @ h + params["b2"])
    out = 2 * y * (1 - y) * (y - t)
    hidden = h * (1 - h) * params["w2"][:, 0] * out
    slopes = {"w1": np.outer(x, hidden), "b1": hidden, "w2": np.outer(h, out), "b2": out}
    new = {name: params[name] - lr * slopes[name] for name in slopes}
    return new, {"h": h, "y": y, "error": (t - y) ** 2}


# %%
def manual_cells(params, x, t, values, lr):
    h, y = values["h"], values["y"]
    out = 2 * (y - t)
    inner = out * y * (1 - y)
    grads = {"grad_E_y": out, "grad_E_W2": np.outer(h, inner), "grad_E_h": params["w2"] @ inner}
    delta = grads["grad_E_h"] * h * (1 - h)
    grads["grad_E_W1"] = np.outer(x, delta)
    return grads, {
        "w1": params["w1"] - lr * grads["grad_E_W1"],
        "b1": params["b1"] - lr * delta,
        "w2": params["w2"] - lr * grads["grad_E_W2"],
        "b2": params["b2"] - lr * inner,
    }


# %%
def run_notebook(params, x, t, lr):
    _, shown = training_cell(params, x, t, lr)
    everything = dict(shown)
    for part in manual_cells(params, x, t, shown, lr):
        everything.update(part)
    return everything


# %%
def differs(printed, computed, decimals):
    return {
        name: np.round(computed[name], decimals).reshape(printed[name].shape) != printed[name]
        for name in printed
    }


# %%
def as_it_was(params, x, t, lr):
    h = sigmoid(np.dot(x, params["w1"]) + params["b1"])
    y = sigmoid(np.dot(h, params["w2"]) + params["b2"])
    square = np.square(y - t)
    out = square * sigmoid_derivative(y)
    hidden = out.dot(params["w2"].T) * sigmoid_derivative(h)
    new = {
        "w1": params["w1"] + x.reshape(-1, 1).dot(hidden.reshape(1, -1)) * lr,
        "b1": params["b1"] + np.sum(hidden, axis=0) * lr,
        "w2": params["w2"] + h.reshape(-1, 1).dot(out.reshape(1, -1)) * lr,
        "b2": params["b2"] + out * lr,
    }
    return new, {"h": h, "y": y, "error": square}


def recorded(params, x, t, lr):
    new, seen = as_it_was(params, x, t, lr)
    grads, last = manual_cells(new, x, t, seen, lr)
    return seen | grads | last
