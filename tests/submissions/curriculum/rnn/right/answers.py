# ruff: noqa: F811, F821
# Right answers to solutions/rnn, one per cell: see benchmarks/answers.py.

# %% one-matrix-for-both
# input and state side by side, their weights one above the other


def step(params, x_t, h_before):
    joined = np.hstack((x_t, h_before))
    weights = np.vstack((params["Wx"], params["Wh"]))
    return np.tanh(np.dot(joined, weights) + params["b"])


# %% tanh-from-the-logistic-function
# tanh as a stretched logistic function, with its argument cut off where it is flat


def step(params, x_t, h_before):
    z = x_t.dot(params["Wx"]) + h_before.dot(params["Wh"]) + params["b"][np.newaxis, :]
    z = np.clip(z, -100.0, 100.0)
    return 2.0 / (1.0 + np.exp(-2.0 * z)) - 1.0


# %% inputs-first
# the products of all inputs at once; the loop adds the state


def forward(params, x, h0):
    read = np.einsum("nsd,dh->snh", x, params["Wx"]) + params["b"]
    states = [h0]
    for each in read:
        states.append(np.tanh(each + states[-1] @ params["Wh"]))
    return dict(y=states[-1] @ params["Wy"] + params["by"], h=states)


# %% time-in-front
# the axes of x are exchanged, so that the loop goes over steps by itself


def forward(params, x, h0):
    h, state = [h0.copy()], h0
    for x_t in np.transpose(x, (1, 0, 2)):
        state = step(params, x_t, state)
        h += [state]
    y = np.matmul(state, params["Wy"])
    y += params["by"]
    return {"y": y, "h": h}


# %% list-of-the-right-length
# the list is made first and filled by its index


def forward(params, x, h0):
    steps = x.shape[1]
    h = [None] * (steps + 1)
    h[0] = h0
    for s in range(1, steps + 1):
        h[s] = step(params, x[:, s - 1, :], h[s - 1])
    return {"h": h, "y": np.dot(h[steps], params["Wy"]) + params["by"]}


# %% mean-of-means
# the mean over the outputs, then over the sequences


def loss(y, t):
    per_sequence = np.square(y - t).mean(axis=1)
    return per_sequence.mean()


# %% dot-product-of-the-error
# a flat error and its dot product


def loss(y, t):
    e = (t - y).reshape(-1)
    return np.dot(e, e) / e.shape[0]


# %% list-turned-round
# the derivatives of the states are appended, and turned round at the end


def backward(params, x, t, values):
    h, y = values["h"], values["y"]
    n, steps, _ = x.shape
    dy = 2.0 / y.size * (y - t)
    dWx, dWh, db = 0.0, 0.0, 0.0
    dh = [np.dot(dy, params["Wy"].T)]
    for s in range(steps, 0, -1):
        dz = dh[-1] * (1.0 - h[s] * h[s])
        dWx = dWx + np.dot(x[:, s - 1].T, dz)
        dWh = dWh + np.dot(h[s - 1].T, dz)
        db = db + np.sum(dz, axis=0)
        dh.append(np.dot(dz, params["Wh"].T))
    grads = {"Wx": dWx, "Wh": dWh, "b": db, "Wy": np.dot(h[steps].T, dy), "by": np.sum(dy, 0)}
    return grads, dh[::-1]


# %% runs-forward-again
# backward does not look at the states after the first one, and computes them itself


def backward(params, x, t, values):
    again = forward(params, x, values["h"][0])
    h, steps = again["h"], x.shape[1]
    error = 2 * (again["y"] - t) / t.size
    dh = {steps: error @ params["Wy"].T}
    grads = {"Wy": h[steps].T @ error, "by": error.sum(0)}
    shares = {"Wx": [], "Wh": [], "b": []}
    for s in range(steps - 1, -1, -1):
        dz = dh[s + 1] / np.cosh(np.arctanh(h[s + 1])) ** 2
        shares["Wx"].append(np.einsum("nd,nh->dh", x[:, s], dz))
        shares["Wh"].append(np.einsum("ng,nh->gh", h[s], dz))
        shares["b"].append(dz.sum(axis=0))
        dh[s] = np.einsum("gh,nh->ng", params["Wh"], dz)
    grads.update({name: sum(each) for name, each in shares.items()})
    return grads, [dh[s] for s in range(steps + 1)]


# %% steps-stacked-as-rows
# every step of every sequence is a row, and each derivative is one product


