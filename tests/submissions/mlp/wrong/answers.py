# ruff: noqa: F811, F821
# Wrong answers to the network of any depth, one per cell: see benchmarks/answers.py.

import numpy as np

# %% tanh-everywhere | forward
# tanh is applied to the output layer too, which should be linear
# named forward: In `layers`: the hyperbolic tangent is applied in both of two cases, and should be in one only.


def forward(params, x):
    acts = [x]
    a = x
    for layer in params:
        a = np.tanh(np.dot(a, layer["W"]) + layer["b"])
        acts.append(a)
    return acts


# %% no-tanh-anywhere | forward
# the hidden layers are linear: tanh is missing
# named forward: In `layers`: the hyperbolic tangent is not applied.


def forward(params, x):
    out = [x]
    for i in range(len(params)):
        out.append(out[i] @ params[i]["W"] + params[i]["b"])
    return out


# %% relu-for-tanh | forward
# ReLU in the hidden layers, where tanh is asked for
# named forward: In `layers`: ReLU, max(z, 0) is used instead of tanh.


def forward(params, x):
    out = [x]
    for i, p in enumerate(params):
        z = out[-1].dot(p["W"]) + p["b"]
        if i < len(params) - 1:
            z = np.maximum(0, z)
        out.append(z)
    return out


# %% sigmoid-for-tanh | forward
# the logistic function in the hidden layers, where tanh is asked for
# named forward: In `layers`: the logistic function is used instead of tanh.


def forward(params, x):
    result = [x]
    last = len(params) - 1
    for i in range(last):
        z = np.matmul(result[-1], params[i]["W"]) + params[i]["b"]
        result.append(1.0 / (1.0 + np.exp(-z)))
    result.append(np.matmul(result[-1], params[last]["W"]) + params[last]["b"])
    return result


# %% bias-after-tanh | forward
# the bias is added after tanh, outside of it
# named forward: In `layers`: a term is added after the hyperbolic tangent, and should be added before it.


def forward(params, x):
    a = x
    layers = [a]
    for k, layer in enumerate(params):
        s = a @ layer["W"]
        if k != len(params) - 1:
            s = np.tanh(s)
        a = s + layer["b"]
        layers.append(a)
    return layers


# %% biases-forgotten | forward
# no layer adds its bias
# named forward: In `layers`: a term is missing.


def forward(params, x):
    layers = [x]
    for k, layer in enumerate(params):
        z = np.einsum("ni,ij->nj", layers[-1], layer["W"])
        layers.append(np.tanh(z) if k < len(params) - 1 else z)
    return layers


# %% loss-over-all-entries | loss
# the mean over all entries of the output, not over the rows of the batch


def loss(layers, t, params, decay):
    data = 0.5 * np.mean((layers[-1] - t) ** 2)
    reg = 0
    for p in params:
        reg += 0.5 * decay * np.sum(p["W"] * p["W"])
    return float(data + reg)


# %% loss-not-halved | loss
# the half of the squared distance is missing
# named loss: In `loss`: the division by 2 is missing.
# untrue loss: In `loss`: the factor 2 is missing.


def loss(layers, t, params, decay):
    diff = layers[-1] - t
    total = (diff * diff).sum() / diff.shape[0]
    for p in params:
        total += 0.5 * decay * (p["W"] ** 2).sum()
    return float(total)


# %% decay-not-halved | loss
# the half of the weight decay is missing
# named loss: In `loss`: the division by 2 is missing.


def loss(layers, t, params, decay):
    y = layers[-1]
    n = y.shape[0]
    data_loss = np.sum(np.square(y - t)) / 2 / n
    reg_loss = decay * sum([np.sum(np.square(p["W"])) for p in params])
    return float(data_loss + reg_loss)


# %% biases-decay-too | loss
# the biases are in the weight decay too


def loss(layers, t, params, decay):
    err = layers[-1] - t
    e = 0.5 * np.sum(err**2) / len(err)
    for layer in params:
        for value in layer.values():
            e = e + decay / 2 * np.sum(value**2)
    return float(e)


