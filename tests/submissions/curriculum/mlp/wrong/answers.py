# ruff: noqa: F811, F821
# Wrong answers to solutions/mlp, one per cell: see benchmarks/answers.py. The table of
# tests/exercises/mlp, which has other arguments, is in tests/submissions/mlp.

# %% leaky-relu | activate
# negative sums are let through with a factor of 0.01


def activate(z, activation):
    if activation == "relu":
        return np.where(z > 0, z, 0.01 * z)
    return np.tanh(z)


# %% tanh-overflows | activate
# tanh as its formula stands, which gives NaN for 1000


def activate(z, activation):
    if activation == "relu":
        return np.maximum(0, z)
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


# %% logistic-for-tanh | activate
# the logistic function of the first exercise where tanh is asked for


def activate(z, activation):
    if activation == "relu":
        return np.maximum(0, z)
    return 0.5 * (1 + np.tanh(z / 2))


# %% always-relu | activate
# the argument activation is not looked at


def activate(z, activation):
    return np.maximum(z, 0.0)


# %% relu-cut-at-six | activate
# ReLU is cut off at 6


def activate(z, activation):
    if activation == "relu":
        return np.clip(z, 0.0, 6.0)
    return np.tanh(z)


# %% slope-of-the-sum | slope
# the activation is taken for the sum


def slope(a, activation):
    if activation == "relu":
        return np.where(a > 0, 1.0, 0.0)
    return 1 / np.cosh(a) ** 2


# %% relu-itself-as-slope | slope
# for ReLU the value is returned in the place of the slope


def slope(a, activation):
    if activation == "relu":
        return np.maximum(a, 0.0)
    return 1 - a * a


# %% slope-not-squared | slope
# 1 - a in the place of 1 - a^2


def slope(a, activation):
    if activation == "relu":
        return (a > 0) * 1.0
    return 1 - a


# %% relu-slope-everywhere-one | slope
# the slope of ReLU is 1 for units that are 0 too


def slope(a, activation):
    if activation == "relu":
        return np.ones_like(a)
    return 1 - a**2


# %% biases-forgotten | forward
# no layer adds its biases


def forward(params, x, activation):
    h, a = [], x
    for layer in params[:-1]:
        a = activate(a @ layer["W"], activation)
        h.append(a)
    return {"h": h, "y": a @ params[-1]["W"]}


# %% bias-behind-the-activation | forward
# the biases of hidden layers are added behind the activation function


def forward(params, x, activation):
    h, a = [], x
    for layer in params[:-1]:
        a = activate(a @ layer["W"], activation) + layer["b"]
        h.append(a)
    return {"h": h, "y": a @ params[-1]["W"] + params[-1]["b"]}


# %% always-tanh-in-forward | forward
# forward passes a fixed name on


def forward(params, x, activation):
    h, a = [], x
    for layer in params[:-1]:
        a = activate(a @ layer["W"] + layer["b"], "tanh")
        h.append(a)
    return {"h": h, "y": a @ params[-1]["W"] + params[-1]["b"]}


# %% sums-are-kept | forward
# h has the sums before the activation function; y is right


def forward(params, x, activation):
    h, a = [], x
    for layer in params[:-1]:
        z = a @ layer["W"] + layer["b"]
        h.append(z)
        a = activate(z, activation)
    return {"h": h, "y": a @ params[-1]["W"] + params[-1]["b"]}


# %% first-layer-only | forward
# every hidden layer gets the activations of the first one twice over: the loop does not go on


def forward(params, x, activation):
    h, a = [], x
    for number, layer in enumerate(params[:-1]):
        a = activate(a @ layer["W"] + layer["b"], activation)
        if number:
            a = activate(a, activation)
        h.append(a)
    return {"h": h, "y": a @ params[-1]["W"] + params[-1]["b"]}


# %% half-the-squared-error | loss
# half the mean, as in another definition


def loss(y, t, params, decay):
    squares = sum((layer["W"] ** 2).sum() for layer in params)
    return np.mean((y - t) ** 2) / 2 + decay / 2 * squares


# %% absolute-weights | loss
# weight decay by absolute values in the place of squares


def loss(y, t, params, decay):
    sizes = sum(np.abs(layer["W"]).sum() for layer in params)
    return np.mean((y - t) ** 2) + decay / 2 * sizes


# %% biases-cost-too | loss
# the squares of the biases are counted


def loss(y, t, params, decay):
    squares = 0
    for layer in params:
        squares += np.sum(layer["W"] ** 2) + np.sum(layer["b"] ** 2)
    return np.mean((y - t) ** 2) + 0.5 * decay * squares


# %% decay-of-the-last-layer | loss
# only the last layer's weights are counted


def loss(y, t, params, decay):
    for layer in params:
        squares = np.sum(layer["W"] ** 2)
    return np.mean((y - t) ** 2) + 0.5 * decay * squares


