# ruff: noqa: F811, F821
# Wrong answers to solutions/rnn, one per cell: see benchmarks/answers.py. The table of
# tests/exercises/rnn, which has other arguments, is in tests/submissions/rnn.

# %% logistic-state | step
# the logistic function of the first exercise


def step(params, x_t, h_before):
    z = np.clip(x_t @ params["Wx"] + h_before @ params["Wh"] + params["b"], -500, 500)
    return 1 / (1 + np.exp(-z))


# %% tanh-overflows | step
# tanh as its formula stands, which gives NaN for 1000


def step(params, x_t, h_before):
    z = x_t @ params["Wx"] + h_before @ params["Wh"] + params["b"]
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


# %% weights-exchanged | step
# each of the two matrices is on the other's side, transposed where that fits


def step(params, x_t, h_before):
    z = (params["Wx"].T @ x_t.T).T + (params["Wh"] @ h_before.T).T + params["b"]
    return np.tanh(z)


# %% bias-outside | step
# the bias is added after tanh


def step(params, x_t, h_before):
    return np.tanh(x_t @ params["Wx"] + h_before @ params["Wh"]) + params["b"]


# %% tanh-of-the-input-only | step
# the state before is added behind tanh


def step(params, x_t, h_before):
    return np.tanh(x_t @ params["Wx"] + params["b"]) + h_before @ params["Wh"]


# %% no-memory | forward
# every step begins with h0


def forward(params, x, h0):
    h = [h0]
    for s in range(x.shape[1]):
        h.append(step(params, x[:, s], h0))
    return {"h": h, "y": h[-1] @ params["Wy"] + params["by"]}


# %% begins-with-zeros | forward
# h0 is not looked at


def forward(params, x, h0):
    h = [np.zeros_like(h0)]
    for s in range(x.shape[1]):
        h.append(step(params, x[:, s], h[-1]))
    return {"h": h, "y": h[-1] @ params["Wy"] + params["by"]}


# %% without-the-first-state | forward
# the list has the states after the steps only


def forward(params, x, h0):
    h, state = [], h0
    for s in range(x.shape[1]):
        state = step(params, x[:, s], state)
        h.append(state)
    return {"h": h, "y": state @ params["Wy"] + params["by"]}


# %% one-step-short | forward
# the last input is not read


def forward(params, x, h0):
    h = [h0]
    for s in range(x.shape[1] - 1):
        h.append(step(params, x[:, s], h[-1]))
    return {"h": h, "y": h[-1] @ params["Wy"] + params["by"]}


# %% loops-over-sequences | forward
# the loop goes over the first axis of x, where the sequences are


def forward(params, x, h0):
    h = [h0]
    for sequence in x:
        h.append(step(params, sequence, h[-1]))
    return {"h": h, "y": h[-1] @ params["Wy"] + params["by"]}


# %% output-through-tanh | forward
# the output has an activation function, too


def forward(params, x, h0):
    h = [h0]
    for s in range(x.shape[1]):
        h.append(step(params, x[:, s], h[s]))
    return {"h": h, "y": np.tanh(h[-1] @ params["Wy"] + params["by"])}


# %% output-of-the-mean-state | forward
# the mean of all states is read out


def forward(params, x, h0):
    h = [h0]
    for s in range(x.shape[1]):
        h.append(step(params, x[:, s], h[-1]))
    return {"h": h, "y": np.mean(h[1:], axis=0) @ params["Wy"] + params["by"]}


# %% states-as-one-array | forward
# an array of all states with the sequences in front, in the place of a list


def forward(params, x, h0):
    h = [h0]
    for s in range(x.shape[1]):
        h.append(step(params, x[:, s], h[-1]))
    return {"h": np.stack(h, axis=1), "y": h[-1] @ params["Wy"] + params["by"]}


# %% summed-error | loss
# the squares are summed


def loss(y, t):
    return float(np.sum((y - t) ** 2))


# %% half-the-mean | loss
# half of the mean squared error


