# ruff: noqa: F811, F821, RET503, SIM105
# Wrong answers in which `update` is written anew, one per cell: see tests/helpers/answers.py.

import numpy as np

# %% update-uphill | update
# plus instead of minus


def update(params, grads, lr):
    return {name: params[name] + lr * grads[name] for name in params}


# %% rate-ignored | update
# the learning rate is left out


def update(params, grads, lr):
    return {name: params[name] - grads[name] for name in params}


# %% rate-of-the-document | update
# 0.1 written in


def update(params, grads, lr):
    return {name: params[name] - 0.1 * grads[name] for name in params}


# %% rate-of-the-notebook | update
# the global lr of the first cell


def update(params, grads, rate):
    return {name: params[name] - lr * grads[name] for name in params}


# %% rate-squared | update
# the learning rate twice


def update(params, grads, lr):
    return {name: params[name] - lr * lr * grads[name] for name in params}


# %% rate-divided | update
# divides by the learning rate


def update(params, grads, lr):
    return {name: params[name] - grads[name] / lr for name in params}


# %% biases-not-updated | update
# only the weights move


def update(params, grads, lr):
    new = dict(params)
    for name in ("W1", "W2"):
        new[name] = params[name] - lr * grads[name]
    return new


# %% biases-lost | update
# the new parameters have no biases


def update(params, grads, lr):
    return {name: params[name] - lr * grads[name] for name in ("W1", "W2")}


# %% update-in-place | update
# changes the arrays it was given; train is as it should be


def update(params, grads, lr):
    for name in params:
        params[name] -= lr * grads[name]
    return params


# %% update-on-a-shallow-copy | update
# a copy of the dict, with the caller's arrays in it; train is as it should be


def update(params, grads, lr):
    new = dict(params)
    for name in new:
        new[name] -= lr * grads[name]
    return new


# %% gradients-scaled-in-place | update
# the derivatives are multiplied where they are


def update(params, grads, lr):
    for name in params:
        grads[name] *= lr
    return {name: params[name] - grads[name] for name in params}


# %% update-with-extra-keys | update
# the learning rate stands among the new parameters; train hands on what it is given


def update(params, grads, lr):
    new = {name: params[name] - lr * grads[name] for name in ("W1", "b1", "W2", "b2")}
    return {**new, "lr": lr}


# %% update-over-all-gradients | update
# steps over the keys of grads, which has two that params has not


def update(params, grads, lr):
    return {name: params[name] - lr * grads[name] for name in grads}


# %% only-the-step | update
# returns the step instead of the new values


def update(params, grads, lr):
    return {name: -lr * grads[name] for name in params}


# %% multiplied-step | update
# shrinks the parameters in proportion to the derivative


def update(params, grads, lr):
    return {name: params[name] * (1 - lr * grads[name]) for name in params}


# %% sign-of-the-gradient | update
# every entry moves by the learning rate


def update(params, grads, lr):
    return {name: params[name] - lr * np.sign(grads[name]) for name in params}


# %% gradient-of-the-other-bias | update
# b1 moves by the derivative of b2


def update(params, grads, lr):
    new = {name: params[name] - lr * grads[name] for name in params}
    new["b1"] = params["b1"] - lr * grads["b2"].reshape(params["b1"].shape)
    return new


# %% momentum-in-a-global | update
# steps remembered between calls: no second training gives the same


MEMORY = {}


def update(params, grads, lr):
    new = {}
    for name in params:
        key = (name, params[name].shape)
        MEMORY[key] = 0.9 * MEMORY.get(key, 0.0) + grads[name]
        new[name] = params[name] - lr * MEMORY[key]
    return new


# %% update-returns-nothing | update
# changes in place and returns None


def update(params, grads, lr):
    for name in params:
        params[name] = params[name] - lr * grads[name]


# %% update-missing | update
# the function was deleted


del update


# %% too-much-returned | update
# parameters of 40 MB


def update(params, grads, lr):
    return {name: np.ones(5_000_000) for name in params}


# %% leaves-the-process | update
# ends the process at once


def update(params, grads, lr):
    import os

    os._exit(0)


# %% interrupts-itself | update
# pretends that somebody pressed Ctrl-C


def update(params, grads, lr):
    raise KeyboardInterrupt


# %% raises-something-odd | update
# an exception that fails when it is printed


class Odd(Exception):
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


def update(params, grads, lr):
    raise Odd


# %% not-written-yet | update
# the stub that was handed out


def update(params, grads, lr):
    raise NotImplementedError("update")


# %% other-number-of-arguments | update
# one argument too few


def update(params, grads):
    return {name: params[name] - 0.1 * grads[name] for name in params}


# %% lr-squared | update
# the learning rate is squared


def update(params, grads, lr):
    return {k: v - lr ** 2 * grads[k] for k, v in params.items()}


# %% lr-left-out-and-added | update
# whole derivatives are added


def update(params, grads, lr):
    return {k: v + grads[k] for k, v in params.items()}


# %% squared-gradient | update
# the derivatives are squared


def update(params, grads, lr):
    return {k: v - lr * grads[k] ** 2 for k, v in params.items()}


# %% weight-times-gradient | update
# each step is also in proportion to the parameter


def update(params, grads, lr):
    return {k: v - lr * grads[k] * v for k, v in params.items()}
