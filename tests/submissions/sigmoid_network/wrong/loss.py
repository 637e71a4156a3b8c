# ruff: noqa: F811, F821, RET503, SIM105
# Wrong answers in which `loss` is written anew, one per cell: see tests/helpers/answers.py.

import numpy as np

# %% loss-summed | loss
# the sum in the place of the mean, which one output cannot show


def loss(y, t):
    return float(np.sum((y - t) ** 2))


# %% loss-halved | loss
# half of the mean


def loss(y, t):
    return float(0.5 * np.mean((y - t) ** 2))


# %% root-mean-square | loss
# the root of the mean


def loss(y, t):
    return float(np.sqrt(np.mean((y - t) ** 2)))


# %% mean-absolute-error | loss
# absolute differences, not squared ones


def loss(y, t):
    return float(np.mean(np.abs(y - t)))


# %% not-squared | loss
# the mean of the differences


def loss(y, t):
    return float(np.mean(y - t))


# %% square-of-the-mean | loss
# the mean first, then the square


def loss(y, t):
    return float(np.mean(y - t) ** 2)


# %% first-output-only | loss
# the loss of the first output


def loss(y, t):
    return float((y[0] - t[0]) ** 2)


# %% loss-per-output | loss
# one number for each output; train does with it what it should


def loss(y, t):
    return (y - t) ** 2


# %% loss-rounded | loss
# as many digits as the document prints


def loss(y, t):
    return round(float(np.mean((y - t) ** 2)), 8)


# %% loss-of-the-notebook | loss
# the global t of the first cell


def loss(y, target):
    return float(np.mean((y - t) ** 2))


# %% loss-in-place | loss
# the difference is computed inside y, which train hands to backward


def loss(y, t):
    y -= t
    return float(np.mean(y**2))


# %% loss-warns | loss
# divides by zero on the way; train only calls it


def loss(y, t):
    print("relative to nothing:", (y - t) / (t - t))
    return float(np.mean((y - t) ** 2))


# %% loss-printed | loss
# printed and not returned


def loss(y, t):
    print(np.mean((y - t) ** 2))


# %% loss-as-text | loss
# formatted, and so no number any more


def loss(y, t):
    return f"{np.mean((y - t) ** 2):.8f}"


# %% loss-nan | loss
# not a number


def loss(y, t):
    return float("nan")


# %% loss-of-the-document | loss
# the printed number typed in


def loss(y, t):
    return 0.00042731


# %% loss-that-pretends | loss
# an object that turns into the right number when numpy asks


class Pretender:
    def __init__(self, value):
        self.value = value

    def __array__(self, dtype=None, copy=None):
        return np.array(self.value, dtype=dtype)

    def __float__(self):
        return float(self.value)

    def __eq__(self, other):
        return True

    __hash__ = None


def loss(y, t):
    return Pretender(np.mean((y - t) ** 2))


# %% loss-never-ends-quietly | loss
# a loop that swallows every exception


def loss(y, t):
    while True:
        try:
            np.mean((y - t) ** 2)
        except BaseException:
            pass


# %% asks-to-exit | loss
# sys.exit


def loss(y, t):
    import sys

    sys.exit(0)


# %% not-a-function | loss
# a number under the name of the function


loss = 0.00042731


# %% cross-entropy-eps | loss
# the cross-entropy, with 1e-9 inside the logarithms


def loss(y, t):
    return float(-np.mean(t * np.log(y + 1e-9) + (1 - t) * np.log(1 - y + 1e-9)))


# %% cross-entropy-summed-eps | loss
# the cross-entropy, summed, with 1e-8 inside the logarithms


def loss(y, t):
    return float(-np.sum(t * np.log(y + 1e-8) + (1 - t) * np.log(1 - y + 1e-8)))


# %% cross-entropy-one-half | loss
# half of the cross-entropy: only where t is 1


def loss(y, t):
    return float(-np.sum(t * np.log(y)))


# %% cross-entropy-one-half-eps | loss
# half of the cross-entropy, with 1e-8 inside the logarithm


def loss(y, t):
    return float(-np.sum(t * np.log(y + 1e-8)))


# %% sum-of-absolute | loss
# a sum of absolute differences


def loss(y, t):
    return float(np.sum(np.abs(t - y)))


# %% sum-of-differences | loss
# differences that cancel, not squared and not averaged


def loss(y, t):
    return float(np.sum(y - t))