def loss(y, t):
    return float(np.mean((y - t) ** 2) / 2)


# %% mean-over-sequences-only | loss
# divided by the number of sequences


def loss(y, t):
    return float(np.sum((y - t) ** 2) / len(y))


# %% root-of-the-mean | loss
# the root of the mean squared error


def loss(y, t):
    return float(np.sqrt(np.mean((y - t) ** 2)))


# %% last-step-only | backward
# only the last step is gone through, and the states before it get zeros


def backward(params, x, t, values):
    h = values["h"]
    dy = 2 * (values["y"] - t) / t.size
    dh = [np.zeros_like(state) for state in h]
    dh[-1] = dy @ params["Wy"].T
    dz = dh[-1] * (1 - h[-1] ** 2)
    dh[-2] = dz @ params["Wh"].T
    grads = {"Wx": x[:, -1].T @ dz, "Wh": h[-2].T @ dz, "b": dz.sum(axis=0)}
    return {**grads, "Wy": h[-1].T @ dy, "by": dy.sum(axis=0)}, dh


# %% steps-overwrite-each-other | backward
# = where += is meant, so that the first step's share is all that is left


def backward(params, x, t, values):
    h = values["h"]
    dy = 2 * (values["y"] - t) / t.size
    grads = {"Wy": h[-1].T @ dy, "by": dy.sum(axis=0)}
    dh = [dy @ params["Wy"].T]
    for s in reversed(range(x.shape[1])):
        dz = dh[0] * (1 - h[s + 1] ** 2)
        grads["Wx"] = x[:, s].T @ dz
        grads["Wh"] = h[s].T @ dz
        grads["b"] = dz.sum(axis=0)
        dh.insert(0, dz @ params["Wh"].T)
    return grads, dh


# %% no-slope-of-tanh | backward
# the derivative goes through tanh unchanged


def backward(params, x, t, values):
    h = values["h"]
    dy = 2 * (values["y"] - t) / t.size
    grads = {name: np.zeros_like(params[name]) for name in params}
    grads["Wy"], grads["by"] = h[-1].T @ dy, dy.sum(axis=0)
    dh = [dy @ params["Wy"].T]
    for s in reversed(range(x.shape[1])):
        grads["Wx"] += x[:, s].T @ dh[0]
        grads["Wh"] += h[s].T @ dh[0]
        grads["b"] += dh[0].sum(axis=0)
        dh.insert(0, dh[0] @ params["Wh"].T)
    return grads, dh


# %% slope-on-one-way-only | backward
# what goes back to the state before has no slope


def backward(params, x, t, values):
    h, steps = values["h"], x.shape[1]
    dy = 2 * (values["y"] - t) / t.size
    grads = {name: np.zeros_like(params[name]) for name in params}
    grads["Wy"], grads["by"] = h[-1].T @ dy, dy.sum(axis=0)
    dh = [None] * steps + [dy @ params["Wy"].T]
    for s in reversed(range(steps)):
        dz = dh[s + 1] * (1 - h[s + 1] ** 2)
        grads["Wx"] += x[:, s].T @ dz
        grads["Wh"] += h[s].T @ dz
        grads["b"] += dz.sum(axis=0)
        dh[s] = dh[s + 1] @ params["Wh"].T
    return grads, dh


# %% slope-one-step-early | backward
# the slope at the states before the step


def backward(params, x, t, values):
    h, steps = values["h"], x.shape[1]
    dy = 2 * (values["y"] - t) / t.size
    grads = {name: np.zeros_like(params[name]) for name in params}
    grads["Wy"], grads["by"] = h[-1].T @ dy, dy.sum(axis=0)
    dh = [None] * steps + [dy @ params["Wy"].T]
    for s in reversed(range(steps)):
        dz = dh[s + 1] * (1 - h[s] ** 2)
        grads["Wx"] += x[:, s].T @ dz
        grads["Wh"] += h[s].T @ dz
        grads["b"] += dz.sum(axis=0)
        dh[s] = dz @ params["Wh"].T
    return grads, dh