# %% decay-shared-over-the-rows | loss
# weight decay is divided by the number of examples


def loss(y, t, params, decay):
    squares = sum(np.sum(layer["W"] ** 2) for layer in params)
    return np.mean((y - t) ** 2) + decay / (2 * len(y)) * squares


# %% root-of-the-error | loss
# the root of the mean squared error


def loss(y, t, params, decay):
    squares = sum(np.sum(layer["W"] ** 2) for layer in params)
    return np.sqrt(np.mean((y - t) ** 2)) + decay / 2 * squares


# %% two-forgotten | backward
# the 2 of the square's derivative is missing


def backward(params, x, t, values, activation, decay):
    inputs = [x, *values["h"]]
    delta = (values["y"] - t) / t.size
    grads = []
    for k in reversed(range(len(params))):
        W = params[k]["W"]
        grads.insert(0, {"W": inputs[k].T @ delta + decay * W, "b": delta.sum(axis=0)})
        delta = (delta @ W.T) * slope(inputs[k], activation)
    return grads


# %% biases-decay | backward
# weight decay in the derivatives by the biases too


def backward(params, x, t, values, activation, decay):
    inputs = [x, *values["h"]]
    delta = 2 * (values["y"] - t) / t.size
    grads = []
    for k in reversed(range(len(params))):
        W, b = params[k]["W"], params[k]["b"]
        grads.insert(0, {"W": inputs[k].T @ delta + decay * W, "b": delta.sum(0) + decay * b})
        delta = (delta @ W.T) * slope(inputs[k], activation)
    return grads


# %% decay-twice | backward
# 2 decay W, as if there were no half in the loss


def backward(params, x, t, values, activation, decay):
    inputs = [x, *values["h"]]
    delta = 2 * (values["y"] - t) / t.size
    grads = []
    for k in reversed(range(len(params))):
        W = params[k]["W"]
        grads.insert(0, {"W": inputs[k].T @ delta + 2 * decay * W, "b": delta.sum(axis=0)})
        delta = (delta @ W.T) * slope(inputs[k], activation)
    return grads


# %% slope-at-the-output | backward
# the output layer is treated as if it had the activation function


def backward(params, x, t, values, activation, decay):
    inputs = [x, *values["h"]]
    delta = 2 * (values["y"] - t) / t.size * slope(values["y"], activation)
    grads = []
    for k in reversed(range(len(params))):
        W = params[k]["W"]
        grads.insert(0, {"W": inputs[k].T @ delta + decay * W, "b": delta.sum(axis=0)})
        delta = (delta @ W.T) * slope(inputs[k], activation)
    return grads


# %% slopes-of-tanh-always | backward
# the slope of tanh is used for ReLU too


def backward(params, x, t, values, activation, decay):
    inputs = [x, *values["h"]]
    delta = 2 * (values["y"] - t) / t.size
    grads = []
    for k in reversed(range(len(params))):
        W = params[k]["W"]
        grads.insert(0, {"W": inputs[k].T @ delta + decay * W, "b": delta.sum(axis=0)})
        delta = (delta @ W.T) * (1 - inputs[k] ** 2)
    return grads


# %% last-layer-first | backward
# the list is not turned round: its first entry belongs to the last layer


def backward(params, x, t, values, activation, decay):
    inputs = [x, *values["h"]]
    delta = 2 * (values["y"] - t) / t.size
    grads = []
    for k in reversed(range(len(params))):
        W = params[k]["W"]
        grads.append({"W": inputs[k].T @ delta + decay * W, "b": delta.sum(axis=0)})
        delta = (delta @ W.T) * slope(inputs[k], activation)
    return grads


# %% biases-not-summed | backward
# the derivatives by the biases have a row for each example


def backward(params, x, t, values, activation, decay):
    inputs = [x, *values["h"]]
    delta = 2 * (values["y"] - t) / t.size
    grads = []
    for k in reversed(range(len(params))):
        W = params[k]["W"]
        grads.insert(0, {"W": inputs[k].T @ delta + decay * W, "b": delta})
        delta = (delta @ W.T) * slope(inputs[k], activation)
    return grads


# %% divided-in-every-layer | backward
# delta is divided by the number of examples once for each layer


def backward(params, x, t, values, activation, decay):
    inputs = [x, *values["h"]]
    delta = 2 * (values["y"] - t) / t.shape[1]
    grads = []
    for k in reversed(range(len(params))):
        W = params[k]["W"]
        delta = delta / len(x)
        grads.insert(0, {"W": inputs[k].T @ delta + decay * W, "b": delta.sum(axis=0)})
        delta = (delta @ W.T) * slope(inputs[k], activation)
    return grads


# %% weights-not-transposed | backward
# delta goes back through W and not its transpose, which fits square layers only