# %% decay-of-the-last-layer | loss
# only the last layer's weights decay, as a loop that assigns does


def loss(layers, t, params, decay):
    err = layers[-1] - t
    for layer in params:
        reg = decay / 2 * np.sum(layer["W"] ** 2)
    return float(np.sum(err**2) / (2 * err.shape[0]) + reg)


# %% slope-forgotten | backward
# the derivative of tanh is missing on the way back through hidden layers
# named backward: In `grads`: a factor is missing.


def backward(params, x, t, decay, layers):
    n = len(t)
    d = (layers[-1] - t) / n
    grads = []
    for i in range(len(params) - 1, -1, -1):
        dW = np.dot(layers[i].T, d) + decay * params[i]["W"]
        grads.insert(0, {"W": dW, "b": np.sum(d, axis=0)})
        d = np.dot(d, params[i]["W"].T)
    return grads


# %% slope-of-the-sigmoid | backward
# a (1 - a), the logistic function's slope, in the place of the slope of tanh
# named backward: In `grads`: the slope of the logistic function, a (1 - a), is used instead of that of tanh.


def backward(params, x, t, decay, layers):
    d = (layers[-1] - t) / t.shape[0]
    grads = [None] * len(params)
    for i in reversed(range(len(params))):
        a = layers[i]
        grads[i] = {"W": a.T @ d + decay * params[i]["W"], "b": d.sum(0)}
        d = d @ params[i]["W"].T * a * (1 - a)
    return grads


# %% slope-of-tanh-of-the-activation | backward
# tanh is applied to the activation once more before the slope is taken
# named backward: mlp.py, line 92, `d = da * (1 - np.tanh(layers[i]) ** 2)`: `np.tanh(...)` is one step too many: leave it out, and write `layers[i]`. With this change alone everything on the visible instances is right.


def backward(params, x, t, decay, layers):
    d = (layers[-1] - t) / t.shape[0]
    grads = [None] * len(params)
    for i in reversed(range(len(params))):
        grads[i] = {"W": layers[i].T @ d + decay * params[i]["W"], "b": d.sum(0)}
        da = d @ params[i]["W"].T
        d = da * (1 - np.tanh(layers[i]) ** 2)
    return grads


# %% batch-not-averaged | backward
# the error is not divided by the number of rows
# named backward: In `grads`: the division by the length of `t` is missing.
# untrue backward: mlp.py, line 91, `grads.append({"W": layers[j].T @ delta + decay * params[j]["W"], "b": delta.sum(axis=0)})`: this is the sum; the mean is meant. Write `delta.mean(axis=0)`. With this change alone grads[0]["b"] and grads[1]["b"] are right on the visible instances, and the rest is not yet.


def backward(params, x, t, decay, layers):
    delta = layers[-1] - t
    grads = []
    for i in range(len(params)):
        j = len(params) - 1 - i
        grads.append({"W": layers[j].T @ delta + decay * params[j]["W"], "b": delta.sum(axis=0)})
        delta = (delta @ params[j]["W"].T) * (1 - layers[j] * layers[j])
    grads.reverse()
    return grads


# %% two-left-in-the-error | backward
# a factor of two, although the loss halves the squares
# named backward: In `grads`: the difference with `t` is twice what it should be.


def backward(params, x, t, decay, layers):
    delta = 2 * (layers[-1] - t) / x.shape[0]
    out = {}
    for j in range(len(params) - 1, -1, -1):
        W = params[j]["W"]
        out[j] = {"W": layers[j].T.dot(delta) + decay * W, "b": np.sum(delta, 0)}
        delta = delta.dot(W.T) * (1 - layers[j] ** 2)
    return [out[j] for j in range(len(params))]


# %% target-minus-output | backward
# the sign of the error: target minus output
# named backward: In `grads`: the difference is the wrong way round: the term `t` comes first.


