# ruff: noqa: C408, C417, E402, E731, F811
# Correct answers, one per cell. A cell is added to the end of the reference solution and replaces
# what it defines again; it must get full marks. Cells repeat each other's names and write things
# the long way round, which is the point of them: hence the line above.

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


# %% lists-inside
# plain Python lists while computing, arrays only at the end


def forward(params, x):
    def layer(values, weights, biases):
        columns = zip(*weights.tolist(), strict=True)
        sums = [
            sum(v * w for v, w in zip(values, column, strict=True)) + b
            for column, b in zip(columns, biases.tolist(), strict=True)
        ]
        return [float(sigmoid(np.array(s))) for s in sums]

    h = layer(x.tolist(), params["W1"], params["b1"])
    y = layer(h, params["W2"], params["b2"])
    return {"h": np.array(h), "y": np.array(y)}


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


# %% outer-by-reshape
# the outer products through reshape


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / y.size
    d2 = gy * y * (1 - y)
    gh = (params["W2"] * d2.reshape(1, -1)).sum(axis=1)
    d1 = gh * h * (1 - h)
    w2 = h.reshape(-1, 1) * d2.reshape(1, -1)
    w1 = x.reshape(-1, 1) @ d1.reshape(1, -1)
    return {"y": gy, "W2": w2, "b2": d2, "h": gh, "W1": w1, "b1": d1}


# %% outer-by-new-axis
# the outer products through broadcasting


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / y.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    w2, w1 = h[:, None] * d2[None, :], x[:, np.newaxis] * d1
    return {"y": gy, "W2": w2, "b2": d2, "h": gh, "W1": w1, "b1": d1}


# %% outer-by-other-functions
# np.multiply.outer, np.tensordot and np.kron


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = np.divide(np.multiply(2, np.subtract(y, t)), t.size)
    d2 = np.prod([gy, y, 1 - y], axis=0)
    gh = np.tensordot(params["W2"], d2, axes=1)
    d1 = np.prod([gh, h, 1 - h], axis=0)
    w2, w1 = np.multiply.outer(h, d2), np.kron(x[:, None], d1)
    return {"y": gy, "W2": w2, "b2": d2, "h": gh, "W1": w1, "b1": d1}


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


# %% batch-of-one
# written for batches, where the sum over axis 0 is right, and called with one example


def backward(params, x, t, activations):
    xs, ts, hs, ys = x[None], t[None], activations["h"][None], activations["y"][None]
    gy = 2 * (ys - ts) / ts.shape[-1]
    d2 = gy * ys * (1 - ys)
    gh = d2 @ params["W2"].T
    d1 = gh * hs * (1 - hs)
    return {
        "W1": xs.T @ d1,
        "b1": d1.sum(axis=0),
        "W2": hs.T @ d2,
        "b2": d2.sum(axis=0),
        "h": gh[0],
        "y": gy[0],
    }


# %% jacobians
# the chain rule as products of whole Jacobian matrices


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    grad_y = 2 / len(t) * np.eye(len(t)) @ (y - t)
    y_by_z = np.diag(y * (1 - y))
    z_by_h = params["W2"].T
    h_by_z = np.diag(h * (1 - h))
    out = y_by_z.T @ grad_y
    grad_h = z_by_h.T @ out
    hidden = h_by_z.T @ grad_h
    return {
        "y": grad_y,
        "W2": np.outer(h, out),
        "b2": np.eye(len(out)) @ out,
        "h": grad_h,
        "W1": np.outer(x, hidden),
        "b1": np.eye(len(hidden)) @ hidden,
    }


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


# %% kept-placeholder
# forward keeps a loss that is not known yet as NaN


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    return {"h": h, "y": y, "loss": float("nan")}


# %% extra-gradients
# backward gives the derivatives by z1, z2 and x besides, and the loss


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    grads = {"loss": loss(y, t), "y": 2 * (y - t) / t.size}
    grads["z2"] = grads["y"] * y * (1 - y)
    grads["W2"], grads["b2"] = np.outer(h, grads["z2"]), grads["z2"].copy()
    grads["h"] = params["W2"] @ grads["z2"]
    grads["z1"] = grads["h"] * h * (1 - h)
    grads["W1"], grads["b1"] = np.outer(x, grads["z1"]), grads["z1"].copy()
    grads["x"] = params["W1"] @ grads["z1"]
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


