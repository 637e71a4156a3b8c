# The logistic function as a hyperbolic tangent, np.einsum for all products, and a backward that
# computes its activations again.
import numpy as np


# %%
def sigmoid(z):
    return (np.tanh(np.asarray(z) / 2) + 1) / 2


# %%
def sigmoid_derivative(a):
    return 0.25 - np.square(a - 0.5)


# %%
def forward(params, x):
    z1 = np.einsum("i,ij->j", x, params["W1"]) + params["b1"]
    z2 = np.einsum("j,jk->k", sigmoid(z1), params["W2"]) + params["b2"]
    return {"h": sigmoid(z1), "y": sigmoid(z2)}


# %%
def loss(y, t):
    error = t - y
    return np.einsum("k,k->", error, error) / error.size


# %%
def backward(params, x, t, activations):
    again = forward(params, x)
    grad_y = (again["y"] - t) * (2 / t.size)
    grad_z2 = np.einsum("k,k->k", grad_y, sigmoid_derivative(again["y"]))
    grad_h = np.einsum("jk,k->j", params["W2"], grad_z2)
    grad_z1 = np.einsum("j,j->j", grad_h, sigmoid_derivative(again["h"]))
    return {
        "W1": np.einsum("i,j->ij", x, grad_z1),
        "b1": grad_z1,
        "W2": np.einsum("j,k->jk", again["h"], grad_z2),
        "b2": grad_z2,
        "h": grad_h,
        "y": grad_y,
    }


# %%
def update(params, grads, lr):
    return {name: np.add(params[name], -lr * grads[name]) for name in ("W1", "b1", "W2", "b2")}


# %%
def train(params, x, t, lr, epochs):
    if epochs == 0:
        return params, []
    activations = forward(params, x)
    first = loss(activations["y"], t)
    stepped = update(params, backward(params, x, t, activations), lr)
    trained, later = train(stepped, x, t, lr, epochs - 1)
    return trained, [first, *later]