def backward(params, x, t, decay, layers):
    delta = (t - layers[-1]) / x.shape[0]
    out = {}
    for j in range(len(params) - 1, -1, -1):
        W = params[j]["W"]
        out[j] = {"W": layers[j].T.dot(delta) + decay * W, "b": np.sum(delta, 0)}
        delta = delta.dot(W.T) * (1 - layers[j] ** 2)
    return [out[j] for j in range(len(params))]


# %% decay-not-differentiated | backward
# the derivative of the weight decay is missing
# named backward: In `grads`: the term with `decay` is missing.


def backward(params, x, t, decay, layers):
    L = len(params)
    dz = (layers[L] - t) / len(x)
    grads = []
    for l in range(L, 0, -1):
        grads.append(dict(W=np.einsum("ni,nj->ij", layers[l - 1], dz), b=dz.sum(axis=0)))
        dz = np.einsum("nj,ij->ni", dz, params[l - 1]["W"]) * (1 - layers[l - 1] ** 2)
    return grads[::-1]


# %% decay-of-the-square | backward
# decay times twice the weights, as if the loss did not halve the decay
# named backward: Your grads[0]["W"] is exactly the right value plus `decay * params[0]["W"]`.


def backward(params, x, t, decay, layers):
    L = len(params)
    dz = (layers[L] - t) / len(x)
    grads = []
    for l in range(L, 0, -1):
        W = params[l - 1]["W"]
        grads.append(dict(W=layers[l - 1].T @ dz + 2 * decay * W, b=dz.sum(axis=0)))
        dz = dz @ W.T * (1 - layers[l - 1] ** 2)
    return grads[::-1]


# %% biases-shrink-too | backward
# the biases get a weight decay, which the loss does not have
# named backward: Your grads[0]["b"] is exactly the right value plus `decay * params[0]["b"]`.


def backward(params, x, t, decay, layers):
    dz = (layers[-1] - t) / len(x)
    grads = []
    for l in range(len(params) - 1, -1, -1):
        p = params[l]
        dW, db = layers[l].T @ dz, dz.sum(axis=0)
        grads = [{"W": dW + decay * p["W"], "b": db + decay * p["b"]}, *grads]
        dz = dz @ p["W"].T * (1 - layers[l] ** 2)
    return grads


# %% bias-is-a-mean | backward
# the derivative by a bias is averaged over the batch once more
# named backward: In `grads`: the mean is used instead of the sum.


def backward(params, x, t, decay, layers):
    dz = (layers[-1] - t) / len(x)
    grads = []
    for l in range(len(params) - 1, -1, -1):
        dW = layers[l].T @ dz + decay * params[l]["W"]
        grads = [{"W": dW, "b": np.mean(dz, axis=0)}, *grads]
        dz = dz @ params[l]["W"].T * (1 - layers[l] ** 2)
    return grads


# %% output-has-a-slope | backward
# the output is treated as if tanh were applied to it


def backward(params, x, t, decay, layers):
    y = layers[-1]
    delta = (y - t) / len(t) * (1 - y**2)
    grads = [{} for _ in params]
    for k in range(len(params) - 1, -1, -1):
        grads[k]["W"] = layers[k].T @ delta + decay * params[k]["W"]
        grads[k]["b"] = delta.sum(axis=0)
        delta = (delta @ params[k]["W"].T) * (1 - layers[k] ** 2)
    return grads


# %% uphill | update
# the derivatives are added
# named update: In the new `params`: the term with `lr` is added, and should be subtracted.


def update(params, grads, lr):
    new = []
    for p, g in zip(params, grads):
        new.append({"W": p["W"] + lr * g["W"], "b": p["b"] + lr * g["b"]})
    return new


# %% biases-stay | update
# the biases are copied and never move
# named update: In the new `params`: `"b"` is not changed.


def update(params, grads, lr):
    new = []
    for i in range(len(params)):
        new.append({"W": params[i]["W"] - lr * grads[i]["W"], "b": params[i]["b"].copy()})
    return new


# %% no-rate | update
# the learning rate is left out
# named update: In the new `params`: the factor `lr` is missing.


