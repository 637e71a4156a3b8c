# ruff: noqa: C408, C417, E402, E731, F811
# Right answers in which several functions are written anew, one per cell: see tests/helpers/answers.py.

import numpy as np

# %% explicit-loops
# every sum and product written as a loop over indices


def forward(params, x):
    n_in, n_hidden = params["W1"].shape
    n_out = params["W2"].shape[1]
    h = np.zeros(n_hidden)
    for j in range(n_hidden):
        z = params["b1"][j]
        for i in range(n_in):
            z += x[i] * params["W1"][i, j]
        h[j] = 1 / (1 + np.exp(-z))
    y = np.zeros(n_out)
    for k in range(n_out):
        z = params["b2"][k]
        for j in range(n_hidden):
            z += h[j] * params["W2"][j, k]
        y[k] = 1 / (1 + np.exp(-z))
    return {"h": h, "y": y}


def loss(y, t):
    total = 0.0
    for k in range(len(y)):
        total += (y[k] - t[k]) ** 2
    return total / len(y)


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    n_in, n_hidden, n_out = len(x), len(h), len(y)
    grads = {name: np.zeros(params[name].shape) for name in params}
    grads["y"], grads["h"] = np.zeros(n_out), np.zeros(n_hidden)
    for k in range(n_out):
        grads["y"][k] = 2 * (y[k] - t[k]) / n_out
        grads["b2"][k] = grads["y"][k] * y[k] * (1 - y[k])
        for j in range(n_hidden):
            grads["W2"][j, k] = grads["b2"][k] * h[j]
            grads["h"][j] += grads["b2"][k] * params["W2"][j, k]
    for j in range(n_hidden):
        grads["b1"][j] = grads["h"][j] * h[j] * (1 - h[j])
        for i in range(n_in):
            grads["W1"][i, j] = grads["b1"][j] * x[i]
    return grads


# %% einsum
# every product as an einsum


def forward(params, x):
    h = sigmoid(np.einsum("i,ij->j", x, params["W1"]) + params["b1"])
    y = sigmoid(np.einsum("j,jk->k", h, params["W2"]) + params["b2"])
    return {"h": h, "y": y}


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    e_y = 2.0 / t.size * (y - t)
    d_y = np.einsum("k,k,k->k", e_y, y, 1 - y)
    e_h = np.einsum("jk,k->j", params["W2"], d_y)
    d_h = np.einsum("j,j,j->j", e_h, h, 1 - h)
    return {
        "y": e_y,
        "W2": np.einsum("j,k->jk", h, d_y),
        "b2": d_y,
        "h": e_h,
        "W1": np.einsum("i,j->ij", x, d_h),
        "b1": d_h,
    }


# %% matmul
# np.matmul, and matrices made of columns and rows


def forward(params, x):
    h = sigmoid(np.matmul(x, params["W1"]) + params["b1"])
    return {"h": h, "y": sigmoid(np.matmul(h, params["W2"]) + params["b2"])}


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (y - t) * (2 / y.shape[0])
    d2 = gy * y * (1 - y)
    gh = np.matmul(d2, params["W2"].T)
    d1 = gh * h * (1 - h)
    w2 = np.matmul(np.expand_dims(h, 1), np.expand_dims(d2, 0))
    w1 = np.matmul(np.expand_dims(x, 1), np.expand_dims(d1, 0))
    return {"y": gy, "W2": w2, "b2": d2, "h": gh, "W1": w1, "b1": d1}


# %% np-dot
# np.dot with transposed weights


def forward(params, x):
    h = sigmoid(np.dot(params["W1"].T, x) + params["b1"])
    return {"h": h, "y": sigmoid(np.dot(params["W2"].T, h) + params["b2"])}


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / len(t)
    d2 = gy * sigmoid_derivative(y)
    gh = np.dot(d2, params["W2"].T)
    d1 = gh * sigmoid_derivative(h)
    return {"y": gy, "W2": np.outer(d2, h).T, "b2": d2, "h": gh, "W1": np.outer(d1, x).T, "b1": d1}


# %% atleast-2d-and-back
# rows as matrices in between, vectors again at the end


