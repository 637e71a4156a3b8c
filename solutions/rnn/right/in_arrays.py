# All steps in one array, and their shares summed by np.einsum at the end.
import numpy as np


# %%
def step(params, x_t, h_before):
    both = np.concatenate([x_t, h_before], axis=1) @ np.vstack([params["Wx"], params["Wh"]])
    return np.tanh(both + params["b"])


# %%
def forward(params, x, h0):
    steps = x.shape[1]
    h = np.empty((steps + 1, *h0.shape))
    h[0] = h0
    read = x @ params["Wx"] + params["b"]
    for s in range(steps):
        h[s + 1] = np.tanh(read[:, s] + h[s] @ params["Wh"])
    return {"y": np.einsum("nh,ho->no", h[steps], params["Wy"]) + params["by"], "h": list(h)}


# %%
def loss(y, t):
    return np.linalg.norm(y - t) ** 2 / y.size


# %%
def deltas(params, t, values):
    delta_y = 2 / t.size * (values["y"] - t)
    dh, found = [delta_y @ params["Wy"].T], []
    for state in values["h"][:0:-1]:
        found.append(dh[-1] - dh[-1] * state * state)
        dh.append(found[-1] @ params["Wh"].T)
    return delta_y, dh[::-1], found[::-1]


# %%
def summed(params, x, values, delta_y, found):
    found, before = np.array(found), np.array(values["h"][:-1])
    return {
        "Wx": np.einsum("nsd,snh->dh", x, found),
        "Wh": np.einsum("sng,snh->gh", before, found),
        "b": found.sum(axis=(0, 1)),
        "Wy": values["h"][-1].T @ delta_y,
        "by": np.ones(len(x)) @ delta_y,
    }


# %%
def backward(params, x, t, values):
    delta_y, dh, found = deltas(params, t, values)
    return summed(params, x, values, delta_y, found), dh


# %%
def truncated(params, x, t, values, k):
    delta_y, _, found = deltas(params, t, values)
    k = min(k, x.shape[1])
    last = {"h": values["h"][-k - 1 :]}
    return summed(params, x[:, -k:], last, delta_y, found[-k:])


# %%
def clip(grads, bound):
    norm = np.linalg.norm([np.linalg.norm(array) for array in grads.values()])
    if norm <= bound:
        return {name: array.copy() for name, array in grads.items()}
    return {name: array / norm * bound for name, array in grads.items()}


# %%
def train(params, x, h0, t, lr, bound, k, epochs):
    def descend(now):
        values = forward(now, x, h0)
        by = clip(truncated(now, x, t, values, k), bound)
        return loss(values["y"], t), {name: now[name] - lr * by[name] for name in now}

    losses = []
    for _ in range(epochs):
        error, params = descend(params)
        losses.append(error)
    return params, losses