def update(params, grads, lr):
    res = []
    for i in range(len(params)):
        layer = {}
        for key in params[i]:
            layer[key] = params[i][key] - grads[i][key]
        res.append(layer)
    return res


# %% loss-after-the-step | train
# the loss is recorded after the update, not before it
# named train: These are the losses after each update; record each one before its update.


def train(params, x, t, lr, decay, epochs):
    losses = []
    for epoch in range(epochs):
        acts = forward(params, x)
        grads = backward(params, x, t, decay, acts)
        params = update(params, grads, lr)
        losses.append(loss(forward(params, x), t, params, decay))
    return params, losses


# %% update-thrown-away | train
# the result of update is not kept, so that every epoch begins with the same params
# named train: In `train`: the call of `update` has no effect: it is missing, or its result is not kept.
# untrue train: In `train`: the call of `update` takes effect the first time only.


def train(params, x, t, lr, decay, epochs):
    history = []
    for epoch in range(epochs):
        acts = forward(params, x)
        history.append(loss(acts, t, params, decay))
        grads = backward(params, x, t, decay, acts)
        update(params, grads, lr)
    return params, history


# %% activations-of-the-first-epoch | train
# forward runs only once, before the loop
# named train: In `train`: the call of `forward` has an effect only once, before the loop.


def train(params, x, t, lr, decay, epochs):
    acts = forward(params, x)
    history = []
    for epoch in range(epochs):
        history.append(loss(acts, t, params, decay))
        grads = backward(params, x, t, decay, acts)
        params = update(params, grads, lr)
    return params, history


# %% one-epoch-too-few | train
# the loop begins at one and makes a step too few
# named train: In `train`: the last round of the loop is missing.


def train(params, x, t, lr, decay, epochs):
    history = []
    for epoch in range(1, epochs):
        acts = forward(params, x)
        history.append(loss(acts, t, params, decay))
        params = update(params, backward(params, x, t, decay, acts), lr)
    return params, history


# %% loss-without-decay | train
# the recorded losses leave out the weight decay


def train(params, x, t, lr, decay, epochs):
    history = []
    for _ in range(epochs):
        acts = forward(params, x)
        history.append(loss(acts, t, params, 0.0))
        params = update(params, backward(params, x, t, decay, acts), lr)
    return params, history


# %% no-slope-and-no-mean | backward
# both the slope of tanh and the mean over the batch are missing
# named backward: In `grads`: the division by the length of `t` is missing. In `grads`: a factor is missing.


def backward(params, x, t, decay, layers):
    d = layers[-1] - t
    grads = []
    for i in range(len(params) - 1, -1, -1):
        grads.insert(0, {"W": layers[i].T @ d + decay * params[i]["W"], "b": d.sum(axis=0)})
        d = d @ params[i]["W"].T
    return grads


# %% two-and-no-decay | backward
# twice the error, and no derivative of the weight decay
# named backward: In `grads`: the term with `decay` is missing. In `grads`: the difference with `t` is twice what it should be.


def backward(params, x, t, decay, layers):
    d = 2.0 / len(t) * (layers[-1] - t)
    grads = []
    for i in range(len(params) - 1, -1, -1):
        grads.insert(0, {"W": layers[i].T @ d, "b": d.sum(axis=0)})
        d = (d @ params[i]["W"].T) * (1 - layers[i] ** 2)
    return grads


# %% mean-of-everything-and-biases-decay | loss
# the mean over all entries, and a weight decay of the biases too


def loss(layers, t, params, decay):
    size = 0.0
    for layer in params:
        size += np.sum(layer["W"] ** 2) + np.sum(layer["b"] ** 2)
    return float(np.mean((layers[-1] - t) ** 2) / 2 + decay * size / 2)


# %% no-bias-and-tanh-at-the-end | forward
# no biases, and tanh at the output too
# named forward: Your layers[1] is exactly `np.tanh(x @ params[0]["W"])`.


def forward(params, x):
    layers = [x]
    for layer in params:
        layers.append(np.tanh(layers[-1] @ layer["W"]))
    return layers


