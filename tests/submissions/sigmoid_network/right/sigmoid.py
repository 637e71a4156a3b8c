# ruff: noqa: C408, C417, E402, E731, F811
# Right answers in which `sigmoid` is written anew, one per cell: see tests/helpers/answers.py.

import numpy as np

# %% sigmoid-by-masks
# the two signs filled in by boolean masks


def sigmoid(z):
    out = np.empty_like(z)
    up = z >= 0
    out[up] = 1 / (1 + np.exp(-z[up]))
    grown = np.exp(z[~up])
    out[~up] = grown / (1 + grown)
    return out


# %% sigmoid-where-in-silence
# np.where works out both branches, with numpy told to keep quiet


def sigmoid(z):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


# %% sigmoid-decorated-silence
# the formula as it stands, under a decorator that silences the overflow


@np.errstate(over="ignore")
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# %% sigmoid-by-tanh
# the logistic function is a tanh, moved and squeezed


def sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


# %% sigmoid-piecewise
# np.piecewise with a function for each sign


def sigmoid(z):
    below = lambda v: np.exp(v) / (1 + np.exp(v))
    above = lambda v: 1 / (1 + np.exp(-v))
    return np.piecewise(z, [z < 0, z >= 0], [below, above])


# %% sigmoid-by-logaddexp
# through the logarithm


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


# %% sigmoid-clipped-far-out
# clipped where the exponential still fits a float


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -709, 709)))


# %% sigmoid-entry-by-entry
# math.exp on one number at a time


from math import exp


def one(z):
    if z >= 0:
        return 1 / (1 + exp(-z))
    return exp(z) / (1 + exp(z))


def sigmoid(z):
    return np.array([one(v) for v in z.flat]).reshape(z.shape)


# %% sigmoid-vectorized
# np.vectorize of a function of one number


@np.vectorize
def sigmoid(z):
    small = np.exp(-abs(z))
    return 1 / (1 + small) if z > 0 else small / (1 + small)


# %% sigmoid-into-buffers
# ufuncs that write into fresh arrays


def sigmoid(z):
    out = np.abs(z)
    np.negative(out, out=out)
    np.exp(out, out=out)
    bottom = np.add(out, 1)
    out[z >= 0] = 1
    return np.divide(out, bottom, out=out)


# %% sigmoid-clipped-near
# clipped where the function is flat to single precision


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -15, 15)))


# %% sigmoid-in-float32
# half the digits, which are enough


def sigmoid(z):
    return (0.5 * (1 + np.tanh(z / 2))).astype(np.float32)
