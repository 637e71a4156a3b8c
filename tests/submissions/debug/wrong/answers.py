# ruff: noqa: F811, F821
# Wrong answers to the script with faults to find, one per cell: see benchmarks/answers.py.

import numpy as np

# %% hidden-slope-forgotten | step
# the slope of the hidden layer is missing
# named step: In a step before the new `params["W1"]` and the new `params["b1"]`: the factor `slope(...)` is missing.


def step(params, x, t, lr):
    z1 = np.dot(x, params["W1"]) + params["b1"]
    h = sigmoid(z1)
    z2 = np.dot(h, params["W2"]) + params["b2"]
    y = sigmoid(z2)
    n = len(t)
    delta2 = (2 / n) * (y - t) * y * (1 - y)
    delta1 = np.dot(params["W2"], delta2)
    return {
        "W1": params["W1"] - lr * np.outer(x, delta1),
        "b1": params["b1"] - lr * delta1,
        "W2": params["W2"] - lr * np.outer(h, delta2),
        "b2": params["b2"] - lr * delta2,
    }


# %% output-slope-forgotten | step
# the slope of the output is missing
# named step: In the new `params`: the factor `slope(...)` is missing.


def step(params, x, t, lr):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    h = sigmoid(x @ W1 + b1)
    y = sigmoid(h @ W2 + b2)
    d2 = 2 * (y - t) / len(t)
    d1 = (W2 @ d2) * h * (1 - h)
    return {
        "W1": W1 - lr * np.outer(x, d1),
        "b1": b1 - lr * d1,
        "W2": W2 - lr * np.outer(h, d2),
        "b2": b2 - lr * d2,
    }


# %% slope-of-the-logits | step
# slope is called with z, though it expects the activation
# named step: In the call of `slope`: `slope` is applied to what `sigmoid` takes, and should be applied to what it returns. In the call of `slope`: `slope` is applied to what `sigmoid` takes, and should be applied to what it returns.


def step(params, x, t, lr):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    z1 = x @ W1 + b1
    h = sigmoid(z1)
    z2 = h @ W2 + b2
    y = sigmoid(z2)
    d2 = 2 * (y - t) / len(t) * slope(z2)
    d1 = (W2 @ d2) * slope(z1)
    return {
        "W1": W1 - lr * np.outer(x, d1),
        "b1": b1 - lr * d1,
        "W2": W2 - lr * np.outer(h, d2),
        "b2": b2 - lr * d2,
    }


# %% sigmoid-twice-in-the-slope | step
# slope is called with the sigmoid of the activation
# named step: debug.py, line 79, `d2 = 2 * (y - t) / len(t) * slope(sigmoid(y))`: `sigmoid(...)` is one step too many: leave it out, and write `y`. With this change alone new params["W2"] and new params["b2"] are right on the visible instances, and the rest is not yet.


def step(params, x, t, lr):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    h = sigmoid(x @ W1 + b1)
    y = sigmoid(h @ W2 + b2)
    d2 = 2 * (y - t) / len(t) * slope(sigmoid(y))
    d1 = (W2 @ d2) * slope(sigmoid(h))
    return {
        "W1": W1 - lr * np.outer(x, d1),
        "b1": b1 - lr * d1,
        "W2": W2 - lr * np.outer(h, d2),
        "b2": b2 - lr * d2,
    }


# %% half-of-the-square | step
# the two of the square's derivative is missing
# named step: In the new `params`: the factor 2 is missing.


def step(params, x, t, lr):
    h = sigmoid(np.matmul(x, params["W1"]) + params["b1"])
    y = sigmoid(np.matmul(h, params["W2"]) + params["b2"])
    dy = (y - t) / t.size
    d2 = dy * slope(y)
    d1 = (params["W2"] * d2).sum(axis=1) * slope(h)
    new = {}
    new["W1"] = params["W1"] - lr * x[:, None] * d1[None, :]
    new["b1"] = params["b1"] - lr * d1
    new["W2"] = params["W2"] - lr * h[:, None] * d2[None, :]
    new["b2"] = params["b2"] - lr * d2
    return new


