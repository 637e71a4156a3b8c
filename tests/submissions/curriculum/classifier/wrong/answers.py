# ruff: noqa: F811, F821
# Wrong answers to solutions/classifier, one per cell: see benchmarks/answers.py.

# %% no-biases | logits
# the biases are not added


def logits(params, x):
    return x @ params["W"]


# %% scores-already-shares | logits
# the scores are put through softmax


def logits(params, x):
    return softmax(x @ params["W"] + params["b"])


# %% biases-subtracted | logits
# the biases have the wrong sign


def logits(params, x):
    return x @ params["W"] - params["b"]


# %% softmax-as-it-stands | softmax
# the exponential of 1000 overflows


def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


# %% softmax-of-the-whole | softmax
# all rows together have the sum 1


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


# %% softmax-down-the-columns | softmax
# largest score and sum are those of the columns


def softmax(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


# %% scores-cut-off | softmax
# scores are cut off at 50, so that no exponential overflows


def softmax(z):
    e = np.exp(np.clip(z, -50, 50))
    return e / e.sum(axis=1, keepdims=True)


# %% shares-of-the-scores | softmax
# the scores themselves are shared out, made positive


def softmax(z):
    positive = z - z.min(axis=1, keepdims=True) + 1
    return positive / positive.sum(axis=1, keepdims=True)


# %% logistic-for-softmax | softmax
# a logistic function for each class


def softmax(z):
    return 0.5 * (1 + np.tanh(z / 2))


# %% hottest-only | softmax
# 1 for the largest score and 0 for the others


def softmax(z):
    return (z == z.max(axis=1, keepdims=True)) * 1.0


# %% logarithm-of-softmax | log_softmax
# the logarithm of probabilities that have become 0


def log_softmax(z):
    return np.log(softmax(z))


# %% a-little-added | log_softmax
# 1e-12 keeps the logarithm from 0


def log_softmax(z):
    return np.log(softmax(z) + 1e-12)


# %% largest-lost | log_softmax
# the largest score is missing in the second term


def log_softmax(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


# %% only-shifted | log_softmax
# the logarithm of the sum is left out


def log_softmax(z):
    return z - z.max(axis=1, keepdims=True)


# %% log-base-two | log_softmax
# logarithms to the base 2


def log_softmax(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return (shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))) / np.log(2)


# %% sum-of-rows | cross_entropy
# the rows' losses are summed


def cross_entropy(logits, labels):
    return float(-np.sum(log_softmax(logits)[np.arange(len(labels)), labels]))


# %% mean-over-all-scores | cross_entropy
# divided by the number of scores


def cross_entropy(logits, labels):
    wanted = np.eye(logits.shape[1])[labels]
    return float(-np.mean(wanted * log_softmax(logits)))


# %% every-label-of-every-row | cross_entropy
# columns are picked for all rows at once


def cross_entropy(logits, labels):
    return float(-np.mean(log_softmax(logits)[:, labels]))


# %% probability-not-its-logarithm | cross_entropy
# 1 - p in the place of - log p


def cross_entropy(logits, labels):
    return float(np.mean(1 - softmax(logits)[np.arange(len(labels)), labels]))


# %% others-counted-too | cross_entropy
# the logarithms of 1 - p of the other classes are added


def cross_entropy(logits, labels):
    p = np.clip(softmax(logits), 1e-15, 1 - 1e-15)
    wanted = np.eye(logits.shape[1])[labels]
    return float(-np.sum(wanted * np.log(p) + (1 - wanted) * np.log(1 - p)) / len(labels))


# %% sign-of-the-loss | cross_entropy
# the negative is not taken


def cross_entropy(logits, labels):
    return float(log_softmax(logits)[np.arange(len(labels)), labels].mean())


# %% label-minus-probability | cross_entropy_gradient
# the difference is the wrong way round


def cross_entropy_gradient(logits, labels):
    return (np.eye(logits.shape[1])[labels] - softmax(logits)) / len(labels)


# %% not-divided | cross_entropy_gradient
# the mean is forgotten


def cross_entropy_gradient(logits, labels):
    d = softmax(logits)
    d[np.arange(len(d)), labels] -= 1
    return d


# %% only-at-the-label | cross_entropy_gradient
# the other scores get no derivative


def cross_entropy_gradient(logits, labels):
    wanted = np.eye(logits.shape[1])[labels]
    return wanted * (softmax(logits) - 1) / len(labels)


# %% of-the-squared-error | cross_entropy_gradient
# twice the difference, as from a squared error


def cross_entropy_gradient(logits, labels):
    return 2 * (softmax(logits) - np.eye(logits.shape[1])[labels]) / len(labels)


# %% one-over-p | cross_entropy_gradient
# the derivative of the logarithm alone


def cross_entropy_gradient(logits, labels):
    p = softmax(logits)
    out = np.zeros_like(p)
    rows = np.arange(len(labels))
    out[rows, labels] = -1 / (p[rows, labels] + 1e-12) / len(labels)
    return out


# %% one-taken-from-a-column | cross_entropy_gradient
# 1 is taken away in the labels' columns of every row


def cross_entropy_gradient(logits, labels):
    d = softmax(logits)
    d[:, labels] -= 1
    return d / len(labels)


# %% biases-averaged | gradients
# the derivative by the biases is a mean of what is divided already


def gradients(params, x, labels):
    d = cross_entropy_gradient(logits(params, x), labels)
    return {"W": x.T @ d, "b": d.mean(axis=0)}


# %% divided-once-more | gradients
# all is divided by the number of rows again


def gradients(params, x, labels):
    d = cross_entropy_gradient(logits(params, x), labels) / len(x)
    return {"W": x.T @ d, "b": d.sum(axis=0)}


# %% softmax-before-the-loss | gradients
# softmax is applied to the scores twice


def gradients(params, x, labels):
    d = cross_entropy_gradient(softmax(logits(params, x)), labels)
    return {"W": x.T @ d, "b": d.sum(axis=0)}


# %% weights-transposed | gradients
# the derivative by W is transposed


def gradients(params, x, labels):
    d = cross_entropy_gradient(logits(params, x), labels)
    return {"W": d.T @ x, "b": d.sum(axis=0)}


# %% smallest-score | predict
# the class with the smallest score


def predict(params, x):
    return np.argmin(logits(params, x), axis=1)


# %% largest-score-itself | predict
# the score is returned, and not which class has it


def predict(params, x):
    return logits(params, x).max(axis=1)


# %% over-the-rows | predict
# the row with the largest score, for each class


def predict(params, x):
    return logits(params, x).argmax(axis=0)


# %% counted-from-one | predict
# classes are counted from 1


def predict(params, x):
    return logits(params, x).argmax(axis=1) + 1


# %% one-epoch | train
# epochs is not looked at


def train(params, x, labels, lr, batch_size, epochs):
    losses = []
    for i in range(0, len(x), batch_size):
        a, c = x[i : i + batch_size], labels[i : i + batch_size]
        losses.append(cross_entropy(logits(params, a), c))
        g = gradients(params, a, c)
        params = {k: params[k] - lr * g[k] for k in params}
    return params, losses


# %% uphill | train
# the step is added


def train(params, x, labels, lr, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        for i in range(0, len(x), batch_size):
            a, c = x[i : i + batch_size], labels[i : i + batch_size]
            losses.append(cross_entropy(logits(params, a), c))
            g = gradients(params, a, c)
            params = {k: params[k] + lr * g[k] for k in params}
    return params, losses


# %% changes-what-it-is-given | train
# the parameters are changed in place


def train(params, x, labels, lr, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        for i in range(0, len(x), batch_size):
            a, c = x[i : i + batch_size], labels[i : i + batch_size]
            losses.append(cross_entropy(logits(params, a), c))
            g = gradients(params, a, c)
            params["W"] -= 2 * lr * g["W"]
            params["b"] -= 2 * lr * g["b"]
    return params, losses


# %% gradient-of-all-rows | train
# each step is made with all rows


def train(params, x, labels, lr, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        for i in range(0, len(x), batch_size):
            a, c = x[i : i + batch_size], labels[i : i + batch_size]
            losses.append(cross_entropy(logits(params, a), c))
            g = gradients(params, x, labels)
            params = {k: params[k] - lr * g[k] for k in params}
    return params, losses


# %% probabilities-from-the-layer | logits, predict
# the layer gives probabilities, and the choice compares them with one half


def logits(params, x):
    return softmax(x @ params["W"] + params["b"])


def predict(params, x):
    return (softmax(x @ params["W"] + params["b"]) > 0.5).argmax(axis=1)


# %% sums-throughout | cross_entropy
# the loss is a sum; cross_entropy_gradient, as written here, is its derivative


def cross_entropy(logits, labels):
    return float(-log_softmax(logits)[np.arange(len(labels)), labels].sum())


def cross_entropy_gradient(logits, labels):
    return softmax(logits) - np.eye(logits.shape[1])[labels]
