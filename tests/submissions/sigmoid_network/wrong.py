# ruff: noqa: F811, F821, RET503, SIM105
# Wrong answers, one per cell. A cell is added to the end of the reference solution and replaces
# what it defines again. After the bar stand the functions that must not pass; all others must,
# since a mistake costs its own function only. Cells repeat each other's names and are written
# badly on purpose: hence the line above.
#
# When is `train` named beside a function that it calls? When that function does not come back
# (it raises, hangs, returns nothing one can go on with), when nothing but None, NaN or the same
# number comes of it everywhere, when it gives something else each time, or when it spoils what the
# loop hands to the next step: then there is nothing by which the loop could be seen to be right.

import numpy as np

# %% factor-two-missing | backward
# the 2 of the squared error's derivative is missing


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% mean-forgotten | backward
# the 1/n of the mean is missing, which one output cannot show


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t)
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% mean-over-the-inputs | backward
# divides by the number of inputs instead of outputs


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / x.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% mean-taken-twice | backward
# the derivatives by weights and biases are divided by n once more


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    m = t.shape[0]
    gy = 2 * (y - t) / m
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    w2, w1 = np.outer(h, d2) / m, np.outer(x, d1) / m
    return {"y": gy, "W2": w2, "b2": d2 / m, "h": gh, "W1": w1, "b1": d1 / m}


# %% wrong-sign | backward
# target minus output


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (t - y) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% wrong-sign-twice | backward, update
# the wrong sign in both places, so that the training is right


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (t - y) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


def update(params, grads, lr):
    return {name: params[name] + lr * grads[name] for name in params}


# %% absolute-error | backward
# the absolute value of the difference


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * np.abs(y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% loss-sent-back | backward
# the squared error itself in the place of its derivative


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (y - t) ** 2
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% cross-entropy-delta | backward
# the delta that belongs to another loss


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = y - t
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% output-slope-missing | backward
# the output's sigmoid is skipped


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    gh = params["W2"] @ gy
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, gy), "b2": gy, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% hidden-slope-missing | backward
# the hidden sigmoid is skipped


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, gh), "b1": gh}


# %% both-slopes-missing | backward
# as if the network were linear


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    gh = params["W2"] @ gy
    return {"y": gy, "W2": np.outer(h, gy), "b2": gy, "h": gh, "W1": np.outer(x, gh), "b1": gh}


# %% output-slope-twice | backward
# the slope of the output is multiplied in twice


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size * y * (1 - y)
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% raw-error-sent-back | backward
# the hidden layer gets the error from before the output's sigmoid


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ gy
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% deltas-under-y-and-h | backward
# the entries y and h hold the derivatives by z instead; training never looks at them


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    d2 = 2 * (y - t) / t.size * y * (1 - y)
    d1 = params["W2"] @ d2 * h * (1 - h)
    return {"y": d2, "W2": np.outer(h, d2), "b2": d2, "h": d1, "W1": np.outer(x, d1), "b1": d1}


# %% one-bias-without-its-slope | backward
# only b1 misses the hidden slope


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": gh}


# %% slope-with-the-wrong-sign | backward
# a (a - 1) for a (1 - a): wrong once for the output, and right again for the hidden layer


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (y - 1)
    gh = params["W2"] @ d2
    d1 = gh * h * (h - 1)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% double-sigmoid | backward
# the slope is taken at the activation as if it were the weighted sum


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * sigmoid(y) * (1 - sigmoid(y))
    gh = params["W2"] @ d2
    d1 = gh * sigmoid(h) * (1 - sigmoid(h))
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% slope-of-the-sum | backward
# sigmoid_derivative is given the weighted sum, not the activation


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * sigmoid_derivative(h @ params["W2"] + params["b2"])
    gh = params["W2"] @ d2
    d1 = gh * sigmoid_derivative(x @ params["W1"] + params["b1"])
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% tanh-slope | backward
# the slope of another activation function


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * (1 - y**2)
    gh = params["W2"] @ d2
    d1 = gh * (1 - h**2)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% half-a-slope | backward
# 1 - a alone


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% input-for-hidden | backward, train
# x in the place of h, which only n_in = n_hidden lets through


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(x, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% hidden-for-input | backward, train
# h in the place of x


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(h, d1), "b1": d1}


