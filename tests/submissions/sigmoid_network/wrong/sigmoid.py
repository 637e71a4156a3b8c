# ruff: noqa: F811, F821, RET503, SIM105
# Wrong answers in which `sigmoid` is written anew, one per cell: see tests/helpers/answers.py.

import numpy as np

# %% sigmoid-warns | sigmoid
# the formula as it stands overflows


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# %% sigmoid-warns-in-where | sigmoid
# np.where works out both branches, and one of them overflows


def sigmoid(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


# %% sigmoid-nan-far-out | sigmoid
# infinity by infinity at 1000


def sigmoid(z):
    return np.exp(z) / (1 + np.exp(z))


# %% sigmoid-nan-in-silence | sigmoid
# the same, with the warnings switched off


def sigmoid(z):
    with np.errstate(all="ignore"):
        return np.exp(z) / (1 + np.exp(z))


# %% sigmoid-changes-its-argument | sigmoid
# the sign is turned in place


def sigmoid(z):
    up = z >= 0
    z[up] *= -1
    return np.where(up, 1, np.exp(z)) / (1 + np.exp(z))


# %% sigmoid-upside-down | sigmoid
# the sign is the wrong way round


def sigmoid(z):
    return 0.5 * (1 - np.tanh(z / 2))


# %% sigmoid-is-tanh | sigmoid
# another activation function


def sigmoid(z):
    return np.tanh(z)


# %% sigmoid-with-a-short-e | sigmoid
# 2.718 for e


def sigmoid(z):
    small = 2.718 ** -np.abs(z)
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


# %% sigmoid-for-one-number | sigmoid
# asks whether an array is above 0


def sigmoid(z):
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / (1 + np.exp(z))


# %% sigmoid-half-returned | sigmoid
# nothing is returned as soon as one entry is negative


def sigmoid(z):
    if (z >= 0).all():
        return 1 / (1 + np.exp(-z))


# %% sigmoid-as-a-list | sigmoid
# a list, with which sigmoid_derivative cannot compute


def sigmoid(z):
    return [float(0.5 * (1 + np.tanh(v / 2))) for v in z]


# %% sigmoid-never-ends | sigmoid
# a loop without an end, in all that calls it


def sigmoid(z):
    while True:
        z = z / 2


# %% math-exp-of-an-array | sigmoid
# math.exp takes one number


def sigmoid(z):
    import math

    return 1 / (1 + math.exp(-z))


# %% centred-logistic | sigmoid
# 2 / (1 + e^-z) - 1, between -1 and 1


def sigmoid(z):
    return 2 / (1 + np.exp(-np.clip(z, -700, 700))) - 1


# %% arctangent | sigmoid
# an arctangent that is squeezed between 0 and 1


def sigmoid(z):
    return 0.5 + np.arctan(z) / np.pi


# %% softsign | sigmoid
# z / (1 + |z|), between -1 and 1


def sigmoid(z):
    return z / (1 + np.abs(z))


# %% leaky-relu | sigmoid
# a rectifier that lets a hundredth through below 0


def sigmoid(z):
    return np.where(z > 0, z, 0.01 * z)
