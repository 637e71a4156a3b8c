# ruff: noqa: C408, C417, E402, E731, F811
# Right answers in which `update` is written anew, one per cell: see tests/helpers/answers.py.

import numpy as np

# %% update-by-loop
# a loop that fills a new dict


def update(params, grads, lr):
    new = {}
    for name in params:
        step = lr * grads[name]
        new[name] = params[name] - step
    return new


# %% update-copy-then-rebind
# a shallow copy whose entries are replaced, never changed


def update(params, grads, lr):
    new = params.copy()
    for name in new:
        new[name] = new[name] + (-lr) * grads[name]
    return new


# %% update-deep-copy
# changes in place, but in a deep copy


import copy


def update(params, grads, lr):
    new = copy.deepcopy(params)
    for name in new:
        new[name] -= lr * grads[name]
    return new


# %% update-explicit-keys
# the four names written out, in another order


def update(params, grads, lr):
    return {
        "b2": params["b2"] - lr * grads["b2"],
        "W2": params["W2"] - lr * grads["W2"],
        "b1": params["b1"] - lr * grads["b1"],
        "W1": params["W1"] - lr * grads["W1"],
    }


# %% update-into-buffers
# np.multiply and np.subtract that write into fresh arrays


def update(params, grads, lr):
    new = {}
    for name, value in params.items():
        step = np.empty_like(value)
        np.multiply(grads[name], lr, out=step)
        new[name] = np.subtract(value, step, out=np.empty_like(value))
    return new


# %% update-by-zip
# the dict put together by zip and map


def update(params, grads, lr):
    stepped = map(lambda name: params[name] - grads[name] * lr, params)
    return dict(zip(params, stepped, strict=True))


# %% update-flattened
# all parameters as one long vector


def update(params, grads, lr):
    flat = np.concatenate([value.ravel() for value in params.values()])
    slope = np.concatenate([grads[name].ravel() for name in params])
    ends = np.cumsum([value.size for value in params.values()])
    pieces = np.split(flat - lr * slope, ends[:-1])
    return {n: p.reshape(params[n].shape) for n, p in zip(params, pieces, strict=True)}


# %% update-in-float32
# new parameters of half the digits


def update(params, grads, lr):
    return {name: np.float32(params[name] - lr * grads[name]) for name in params}