def forward(params, x):
    row = np.atleast_2d(x)
    hidden = sigmoid(row @ params["W1"] + params["b1"])
    out = sigmoid(hidden @ params["W2"] + params["b2"])
    return {"h": hidden.reshape(-1), "y": out.ravel()}


def backward(params, x, t, activations):
    x, t = np.atleast_2d(x), np.atleast_2d(t)
    h, y = np.atleast_2d(activations["h"]), np.atleast_2d(activations["y"])
    gy = 2 * (y - t) / t.shape[1]
    d2 = gy * y * (1 - y)
    gh = d2 @ params["W2"].T
    d1 = gh * h * (1 - h)
    grads = {"y": gy, "W2": h.T @ d2, "b2": d2, "h": gh, "W1": x.T @ d1, "b1": d1}
    return {name: g if name[0] == "W" else np.squeeze(g, axis=0) for name, g in grads.items()}


# %% bias-as-a-weight
# each bias is one more row of its weights, and 1 one more input


def forward(params, x):
    h = sigmoid(np.append(x, 1.0) @ np.vstack([params["W1"], params["b1"]]))
    y = sigmoid(np.append(h, 1.0) @ np.vstack([params["W2"], params["b2"]]))
    return {"h": h, "y": y}


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    both2 = np.outer(np.append(h, 1.0), gy * y * (1 - y))
    gh = params["W2"] @ both2[-1]
    both1 = np.outer(np.append(x, 1.0), gh * h * (1 - h))
    return {
        "y": gy,
        "W2": both2[:-1],
        "b2": both2[-1],
        "h": gh,
        "W1": both1[:-1],
        "b1": both1[-1],
    }


# %% own-helpers
# the two layers share functions of one's own


def dense(values, weights, biases):
    return sigmoid(values @ weights + biases)


def through_sigmoid(grad, a):
    return grad * sigmoid_derivative(a)


def through_weights(delta, values, weights):
    return np.outer(values, delta), delta, weights @ delta


def forward(params, x):
    h = dense(x, params["W1"], params["b1"])
    return {"h": h, "y": dense(h, params["W2"], params["b2"])}


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    w2, b2, gh = through_weights(through_sigmoid(gy, y), h, params["W2"])
    w1, b1, _ = through_weights(through_sigmoid(gh, h), x, params["W1"])
    return {"y": gy, "W2": w2, "b2": b2, "h": gh, "W1": w1, "b1": b1}


# %% loop-over-layers
# one loop over the layers, forwards and backwards


LAYERS = [("x", "W1", "b1", "h"), ("h", "W2", "b2", "y")]


def forward(params, x):
    values = {"x": x}
    for source, weights, biases, name in LAYERS:
        values[name] = sigmoid(values[source] @ params[weights] + params[biases])
    return values


def backward(params, x, t, activations):
    values = {**activations, "x": x}
    grads = {"y": 2 * (values["y"] - t) / t.size}
    for source, weights, biases, name in reversed(LAYERS):
        delta = grads[name] * sigmoid_derivative(values[name])
        grads[weights] = np.outer(values[source], delta)
        grads[biases] = delta
        grads[source] = params[weights] @ delta
    return grads


# %% layer-classes
# a class for a layer, made anew in each call


class Layer:
    def __init__(self, weights, biases):
        self.weights, self.biases = weights, biases

    def forward(self, values):
        return sigmoid(values @ self.weights + self.biases)

    def backward(self, values, out, grad):
        delta = grad * out * (1 - out)
        return np.outer(values, delta), delta, self.weights @ delta


def layers(params):
    return Layer(params["W1"], params["b1"]), Layer(params["W2"], params["b2"])


def forward(params, x):
    first, second = layers(params)
    h = first.forward(x)
    return {"h": h, "y": second.forward(h)}


def backward(params, x, t, activations):
    first, second = layers(params)
    h, y = activations["h"], activations["y"]
    grads = {"y": 2 * (y - t) / t.size}
    grads["W2"], grads["b2"], grads["h"] = second.backward(h, y, grads["y"])
    grads["W1"], grads["b1"], _ = first.backward(x, h, grads["h"])
    return grads


