# ruff: noqa: C408, C417, E402, E731, F811
# Right answers in which `backward` is written anew, one per cell: see tests/helpers/answers.py.

import numpy as np

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


# %% gradients-in-float32
# half the digits, which are enough


right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    return {name: grad.astype(np.float32) for name, grad in grads.items()}