# %% uphill-without-rate | update
# the derivatives are added, and the learning rate is left out
# named update: In the new `params`: the factor `lr` is missing. In the new `params`: the term with `lr` is added, and should be subtracted.


def update(params, grads, lr):
    return [{k: p[k] + g[k] for k in p} for p, g in zip(params, grads)]


# %% half-nowhere | loss, backward
# the loss is not halved, and backward has the two that this gives
# named loss: In `loss`: the division by 2 is missing.
# untrue loss: In `loss`: the factor 2 is missing.


def loss(layers, t, params, decay):
    reg = sum((p["W"] ** 2).sum() for p in params) * decay * 0.5
    return float(((layers[-1] - t) ** 2).sum() / len(t) + reg)


def backward(params, x, t, decay, layers):
    d = 2 * (layers[-1] - t) / len(t)
    grads = []
    for p, a in zip(reversed(params), reversed(layers[:-1])):
        grads.append({"W": a.T @ d + decay * p["W"], "b": d.sum(axis=0)})
        d = (d @ p["W"].T) * (1 - a**2)
    return list(reversed(grads))


# %% sign-carried-through | backward, update
# target minus output in backward, and an update that adds
# named backward: In `grads`: the term with `decay` is subtracted, and should be added. In `grads`: the difference is the wrong way round: the term `t` comes first.
# named update: In the new `params`: the term with `lr` is added, and should be subtracted.


def backward(params, x, t, decay, layers):
    d = (t - layers[-1]) / len(t)
    grads = []
    for p, a in zip(reversed(params), reversed(layers[:-1])):
        grads.append({"W": a.T @ d - decay * p["W"], "b": d.sum(axis=0)})
        d = (d @ p["W"].T) * (1 - a**2)
    return list(reversed(grads))


def update(params, grads, lr):
    return [{k: p[k] + lr * g[k] for k in p} for p, g in zip(params, grads)]


# %% no-decay-at-all | loss, backward
# the weight decay is left out of the loss and of its derivative
# named loss: In `loss`: the term with `decay` is missing.


def loss(layers, t, params, decay):
    return float(np.sum((layers[-1] - t) ** 2) / 2 / len(t))


def backward(params, x, t, decay, layers):
    d = (layers[-1] - t) / len(t)
    grads = []
    for i in range(len(params))[::-1]:
        grads = [{"W": layers[i].T @ d, "b": d.sum(axis=0)}] + grads
        d = (d @ params[i]["W"].T) * (1 - layers[i] ** 2)
    return grads


# %% relu-and-late-losses | forward, train
# ReLU in the hidden layers, and losses that are recorded after the step
# named forward: In `layers`: ReLU, max(z, 0) is used instead of tanh.


def forward(params, x):
    layers = [x]
    for i in range(len(params)):
        z = layers[i] @ params[i]["W"] + params[i]["b"]
        layers.append(z if i == len(params) - 1 else z * (z > 0))
    return layers


def train(params, x, t, lr, decay, epochs):
    losses = []
    for _ in range(epochs):
        layers = forward(params, x)
        params = update(params, backward(params, x, t, decay, layers), lr)
        losses.append(loss(forward(params, x), t, params, decay))
    return params, losses


# %% slope-not-squared-and-stale-activations | backward, train
# the slope of tanh is taken as 1 - a, not 1 - a ** 2; train keeps the activations of the first epoch
# named backward: In `grads`: the square is missing.
# named train: In `train`: the call of `forward` has an effect only once, before the loop.


def backward(params, x, t, decay, layers):
    d = (layers[-1] - t) / len(t)
    grads = []
    for i in range(len(params))[::-1]:
        grads = [{"W": layers[i].T @ d + decay * params[i]["W"], "b": d.sum(axis=0)}] + grads
        d = (d @ params[i]["W"].T) * (1 - layers[i])
    return grads


def train(params, x, t, lr, decay, epochs):
    layers = forward(params, x)
    losses = []
    for _ in range(epochs):
        losses.append(loss(layers, t, params, decay))
        params = update(params, backward(params, x, t, decay, layers), lr)
    return params, losses