# %% mean-forgotten | step
# the error is not divided by the number of outputs
# named step: In the new `params`: the division by the number of entries of `t` is missing.
# untrue step: debug.py, line 80, `d1 = (params["W2"] * d2).sum(axis=1) * slope(h)`: this is the sum; the mean is meant. Write `(params["W2"] * d2).mean(axis=1)`. With this change alone new params["W1"] and new params["b1"] are right on the visible instances, and the rest is not yet.


def step(params, x, t, lr):
    h = sigmoid(np.matmul(x, params["W1"]) + params["b1"])
    y = sigmoid(np.matmul(h, params["W2"]) + params["b2"])
    dy = 2 * (y - t)
    d2 = dy * slope(y)
    d1 = (params["W2"] * d2).sum(axis=1) * slope(h)
    new = {}
    new["W1"] = params["W1"] - lr * x[:, None] * d1[None, :]
    new["b1"] = params["b1"] - lr * d1
    new["W2"] = params["W2"] - lr * h[:, None] * d2[None, :]
    new["b2"] = params["b2"] - lr * d2
    return new


# %% cross-entropy-error | step
# the error of cross-entropy: y - t without slope, two and mean


def step(params, x, t, lr):
    h = sigmoid(x.dot(params["W1"]) + params["b1"])
    y = sigmoid(h.dot(params["W2"]) + params["b2"])
    delta = y - t
    hidden = params["W2"].dot(delta) * (h - h**2)
    return {
        "W1": params["W1"] - lr * np.outer(x, hidden),
        "b1": params["b1"] - lr * hidden,
        "W2": params["W2"] - lr * np.outer(h, delta),
        "b2": params["b2"] - lr * delta,
    }


# %% target-minus-output | step
# the sign of the error: target minus output
# named step: In the new `params`: the sign is wrong, as if a difference were the wrong way round, with the term `t` first.


def step(params, x, t, lr):
    h = sigmoid(x.dot(params["W1"]) + params["b1"])
    y = sigmoid(h.dot(params["W2"]) + params["b2"])
    delta = 2 * (t - y) / len(t) * (y - y**2)
    hidden = params["W2"].dot(delta) * (h - h**2)
    return {
        "W1": params["W1"] - lr * np.outer(x, hidden),
        "b1": params["b1"] - lr * hidden,
        "W2": params["W2"] - lr * np.outer(h, delta),
        "b2": params["b2"] - lr * delta,
    }


# %% raw-error-sent-back | step
# the error itself goes back through W2, without the slope of the output


def step(params, x, t, lr):
    h = sigmoid(x.dot(params["W1"]) + params["b1"])
    y = sigmoid(h.dot(params["W2"]) + params["b2"])
    error = 2 * (y - t) / len(t)
    hidden_error = params["W2"] @ error
    grads = {
        "W2": np.outer(h, error * slope(y)),
        "b2": error * slope(y),
        "W1": np.outer(x, hidden_error * slope(h)),
        "b1": hidden_error * slope(h),
    }
    return {k: params[k] - lr * grads[k] for k in params}


# %% weights-changed-first | step
# the hidden derivatives are taken with the new W2


def step(params, x, t, lr):
    p = {k: v.copy() for k, v in params.items()}
    h = sigmoid(x @ p["W1"] + p["b1"])
    y = sigmoid(h @ p["W2"] + p["b2"])
    d2 = 2 / t.size * (y - t) * slope(y)
    p["W2"] -= lr * np.outer(h, d2)
    p["b2"] -= lr * d2
    d1 = p["W2"] @ d2 * slope(h)
    p["W1"] -= lr * np.outer(x, d1)
    p["b1"] -= lr * d1
    return p


# %% in-place | step
# the params that are given are changed
# named step: debug.py, line 80, `params["W1"] -= lr * np.outer(x, d1)`: `params` or an array in it is changed in place, but it belongs to the caller. Make a new dict: `new = dict(params)`, and put new arrays into it. With this change alone everything on the visible instances is right. step changed params["W1"], which it was given. Compute a new array instead of changing one in place (`a = a - b`, not `a -= b`).


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 / t.size * (y - t) * slope(y)
    d1 = params["W2"] @ d2 * slope(h)
    params["W1"] -= lr * np.outer(x, d1)
    params["b1"] -= lr * d1
    params["W2"] -= lr * np.outer(h, d2)
    params["b2"] -= lr * d2
    return {k: v.copy() for k, v in params.items()}