# %% loss-numpy-float
# the loss as the np.float64 that np.mean gives


def loss(y, t):
    return np.mean((y - t) ** 2)


# %% loss-zero-dimensional
# the loss as an array without axes


def loss(y, t):
    return np.array(np.mean((t - y) ** 2))


# %% loss-size-one
# the loss as an array of one entry, as the document prints it


def loss(y, t):
    return np.array([np.mean((y - t) ** 2)])


# %% loss-keeps-its-axis
# the loss with the axis of the outputs kept


def loss(y, t):
    return np.mean(np.square(y - t), axis=0, keepdims=True)


# %% loss-by-dot
# the squares summed by a dot product


def loss(y, t):
    return ((y - t) @ (y - t)) / len(y)


# %% loss-by-norm
# the square of the Euclidean length


def loss(y, t):
    return np.linalg.norm(y - t) ** 2 / y.shape[0]


# %% loss-by-fsum
# math.fsum over the outputs


from math import fsum


def loss(y, t):
    return fsum((a - b) ** 2 for a, b in zip(y, t, strict=True)) / y.size


# %% loss-expanded
# the square multiplied out


def loss(y, t):
    return float(np.mean(y**2 - 2 * y * t + t**2))


# %% loss-by-average
# np.average of the squares, by way of absolute differences


def loss(y, t):
    return np.average(np.power(np.abs(t - y), 2))


# %% sigmoid-by-masks
# the two signs filled in by boolean masks


def sigmoid(z):
    out = np.empty_like(z)
    up = z >= 0
    out[up] = 1 / (1 + np.exp(-z[up]))
    grown = np.exp(z[~up])
    out[~up] = grown / (1 + grown)
    return out


# %% sigmoid-where-in-silence
# np.where works out both branches, with numpy told to keep quiet


def sigmoid(z):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


# %% sigmoid-decorated-silence
# the formula as it stands, under a decorator that silences the overflow


@np.errstate(over="ignore")
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# %% sigmoid-by-tanh
# the logistic function is a tanh, moved and squeezed


def sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


# %% sigmoid-piecewise
# np.piecewise with a function for each sign


def sigmoid(z):
    below = lambda v: np.exp(v) / (1 + np.exp(v))
    above = lambda v: 1 / (1 + np.exp(-v))
    return np.piecewise(z, [z < 0, z >= 0], [below, above])


# %% sigmoid-by-logaddexp
# through the logarithm


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


# %% sigmoid-clipped-far-out
# clipped where the exponential still fits a float


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -709, 709)))


# %% sigmoid-entry-by-entry
# math.exp on one number at a time


from math import exp


def one(z):
    if z >= 0:
        return 1 / (1 + exp(-z))
    return exp(z) / (1 + exp(z))


def sigmoid(z):
    return np.array([one(v) for v in z.flat]).reshape(z.shape)


# %% sigmoid-vectorized
# np.vectorize of a function of one number


@np.vectorize
def sigmoid(z):
    small = np.exp(-abs(z))
    return 1 / (1 + small) if z > 0 else small / (1 + small)


# %% sigmoid-into-buffers
# ufuncs that write into fresh arrays


def sigmoid(z):
    out = np.abs(z)
    np.negative(out, out=out)
    np.exp(out, out=out)
    bottom = np.add(out, 1)
    out[z >= 0] = 1
    return np.divide(out, bottom, out=out)


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


# %% slope-by-cosh
# the slope from the weighted sums, worked out again, by a hyperbolic cosine


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    z1 = x @ params["W1"] + params["b1"]
    z2 = h @ params["W2"] + params["b2"]
    gy = 2 * (y - t) / t.size
    d2 = gy / (4 * np.cosh(z2 / 2) ** 2)
    gh = params["W2"] @ d2
    d1 = gh / (2 + 2 * np.cosh(z1))
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% sign-carried-to-the-end
# t - y all the way, and one minus sign at the end


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    up_y = 2 * (t - y) / t.size
    up2 = up_y * y * (1 - y)
    up_h = up2 @ params["W2"].T
    up1 = up_h * h * (1 - h)
    ups = {"y": up_y, "W2": np.outer(h, up2), "b2": up2, "h": up_h, "W1": np.outer(x, up1)}
    return {name: -up for name, up in (ups | {"b1": up1}).items()}