# %% states-one-step-late | backward
# the derivative by Wh takes the states after the step


def backward(params, x, t, values):
    h, steps = values["h"], x.shape[1]
    dy = 2 * (values["y"] - t) / t.size
    grads = {name: np.zeros_like(params[name]) for name in params}
    grads["Wy"], grads["by"] = h[-1].T @ dy, dy.sum(axis=0)
    dh = [None] * steps + [dy @ params["Wy"].T]
    for s in reversed(range(steps)):
        dz = dh[s + 1] * (1 - h[s + 1] ** 2)
        grads["Wx"] += x[:, s].T @ dz
        grads["Wh"] += h[s + 1].T @ dz
        grads["b"] += dz.sum(axis=0)
        dh[s] = dz @ params["Wh"].T
    return grads, dh


# %% not-transposed | backward
# Wh stands there as it does on the way forward


def backward(params, x, t, values):
    h, steps = values["h"], x.shape[1]
    dy = 2 * (values["y"] - t) / t.size
    grads = {name: np.zeros_like(params[name]) for name in params}
    grads["Wy"], grads["by"] = h[-1].T @ dy, dy.sum(axis=0)
    dh = [None] * steps + [dy @ params["Wy"].T]
    for s in reversed(range(steps)):
        dz = dh[s + 1] * (1 - h[s + 1] ** 2)
        grads["Wx"] += x[:, s].T @ dz
        grads["Wh"] += h[s].T @ dz
        grads["b"] += dz.sum(axis=0)
        dh[s] = dz @ params["Wh"]
    return grads, dh


# %% every-state-read-out | backward
# the derivative from the output arrives in every step


def backward(params, x, t, values):
    h, steps = values["h"], x.shape[1]
    dy = 2 * (values["y"] - t) / t.size
    grads = {name: np.zeros_like(params[name]) for name in params}
    grads["Wy"], grads["by"] = h[-1].T @ dy, dy.sum(axis=0)
    dh = [dy @ params["Wy"].T for _ in h]
    for s in reversed(range(steps)):
        dz = dh[s + 1] * (1 - h[s + 1] ** 2)
        grads["Wx"] += x[:, s].T @ dz
        grads["Wh"] += h[s].T @ dz
        grads["b"] += dz.sum(axis=0)
        dh[s] = dh[s] + dz @ params["Wh"].T
    return grads, dh


# %% mean-over-the-steps | backward
# what the steps bring is divided by their number


def backward(params, x, t, values):
    h, steps = values["h"], x.shape[1]
    dy = 2 * (values["y"] - t) / t.size
    dh, dz = [dy @ params["Wy"].T], []
    for s in reversed(range(steps)):
        dz.insert(0, dh[0] * (1 - h[s + 1] ** 2))
        dh.insert(0, dz[0] @ params["Wh"].T)
    grads = {
        "Wx": np.mean([x[:, s].T @ dz[s] for s in range(steps)], axis=0),
        "Wh": np.mean([h[s].T @ dz[s] for s in range(steps)], axis=0),
        "b": np.mean([dz[s].sum(axis=0) for s in range(steps)], axis=0),
    }
    return {**grads, "Wy": h[-1].T @ dy, "by": dy.sum(axis=0)}, dh


# %% last-state-first | backward
# the list of derivatives is in the order of the way back


def backward(params, x, t, values):
    h = values["h"]
    dy = 2 * (values["y"] - t) / t.size
    grads = {name: np.zeros_like(params[name]) for name in params}
    grads["Wy"], grads["by"] = h[-1].T @ dy, dy.sum(axis=0)
    dh = [dy @ params["Wy"].T]
    for s in reversed(range(x.shape[1])):
        dz = dh[-1] * (1 - h[s + 1] ** 2)
        grads["Wx"] += x[:, s].T @ dz
        grads["Wh"] += h[s].T @ dz
        grads["b"] += dz.sum(axis=0)
        dh.append(dz @ params["Wh"].T)
    return grads, dh