# %% all-uphill | step
# all derivatives are added
# named step: In the new `params`: the sign is wrong, as if a difference were the wrong way round, with the term `t` first.
# untrue step: On the way to the new `params`: the difference is the wrong way round: the term `t` comes first.


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 / t.size * (y - t) * slope(y)
    d1 = params["W2"] @ d2 * slope(h)
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    out = {}
    for name in grads:
        out[name] = params[name] + lr * grads[name]
    return out


# %% no-learning-rate | step
# the learning rate is left out
# named step: In the new `params`: the factor `lr` is missing. In the new `params`: the factor `lr` is missing. In the new `params["W1"]`: the factor `lr` is missing. In the new `params["b1"]`: the factor `lr` is missing.


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 / t.size * (y - t) * slope(y)
    d1 = params["W2"] @ d2 * slope(h)
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] - grads[name] for name in grads}


# %% biases-stay | step
# the biases do not move
# named step: In the new `params`: the term with `lr` is missing. In the new `params["b1"]`: the term with `lr` is missing.


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 / t.size * (y - t) * slope(y)
    d1 = params["W2"] @ d2 * slope(h)
    new = dict(params)
    new["W1"] = params["W1"] - lr * np.outer(x, d1)
    new["W2"] = params["W2"] - lr * np.outer(h, d2)
    return new


# %% biases-of-the-forward-pass-forgotten | step
# the forward pass leaves out both biases


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"])
    y = sigmoid(h @ params["W2"])
    d2 = 2 / t.size * (y - t) * slope(y)
    d1 = params["W2"] @ d2 * slope(h)
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] - lr * grads[name] for name in grads}


# %% linear-output | step
# the output of the forward pass has no sigmoid


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = h @ params["W2"] + params["b2"]
    d2 = 2 / t.size * (y - t)
    d1 = params["W2"] @ d2 * slope(h)
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] - lr * grads[name] for name in grads}


# %% tanh-slope | step
# 1 - a ** 2, the slope of tanh, in both layers


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 / t.size * (y - t) * (1 - y**2)
    d1 = params["W2"] @ d2 * (1 - h**2)
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] - lr * grads[name] for name in grads}


# %% output-bias-summed | step
# the derivative by b2 is summed over the outputs
# named step: debug.py, line 80, `grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": np.sum(d2)}`: `sum` makes one number of several that have to stay apart: leave it out, and write `d2`. With this change alone everything on the visible instances is right.


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 / t.size * (y - t) * slope(y)
    d1 = params["W2"] @ d2 * slope(h)
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": np.sum(d2)}
    return {name: params[name] - lr * grads[name] for name in grads}


# %% hidden-bias-averaged | step
# the derivative by b1 is the mean over the hidden units
# named step: debug.py, line 80, `grads = {"W1": np.outer(x, d1), "b1": d1.mean(), "W2": np.outer(h, d2), "b2": d2}`: `mean` makes one number of several that have to stay apart: leave it out, and write `d1`. With this change alone everything on the visible instances is right.


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 / t.size * (y - t) * slope(y)
    d1 = params["W2"] @ d2 * slope(h)
    grads = {"W1": np.outer(x, d1), "b1": d1.mean(), "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] - lr * grads[name] for name in grads}


# %% absolute-error | step
# the absolute value of the difference
# named step: debug.py, line 78, `d2 = 2 / t.size * abs(y - t) * slope(y)`: `abs(...)` is one step too many: leave it out, and write `y - t`. With this change alone everything on the visible instances is right.


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 / t.size * abs(y - t) * slope(y)
    d1 = params["W2"] @ d2 * slope(h)
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] - lr * grads[name] for name in grads}


# %% squares-still-there | step
# the squared error stands where its derivative has to be


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    error = np.square(y - t) / t.size
    d2 = error * slope(y)
    d1 = params["W2"] @ d2 * slope(h)
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] - lr * grads[name] for name in grads}


# %% slope-of-the-input | step
# the derivative by W1 has the slope of x beside x
# named step: debug.py, line 80, `grads = {"W1": np.outer(slope(x), d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}`: `slope(...)` is one step too many: leave it out, and write `x`. With this change alone everything on the visible instances is right.


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 / t.size * (y - t) * slope(y)
    d1 = params["W2"] @ d2 * slope(h)
    grads = {"W1": np.outer(slope(x), d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] - lr * grads[name] for name in grads}


