# Gate by gate and sequence by sequence, with other caches and other formulas.
import numpy as np


# %%
def lstm_step(x, h, c, params):
    D, H = x.shape[1], h.shape[1]
    Wx, Wh, b = params["W"][:D], params["W"][D:], params["b"]
    gates = {}
    for k, name in enumerate("ifog"):
        part = slice(k * H, (k + 1) * H)
        z = x @ Wx[:, part] + h @ Wh[:, part] + b[part]
        gates[name] = np.tanh(z) if name == "g" else 1 / (1 + np.exp(-z))
    c_next = gates["i"] * gates["g"] + gates["f"] * c
    t = np.tanh(c_next)
    return gates["o"] * t, c_next, (x, h, c, gates, t, Wx, Wh)


# %%
def lstm_step_backward(dh, dc, cache):
    x, h, c, gates, t, Wx, Wh = cache
    i, f, o, g = (gates[name] for name in "ifog")
    dcell = dc + dh * o - dh * o * t * t
    slopes = np.hstack(
        [
            dcell * g * (i - i * i),
            dcell * c * (f - f * f),
            dh * t * (o - o * o),
            dcell * i * (1 - g) * (1 + g),
        ]
    )
    grads = {"b": np.sum(slopes, 0), "W": np.vstack([x.T @ slopes, h.T @ slopes])}
    return slopes @ Wx.T, slopes @ Wh.T, f * dcell, grads


# %%
def lstm_forward(x, h0, c0, params, mask=None):
    N, T, D = x.shape
    hs = np.zeros((N, T, h0.shape[1]))
    caches = {}
    for n in range(N):
        h, c = h0[n : n + 1], c0[n : n + 1]
        for t in range(T):
            if mask is None or mask[n, t]:
                h, c, caches[n, t] = lstm_step(x[n : n + 1, t], h, c, params)
            hs[n, t] = h[0]
    return hs, (caches, params, D)


# %%
def lstm_backward(dhs, caches):
    steps, params, D = caches
    N, T, H = dhs.shape
    dx = np.zeros((N, T, D))
    dh0, dc0 = np.zeros((N, H)), np.zeros((N, H))
    total = {name: np.zeros_like(value) for name, value in params.items()}
    for n in range(N):
        dh, dc = np.zeros((1, H)), np.zeros((1, H))
        for t in range(T - 1, -1, -1):
            dh = dh + dhs[n, t]
            if (n, t) in steps:
                dx[n, t], dh, dc, grads = lstm_step_backward(dh, dc, steps[n, t])
                total["W"] += grads["W"]
                total["b"] += grads["b"]
        dh0[n], dc0[n] = dh[0], dc[0]
    return dx, dh0, dc0, total


# %%
def loss(hs, head, labels):
    s = hs[:, -1, :] @ head["W"] + head["b"]
    total = 0.0
    for row, label in zip(s, labels):
        total += np.logaddexp.reduce(row) - row[label]
    return total / len(labels)


# %%
def loss_backward(hs, head, labels):
    last = hs[:, -1, :]
    s = last @ head["W"] + head["b"]
    ds = np.exp(s - np.logaddexp.reduce(s, axis=1)[:, None])
    for n, label in enumerate(labels):
        ds[n, label] -= 1
    ds /= len(labels)
    dhs = np.zeros(hs.shape)
    dhs[:, -1, :] = np.einsum("nk,hk->nh", ds, head["W"])
    return dhs, {"b": np.ones(len(labels)) @ ds, "W": np.einsum("nh,nk->hk", last, ds)}