def backward(params, x, t, values):
    h, steps = values["h"], x.shape[1]
    dy = (values["y"] - t) / (t.size / 2)
    dh = [None] * steps + [dy @ params["Wy"].T]
    dz = [None] * steps
    for s in reversed(range(steps)):
        dz[s] = dh[s + 1] * (1 + h[s + 1]) * (1 - h[s + 1])
        dh[s] = dz[s] @ params["Wh"].T
    rows = np.concatenate(dz)
    read = np.concatenate([x[:, s] for s in range(steps)])
    before = np.concatenate(h[:-1])
    grads = {"Wx": read.T @ rows, "Wh": before.T @ rows, "b": rows.T @ np.ones(len(rows))}
    return {**grads, "Wy": h[-1].T @ dy, "by": dy.T @ np.ones(len(x))}, dh


# %% truncated-by-itself
# a loop of its own over the last steps, which ends early


def truncated(params, x, t, values, k):
    h = values["h"]
    dy = 2 * (values["y"] - t) / t.size
    grads = {name: np.zeros(params[name].shape) for name in params}
    grads["Wy"] += h[-1].T @ dy
    grads["by"] += dy.sum(axis=0)
    carried, s, gone = dy @ params["Wy"].T, x.shape[1] - 1, 0
    while s >= 0 and gone < k:
        dz = carried * (1 - h[s + 1] ** 2)
        grads["Wx"] += x[:, s].T @ dz
        grads["Wh"] += h[s].T @ dz
        grads["b"] += dz.sum(axis=0)
        carried = dz @ params["Wh"].T
        s, gone = s - 1, gone + 1
    return grads


# %% runs-the-last-steps-again
# the last k steps are run again from the state before them


def truncated(params, x, t, values, k):
    k = min(k, x.shape[1])
    kept = values["h"][len(values["h"]) - 1 - k]
    last = x[:, x.shape[1] - k :]
    return backward(params, last, t, forward(params, last, kept))[0]


# %% negative-indices
# slices from the end, which may reach beyond the beginning


def truncated(params, x, t, values, k):
    grads, dh = backward(params, x[:, -k:, :], t, dict(values, h=values["h"][-(k + 1) :]))
    return grads


# %% shares-summed-from-dh
# the states' derivatives of the whole way back, of which the last k are summed


def truncated(params, x, t, values, k):
    grads, dh = backward(params, x, t, values)
    h, steps = values["h"], x.shape[1]
    result = {"Wy": grads["Wy"], "by": grads["by"]}
    result |= {name: np.zeros_like(params[name]) for name in ("Wx", "Wh", "b")}
    for s in range(max(0, steps - k), steps):
        dz = dh[s + 1] * (1 - h[s + 1] ** 2)
        result["Wx"] += x[:, s].T @ dz
        result["Wh"] += h[s].T @ dz
        result["b"] += dz.sum(axis=0)
    return result


# %% norm-of-norms
# the norm of the arrays' norms, and a factor of at most 1


def clip(grads, bound):
    norm = np.linalg.norm([np.linalg.norm(g) for g in grads.values()])
    with np.errstate(divide="ignore"):
        factor = min(1.0, bound / norm) if norm else 1.0
    return {name: g * factor for name, g in grads.items()}


# %% copies-scaled-in-place
# copies are made, and scaled in place if they have to be


def clip(grads, bound):
    clipped = {name: np.array(g, copy=True) for name, g in grads.items()}
    total = 0.0
    for g in clipped.values():
        total += float((g * g).sum())
    if total > bound * bound:
        for g in clipped.values():
            g *= bound / np.sqrt(total)
    return clipped


# %% flat-vector-and-back
# all entries in one vector, which is cut up again


def clip(grads, bound):
    vector = np.concatenate([np.ravel(g) for g in grads.values()])
    length = np.linalg.norm(vector)
    if length > bound:
        vector = vector / (length / bound)
    result, at = {}, 0
    for name, g in grads.items():
        result[name] = vector[at : at + g.size].reshape(g.shape).copy()
        at += g.size
    return result


# %% step-in-a-copy
# a copy of the parameters is changed in place; the learning rate goes into the derivatives


def train(params, x, h0, t, lr, bound, k, epochs):
    trained = {name: np.array(value) for name, value in params.items()}
    losses = []
    for epoch in range(epochs):
        values = forward(trained, x, h0)
        losses = losses + [loss(values["y"], t)]
        grads = clip(truncated(trained, x, t, values, k), bound)
        for name in trained:
            trained[name] -= lr * grads[name]
    return trained, losses


# %% train-with-all-by-itself
# nothing is called but forward and backward


def train(params, x, h0, t, lr, bound, k, epochs):
    W, losses, first = params, [], max(0, x.shape[1] - k)
    while epochs > 0:
        run = forward(W, x, h0)
        losses.append(float(((run["y"] - t) ** 2).mean()))
        g, _ = backward(W, x[:, first:], t, {"h": run["h"][first:], "y": run["y"]})
        norm = sum((array**2).sum() for array in g.values()) ** 0.5
        shrink = bound / norm if norm > bound else 1
        W = {name: W[name] - lr * shrink * g[name] for name in W}
        epochs -= 1
    return W, losses