# %% weight-for-its-input | backward
# the derivative by W2 is made of W2


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    w2 = params["W2"] * d2
    return {"y": gy, "W2": w2, "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% slope-for-its-input | backward
# the derivative by W2 is made of the hidden slope


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    w2 = np.outer(h * (1 - h), d2)
    return {"y": gy, "W2": w2, "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% outer-swapped | backward, train
# both outer products the wrong way round


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(d2, h), "b2": d2, "h": gh, "W1": np.outer(d1, x), "b1": d1}


# %% outer-swapped-and-reshaped | backward
# the wrong way round, and forced into the right shape


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    w1 = np.outer(d1, x).reshape(x.size, h.size)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": w1, "b1": d1}


# %% reshape-for-transpose | backward
# W2 reshaped instead of transposed, which is the same for one output


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = d2 @ params["W2"].reshape(t.size, h.size)
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% first-column-only | backward
# only the first output reaches the hidden layer


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"][:, 0] * d2[0]
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% one-output-assumed | backward, train
# W2 flattened, which raises for two outputs


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"].flatten() * d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% two-two-one-written-out | backward, train
# loops over the sizes of the example


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    grads = {name: np.zeros(value.shape) for name, value in {**params, "h": h}.items()}
    grads["y"] = np.array([2 * (y[0] - t[0])])
    grads["b2"] = grads["y"] * y[0] * (1 - y[0])
    for j in range(2):
        grads["W2"][j, 0] = h[j] * grads["b2"][0]
        grads["h"][j] = params["W2"][j, 0] * grads["b2"][0]
        grads["b1"][j] = grads["h"][j] * h[j] * (1 - h[j])
        for i in range(2):
            grads["W1"][i, j] = x[i] * grads["b1"][j]
    return grads


# %% numbers-of-the-document | backward, train
# the printed numbers typed in


def backward(params, x, t, activations):
    return {
        "y": np.array([-0.04134291]),
        "W2": np.array([[-0.00501868], [-0.0055848]]),
        "b2": np.array([-0.00900627]),
        "h": np.array([-0.00450314, -0.00540376]),
        "W1": np.array([[-0.00055551, -0.00063649], [-0.0003333, -0.00038189]]),
        "b1": np.array([-0.00111101, -0.00127297]),
    }


# %% weights-ignored-on-the-way-back | backward
# every hidden unit gets the sum of the deltas


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = np.full(h.shape, d2.sum())
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% shares-of-the-weights | backward
# the error is divided among the hidden units in proportion


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] / np.abs(params["W2"]).sum(axis=0) @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% gradient-for-the-weight | backward
# the derivative by W2 goes back in the place of W2


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    w2 = np.outer(h, d2)
    gh = w2 @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": w2, "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% weights-stepped-before-going-back | backward
# W2 takes its step, with a rate of 0.1, before the hidden layer gets its share


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    w2 = np.outer(h, d2)
    gh = (params["W2"] - 0.1 * w2) @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": w2, "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% rate-already-inside | backward
# the derivatives are multiplied by a learning rate


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    w2, w1 = 0.1 * np.outer(h, d2), 0.1 * np.outer(x, d1)
    return {"y": gy, "W2": w2, "b2": 0.1 * d2, "h": gh, "W1": w1, "b1": 0.1 * d1}


# %% bias-summed-over-units | backward
# a sum over the hidden units gives one number for all biases


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    b2, b1 = np.sum(d2, axis=0), np.sum(d1, axis=0)
    return {"y": gy, "W2": np.outer(h, d2), "b2": b2, "h": gh, "W1": np.outer(x, d1), "b1": b1}


# %% bias-averaged-over-units | backward
# the mean over the hidden units in every entry, so that the shape is right


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    b1 = np.full(h.shape, d1.mean())
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": b1}


# %% bias-zero | backward
# the biases get no derivative


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    b2, b1 = np.zeros_like(d2), np.zeros_like(d1)
    return {"y": gy, "W2": np.outer(h, d2), "b2": b2, "h": gh, "W1": np.outer(x, d1), "b1": b1}


# %% bias-times-bias | backward
# the biases as if they were multiplied by themselves


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    b2, b1 = d2 * params["b2"], d1 * params["b1"]
    return {"y": gy, "W2": np.outer(h, d2), "b2": b2, "h": gh, "W1": np.outer(x, d1), "b1": b1}


# %% row-vectors | backward
# everything keeps a first axis of length one


