# Entry by entry in Python, as the formulas stand on paper, with the logistic function from math.
import math

import numpy as np


# %%
def one_sigmoid(z):
    if z < 0:
        return math.exp(z) / (1 + math.exp(z))
    return 1 / (1 + math.exp(-z))


def sigmoid(z):
    z = np.asarray(z)
    return np.array([one_sigmoid(float(each)) for each in z.ravel()]).reshape(z.shape)


# %%
def sigmoid_derivative(a):
    return np.array([each - each * each for each in np.ravel(a)]).reshape(np.shape(a))


# %%
def layer(weights, bias, inputs):
    outputs = []
    for k in range(len(bias)):
        total = bias[k]
        for j in range(len(inputs)):
            total += inputs[j] * weights[j, k]
        outputs.append(one_sigmoid(float(total)))
    return np.array(outputs)


def forward(params, x):
    hidden = layer(params["W1"], params["b1"], x)
    return {"h": hidden, "y": layer(params["W2"], params["b2"], hidden)}


# %%
def loss(y, t):
    total = 0.0
    for k in range(len(y)):
        total += float(y[k] - t[k]) ** 2
    return total / len(y)


# %%
def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    n_in, n_hidden, n_out = len(x), len(h), len(y)
    grads = {name: np.zeros(np.shape(value)) for name, value in params.items()}
    grads["y"], grads["h"] = np.zeros(n_out), np.zeros(n_hidden)
    for k in range(n_out):
        grads["y"][k] = 2 / n_out * (y[k] - t[k])
        grads["b2"][k] = grads["y"][k] * y[k] * (1 - y[k])
        for j in range(n_hidden):
            grads["W2"][j, k] = h[j] * grads["b2"][k]
            grads["h"][j] += params["W2"][j, k] * grads["b2"][k]
    for j in range(n_hidden):
        grads["b1"][j] = grads["h"][j] * h[j] * (1 - h[j])
        for i in range(n_in):
            grads["W1"][i, j] = x[i] * grads["b1"][j]
    return grads


# %%
def update(params, grads, lr):
    stepped = {}
    for name in params:
        stepped[name] = np.array(params[name])
        stepped[name] -= grads[name] * lr
    return stepped


# %%
def train(params, x, t, lr, epochs):
    losses = []
    while len(losses) < epochs:
        activations = forward(params, x)
        grads = backward(params, x, t, activations)
        losses += [loss(activations["y"], t)]
        params = update(params, grads, lr)
    return params, losses