# %% losses-after-the-step | train
# each loss is recorded after its step
# named train: In `train`: the call of `step` comes before the call of `sigmoid`, and should come after it.


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs):
        params = step(params, x, t, lr)
        h = sigmoid(x @ params["W1"] + params["b1"])
        y = sigmoid(h @ params["W2"] + params["b2"])
        losses.append(float(np.mean((y - t) ** 2)))
    return params, losses


# %% step-thrown-away | train
# what step returns is not kept
# named train: In `train`: the call of `step` has an effect only once, after the loop.


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs):
        h = sigmoid(x @ params["W1"] + params["b1"])
        y = sigmoid(h @ params["W2"] + params["b2"])
        losses.append(float(((y - t) ** 2).mean()))
        new = step(params, x, t, lr)
    return new, losses


# %% losses-summed | train
# the sum of the squares, not their mean
# named train: In `losses`: the sum is used instead of the mean.


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs):
        h = sigmoid(x @ params["W1"] + params["b1"])
        y = sigmoid(h @ params["W2"] + params["b2"])
        losses.append(float(np.sum((y - t) ** 2)))
        params = step(params, x, t, lr)
    return params, losses


# %% losses-halved | train
# half of the mean squared error
# named train: In `losses`: the mean is halved, and should not be.


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs):
        y = sigmoid(sigmoid(x @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"])
        e = y - t
        losses.append(float(0.5 * np.dot(e, e) / e.size))
        params = step(params, x, t, lr)
    return params, losses


# %% root-of-the-mean | train
# the root mean square is recorded
# named train: In `losses`: the square root of the mean is taken.


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs):
        y = sigmoid(sigmoid(x @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"])
        losses.append(float(np.sqrt(np.mean((y - t) ** 2))))
        params = step(params, x, t, lr)
    return params, losses


# %% output-of-the-first-epoch | train
# the forward pass stands before the loop
# named train: In `train`: the call of `sigmoid` has an effect only the first time.


def train(params, x, t, lr, epochs):
    losses = []
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    for epoch in range(epochs):
        losses.append(float(np.mean((y - t) ** 2)))
        params = step(params, x, t, lr)
    return params, losses


# %% one-epoch-more | train
# one step and one loss too many
# named train: In `train`: the loop runs once too often.


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs + 1):
        h = sigmoid(x @ params["W1"] + params["b1"])
        y = sigmoid(h @ params["W2"] + params["b2"])
        losses.append(float(np.mean((y - t) ** 2)))
        params = step(params, x, t, lr)
    return params, losses


# %% rate-that-falls | train
# the learning rate is divided by the number of the epoch


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs):
        h = sigmoid(x @ params["W1"] + params["b1"])
        y = sigmoid(h @ params["W2"] + params["b2"])
        losses.append(float(np.mean((y - t) ** 2)))
        params = step(params, x, t, lr / (epoch + 1))
    return params, losses


# %% no-two-and-no-mean | step
# neither the two nor the mean of the squared error's derivative


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = (y - t) * slope(y)
    d1 = params["W2"] @ d2 * slope(h)
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] - lr * grads[name] for name in grads}


# %% no-slopes-at-all | step
# both slopes are missing
# named step: In the new `params`: the factor `slope(...)` is missing. In a step before the new `params["W1"]` and the new `params["b1"]`: the factor `slope(...)` is missing.


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 / t.size * (y - t)
    d1 = params["W2"] @ d2
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] - lr * grads[name] for name in grads}


# %% new-weights-and-summed-bias | step
# the new W2 in the hidden derivative, and b1's derivative summed over the units


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 / t.size * (y - t) * slope(y)
    W2 = params["W2"] - lr * np.outer(h, d2)
    b2 = params["b2"] - lr * d2
    d1 = W2 @ d2 * slope(h)
    return {
        "W1": params["W1"] - lr * np.outer(x, d1),
        "b1": params["b1"] - lr * d1.sum(),
        "W2": W2,
        "b2": b2,
    }


# %% uphill-with-the-cross-entropy-error | step
# y - t for the output's derivative, and it is added


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = y - t
    d1 = params["W2"] @ d2 * slope(h)
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] + lr * grads[name] for name in grads}


