# One sequence at a time, with recursion over the steps.
import math

import numpy as np


# %%
def step(params, x_t, h_before):
    after = np.empty(h_before.shape)
    for i, (read, state) in enumerate(zip(x_t, h_before)):
        for j in range(len(params["b"])):
            total = params["b"][j] + sum(read * params["Wx"][:, j])
            after[i, j] = math.tanh(total + sum(state * params["Wh"][:, j]))
    return after


# %%
def forward(params, x, h0):
    if x.shape[1] == 0:
        return {"h": [h0], "y": h0 @ params["Wy"] + params["by"]}
    rest = forward(params, x[:, 1:], step(params, x[:, 0], h0))
    return {"y": rest["y"], "h": [h0, *rest["h"]]}


# %%
def loss(y, t):
    difference = (y - t).ravel()
    return difference @ difference / difference.size


# %%
def backward(params, x, t, values):
    states, error = values["h"], (values["y"] - t) * 2 / np.prod(t.shape)
    Wx, Wh = np.zeros_like(params["Wx"]), np.zeros_like(params["Wh"])
    b, Wy = np.zeros_like(params["b"]), np.zeros_like(params["Wy"])
    dh = [np.zeros_like(state) for state in states]
    for i in range(len(x)):
        Wy += np.outer(states[-1][i], error[i])
        dh[-1][i] = params["Wy"] @ error[i]
        for s in range(x.shape[1] - 1, -1, -1):
            signal = dh[s + 1][i] * (1 - states[s + 1][i]) * (1 + states[s + 1][i])
            Wx += np.outer(x[i, s], signal)
            Wh += np.outer(states[s][i], signal)
            b += signal
            dh[s][i] = params["Wh"] @ signal
    return {"by": sum(error), "Wy": Wy, "b": b, "Wh": Wh, "Wx": Wx}, dh


# %%
def truncated(params, x, t, values, k):
    steps = x.shape[1]
    first = max(0, steps - k)
    last = {"h": [values["h"][s] for s in range(first, steps + 1)], "y": values["y"]}
    return backward(params, x[:, first:], t, last)[0]


# %%
def clip(grads, bound):
    entries = np.concatenate([array.ravel() for array in grads.values()])
    length = max(math.sqrt(entries @ entries), bound)
    return {name: array * bound / length for name, array in grads.items()}


# %%
def train(params, x, h0, t, lr, bound, k, epochs):
    params, losses = dict(params), []
    while len(losses) < epochs:
        values = forward(params, x, h0)
        losses.append(loss(values["y"], t))
        for name, array in clip(truncated(params, x, t, values, k), bound).items():
            params[name] = params[name] - lr * array
    return params, losses
