# ruff: noqa: F811, F821
# Right answers to solutions/mlp, one per cell: see benchmarks/answers.py.

# %% relu-by-product
# ReLU as a product with a condition, and tanh by its hyperbolic functions of small numbers


def activate(z, activation):
    if activation == "relu":
        return z * (z > 0)
    small = np.clip(z, -30, 30)
    return np.sinh(small) / np.cosh(small)


# %% tables-of-functions
# both helpers choose from a dict


def activate(z, activation):
    return {"tanh": np.tanh, "relu": lambda v: np.maximum(v, 0)}[activation](z)


def slope(a, activation):
    table = {"tanh": lambda v: 1 - np.square(v), "relu": lambda v: np.sign(v) * (v > 0)}
    return table[activation](a)


# %% every-entry-by-itself
# loops over the entries of an array of any shape, with math


import math


def activate(z, activation):
    out = np.empty(z.shape)
    for place, value in np.ndenumerate(z):
        out[place] = math.tanh(value) if activation == "tanh" else max(0.0, float(value))
    return out


# %% activations-in-a-copy
# a copy in which negative entries are overwritten


def activate(z, activation):
    a = np.array(z, dtype=float)
    if activation == "tanh":
        return np.tanh(a)
    a[a < 0] = 0
    return a


# %% last-one-popped
# all layers alike, the output taken off the list at the end


def forward(params, x, activation):
    outputs = []
    current = x
    for index, layer in enumerate(params):
        current = np.matmul(current, layer["W"]) + layer["b"]
        if index != len(params) - 1:
            current = activate(current, activation)
        outputs.append(current)
    y = outputs.pop()
    return dict(y=y, h=outputs)


# %% one-row-at-a-time
# every example goes through by itself


def forward(params, x, activation):
    rows = []
    for example in x:
        a, seen = example, []
        for layer in params[:-1]:
            a = activate(layer["W"].T @ a + layer["b"], activation)
            seen.append(a)
        rows.append((seen, params[-1]["W"].T @ a + params[-1]["b"]))
    h = [np.array([seen[k] for seen, _ in rows]) for k in range(len(params) - 1)]
    return {"h": h, "y": np.array([y for _, y in rows])}


# %% loss-by-norms
# norms in the place of sums of squares


def loss(y, t, params, decay):
    error = np.linalg.norm(y - t) ** 2 / y.size
    weights = sum(np.linalg.norm(layer["W"], "fro") ** 2 for layer in params)
    return error + weights * decay / 2


# %% loss-mean-of-means
# the mean over the outputs, then over the examples; dot products for the weights


def loss(y, t, params, decay):
    per_example = ((y - t) ** 2).mean(axis=1)
    penalty = 0
    for layer in params:
        flat = layer["W"].reshape(-1)
        penalty = penalty + np.dot(flat, flat)
    return per_example.mean() + 0.5 * decay * penalty


# %% bias-as-a-weight-of-one
# a column of ones beside the inputs of each layer, so that biases are one more row of weights


def backward(params, x, t, values, activation, decay):
    below = [x] + list(values["h"])
    delta = (values["y"] - t) * 2 / np.prod(t.shape)
    result = [None] * len(params)
    for k in reversed(range(len(params))):
        extended = np.hstack([below[k], np.ones((len(x), 1))])
        both = extended.T @ delta
        result[k] = {"W": both[:-1] + decay * params[k]["W"], "b": both[-1]}
        if k > 0:
            delta = delta @ params[k]["W"].T * slope(below[k], activation)
    return result


# %% computes-its-values-again
# backward does not look at what it is given, and runs forward itself


def backward(params, x, t, values, activation, decay):
    mine = forward(params, x, activation)
    signal = 2.0 * (mine["y"] - t) / (t.shape[0] * t.shape[1])
    out = []
    for depth in range(len(params) - 1, -1, -1):
        source = mine["h"][depth - 1] if depth >= 1 else x
        out.append(
            {
                "W": np.einsum("ni,no->io", source, signal) + decay * params[depth]["W"],
                "b": np.ones(len(x)) @ signal,
            }
        )
        if depth >= 1:
            signal = np.einsum("no,io->ni", signal, params[depth]["W"]) * slope(source, activation)
    out.reverse()
    return out


# %% slopes-from-the-sums
# the slopes come from sums that are computed again, without the given helper


def backward(params, x, t, values, activation, decay):
    inputs = [x] + values["h"]
    delta = 2 * (values["y"] - t) / values["y"].size
    grads = []
    for k in range(len(params))[::-1]:
        W = params[k]["W"]
        grads = [{"W": inputs[k].T @ delta + decay * W, "b": np.sum(delta, 0)}] + grads
        if k:
            z = inputs[k - 1] @ params[k - 1]["W"] + params[k - 1]["b"]
            slopes = 1 / np.cosh(z) ** 2 if activation == "tanh" else (z > 0) * 1.0
            delta = (W @ delta.T).T * slopes
    return grads


# %% in-place-of-a-copy
# a deep copy is changed in place


import copy


def update(params, grads, lr):
    moved = copy.deepcopy(params)
    for k, layer in enumerate(moved):
        for name in ("W", "b"):
            layer[name] -= lr * grads[k][name]
    return moved


# %% rows-by-number
# mini-batches as lists of row numbers, taken from the front of a list


def train(params, x, t, lr, decay, activation, batch_size, epochs):
    history = []
    numbers = list(range(len(x)))
    groups = [numbers[i : i + batch_size] for i in range(0, len(numbers), batch_size)]
    for epoch in range(epochs):
        for group in groups:
            out = forward(params, x[group], activation)
            history.append(float(loss(out["y"], t[group], params, decay)))
            g = backward(params, x[group], t[group], out, activation, decay)
            params = update(params, g, lr)
    return params, history


# %% split-beforehand
# numpy splits the rows once; the step is written out in the loop


def train(params, x, t, lr, decay, activation, batch_size, epochs):
    cuts = range(batch_size, len(x), batch_size)
    pairs = list(zip(np.split(x, cuts), np.split(t, cuts)))
    losses = []
    for some, wanted in pairs * epochs:
        values = forward(params, some, activation)
        losses += [loss(values["y"], wanted, params, decay)]
        grads = backward(params, some, wanted, values, activation, decay)
        params = [
            {"W": p["W"] - lr * g["W"], "b": p["b"] - lr * g["b"]} for p, g in zip(params, grads)
        ]
    return params, losses