# %% errors-not-averaged | backward
# the mean of the loss is forgotten


def backward(params, x, t, values):
    h, steps = values["h"], x.shape[1]
    dy = 2 * (values["y"] - t)
    grads = {name: np.zeros_like(params[name]) for name in params}
    grads["Wy"], grads["by"] = h[-1].T @ dy, dy.sum(axis=0)
    dh = [None] * steps + [dy @ params["Wy"].T]
    for s in reversed(range(steps)):
        dz = dh[s + 1] * (1 - h[s + 1] ** 2)
        grads["Wx"] += x[:, s].T @ dz
        grads["Wh"] += h[s].T @ dz
        grads["b"] += dz.sum(axis=0)
        dh[s] = dz @ params["Wh"].T
    return grads, dh


# %% output-bias-per-sequence | backward
# the derivative by the output's bias is not summed over the sequences, but averaged


def backward(params, x, t, values):
    h, steps = values["h"], x.shape[1]
    dy = 2 * (values["y"] - t) / t.size
    grads = {name: np.zeros_like(params[name]) for name in params}
    grads["Wy"], grads["by"] = h[-1].T @ dy, dy.mean(axis=0)
    dh = [None] * steps + [dy @ params["Wy"].T]
    for s in reversed(range(steps)):
        dz = dh[s + 1] * (1 - h[s + 1] ** 2)
        grads["Wx"] += x[:, s].T @ dz
        grads["Wh"] += h[s].T @ dz
        grads["b"] += dz.sum(axis=0)
        dh[s] = dz @ params["Wh"].T
    return grads, dh


# %% all-steps | truncated
# k is not looked at


def truncated(params, x, t, values, k):
    return backward(params, x, t, values)[0]


# %% first-steps-instead | truncated
# the first k steps are kept, and the last ones left out


def truncated(params, x, t, values, k):
    kept = {"h": values["h"][: k + 1], "y": values["y"]}
    return backward(params, x[:, :k], t, kept)[0]


# %% a-step-too-many | truncated
# k + 1 inputs go with k + 2 states


def truncated(params, x, t, values, k):
    kept = {"h": values["h"][-k - 2 :], "y": values["y"]}
    return backward(params, x[:, -k - 1 :], t, kept)[0]


# %% too-few-states | truncated
# k states for k steps, which leaves the last one without its state before


def truncated(params, x, t, values, k):
    kept = {"h": values["h"][-k:], "y": values["y"]}
    return backward(params, x[:, -k:], t, kept)[0]


# %% cut-off-state-is-zero | truncated
# the state before the last k steps is replaced by zeros


def truncated(params, x, t, values, k):
    first = max(0, x.shape[1] - k)
    h = [0 * values["h"][first]] + values["h"][first + 1 :]
    return backward(params, x[:, first:], t, {"h": h, "y": values["y"]})[0]


# %% last-steps-run-from-zero | truncated
# the last k steps are run again from zeros, so that y is another one too


def truncated(params, x, t, values, k):
    last = x[:, -k:]
    again = forward(params, last, np.zeros_like(values["h"][0]))
    return backward(params, last, t, again)[0]


# %% no-more-steps-than-there-are | truncated
# x.shape[1] - k is below 0 where k is larger, and counts from the end then


def truncated(params, x, t, values, k):
    first = x.shape[1] - k
    kept = {"h": values["h"][first:], "y": values["y"]}
    return backward(params, x[:, first:], t, kept)[0]


# %% entries-clipped | clip
# each entry is cut off at the bound


def clip(grads, bound):
    return {name: np.clip(g, -bound, bound) for name, g in grads.items()}


# %% arrays-clipped | clip
# each array has a norm and a factor of its own


def clip(grads, bound):
    result = {}
    for name, g in grads.items():
        norm = np.linalg.norm(g)
        result[name] = g * bound / norm if norm > bound else g.copy()
    return result