def backward(params, x, t, activations):
    h, y = activations["h"].reshape(1, -1), activations["y"].reshape(1, -1)
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = d2 @ params["W2"].T
    d1 = gh * h * (1 - h)
    w2, w1 = h.T @ d2, x.reshape(-1, 1) @ d1
    return {"y": gy, "W2": w2, "b2": d2, "h": gh, "W1": w1, "b1": d1}


# %% gradient-clipped | backward
# every entry cut off at 0.01


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    grads = {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}
    return {name: np.clip(grad, -0.01, 0.01) for name, grad in grads.items()}


# %% gradient-normalised | backward
# every array divided by its length


right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    return {name: grad / np.linalg.norm(grad) for name, grad in grads.items()}


# %% weight-decay | backward
# a little of each weight is added


right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    return grads | {name: grads[name] + 1e-4 * params[name] for name in ("W1", "W2")}


# %% gradients-rounded | backward
# rounded to the digits of the document


right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    return {name: np.round(grad, 8) for name, grad in grads.items()}


# %% gradients-in-float32 | backward
# half the digits


right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    return {name: grad.astype(np.float32) for name, grad in grads.items()}


# %% gradients-as-lists | backward, train
# lists of numbers, which update cannot multiply


right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    return {name: grad.tolist() for name, grad in grads.items()}


# %% gradients-as-a-tuple | backward, train
# six arrays without names


right_backward = backward


def backward(params, x, t, activations):
    return tuple(right_backward(params, x, t, activations).values())


# %% gradients-as-a-generator | backward, train
# yields pairs instead of returning a dict


right_backward = backward


def backward(params, x, t, activations):
    yield from right_backward(params, x, t, activations).items()


# %% hidden-gradient-missing | backward
# no entry h, which training does not need


right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    del grads["h"]
    return grads


# %% bias-gradient-missing | backward, train
# no entry b2


right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    del grads["b2"]
    return grads


# %% gradient-misspelt | backward
# "H" for "h"


right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    return {name.replace("h", "H"): grad for name, grad in grads.items()}


# %% gradients-prefixed | backward, train
# "dW1" for "W1"


right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    return {"d" + name: grad for name, grad in grads.items()}


