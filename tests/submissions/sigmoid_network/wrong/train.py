# ruff: noqa: F811, F821, RET503, SIM105
# Wrong answers in which `train` is written anew, one per cell: see tests/helpers/answers.py.

import numpy as np

# %% losses-after-the-update | train
# each loss one step late


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        params = update(params, backward(params, x, t, a), lr)
        losses.append(loss(forward(params, x)["y"], t))
    return params, losses


# %% one-epoch-too-many | train
# a step more than asked for


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs + 1):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% one-epoch-too-few | train
# starts counting at 1


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(1, epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% one-loss-too-many | train
# the loss after the last update stands at the end of the list


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    losses.append(loss(forward(params, x)["y"], t))
    return params, losses


# %% return-in-the-loop | train
# the return is indented too far


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
        return params, losses


# %% always-from-the-start | train
# every step starts from the parameters it was given


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        trained = update(params, backward(params, x, t, a), lr)
    return trained, losses


# %% stale-gradient | train
# the derivatives are computed once, before the loop


def train(params, x, t, lr, epochs):
    losses = []
    grads = backward(params, x, t, forward(params, x))
    for _ in range(epochs):
        losses.append(loss(forward(params, x)["y"], t))
        params = update(params, grads, lr)
    return params, losses


# %% stale-activations | train
# the activations are computed once, before the loop


def train(params, x, t, lr, epochs):
    losses = []
    a = forward(params, x)
    for _ in range(epochs):
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% stops-early | train
# stops when the loss is small


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        if losses[-1] < 1e-3:
            break
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% keeps-the-best | train
# the parameters of the smallest loss that was seen, which are one step old


def train(params, x, t, lr, epochs):
    losses, best = [], params
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        if losses[-1] == min(losses):
            best = params
        params = update(params, backward(params, x, t, a), lr)
    return best, losses


# %% rate-decays | train
# the learning rate shrinks from step to step


def train(params, x, t, lr, epochs):
    losses = []
    for epoch in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr * 0.9**epoch)
    return params, losses


# %% train-with-its-own-rate | train
# 0.1 written in


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), 0.1)
    return params, losses


# %% train-with-its-own-epochs | train
# three epochs written in


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(3):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% updated-before-going-back | train
# W2 takes its step before the hidden layer gets its share


def train(params, x, t, lr, epochs):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    losses = []
    for _ in range(epochs):
        h = 1 / (1 + np.exp(-(x @ W1 + b1)))
        y = 1 / (1 + np.exp(-(h @ W2 + b2)))
        losses.append(((y - t) ** 2).mean())
        d2 = 2 / len(t) * (y - t) * y * (1 - y)
        W2, b2 = W2 - lr * np.outer(h, d2), b2 - lr * d2
        d1 = W2 @ d2 * h * (1 - h)
        W1, b1 = W1 - lr * np.outer(x, d1), b1 - lr * d1
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, losses


# %% trains-in-place | train
# changes the arrays of the caller


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        grads = backward(params, x, t, a)
        for name in params:
            params[name] -= lr * grads[name]
    return params, losses


# %% trains-in-the-callers-dict | train
# new arrays, but put into the dict of the caller


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params.update(update(params, backward(params, x, t, a), lr))
    return params, losses


# %% global-list-of-losses | train
# the list of losses grows from call to call


LOSSES = []


def train(params, x, t, lr, epochs):
    for _ in range(epochs):
        a = forward(params, x)
        LOSSES.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return params, LOSSES


# %% goes-on-from-last-time | train
# training resumes where the last one with these sizes ended


LAST = {}


def train(params, x, t, lr, epochs):
    losses = []
    key = (params["W1"].shape, params["W2"].shape)
    params = LAST.get(key, params)
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    LAST[key] = params
    return params, losses


# %% results-swapped | train
# the losses first


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return losses, params


# %% losses-not-returned | train
# the parameters alone


def train(params, x, t, lr, epochs):
    for _ in range(epochs):
        a = forward(params, x)
        print(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return params


# %% last-loss-only | train
# one number for a list


def train(params, x, t, lr, epochs):
    for _ in range(epochs):
        a = forward(params, x)
        last = loss(a["y"], t)
        params = update(params, backward(params, x, t, a), lr)
    return params, last


# %% losses-by-epoch | train
# a dict for a list


def train(params, x, t, lr, epochs):
    losses = {}
    for epoch in range(epochs):
        a = forward(params, x)
        losses[epoch] = loss(a["y"], t)
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% losses-rounded | train
# rounded to six digits


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(round(loss(a["y"], t), 6))
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% activations-among-the-params | train
# the trained parameters carry the last activations with them


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return params | a, losses


# %% train-never-ends | train
# trains until the loss is 0


def train(params, x, t, lr, epochs):
    losses = []
    while True:
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
        if losses[-1] == 0:
            return params, losses


# %% stops-at-a-threshold | train
# stops as soon as the loss is small


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        if losses[-1] < 0.05:
            break
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% stops-when-it-changes-little | train
# stops as soon as the loss changes little


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
        if len(losses) > 1 and abs(losses[-1] - losses[-2]) < 1e-3:
            break
    return params, losses


# %% two-epochs-written-in | train
# two epochs are written in


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(2):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% update-line-outside | train
# the step is made once, after the loop


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        losses.append(loss(a["y"], t))
    params = update(params, backward(params, x, t, a), lr)
    return params, losses


# %% every-second-loss | train
# records every second loss


def train(params, x, t, lr, epochs):
    losses = []
    for e in range(epochs):
        a = forward(params, x)
        if e % 2 == 0:
            losses.append(loss(a["y"], t))
        params = update(params, backward(params, x, t, a), lr)
    return params, losses
