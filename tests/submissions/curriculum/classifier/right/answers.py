# ruff: noqa: F811, F821
# Right answers to solutions/classifier, one per cell: see benchmarks/answers.py.

# %% scores-by-dot
# the biases are repeated for every row


def logits(params, x):
    return np.dot(x, params["W"]) + np.tile(params["b"], (x.shape[0], 1))


# %% softmax-of-the-transpose
# the classes are put first, so that the largest score and the sum need no kept axis


def softmax(z):
    turned = z.T - z.T.max(axis=0)
    e = np.exp(turned)
    return (e / e.sum(axis=0)).T


# %% softmax-by-differences
# one over the sum of exponentials of differences, which are cut where they change nothing


def softmax(z):
    apart = np.minimum(z[:, None, :] - z[:, :, None], 700.0)
    return 1.0 / np.exp(apart).sum(axis=2)


# %% softmax-from-its-logarithm
# the exponential of the other function


def softmax(z):
    return np.exp(log_softmax(z))


# %% log-softmax-by-logaddexp
# numpy's own sum of exponentials


def log_softmax(z):
    return z - np.logaddexp.reduce(z, axis=1, keepdims=True)


# %% log-softmax-in-a-loop
# row by row, with log1p of the others


def log_softmax(z):
    rows = []
    for row in z:
        best = int(np.argmax(row))
        others = np.delete(row, best) - row[best]
        rows.append(row - row[best] - np.log1p(np.exp(others).sum()))
    return np.array(rows)


# %% cross-entropy-with-one-hot
# labels as rows of zeros and a one


def cross_entropy(logits, labels):
    wanted = np.eye(logits.shape[1])[labels]
    return -(wanted * log_softmax(logits)).sum() / logits.shape[0]


# %% cross-entropy-without-log-softmax
# largest score, logarithm of the sum, and the label's score


def cross_entropy(logits, labels):
    c = logits.max(axis=1)
    total = c + np.log(np.exp(logits - c[:, np.newaxis]).sum(axis=1))
    return np.mean(total - np.take_along_axis(logits, labels[:, None], axis=1)[:, 0])


# %% gradient-minus-one-in-a-copy
# 1 is taken away at the labels


def cross_entropy_gradient(logits, labels):
    d = softmax(logits)
    np.subtract.at(d, (np.arange(len(d)), labels), 1.0)
    return d / len(d)


# %% gradient-in-loops
# entry by entry


def cross_entropy_gradient(logits, labels):
    n, k = logits.shape
    p = softmax(logits)
    out = np.zeros((n, k))
    for i in range(n):
        for j in range(k):
            out[i, j] = (p[i, j] - (1 if labels[i] == j else 0)) / n
    return out


# %% gradients-written-out
# the derivative by the scores is computed in place, without the other function


def gradients(params, x, labels):
    p = softmax(x @ params["W"] + params["b"])
    p[np.arange(len(x)), labels] -= 1
    W = sum(np.outer(a, d) for a, d in zip(x, p)) / len(x)
    return {"W": W, "b": np.mean(p, axis=0)}


# %% predicts-by-probabilities
# a list of the most probable class of each row, as an array of small integers


def predict(params, x):
    p = softmax(logits(params, x))
    return np.array([np.argsort(row)[-1] for row in p], dtype=np.int32)


# %% trains-on-copies
# arrays that are changed in place, and row numbers


def train(params, x, labels, lr, batch_size, epochs):
    W, b = np.copy(params["W"]), np.copy(params["b"])
    losses = []
    for epoch in range(epochs):
        for batch in range(int(np.ceil(len(x) / batch_size))):
            rows = np.arange(batch * batch_size, min(len(x), (batch + 1) * batch_size))
            scores = x[rows] @ W + b
            losses.append(cross_entropy(scores, labels[rows]))
            d = cross_entropy_gradient(scores, labels[rows])
            W -= lr * (x[rows].T @ d)
            b -= lr * np.sum(d, axis=0)
    return {"W": W, "b": b}, losses