# %% dataclass-inside
# a dataclass holds the parameters


from dataclasses import asdict, dataclass


@dataclass
class Net:
    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray

    def step(self, grads, lr):
        return Net(*(value - lr * grads[name] for name, value in vars(self).items()))


def forward(params, x):
    net = Net(**params)
    h = sigmoid(x @ net.W1 + net.b1)
    return {"h": h, "y": sigmoid(h @ net.W2 + net.b2)}


def update(params, grads, lr):
    return asdict(Net(**params).step(grads, lr))


# %% methods-of-a-class
# the functions are methods of one object


class Network:
    def forward(self, params, x):
        h = self.layer(params, x, "1")
        return {"h": h, "y": self.layer(params, h, "2")}

    def layer(self, params, values, number):
        return sigmoid(values @ params["W" + number] + params["b" + number])

    @staticmethod
    def loss(y, t):
        return np.square(y - t).mean()


network = Network()
forward, loss = network.forward, network.loss


# %% callable-objects
# sigmoid and forward are objects that can be called


class Sigmoid:
    def __call__(self, z):
        return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


class Forward:
    def __init__(self, function):
        self.function = function

    def __call__(self, params, x):
        h = self.function(x @ params["W1"] + params["b1"])
        return {"h": h, "y": self.function(h @ params["W2"] + params["b2"])}


sigmoid = Sigmoid()
forward = Forward(sigmoid)


# %% helper-on-a-function
# the derivative of the loss hangs on the function loss as an attribute


def loss(y, t):
    return float(np.mean((y - t) ** 2))


loss.derivative = lambda y, t: 2 * (y - t) / t.size


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = loss.derivative(y, t)
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% kept-sums
# forward keeps z1 and z2 too, and backward takes the slope from them


def forward(params, x):
    z1 = x @ params["W1"] + params["b1"]
    h = sigmoid(z1)
    z2 = h @ params["W2"] + params["b2"]
    return {"z1": z1, "h": h, "z2": z2, "y": sigmoid(z2)}


def slope(z):
    return np.exp(-z) / (1 + np.exp(-z)) ** 2


