# One row of the batch at a time, the probabilities from logarithms, and the output layer's
# derivative with respect to each weight as a sum of outer products.
import numpy as np


# %%
def softmax(z):
    rows = []
    for row in z:
        above = row - np.max(row)
        rows.append(np.exp(above - np.log(np.sum(np.exp(above)))))
    return np.stack(rows)


# %%
def forward(params, x):
    scores = np.stack([row @ params["W"] for row in x]) + params["b"][np.newaxis, :]
    return {"z": scores, "y": softmax(scores)}


# %%
def loss(y, t):
    return np.mean([-np.dot(target, np.log(row)) for row, target in zip(y, t, strict=True)])


# %%
def backward(params, x, t, activations):
    errors = np.divide(activations["y"] - t, t.shape[0])
    weights = sum(np.outer(row, error) for row, error in zip(x, errors, strict=True))
    return {"z": errors, "W": weights, "b": np.ones(t.shape[0]) @ errors}


# %%
def update(params, grads, lr):
    stepped = dict(params)
    for name in stepped:
        stepped[name] = stepped[name] - grads[name] * lr
    return stepped
