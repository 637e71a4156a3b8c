"""With batches, another loss, and steps of another length."""

import numpy as np


def prepare(x):
    return np.asarray(x, dtype=np.float64) * (1 / 255)


def train(params, x, labels, lr, epochs):
    W, b = params["W"].copy(), params["b"].copy()
    shuffled = np.random.default_rng(0)
    losses = []
    for _ in range(epochs // 3):
        for rows in np.array_split(shuffled.permutation(len(x)), 8):
            scores = np.clip(prepare(x[rows]) @ W + b, -30, 30)
            error = 1 / (1 + np.exp(-scores)) - np.eye(4)[labels[rows]]
            losses.append(float(np.mean(error**2)))
            W -= 0.05 * lr * prepare(x[rows]).T @ error
            b -= 0.05 * lr * error.sum(axis=0)
    return {"W": W, "b": b}, losses
