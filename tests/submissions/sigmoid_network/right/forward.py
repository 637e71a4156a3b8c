# ruff: noqa: C408, C417, E402, E731, F811
# Right answers in which `forward` is written anew, one per cell: see tests/helpers/answers.py.

import numpy as np

# %% lists-inside
# plain Python lists while computing, arrays only at the end


def forward(params, x):
    def layer(values, weights, biases):
        columns = zip(*weights.tolist(), strict=True)
        sums = [
            sum(v * w for v, w in zip(values, column, strict=True)) + b
            for column, b in zip(columns, biases.tolist(), strict=True)
        ]
        return [float(sigmoid(np.array(s))) for s in sums]

    h = layer(x.tolist(), params["W1"], params["b1"])
    y = layer(h, params["W2"], params["b2"])
    return {"h": np.array(h), "y": np.array(y)}


# %% kept-placeholder
# forward keeps a loss that is not known yet as NaN


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    return {"h": h, "y": y, "loss": float("nan")}


# %% partial-functions
# functools.partial fixes what stays the same


from functools import partial


def layer(weights, biases, params, values):
    return sigmoid(values @ params[weights] + params[biases])


hidden_layer = partial(layer, "W1", "b1")
output_layer = partial(layer, "W2", "b2")


def forward(params, x):
    return {"h": (h := hidden_layer(params, x)), "y": output_layer(params, h)}


# %% star-arguments
# forward takes whatever comes, and unpacks it


def forward(*args):
    params, x = args
    W1, b1, W2, b2 = (params[name] for name in ("W1", "b1", "W2", "b2"))
    h = sigmoid(x @ W1 + b1)
    return dict(h=h, y=sigmoid(h @ W2 + b2))


# %% history-kept-aside
# forward notes its outputs in a global list that nothing reads


HISTORY = []


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    HISTORY.append(y)
    return {"h": h, "y": y}


# %% activations-in-float32
# half the digits, which are enough


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    return {"h": h.astype(np.float32), "y": y.astype(np.float32)}


# %% activations-rounded
# rounded to eight digits, as printed


def forward(params, x):
    h = np.round(sigmoid(x @ params["W1"] + params["b1"]), 8)
    return {"h": h, "y": np.round(sigmoid(h @ params["W2"] + params["b2"]), 8)}