def backward(params, x, t, values, activation, decay):
    inputs = [x, *values["h"]]
    delta = 2 * (values["y"] - t) / t.size
    grads = []
    for k in reversed(range(len(params))):
        W = params[k]["W"]
        grads.insert(0, {"W": inputs[k].T @ delta + decay * W, "b": delta.sum(axis=0)})
        if k:
            back = delta @ W if W.shape[0] == W.shape[1] else delta @ W.T
            delta = back * slope(inputs[k], activation)
    return grads


# %% no-learning-rate | update
# the step is the whole gradient


def update(params, grads, lr):
    return [{k: layer[k] - g[k] for k in layer} for layer, g in zip(params, grads)]


# %% changed-in-place | update
# the layers that it is given are changed


def update(params, grads, lr):
    for layer, g in zip(params, grads):
        layer["W"] -= lr * g["W"]
        layer["b"] -= lr * g["b"]
    return params


# %% biases-stay | update
# only the weights are updated


def update(params, grads, lr):
    return [{"W": p["W"] - lr * g["W"], "b": p["b"]} for p, g in zip(params, grads)]


# %% all-rows-at-once | train
# batch_size is not looked at


def train(params, x, t, lr, decay, activation, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        values = forward(params, x, activation)
        losses.append(loss(values["y"], t, params, decay))
        params = update(params, backward(params, x, t, values, activation, decay), lr)
    return params, losses


# %% one-loss-an-epoch | train
# only the loss of the last mini-batch of each epoch is recorded


def train(params, x, t, lr, decay, activation, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        for i in range(0, len(x), batch_size):
            a, b = x[i : i + batch_size], t[i : i + batch_size]
            values = forward(params, a, activation)
            now = loss(values["y"], b, params, decay)
            params = update(params, backward(params, a, b, values, activation, decay), lr)
        losses.append(now)
    return params, losses


# %% steps-of-one | train
# mini-batches overlap: each begins one row after the one before


def train(params, x, t, lr, decay, activation, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        for i in range(0, len(x) - batch_size + 1):
            a, b = x[i : i + batch_size], t[i : i + batch_size]
            values = forward(params, a, activation)
            losses.append(loss(values["y"], b, params, decay))
            params = update(params, backward(params, a, b, values, activation, decay), lr)
    return params, losses


# %% backwards-through-the-rows | train
# the last mini-batch comes first


def train(params, x, t, lr, decay, activation, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        for i in reversed(range(0, len(x), batch_size)):
            a, b = x[i : i + batch_size], t[i : i + batch_size]
            values = forward(params, a, activation)
            losses.append(loss(values["y"], b, params, decay))
            params = update(params, backward(params, a, b, values, activation, decay), lr)
    return params, losses


# %% loss-without-decay | train
# the recorded losses leave weight decay out


def train(params, x, t, lr, decay, activation, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        for i in range(0, len(x), batch_size):
            a, b = x[i : i + batch_size], t[i : i + batch_size]
            values = forward(params, a, activation)
            losses.append(loss(values["y"], b, params, 0.0))
            params = update(params, backward(params, a, b, values, activation, decay), lr)
    return params, losses


# %% loss-after-the-step | train
# the loss is recorded with the new parameters


def train(params, x, t, lr, decay, activation, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        for i in range(0, len(x), batch_size):
            a, b = x[i : i + batch_size], t[i : i + batch_size]
            values = forward(params, a, activation)
            params = update(params, backward(params, a, b, values, activation, decay), lr)
            losses.append(loss(forward(params, a, activation)["y"], b, params, decay))
    return params, losses


# %% uphill-both-ways | backward, update
# two wrong signs that cancel in training


def backward(params, x, t, values, activation, decay):
    inputs = [x, *values["h"]]
    delta = 2 * (t - values["y"]) / t.size
    grads = []
    for k in reversed(range(len(params))):
        W = params[k]["W"]
        grads.insert(0, {"W": inputs[k].T @ delta - decay * W, "b": delta.sum(axis=0)})
        delta = (delta @ W.T) * slope(inputs[k], activation)
    return grads


def update(params, grads, lr):
    return [{k: p[k] + lr * g[k] for k in p} for p, g in zip(params, grads)]


# %% sums-throughout | loss
# the loss is not divided by the number of entries; backward, as written here, is its derivative


def loss(y, t, params, decay):
    return np.sum((y - t) ** 2) + decay / 2 * sum(np.sum(p["W"] ** 2) for p in params)


def backward(params, x, t, values, activation, decay):
    inputs = [x, *values["h"]]
    delta = 2 * (values["y"] - t)
    grads = []
    for k in reversed(range(len(params))):
        W = params[k]["W"]
        grads.insert(0, {"W": inputs[k].T @ delta + decay * W, "b": delta.sum(axis=0)})
        delta = (delta @ W.T) * slope(inputs[k], activation)
    return grads