# %% recomputed-by-forward
# backward calls forward once and does not look at the activations it is given


def backward(params, x, t, activations):
    fresh = forward(params, x)
    h, y = fresh["h"], fresh["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% recomputed-inline
# backward works the activations out by itself


def backward(params, x, t, activations):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    gy = 2 * (y - t) / t.size
    d2 = gy * sigmoid_derivative(y)
    gh = params["W2"] @ d2
    d1 = gh * sigmoid_derivative(h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% backward-tests-itself
# backward compares one of its entries with a difference of two losses


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    moved = params["b2"].copy()
    moved[0] += 1e-6
    rise = loss(forward({**params, "b2": moved}, x)["y"], t) - loss(forward(params, x)["y"], t)
    if abs(rise / 1e-6 - d2[0]) > 1e-3:
        print("the derivative by b2 looks wrong")
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% small-autodiff-engine
# a value class of one's own records the steps and goes back over them


import math


class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = float(data), 0.0, parents

    def __add__(self, other):
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    def logistic(self):
        a = 1 / (1 + math.exp(-self.data))
        return Value(a, [(self, a * (1 - a))])

    def back(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent, _ in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for parent, local in node.parents:
                parent.grad += node.grad * local


def values_of(array):
    return np.array([Value(v) for v in array.flat], dtype=object).reshape(array.shape)


def backward(params, x, t, activations):
    nodes = {name: values_of(value) for name, value in params.items()}
    logistic = lambda zs: np.array([z.logistic() for z in zs], dtype=object)
    nodes["h"] = logistic(values_of(x) @ nodes["W1"] + nodes["b1"])
    nodes["y"] = logistic(nodes["h"] @ nodes["W2"] + nodes["b2"])
    total = Value(0)
    for error in nodes["y"] + values_of(-t):
        total = total + error * error * Value(1 / t.size)
    total.back()
    grads = {}
    for name, array in nodes.items():
        grads[name] = np.array([node.grad for node in array.flat]).reshape(array.shape)
    return grads


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


# %% longer-floats-inside
# computed with more digits, handed back in float64


def backward(params, x, t, activations):
    h, y = activations["h"].astype(np.longdouble), activations["y"].astype(np.longdouble)
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    grads = {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}
    return {name: value.astype(np.float64) for name, value in grads.items()}


# %% update-by-loop
# a loop that fills a new dict


def update(params, grads, lr):
    new = {}
    for name in params:
        step = lr * grads[name]
        new[name] = params[name] - step
    return new


# %% update-copy-then-rebind
# a shallow copy whose entries are replaced, never changed


def update(params, grads, lr):
    new = params.copy()
    for name in new:
        new[name] = new[name] + (-lr) * grads[name]
    return new


# %% update-deep-copy
# changes in place, but in a deep copy


import copy


def update(params, grads, lr):
    new = copy.deepcopy(params)
    for name in new:
        new[name] -= lr * grads[name]
    return new


# %% update-explicit-keys
# the four names written out, in another order


def update(params, grads, lr):
    return {
        "b2": params["b2"] - lr * grads["b2"],
        "W2": params["W2"] - lr * grads["W2"],
        "b1": params["b1"] - lr * grads["b1"],
        "W1": params["W1"] - lr * grads["W1"],
    }


# %% update-into-buffers
# np.multiply and np.subtract that write into fresh arrays


def update(params, grads, lr):
    new = {}
    for name, value in params.items():
        step = np.empty_like(value)
        np.multiply(grads[name], lr, out=step)
        new[name] = np.subtract(value, step, out=np.empty_like(value))
    return new


# %% update-by-zip
# the dict put together by zip and map


def update(params, grads, lr):
    stepped = map(lambda name: params[name] - grads[name] * lr, params)
    return dict(zip(params, stepped, strict=True))


# %% update-flattened
# all parameters as one long vector


def update(params, grads, lr):
    flat = np.concatenate([value.ravel() for value in params.values()])
    slope = np.concatenate([grads[name].ravel() for name in params])
    ends = np.cumsum([value.size for value in params.values()])
    pieces = np.split(flat - lr * slope, ends[:-1])
    return {n: p.reshape(params[n].shape) for n, p in zip(params, pieces, strict=True)}


# %% train-by-while
# a while loop


def train(params, x, t, lr, epochs):
    losses = []
    while len(losses) < epochs:
        a = forward(params, x)
        losses += [loss(a["y"], t)]
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% train-by-recursion
# each call makes one step and hands the rest on


def train(params, x, t, lr, epochs):
    if epochs == 0:
        return params, []
    a = forward(params, x)
    new = update(params, backward(params, x, t, a), lr)
    last, later = train(new, x, t, lr, epochs - 1)
    return last, [loss(a["y"], t), *later]


# %% train-preallocated
# the losses in an array made beforehand


def train(params, x, t, lr, epochs):
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        a = forward(params, x)
        losses[epoch] = loss(a["y"], t)
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% train-list-of-numpy-floats
# a list of np.float64


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(np.float64(loss(a["y"], t)))
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


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


# %% train-inlined
# no other function is called


def train(params, x, t, lr, epochs):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    losses = []
    for _ in range(epochs):
        h = 1 / (1 + np.exp(-(x @ W1 + b1)))
        y = 1 / (1 + np.exp(-(h @ W2 + b2)))
        losses.append(((y - t) ** 2).mean())
        d2 = 2 / len(t) * (y - t) * y * (1 - y)
        d1 = W2 @ d2 * h * (1 - h)
        W2, b2 = W2 - lr * np.outer(h, d2), b2 - lr * d2
        W1, b1 = W1 - lr * np.outer(x, d1), b1 - lr * d1
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, losses


# %% train-own-copies-in-place
# copies first, and then changes of the copies in place


def train(params, x, t, lr, epochs):
    own = {name: value.copy() for name, value in params.items()}
    losses = []
    for _ in range(epochs):
        a = forward(own, x)
        losses.append(loss(a["y"], t))
        for name, grad in backward(own, x, t, a).items():
            if name in own:
                own[name] -= lr * grad
    return own, losses


# %% train-by-reduce
# functools.reduce over the epochs


from functools import reduce


def train(params, x, t, lr, epochs):
    def step(state, _):
        now, losses = state
        a = forward(now, x)
        new = update(now, backward(now, x, t, a), lr)
        return new, [*losses, loss(a["y"], t)]

    return reduce(step, range(epochs), (params, []))


# %% train-by-generator
# a generator gives the losses one by one


def train(params, x, t, lr, epochs):
    def steps():
        nonlocal params
        for _ in range(epochs):
            a = forward(params, x)
            yield loss(a["y"], t)
            params = update(params, backward(params, x, t, a), lr)

    losses = list(steps())
    return params, losses


# %% train-named-tuple
# a named tuple instead of a plain one


from typing import NamedTuple


class Trained(NamedTuple):
    params: dict
    losses: list


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return Trained(params, losses)


# %% train-keys-in-other-order
# the trained parameters sorted by name, in a list with the losses


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return [{name: params[name] for name in sorted(params)}, losses]


# %% keyword-calls
# everything is called by keyword


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        activations = forward(params=params, x=x)
        losses.append(loss(y=activations["y"], t=t))
        grads = backward(activations=activations, t=t, x=x, params=params)
        params = update(lr=lr, grads=grads, params=params)
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


# %% partial-functions
# functools.partial fixes what stays the same


from functools import partial


def layer(weights, biases, params, values):
    return sigmoid(values @ params[weights] + params[biases])


hidden_layer = partial(layer, "W1", "b1")
output_layer = partial(layer, "W2", "b2")


def forward(params, x):
    return {"h": (h := hidden_layer(params, x)), "y": output_layer(params, h)}


# %% star-arguments
# forward takes whatever comes, and unpacks it


def forward(*args):
    params, x = args
    W1, b1, W2, b2 = (params[name] for name in ("W1", "b1", "W2", "b2"))
    h = sigmoid(x @ W1 + b1)
    return dict(h=h, y=sigmoid(h @ W2 + b2))


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


# %% history-kept-aside
# forward notes its outputs in a global list that nothing reads


HISTORY = []


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    HISTORY.append(y)
    return {"h": h, "y": y}


# %% assertions
# shapes asserted along the way


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    assert h.shape == params["b1"].shape and y.shape == t.shape
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    grads = {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}
    assert all(grads[name].shape == value.shape for name, value in params.items())
    return grads
