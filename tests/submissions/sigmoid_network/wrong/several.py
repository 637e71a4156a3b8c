# ruff: noqa: F811, F821, RET503, SIM105
# Wrong answers in which several functions are written anew, one per cell: see tests/helpers/answers.py.

import numpy as np

# %% wrong-sign-twice | backward
# the wrong sign in both places, so that the training is right: paid for once


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (t - y) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


def update(params, grads, lr):
    return {name: params[name] + lr * grads[name] for name in params}


# %% globals-set-by-forward | backward
# backward leans on what forward left behind in global variables


def forward(params, x):
    global h, y
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    return {"h": h, "y": y}


def backward(params, x, t, activations):
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% cache-in-a-class | backward
# the same, with the values kept in an object


class Cache:
    values = {}  # noqa: RUF012


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    Cache.values = {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}
    return dict(Cache.values)


def backward(params, x, t, activations):
    h, y = Cache.values["h"], Cache.values["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% tape-used-up | backward
# backward empties a list in the activations, so that a second call with them fails


def dense(values, weights, biases, tape):
    out = sigmoid(values @ weights + biases)

    def back(grad):
        delta = grad * out * (1 - out)
        return np.outer(values, delta), delta, weights @ delta

    tape.append(back)
    return out


def forward(params, x):
    tape = []
    h = dense(x, params["W1"], params["b1"], tape)
    return {"h": h, "y": dense(h, params["W2"], params["b2"], tape), "tape": tape}


def backward(params, x, t, activations):
    tape = activations["tape"]
    grads = {"y": 2 * (activations["y"] - t) / t.size}
    grads["W2"], grads["b2"], grads["h"] = tape.pop()(grads["y"])
    grads["W1"], grads["b1"], _ = tape.pop()(grads["h"])
    return grads


# %% nested-cache-changed | backward
# the difference is computed inside a dict within the activations


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    return {"h": h, "y": y, "kept": {"error": y.copy()}}


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    error = activations["kept"]["error"]
    error -= t
    gy = 2 * error / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% loss-halved-with-its-gradient | loss
# half of the mean, and the derivative that belongs to it: one mistake


def loss(y, t):
    return float(0.5 * np.mean((y - t) ** 2))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% loss-halved-and-wrong-sign | loss, backward
# half of the mean, and a derivative that belongs to no loss


def loss(y, t):
    return float(0.5 * np.mean((y - t) ** 2))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (t - y) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% loss-halved-and-deltas-under-y-and-h | loss, backward
# the parameters' derivatives belong to the loss; those by y and h do not


def loss(y, t):
    return float(0.5 * np.mean((y - t) ** 2))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    d2 = (y - t) / t.size * y * (1 - y)
    d1 = params["W2"] @ d2 * h * (1 - h)
    return {"y": d2, "W2": np.outer(h, d2), "b2": d2, "h": d1, "W1": np.outer(x, d1), "b1": d1}


# %% cross-entropy-with-its-gradient | loss
# another loss, and every derivative of it


def loss(y, t):
    return float(-np.mean(t * np.log(y) + (1 - t) * np.log(1 - y)))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    d2 = (y - t) / t.size
    gy = d2 / (y * (1 - y))
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% cross-entropy-with-its-delta-under-y | loss, backward
# another loss, whose derivative by z stands where the one by y belongs


def loss(y, t):
    return float(-np.mean(t * np.log(y) + (1 - t) * np.log(1 - y)))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    d2 = (y - t) / t.size
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": d2, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% derivative-of-the-sum-throughout | sigmoid_derivative
# takes z, and backward gives it z: only the helper is not what was asked for


def sigmoid_derivative(z):
    return sigmoid(z) * (1 - sigmoid(z))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * sigmoid_derivative(h @ params["W2"] + params["b2"])
    gh = params["W2"] @ d2
    d1 = gh * sigmoid_derivative(x @ params["W1"] + params["b1"])
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% derivative-in-place-of-copies | sigmoid_derivative
# changes what it is given, which backward has guarded against


def sigmoid_derivative(a):
    a -= a**2
    return a


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * sigmoid_derivative(y.copy())
    gh = params["W2"] @ d2
    d1 = gh * sigmoid_derivative(h.copy())
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% tanh-hidden-with-its-gradient | forward
# tanh in the hidden layer, and the derivative that belongs to it: one mistake


def forward(params, x):
    h = np.tanh(x @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * (1 - h**2)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% tanh-hidden-with-kept-sums | forward
# the same, with the slope taken from a sum that only this forward keeps


def forward(params, x):
    z1 = x @ params["W1"] + params["b1"]
    h = np.tanh(z1)
    return {"z1": z1, "h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh / np.cosh(activations["z1"]) ** 2
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% tanh-hidden-and-factor-two-missing | forward, backward
# tanh in the hidden layer, and a second mistake that has nothing to do with it


def forward(params, x):
    h = np.tanh(x @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * (1 - h**2)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% constant-output-with-its-gradient | forward, backward
# the same output for every input, and its derivative, which is 0


def forward(params, x):
    return {"h": np.full(params["b1"].shape, 0.5), "y": np.full(params["b2"].shape, 0.5)}


def backward(params, x, t, activations):
    return {name: np.zeros(value.shape) for name, value in (params | activations).items()}


# %% mistakes-in-two-functions | backward, train
# a missing factor is excused in train; losses one step late are not


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        params = update(params, backward(params, x, t, a), lr)
        losses.append(loss(forward(params, x)["y"], t))
    return params, losses


# %% mistakes-in-four-functions | forward, loss, backward, update
# each of the four steps has a mistake of its own; train puts them together as it should


def forward(params, x):
    h = sigmoid(x @ params["W1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


def loss(y, t):
    return float(np.sum((y - t) ** 2))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (y - t) / t.size
    gh = params["W2"] @ gy
    return {"y": gy, "W2": np.outer(h, gy), "b2": gy, "h": gh, "W1": np.outer(x, gh), "b1": gh}


def update(params, grads, lr):
    return {name: params[name] + lr * grads[name] for name in params}


# %% sum-of-all-parameters | forward, backward
# the derivative of another function altogether: no chain rule was needed


def forward(params, x):
    total = sum(value.sum() for value in params.values())
    return {"h": np.zeros(params["b1"].size), "y": np.full(params["b2"].shape, total)}


def backward(params, x, t, activations):
    slope = 2 * np.mean(sum(value.sum() for value in params.values()) - t)
    grads = {name: np.full(value.shape, slope) for name, value in params.items()}
    return {**grads, "h": np.zeros(params["b1"].size), "y": np.zeros(t.shape)}


# %% right-on-some-sizes | loss, backward
# the loss is a sum, and a gradient is turned round where its shape happens to differ


def loss(y, t):
    return float(np.sum((y - t) ** 2))


right_backward = backward


def backward(params, x, t, activations):
    grads = {k: v * t.size for k, v in right_backward(params, x, t, activations).items()}
    outer = grads["W2"].T
    return {**grads, "W2": outer if outer.shape == params["W2"].shape else outer.T}


# %% sigmoid-a-little-too-small-and-more-activations | sigmoid
# forward is right for it, and keeps more than is asked for, some of it no numbers


def sigmoid(z):
    return 0.93 / (1 + np.exp(-np.clip(z, -700, 700)))


def forward(params, x):
    z1 = x @ params["W1"] + params["b1"]
    h = sigmoid(z1)
    return {"z1": z1, "up": z1 > 0, "h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}
