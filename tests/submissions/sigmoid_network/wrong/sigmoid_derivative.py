# ruff: noqa: F811, F821, RET503, SIM105
# Wrong answers in which `sigmoid_derivative` is written anew, one per cell: see tests/helpers/answers.py.

import numpy as np

# %% derivative-of-the-sum | sigmoid_derivative
# takes z where it is given the activation


def sigmoid_derivative(z):
    return sigmoid(z) * (1 - sigmoid(z))


# %% derivative-of-tanh | sigmoid_derivative
# the slope of another function


def sigmoid_derivative(a):
    return 1 - a**2


# %% derivative-in-place | sigmoid_derivative
# changes the activations it is given, and so backward does


def sigmoid_derivative(a):
    a *= 1 - a
    return a


# %% slope-of-the-centred-logistic | sigmoid_derivative
# the slope of a sigmoid between -1 and 1


def sigmoid_derivative(a):
    return 0.5 * (1 + a) * (1 - a)


# %% leaky-slope | sigmoid_derivative
# the slope of a leaky rectifier


def sigmoid_derivative(a):
    return np.where(a > 0, 1.0, 0.01)


# %% leaky-logistic-slope | sigmoid_derivative
# 0.1 is added, so that no slope is near 0


def sigmoid_derivative(a):
    return a * (1 - a) + 0.1


# %% half-slope | sigmoid_derivative
# twice the slope


def sigmoid_derivative(a):
    return 2 * a * (1 - a)
