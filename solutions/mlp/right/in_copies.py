# Copies that are changed in place, a queue of rows, and loops over examples.
import copy

import numpy as np


# %%
def activate(z, activation):
    if activation == "tanh":
        return np.sinh(np.clip(z, -20, 20)) / np.cosh(np.clip(z, -20, 20))
    return (np.abs(z) + z) / 2


# %%
def slope(a, activation):
    if activation == "tanh":
        return 1 - a * a
    return np.array(a > 0, dtype=float)


# %%
def forward(params, x, activation):
    outputs = [x]
    for number in range(len(params)):
        z = np.add(np.dot(outputs[number], params[number]["W"]), params[number]["b"])
        outputs.append(z if number + 1 == len(params) else activate(z, activation))
    return {"h": outputs[1:-1], "y": outputs[-1]}


# %%
def loss(y, t, params, decay):
    total = 0.0
    for row, wanted in zip(y, t):
        total += sum((row - wanted) ** 2) / len(wanted)
    penalty = 0.0
    for layer in params:
        penalty += np.linalg.norm(layer["W"]) ** 2
    return total / len(y) + decay * penalty / 2


# %%
def backward(params, x, t, values, activation, decay):
    grads = [{"W": decay * layer["W"], "b": np.zeros(len(layer["b"]))} for layer in params]
    for i in range(len(x)):
        delta = 2 / t.size * (values["y"][i] - t[i])
        for number in range(len(params) - 1, -1, -1):
            came_in = values["h"][number - 1][i] if number else x[i]
            grads[number]["W"] += np.outer(came_in, delta)
            grads[number]["b"] += delta
            if number:
                delta = params[number]["W"].dot(delta) * slope(came_in, activation)
    return grads


# %%
def update(params, grads, lr):
    new = copy.deepcopy(params)
    for layer, by in zip(new, grads):
        layer["W"] -= lr * by["W"]
        layer["b"] -= lr * by["b"]
    return new


# %%
def train(params, x, t, lr, decay, activation, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        left = list(range(len(x)))
        while left:
            rows, left = left[:batch_size], left[batch_size:]
            values = forward(params, x[rows], activation)
            losses.append(float(loss(values["y"], t[rows], params, decay)))
            params = update(
                params, backward(params, x[rows], t[rows], values, activation, decay), lr
            )
    return params, losses