# %% backward-returns-nothing | backward, train
# the return is missing


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    print({"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1})


# %% gradients-all-zero | backward, train
# zeros of the right shapes: training stands still


def backward(params, x, t, activations):
    return {name: np.zeros(value.shape) for name, value in (params | activations).items()}


# %% gradients-all-nan | backward, train
# not a number anywhere


def backward(params, x, t, activations):
    return {name: np.full(value.shape, np.nan) for name, value in (params | activations).items()}


# %% gradients-as-text | backward, train
# every array as a string


right_backward = backward


def backward(params, x, t, activations):
    return {name: str(grad) for name, grad in right_backward(params, x, t, activations).items()}


# %% globals-set-by-forward | backward
# backward leans on what forward left behind in global variables


def forward(params, x):
    global h, y
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    return {"h": h, "y": y}


def backward(params, x, t, activations):
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% cache-in-a-class | backward
# the same, with the values kept in an object


class Cache:
    values = {}  # noqa: RUF012


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    Cache.values = {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}
    return dict(Cache.values)


def backward(params, x, t, activations):
    h, y = Cache.values["h"], Cache.values["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% one-dict-for-all-calls | forward
# forward fills and returns one global dict, so a later call changes an earlier result


RESULT = {}


def forward(params, x):
    RESULT["h"] = sigmoid(x @ params["W1"] + params["b1"])
    RESULT["y"] = sigmoid(RESULT["h"] @ params["W2"] + params["b2"])
    return RESULT


# %% parameters-of-the-notebook | backward, train
# the global params of the first cell instead of the argument


def backward(parameters, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% target-of-the-notebook | backward
# the global t of the first cell, which broadcasts to any number of outputs


def backward(params, x, target, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / y.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% central-differences | backward
# every derivative by a pair of forward passes


right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    for name, value in params.items():
        for index in np.ndindex(value.shape):
            up, down = value.copy(), value.copy()
            up[index] += 1e-6
            down[index] -= 1e-6
            rise = loss(forward({**params, name: up}, x)["y"], t)
            rise -= loss(forward({**params, name: down}, x)["y"], t)
            grads[name][index] = rise / 2e-6
    return grads


# %% forward-differences-inlined | backward
# differences again, with the network written out inside


right_backward = backward


def backward(params, x, t, activations):
    def error(p):
        h = 1 / (1 + np.exp(-(x @ p["W1"] + p["b1"])))
        return np.mean((1 / (1 + np.exp(-(h @ p["W2"] + p["b2"]))) - t) ** 2)

    grads = right_backward(params, x, t, activations)
    for name, value in params.items():
        for index in np.ndindex(value.shape):
            moved = value.copy()
            moved[index] += 1e-7
            grads[name][index] = (error({**params, name: moved}) - error(params)) / 1e-7
    return grads


# %% differences-under-another-name | backward
# differences of high order through forward and loss, called by names that nobody watches


run, error = forward, loss
right_backward = backward


def backward(params, x, t, activations):
    weights = {1: 4 / 5, 2: -1 / 5, 3: 4 / 105, 4: -1 / 280}
    grads = right_backward(params, x, t, activations)
    for name, value in params.items():
        for index in np.ndindex(value.shape):
            total = 0.0
            for k, weight in weights.items():
                for sign in (1, -1):
                    moved = value.copy()
                    moved[index] += sign * k * 0.01
                    total += sign * weight * error(run({**params, name: moved}, x)["y"], t)
            grads[name][index] = total / 0.01
    return grads


# %% library-that-differentiates | backward, train
# asks a library for the derivatives


def backward(params, x, t, activations):
    from autograd import grad

    return grad(lambda p: loss(forward(p, x)["y"], t))(params)


# %% activations-changed | backward
# the difference is computed inside the activations


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    slope = y * (1 - y)
    y -= t
    gy = 2 * y / t.size
    d2 = gy * slope
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% activations-added-to | backward
# the deltas are stored among the activations


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = activations["d2"] = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = activations["d1"] = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% tape-used-up | backward
# backward empties a list in the activations, so that a second call with them fails


def dense(values, weights, biases, tape):
    out = sigmoid(values @ weights + biases)

    def back(grad):
        delta = grad * out * (1 - out)
        return np.outer(values, delta), delta, weights @ delta

    tape.append(back)
    return out


def forward(params, x):
    tape = []
    h = dense(x, params["W1"], params["b1"], tape)
    return {"h": h, "y": dense(h, params["W2"], params["b2"], tape), "tape": tape}


def backward(params, x, t, activations):
    tape = activations["tape"]
    grads = {"y": 2 * (activations["y"] - t) / t.size}
    grads["W2"], grads["b2"], grads["h"] = tape.pop()(grads["y"])
    grads["W1"], grads["b1"], _ = tape.pop()(grads["h"])
    return grads


# %% nested-cache-changed | backward
# the difference is computed inside a dict within the activations


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    return {"h": h, "y": y, "kept": {"error": y.copy()}}


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    error = activations["kept"]["error"]
    error -= t
    gy = 2 * error / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% input-changed | backward, train
# x becomes a column in place, and the next forward cannot use it


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    x.resize((x.size, 1), refcheck=False)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": x * d1, "b1": d1}


# %% target-changed | backward, train
# the difference is computed inside the target, which train hands to the next epoch


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    t -= y
    gy = -2 * t / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


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


# %% biases-lost | update, train
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


# %% update-over-all-gradients | update, train
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


# %% gradient-of-the-other-bias | update, train
# b1 moves by the derivative of b2


def update(params, grads, lr):
    new = {name: params[name] - lr * grads[name] for name in params}
    new["b1"] = params["b1"] - lr * grads["b2"].reshape(params["b1"].shape)
    return new


# %% momentum-in-a-global | update, train
# steps remembered between calls: no second training gives the same


MEMORY = {}


def update(params, grads, lr):
    new = {}
    for name in params:
        key = (name, params[name].shape)
        MEMORY[key] = 0.9 * MEMORY.get(key, 0.0) + grads[name]
        new[name] = params[name] - lr * MEMORY[key]
    return new


# %% update-returns-nothing | update, train
# changes in place and returns None


def update(params, grads, lr):
    for name in params:
        params[name] = params[name] - lr * grads[name]


# %% update-in-float32 | update
# new parameters of half the digits


def update(params, grads, lr):
    return {name: np.float32(params[name] - lr * grads[name]) for name in params}


# %% update-missing | update, train
# the function was deleted


del update


# %% loss-summed | loss
# the sum in the place of the mean, which one output cannot show


def loss(y, t):
    return float(np.sum((y - t) ** 2))


# %% loss-halved | loss
# half of the mean


def loss(y, t):
    return float(0.5 * np.mean((y - t) ** 2))


# %% loss-halved-with-its-gradient | loss
# half of the mean, and the derivative that belongs to it: one mistake


def loss(y, t):
    return float(0.5 * np.mean((y - t) ** 2))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% loss-halved-and-wrong-sign | loss, backward
# half of the mean, and a derivative that belongs to no loss


def loss(y, t):
    return float(0.5 * np.mean((y - t) ** 2))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (t - y) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% loss-halved-and-deltas-under-y-and-h | loss, backward
# the parameters' derivatives belong to the loss; those by y and h do not


def loss(y, t):
    return float(0.5 * np.mean((y - t) ** 2))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    d2 = (y - t) / t.size * y * (1 - y)
    d1 = params["W2"] @ d2 * h * (1 - h)
    return {"y": d2, "W2": np.outer(h, d2), "b2": d2, "h": d1, "W1": np.outer(x, d1), "b1": d1}


# %% cross-entropy-with-its-gradient | loss
# another loss, and every derivative of it


def loss(y, t):
    return float(-np.mean(t * np.log(y) + (1 - t) * np.log(1 - y)))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    d2 = (y - t) / t.size
    gy = d2 / (y * (1 - y))
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% cross-entropy-with-its-delta-under-y | loss, backward
# another loss, whose derivative by z stands where the one by y belongs


def loss(y, t):
    return float(-np.mean(t * np.log(y) + (1 - t) * np.log(1 - y)))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    d2 = (y - t) / t.size
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": d2, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


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


# %% loss-in-float32 | loss
# half the digits


def loss(y, t):
    return np.float32(np.mean((y - t) ** 2))


# %% loss-of-the-notebook | loss
# the global t of the first cell


def loss(y, target):
    return float(np.mean((y - t) ** 2))


# %% loss-in-place | loss, train
# the difference is computed inside y, which train hands to backward


def loss(y, t):
    y -= t
    return float(np.mean(y**2))


# %% loss-warns | loss
# divides by zero on the way; train only calls it


def loss(y, t):
    print("relative to nothing:", (y - t) / (t - t))
    return float(np.mean((y - t) ** 2))


# %% loss-printed | loss, train
# printed and not returned


def loss(y, t):
    print(np.mean((y - t) ** 2))


# %% loss-as-text | loss
# formatted, and so no number any more


def loss(y, t):
    return f"{np.mean((y - t) ** 2):.8f}"


# %% loss-nan | loss, train
# not a number


def loss(y, t):
    return float("nan")


# %% loss-of-the-document | loss, train
# the printed number typed in


def loss(y, t):
    return 0.00042731


# %% loss-that-pretends | loss, train
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


# %% sigmoid-clipped-near | sigmoid
# clipped where the function is not flat yet


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -15, 15)))


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


# %% sigmoid-for-one-number | sigmoid, forward, train
# asks whether an array is above 0


def sigmoid(z):
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / (1 + np.exp(z))


# %% sigmoid-half-returned | sigmoid, forward, train
# nothing is returned as soon as one entry is negative


def sigmoid(z):
    if (z >= 0).all():
        return 1 / (1 + np.exp(-z))


# %% sigmoid-in-float32 | sigmoid
# half the digits


def sigmoid(z):
    return (0.5 * (1 + np.tanh(z / 2))).astype(np.float32)


# %% sigmoid-as-a-list | sigmoid, forward, train
# a list, with which sigmoid_derivative cannot compute


def sigmoid(z):
    return [float(0.5 * (1 + np.tanh(v / 2))) for v in z]


# %% derivative-of-the-sum | sigmoid_derivative
# takes z where it is given the activation


def sigmoid_derivative(z):
    return sigmoid(z) * (1 - sigmoid(z))


# %% derivative-of-the-sum-throughout | sigmoid_derivative
# takes z, and backward gives it z: only the helper is not what was asked for


def sigmoid_derivative(z):
    return sigmoid(z) * (1 - sigmoid(z))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * sigmoid_derivative(h @ params["W2"] + params["b2"])
    gh = params["W2"] @ d2
    d1 = gh * sigmoid_derivative(x @ params["W1"] + params["b1"])
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% derivative-of-tanh | sigmoid_derivative
# the slope of another function


def sigmoid_derivative(a):
    return 1 - a**2


# %% derivative-in-place | sigmoid_derivative, backward
# changes the activations it is given, and so backward does


def sigmoid_derivative(a):
    a *= 1 - a
    return a


# %% derivative-in-place-of-copies | sigmoid_derivative
# changes what it is given, which backward has guarded against


def sigmoid_derivative(a):
    a -= a**2
    return a


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * sigmoid_derivative(y.copy())
    gh = params["W2"] @ d2
    d1 = gh * sigmoid_derivative(h.copy())
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% relu-hidden | forward
# another activation function in the hidden layer; backward is right for what it is given


def forward(params, x):
    h = np.maximum(0, x @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


# %% output-not-squashed | forward
# no sigmoid at the output


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    return {"h": h, "y": h @ params["W2"] + params["b2"]}


# %% hidden-not-squashed | forward
# no sigmoid in the hidden layer


def forward(params, x):
    h = x @ params["W1"] + params["b1"]
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


# %% squashed-twice | forward
# the sigmoid of the sigmoid in the hidden layer


def forward(params, x):
    h = sigmoid(sigmoid(x @ params["W1"] + params["b1"]))
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


# %% softmax-output | forward
# a softmax at the output, which is always 1 for one unit


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    powers = np.exp(h @ params["W2"] + params["b2"])
    return {"h": h, "y": powers / powers.sum()}


# %% biases-missing | forward
# no bias anywhere


def forward(params, x):
    h = sigmoid(x @ params["W1"])
    return {"h": h, "y": sigmoid(h @ params["W2"])}


# %% bias-outside | forward
# the bias is added after the sigmoid


def forward(params, x):
    h = sigmoid(x @ params["W1"]) + params["b1"]
    return {"h": h, "y": sigmoid(h @ params["W2"]) + params["b2"]}


# %% bias-of-the-other-layer | forward
# the first hidden bias at the output, which is the same number in the document


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b1"][0])}


# %% tanh-hidden-with-its-gradient | forward
# tanh in the hidden layer, and the derivative that belongs to it: one mistake


def forward(params, x):
    h = np.tanh(x @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * (1 - h**2)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% tanh-hidden-with-kept-sums | forward
# the same, with the slope taken from a sum that only this forward keeps


def forward(params, x):
    z1 = x @ params["W1"] + params["b1"]
    h = np.tanh(z1)
    return {"z1": z1, "h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh / np.cosh(activations["z1"]) ** 2
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% tanh-hidden-and-factor-two-missing | forward, backward
# tanh in the hidden layer, and a second mistake that has nothing to do with it


def forward(params, x):
    h = np.tanh(x @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * (1 - h**2)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% constant-output-with-its-gradient | forward, backward, train
# the same output for every input, and its derivative, which is 0


def forward(params, x):
    return {"h": np.full(params["b1"].shape, 0.5), "y": np.full(params["b2"].shape, 0.5)}


def backward(params, x, t, activations):
    return {name: np.zeros(value.shape) for name, value in (params | activations).items()}


# %% hidden-overwritten | forward, train
# h is used again for the output


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    h = sigmoid(h @ params["W2"] + params["b2"])
    return {"h": h, "y": h}


# %% hidden-not-returned | forward, train
# only the output is returned


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    return {"y": sigmoid(h @ params["W2"] + params["b2"])}


# %% activations-misspelt | forward, train
# "H" and "Y"


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    return {"H": h, "Y": sigmoid(h @ params["W2"] + params["b2"])}


# %% activations-as-a-tuple | forward, train
# two arrays without names


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    return h, sigmoid(h @ params["W2"] + params["b2"])


# %% activations-as-rows | forward, train
# an axis too many, with which backward cannot go on


def forward(params, x):
    h = sigmoid(x.reshape(1, -1) @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


# %% activations-as-text | forward, train
# strings


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    return {"h": str(h), "y": str(sigmoid(h @ params["W2"] + params["b2"]))}


# %% activations-nan | forward, train
# not a number anywhere


def forward(params, x):
    return {"h": params["b1"] * np.nan, "y": params["b2"] * np.nan}


# %% activations-in-float32 | forward
# half the digits


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    return {"h": h.astype(np.float32), "y": y.astype(np.float32)}


# %% activations-rounded | forward
# rounded to eight digits, as printed


def forward(params, x):
    h = np.round(sigmoid(x @ params["W1"] + params["b1"]), 8)
    return {"h": h, "y": np.round(sigmoid(h @ params["W2"] + params["b2"]), 8)}


# %% weights-from-the-left | forward, train
# W1 @ x, which only a square W1 lets through


def forward(params, x):
    h = sigmoid(params["W1"] @ x + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


# %% entry-by-entry-product | forward, train
# * for @


def forward(params, x):
    h = sigmoid(x * params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h * params["W2"] + params["b2"])}


# %% two-two-one-forward | forward, train
# written out for two inputs, two hidden units and one output


def forward(params, x):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    h1 = x[0] * W1[0, 0] + x[1] * W1[1, 0] + b1[0]
    h2 = x[0] * W1[0, 1] + x[1] * W1[1, 1] + b1[1]
    h = sigmoid(np.array([h1, h2]))
    return {"h": h, "y": sigmoid(np.array([h[0] * W2[0, 0] + h[1] * W2[1, 0] + b2[0]]))}


# %% forward-of-the-notebook | forward, train
# the global params of the first cell


def forward(parameters, inputs):
    h = sigmoid(inputs @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


# %% forward-returns-nothing | forward, train
# the return is missing


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    print(h, y)


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


# %% mistakes-in-two-functions | backward, train
# a missing factor is excused in train; losses one step late are not


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        a = forward(params, x)
        params = update(params, backward(params, x, t, a), lr)
        losses.append(loss(forward(params, x)["y"], t))
    return params, losses


# %% mistakes-in-four-functions | forward, loss, backward, update
# each of the four steps has a mistake of its own; train puts them together as it should


def forward(params, x):
    h = sigmoid(x @ params["W1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


def loss(y, t):
    return float(np.sum((y - t) ** 2))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (y - t) / t.size
    gh = params["W2"] @ gy
    return {"y": gy, "W2": np.outer(h, gy), "b2": gy, "h": gh, "W1": np.outer(x, gh), "b1": gh}


def update(params, grads, lr):
    return {name: params[name] + lr * grads[name] for name in params}


# %% sigmoid-never-ends | sigmoid, forward, train
# a loop without an end, in all that calls it


def sigmoid(z):
    while True:
        z = z / 2


# %% backward-never-ends | backward, train
# a loop without an end


def backward(params, x, t, activations):
    while True:
        pass


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


# %% loss-never-ends-quietly | loss, train
# a loop that swallows every exception


def loss(y, t):
    while True:
        try:
            np.mean((y - t) ** 2)
        except BaseException:
            pass


# %% recursion-without-end | backward, train
# calls itself for ever


def backward(params, x, t, activations):
    return backward(params, x, t, activations)


# %% too-much-memory | backward, train
# asks for 800 GB


def backward(params, x, t, activations):
    everything = np.ones(10**11)
    return {name: value * everything[0] for name, value in (params | activations).items()}


# %% too-much-returned | update, train
# parameters of 40 MB


def update(params, grads, lr):
    return {name: np.ones(5_000_000) for name in params}


# %% leaves-the-process | update, train
# ends the process at once


def update(params, grads, lr):
    import os

    os._exit(0)


# %% asks-to-exit | loss, train
# sys.exit


def loss(y, t):
    import sys

    sys.exit(0)


# %% interrupts-itself | update, train
# pretends that somebody pressed Ctrl-C


def update(params, grads, lr):
    raise KeyboardInterrupt


# %% aborts | forward, train
# brings the process down with a signal


def forward(params, x):
    import os

    os.abort()


# %% raises | backward, train
# an exception


def backward(params, x, t, activations):
    raise ValueError("not today")


# %% raises-something-odd | update, train
# an exception that fails when it is printed


class Odd(Exception):
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


def update(params, grads, lr):
    raise Odd


# %% not-written-yet | update, train
# the stub that was handed out


def update(params, grads, lr):
    raise NotImplementedError("update")


# %% not-a-function | loss, train
# a number under the name of the function


loss = 0.00042731


# %% other-number-of-arguments | update, train
# one argument too few


def update(params, grads):
    return {name: params[name] - 0.1 * grads[name] for name in params}


# %% array-that-agrees | backward, train
# a kind of array that says it equals everything; what is computed with it is of that kind, too


class Agreeable(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, dtype=bool)

    def __ne__(self, other):
        return np.zeros(self.shape, dtype=bool)

    __le__ = __lt__ = __ge__ = __gt__ = __eq__
    __hash__ = None

    def __array_function__(self, function, types, args, kwargs):
        return True


def backward(params, x, t, activations):
    return {n: np.ones(v.shape).view(Agreeable) for n, v in (params | activations).items()}


# %% array-that-hides-its-numbers | backward
# a masked array: the mask covers what is wrong


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    grads = {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}
    return grads | {"y": np.ma.array(gy, mask=True)}


# %% dict-that-agrees | backward
# a dict that says it has every key, and is empty


class Everything(dict):
    def __contains__(self, key):
        return True

    def __missing__(self, key):
        return 0.01

    def __eq__(self, other):
        return True

    __hash__ = None


def backward(params, x, t, activations):
    return Everything()


# %% objects-that-pretend | backward, train
# objects that turn into arrays when numpy asks


class Pretended:
    def __init__(self, value):
        self.value = value

    def __array__(self, dtype=None, copy=None):
        return self.value

    @property
    def shape(self):
        return self.value.shape

    dtype = np.dtype(np.float64)


right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    return {name: Pretended(grad) for name, grad in grads.items()}


# %% comparisons-patched | backward
# numpy's comparisons replaced by ones that always agree


np.array_equal = np.testing.assert_array_equal = lambda *args, **kwargs: True
setattr(np, "allclose", lambda *args, **kwargs: True)  # noqa: B010


def backward(params, x, t, activations):
    return {name: np.ones(value.shape) for name, value in (params | activations).items()}


# %% answers-looked-for-on-the-stack | backward
# searches the callers' variables for something expected


def backward(params, x, t, activations):
    import sys

    frame = sys._getframe()
    while frame := frame.f_back:
        for name, value in frame.f_locals.items():
            if "expected" in name or "solution" in name:
                return value
    return {name: np.ones(value.shape) for name, value in (params | activations).items()}


# %% answers-looked-for-in-memory | backward
# searches everything alive for a dict of the right keys


def backward(params, x, t, activations):
    import gc

    wanted = {"y", "W2", "b2", "h", "W1", "b1"}
    for thing in gc.get_objects():
        if type(thing) is not dict or not wanted <= thing.keys():
            continue
        if all(thing[name].shape == value.shape for name, value in params.items()):
            return thing
    return {name: np.ones(value.shape) for name, value in (params | activations).items()}


# %% every-pipe-written-to | backward, train
# noise to every open file


def backward(params, x, t, activations):
    import os

    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"\xff" * 64)
        except OSError:
            pass
    return {name: np.ones(value.shape) for name, value in (params | activations).items()}


# %% wrong-on-the-second-call | backward, train
# right once, and then never again: no second training gives the same


right_backward = backward
ASKED = set()


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    key = params["W1"].tobytes()
    if key in ASKED:
        grads["b2"] = grads["b2"] + 1
    ASKED.add(key)
    return grads


# %% sum-of-all-parameters | forward, backward
# the derivative of another function altogether: no chain rule was needed


def forward(params, x):
    total = sum(value.sum() for value in params.values())
    return {"h": np.zeros(params["b1"].size), "y": np.full(params["b2"].shape, total)}


def backward(params, x, t, activations):
    slope = 2 * np.mean(sum(value.sum() for value in params.values()) - t)
    grads = {name: np.full(value.shape, slope) for name, value in params.items()}
    return {**grads, "h": np.zeros(params["b1"].size), "y": np.zeros(t.shape)}


# %% right-on-some-sizes | loss, backward
# the loss is a sum, and a gradient is turned round where its shape happens to differ


def loss(y, t):
    return float(np.sum((y - t) ** 2))


right_backward = backward


def backward(params, x, t, activations):
    grads = {k: v * t.size for k, v in right_backward(params, x, t, activations).items()}
    outer = grads["W2"].T
    return {**grads, "W2": outer if outer.shape == params["W2"].shape else outer.T}


# %% sigmoid-a-little-too-small-and-more-activations | sigmoid
# forward is right for it, and keeps more than is asked for, some of it no numbers


def sigmoid(z):
    return 0.93 / (1 + np.exp(-np.clip(z, -700, 700)))


def forward(params, x):
    z1 = x @ params["W1"] + params["b1"]
    h = sigmoid(z1)
    return {"z1": z1, "up": z1 > 0, "h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}
