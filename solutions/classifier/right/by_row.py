# Row by row, with the derivative as an outer difference of indices.
import numpy as np


# %%
def logits(params, x):
    return np.array([params["W"].T @ row + params["b"] for row in x])


# %%
def softmax(z):
    out = np.empty_like(z)
    for i, row in enumerate(z):
        e = np.exp(row - max(row))
        out[i] = e / sum(e)
    return out


# %%
def log_softmax(z):
    return z - np.logaddexp.reduce(z, axis=1)[:, None]


# %%
def cross_entropy(logits, labels):
    total = 0.0
    for row, label in zip(log_softmax(logits), labels):
        total -= row[label]
    return total / len(labels)


# %%
def cross_entropy_gradient(logits, labels):
    grad = softmax(logits)
    grad[range(len(labels)), labels] -= 1
    return grad / len(labels)


# %%
def gradients(params, x, labels):
    d = cross_entropy_gradient(logits(params, x), labels)
    W, b = np.zeros_like(params["W"]), np.zeros_like(params["b"])
    for row, slope in zip(x, d):
        W += np.outer(row, slope)
        b += slope
    return {"b": b, "W": W}


# %%
def predict(params, x):
    return np.array([int(np.argmax(scores)) for scores in logits(params, x)])


# %%
def train(params, x, labels, lr, batch_size, epochs):
    W, b, losses = params["W"].copy(), params["b"].copy(), []
    for _ in range(epochs):
        first = 0
        while first < len(x):
            some, wanted = x[first : first + batch_size], labels[first : first + batch_size]
            now = {"W": W, "b": b}
            losses.append(cross_entropy(some @ W + b, wanted))
            by = gradients(now, some, wanted)
            W, b = W - lr * by["W"], b - lr * by["b"]
            first += batch_size
    return {"W": W, "b": b}, losses