# %% always-made-as-long-as-the-bound | clip
# also what is shorter is scaled


def clip(grads, bound):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    return {name: g * bound / norm if norm > 0 else g.copy() for name, g in grads.items()}


# %% zeros-divided | clip
# a gradient of zeros is divided by its norm


def clip(grads, bound):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    return {name: g * min(1.0, bound / norm) for name, g in grads.items()}


# %% square-of-the-norm | clip
# the root is forgotten


def clip(grads, bound):
    norm = sum(np.sum(g**2) for g in grads.values())
    factor = bound / norm if norm > bound else 1.0
    return {name: g * factor for name, g in grads.items()}


# %% divided-by-the-norm | clip
# clipped gradients have the norm 1, whatever the bound is


def clip(grads, bound):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    factor = 1 / norm if norm > bound else 1.0
    return {name: g * factor for name, g in grads.items()}


# %% scaled-in-place | clip
# the given arrays are changed


def clip(grads, bound):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    if norm > bound:
        for g in grads.values():
            g *= bound / norm
    return grads


# %% never-clipped | train
# clip is not called


def train(params, x, h0, t, lr, bound, k, epochs):
    losses = []
    for _ in range(epochs):
        values = forward(params, x, h0)
        losses.append(loss(values["y"], t))
        grads = truncated(params, x, t, values, k)
        params = {name: params[name] - lr * grads[name] for name in params}
    return params, losses


# %% through-all-of-time | train
# backward is called in the place of truncated


def train(params, x, h0, t, lr, bound, k, epochs):
    losses = []
    for _ in range(epochs):
        values = forward(params, x, h0)
        losses.append(loss(values["y"], t))
        grads = clip(backward(params, x, t, values)[0], bound)
        params = {name: params[name] - lr * grads[name] for name in params}
    return params, losses


# %% states-carried-over | train
# each epoch begins with the last states of the one before


def train(params, x, h0, t, lr, bound, k, epochs):
    losses, state = [], h0
    for _ in range(epochs):
        values = forward(params, x, state)
        state = values["h"][-1]
        losses.append(loss(values["y"], t))
        grads = clip(truncated(params, x, t, values, k), bound)
        params = {name: params[name] - lr * grads[name] for name in params}
    return params, losses


# %% loss-after-the-step | train
# the loss is recorded with the new parameters


def train(params, x, h0, t, lr, bound, k, epochs):
    losses = []
    for _ in range(epochs):
        values = forward(params, x, h0)
        grads = clip(truncated(params, x, t, values, k), bound)
        params = {name: params[name] - lr * grads[name] for name in params}
        losses.append(loss(forward(params, x, h0)["y"], t))
    return params, losses


# %% uphill | train
# the step is added


def train(params, x, h0, t, lr, bound, k, epochs):
    losses = []
    for _ in range(epochs):
        values = forward(params, x, h0)
        losses.append(loss(values["y"], t))
        grads = clip(truncated(params, x, t, values, k), bound)
        params = {name: params[name] + lr * grads[name] for name in params}
    return params, losses


# %% output-not-trained | train
# only the weights of the steps are changed


def train(params, x, h0, t, lr, bound, k, epochs):
    losses = []
    for _ in range(epochs):
        values = forward(params, x, h0)
        losses.append(loss(values["y"], t))
        grads = clip(truncated(params, x, t, values, k), bound)
        params = {**params, **{name: params[name] - lr * grads[name] for name in ("Wx", "Wh", "b")}}
    return params, losses


# %% given-params-changed | train
# -= changes the arrays that were given


def train(params, x, h0, t, lr, bound, k, epochs):
    losses = []
    for _ in range(epochs):
        values = forward(params, x, h0)
        losses.append(loss(values["y"], t))
        grads = clip(truncated(params, x, t, values, k), bound)
        for name in params:
            params[name] -= lr * grads[name]
    return params, losses
