# ruff: noqa: C408, C417, E402, E731, F811
# Right answers in which `loss` is written anew, one per cell: see tests/helpers/answers.py.

import numpy as np

# %% loss-numpy-float
# the loss as the np.float64 that np.mean gives


def loss(y, t):
    return np.mean((y - t) ** 2)


# %% loss-zero-dimensional
# the loss as an array without axes


def loss(y, t):
    return np.array(np.mean((t - y) ** 2))


# %% loss-size-one
# the loss as an array of one entry, as the document prints it


def loss(y, t):
    return np.array([np.mean((y - t) ** 2)])


# %% loss-keeps-its-axis
# the loss with the axis of the outputs kept


def loss(y, t):
    return np.mean(np.square(y - t), axis=0, keepdims=True)


# %% loss-by-dot
# the squares summed by a dot product


def loss(y, t):
    return ((y - t) @ (y - t)) / len(y)


# %% loss-by-norm
# the square of the Euclidean length


def loss(y, t):
    return np.linalg.norm(y - t) ** 2 / y.shape[0]


# %% loss-by-fsum
# math.fsum over the outputs


from math import fsum


def loss(y, t):
    return fsum((a - b) ** 2 for a, b in zip(y, t, strict=True)) / y.size


# %% loss-expanded
# the square multiplied out


def loss(y, t):
    return float(np.mean(y**2 - 2 * y * t + t**2))


# %% loss-by-average
# np.average of the squares, by way of absolute differences


def loss(y, t):
    return np.average(np.power(np.abs(t - y), 2))


# %% loss-in-float32
# half the digits, which are enough


def loss(y, t):
    return np.float32(np.mean((y - t) ** 2))