# %% late-and-summed | train
# the sum of squares is recorded, and after the step
# named train: These are the losses after each update; record each one before its update.


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs):
        params = step(params, x, t, lr)
        h = sigmoid(x @ params["W1"] + params["b1"])
        y = sigmoid(h @ params["W2"] + params["b2"])
        losses.append(float(np.sum(np.square(y - t))))
    return params, losses


# %% halved-in-both | step, train
# the squared error is halved in the losses and in the step
# named step: In the new `params`: the factor 2 is missing.
# named train: In `losses`: the mean is halved, and should not be.


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = (y - t) / len(t) * slope(y)
    d1 = params["W2"] @ d2 * slope(h)
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] - lr * grads[name] for name in grads}


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs):
        h = sigmoid(x @ params["W1"] + params["b1"])
        y = sigmoid(h @ params["W2"] + params["b2"])
        losses.append(float(np.mean((y - t) ** 2) / 2))
        params = step(params, x, t, lr)
    return params, losses


# %% summed-in-both | step, train
# the loss is a sum over the outputs, in the losses and in the step
# named step: In the new `params`: the division by the number of entries of `t` is missing.
# named train: In `losses`: the sum is used instead of the mean.


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 * (y - t) * slope(y)
    d1 = params["W2"] @ d2 * slope(h)
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] - lr * grads[name] for name in grads}


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs):
        h = sigmoid(x @ params["W1"] + params["b1"])
        y = sigmoid(h @ params["W2"] + params["b2"])
        losses.append(float(sum((y - t) ** 2)))
        params = step(params, x, t, lr)
    return params, losses


# %% uphill-and-late | step, train
# the step is added, and the losses are recorded after it
# named step: In the new `params`: the sign is wrong, as if a difference were the wrong way round, with the term `t` first.
# named train: In `train`: the call of `step` comes before the call of `sigmoid`, and should come after it.
# untrue step: On the way to the new `params`: the difference is the wrong way round: the term `t` comes first.


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 * (y - t) / t.size * slope(y)
    d1 = params["W2"] @ d2 * slope(h)
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] + lr * grads[name] for name in grads}


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs):
        params = step(params, x, t, lr)
        h = sigmoid(x @ params["W1"] + params["b1"])
        y = sigmoid(h @ params["W2"] + params["b2"])
        losses.append(float(np.mean((y - t) ** 2)))
    return params, losses


# %% no-slope-and-no-update | step, train
# the slope of the hidden layer is missing; train throws the result of step away
# named step: In a step before the new `params["W1"]` and the new `params["b1"]`: the factor `slope(...)` is missing.
# named train: In `train`: the call of `step` has no effect: it is missing, or its result is not kept.
# untrue train: In `train`: the call of `step` takes effect the first time only.


def step(params, x, t, lr):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 * (y - t) / t.size * slope(y)
    d1 = params["W2"] @ d2
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] - lr * grads[name] for name in grads}


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs):
        h = sigmoid(x @ params["W1"] + params["b1"])
        y = sigmoid(h @ params["W2"] + params["b2"])
        losses.append(float(np.mean((y - t) ** 2)))
        step(params, x, t, lr)
    return params, losses


# %% slope-of-z-and-root-losses | step, train
# slope is called with z in the hidden layer; the losses are rooted
# named step: In the call of `slope`: `slope` is applied to what `sigmoid` takes, and should be applied to what it returns.
# named train: In `losses`: the square root of the mean is taken.


def step(params, x, t, lr):
    z = x @ params["W1"] + params["b1"]
    h = sigmoid(z)
    y = sigmoid(h @ params["W2"] + params["b2"])
    d2 = 2 * (y - t) / t.size * slope(y)
    d1 = params["W2"] @ d2 * slope(z)
    grads = {"W1": np.outer(x, d1), "b1": d1, "W2": np.outer(h, d2), "b2": d2}
    return {name: params[name] - lr * grads[name] for name in grads}


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs):
        h = sigmoid(x @ params["W1"] + params["b1"])
        y = sigmoid(h @ params["W2"] + params["b2"])
        losses.append(float(np.mean((y - t) ** 2) ** 0.5))
        params = step(params, x, t, lr)
    return params, losses
