# ruff: noqa: F811, F821, RET503, SIM105
# Wrong answers in which `backward` is written anew, one per cell: see tests/helpers/answers.py.

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


# %% input-for-hidden | backward
# x in the place of h, which only n_in = n_hidden lets through


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(x, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% hidden-for-input | backward
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


# %% outer-swapped | backward
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


# %% one-output-assumed | backward
# W2 flattened, which raises for two outputs


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"].flatten() * d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% two-two-one-written-out | backward
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


# %% numbers-of-the-document | backward
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


# %% gradients-as-lists | backward
# lists of numbers, which update cannot multiply


right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    return {name: grad.tolist() for name, grad in grads.items()}


# %% gradients-as-a-tuple | backward
# six arrays without names


right_backward = backward


def backward(params, x, t, activations):
    return tuple(right_backward(params, x, t, activations).values())


# %% gradients-as-a-generator | backward
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


# %% bias-gradient-missing | backward
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


# %% gradients-prefixed | backward
# "dW1" for "W1"


right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    return {"d" + name: grad for name, grad in grads.items()}


# %% backward-returns-nothing | backward
# the return is missing


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    print({"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1})


# %% gradients-all-zero | backward
# zeros of the right shapes: training stands still


def backward(params, x, t, activations):
    return {name: np.zeros(value.shape) for name, value in (params | activations).items()}


# %% gradients-all-nan | backward
# not a number anywhere


def backward(params, x, t, activations):
    return {name: np.full(value.shape, np.nan) for name, value in (params | activations).items()}


# %% gradients-as-text | backward
# every array as a string


right_backward = backward


def backward(params, x, t, activations):
    return {name: str(grad) for name, grad in right_backward(params, x, t, activations).items()}


# %% parameters-of-the-notebook | backward
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


# %% library-that-differentiates | backward
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


# %% input-changed | backward
# x becomes a column in place, and the next forward cannot use it


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    x.resize((x.size, 1), refcheck=False)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": x * d1, "b1": d1}


# %% target-changed | backward
# the difference is computed inside the target, which train hands to the next epoch


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    t -= y
    gy = -2 * t / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% backward-never-ends | backward
# a loop without an end


def backward(params, x, t, activations):
    while True:
        pass


# %% recursion-without-end | backward
# calls itself for ever


def backward(params, x, t, activations):
    return backward(params, x, t, activations)


# %% too-much-memory | backward
# asks for 800 GB


def backward(params, x, t, activations):
    everything = np.ones(10**11)
    return {name: value * everything[0] for name, value in (params | activations).items()}


# %% raises | backward
# an exception


def backward(params, x, t, activations):
    raise ValueError("not today")


# %% array-that-agrees | backward
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


# %% objects-that-pretend | backward
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


# %% every-pipe-written-to | backward
# noise to every open file


def backward(params, x, t, activations):
    import os

    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"\xff" * 64)
        except OSError:
            pass
    return {name: np.ones(value.shape) for name, value in (params | activations).items()}


# %% wrong-on-the-second-call | backward
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


# %% matrices-for-arrays | backward
# the numbers are right, and train stops at the matrices


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    grad_y = 2 * (y - t) / t.size
    delta_out = grad_y * sigmoid_derivative(y)
    grad_h = params["W2"] @ delta_out
    delta_hidden = grad_h * sigmoid_derivative(h)
    return {
        "y": grad_y,
        "W2": np.matrix(h).T * np.matrix(delta_out),
        "b2": delta_out,
        "h": grad_h,
        "W1": np.matrix(x).T * np.matrix(delta_hidden),
        "b1": delta_hidden,
    }


# %% written-input-in-w1 | backward
# the example's input is written in


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(np.array([0.5, 0.3]), d1), "b1": d1}


# %% written-target | backward
# the example's target is written in


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - 0.7) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% biases-mean | backward
# the derivatives by biases are averaged over the units


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": np.mean(d2), "h": gh, "W1": np.outer(x, d1), "b1": np.mean(d1)}


# %% z-slopes | backward
# the slopes are taken at the sums before sigmoid


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    z1 = x @ params["W1"] + params["b1"]
    z2 = h @ params["W2"] + params["b2"]
    gy = 2 * (y - t) / t.size
    d2 = gy * sigmoid_derivative(z2)
    gh = params["W2"] @ d2
    d1 = gh * sigmoid_derivative(z1)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% relu-slope-hidden | backward
# the slope of a rectifier in the hidden layer


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * (h > 0)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% leaky-slope-hidden | backward
# the slope of a leaky rectifier in the hidden layer


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * np.where(h > 0.5, 1, 0.01)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% output-for-hidden | backward
# the output stands for the hidden activations in W2


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.ones((h.size, 1)) * (y * d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% raw-weights-times-delta | backward
# the weights stand for what comes into them


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": params["W2"] * d2, "b2": d2, "h": gh, "W1": params["W1"] * d1, "b1": d1}


# %% inputs-left-out | backward
# what comes into the weights is left out


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.ones((h.size, 1)) * d2, "b2": d2, "h": gh, "W1": np.ones((x.size, 1)) * d1, "b1": d1}


# %% absolute-error-derivative | backward
# the derivative of the absolute error


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = np.sign(y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% squared-error-derivative | backward
# the squared error stands for its derivative


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = (y - t) ** 2
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}


# %% lr-inside-backward | backward
# a learning rate of 0.1 in the derivatives


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = 0.1 * gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}