def backward(params, x, t, activations):
    gy = 2 * (activations["y"] - t) / t.size
    d2 = gy * slope(activations["z2"])
    gh = params["W2"] @ d2
    d1 = gh * slope(activations["z1"])
    w2 = np.outer(activations["h"], d2)
    return {"y": gy, "W2": w2, "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% kept-slopes-and-inputs
# forward keeps the slopes, the input and a note, and backward uses the kept input


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    slopes = {"h": h * (1 - h), "y": y * (1 - y)}
    return {"x": x, "h": h, "y": y, "slopes": slopes, "note": "2 layers", "sizes": (h.size, y.size)}


def backward(params, x, t, activations):
    slopes = activations["slopes"]
    gy = 2 * (activations["y"] - t) / activations["sizes"][1]
    d2 = gy * slopes["y"]
    gh = params["W2"] @ d2
    d1 = gh * slopes["h"]
    w2, w1 = np.outer(activations["h"], d2), np.outer(activations["x"], d1)
    return {"y": gy, "W2": w2, "b2": d2, "h": gh, "W1": w1, "b1": d1}


# %% kept-functions
# forward keeps, for each layer, a function that goes back through it


def dense(values, weights, biases):
    out = sigmoid(values @ weights + biases)

    def back(grad):
        delta = grad * out * (1 - out)
        return np.outer(values, delta), delta, weights @ delta

    return out, back


def forward(params, x):
    h, back1 = dense(x, params["W1"], params["b1"])
    y, back2 = dense(h, params["W2"], params["b2"])
    return {"h": h, "y": y, "back": [back1, back2]}


def backward(params, x, t, activations):
    back1, back2 = activations["back"]
    grads = {"y": 2 * (activations["y"] - t) / t.size}
    grads["W2"], grads["b2"], grads["h"] = back2(grads["y"])
    grads["W1"], grads["b1"], _ = back1(grads["h"])
    return grads


# %% ordered-dicts
# OrderedDict everywhere, and the derivatives from the last to the first name


from collections import OrderedDict


def forward(params, x):
    result = OrderedDict()
    result["y"] = None
    result["h"] = sigmoid(x @ params["W1"] + params["b1"])
    result["y"] = sigmoid(result["h"] @ params["W2"] + params["b2"])
    return result


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    pairs = [("b1", d1), ("W1", np.outer(x, d1)), ("h", gh)]
    return OrderedDict([*pairs, ("b2", d2), ("W2", np.outer(h, d2)), ("y", gy)])


def update(params, grads, lr):
    return OrderedDict((name, params[name] - lr * grads[name]) for name in sorted(params))


# %% slope-other-algebra
# the derivative multiplied out


def sigmoid_derivative(a):
    return a - a**2


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (2 * y - 2 * t) / t.size
    d2 = gy * (y - y**2)
    gh = (params["W2"] * d2).sum(1)
    d1 = gh * (0.25 - (h - 0.5) ** 2)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% reversed-strides
# results that are transposed, strided or read-only views


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    h.setflags(write=False)
    return {"h": h, "y": np.repeat(y, 2)[::2]}


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = (gh * h * (1 - h))[::-1]
    w2 = np.asfortranarray(np.outer(h, d2))
    w1 = np.outer(d1, x).T[:, ::-1]
    return {"y": gy, "W2": w2, "b2": d2, "h": gh, "W1": w1, "b1": d1[::-1]}


# %% train-losses-of-size-one
# a loss of one entry, and a list of those


def loss(y, t):
    return np.array([np.mean((y - t) ** 2)])


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% renamed-arguments
# other names for the arguments


def sigmoid(v):
    small = np.exp(-np.abs(v))
    return np.where(v >= 0, 1 / (1 + small), small / (1 + small))


def forward(theta, inputs):
    hidden = sigmoid(inputs @ theta["W1"] + theta["b1"])
    return {"h": hidden, "y": sigmoid(hidden @ theta["W2"] + theta["b2"])}


def loss(prediction, target):
    return float(np.mean((prediction - target) ** 2))


def update(theta, slopes, eta):
    return {name: theta[name] - eta * slopes[name] for name in theta}


# %% lambdas
# the short functions as lambdas


sigmoid_derivative = lambda a: a * (1 - a)
loss = lambda y, t: float(np.mean((y - t) ** 2))
update = lambda params, grads, lr: {k: v - lr * grads[k] for k, v in params.items()}


# %% wrapped-by-a-decorator
# a decorator that counts calls, made with functools.wraps


import functools


def counting(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        return function(*args, **kwargs)

    wrapper.calls = 0
    return wrapper


@counting
def sigmoid_derivative(a):
    return a * (1 - a)


@counting
def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


@counting
def loss(y, t):
    return float(np.mean((y - t) ** 2))


# %% default-arguments
# arguments with defaults, and one more that nobody hands over


def loss(y, t, power=2):
    return float(np.mean((y - t) ** power))


def update(params, grads, lr=0.1, names=("W1", "b1", "W2", "b2")):
    return {name: params[name] - lr * grads[name] for name in names}


def train(params, x, t, lr=0.1, epochs=100, losses=None):
    losses = [] if losses is None else losses
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% type-hints
# annotated with types


Arrays = dict[str, np.ndarray]


def sigmoid_derivative(a: np.ndarray) -> np.ndarray:
    return a * (1.0 - a)


def forward(params: Arrays, x: np.ndarray) -> Arrays:
    h: np.ndarray = sigmoid(x @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


def update(params: Arrays, grads: Arrays, lr: float) -> Arrays:
    return {name: params[name] - lr * grads[name] for name in params}


def train(
    params: Arrays, x: np.ndarray, t: np.ndarray, lr: float, epochs: int
) -> tuple[Arrays, list[float]]:
    losses: list[float] = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% talkative
# prints at every step


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    print("loss", loss(y, t))
    d2 = gy * y * (1 - y)
    print("delta of the output", d2, flush=True)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        print(f"epoch {epoch}: loss {losses[-1]:.6f}, y {a['y']}")
        params = update(params, backward(params, x, t, a), lr)
    return params, losses
