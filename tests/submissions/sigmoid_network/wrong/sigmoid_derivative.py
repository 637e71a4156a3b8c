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
