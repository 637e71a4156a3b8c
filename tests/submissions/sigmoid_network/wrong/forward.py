# ruff: noqa: F811, F821, RET503, SIM105
# Wrong answers in which `forward` is written anew, one per cell: see tests/helpers/answers.py.

import numpy as np

# %% one-dict-for-all-calls | forward
# forward fills and returns one global dict, so a later call changes an earlier result


RESULT = {}


def forward(params, x):
    RESULT["h"] = sigmoid(x @ params["W1"] + params["b1"])
    RESULT["y"] = sigmoid(RESULT["h"] @ params["W2"] + params["b2"])
    return RESULT


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


# %% hidden-overwritten | forward
# h is used again for the output


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    h = sigmoid(h @ params["W2"] + params["b2"])
    return {"h": h, "y": h}


# %% hidden-not-returned | forward
# only the output is returned


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    return {"y": sigmoid(h @ params["W2"] + params["b2"])}


# %% activations-misspelt | forward
# "H" and "Y"


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    return {"H": h, "Y": sigmoid(h @ params["W2"] + params["b2"])}


# %% activations-as-a-tuple | forward
# two arrays without names


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    return h, sigmoid(h @ params["W2"] + params["b2"])


# %% activations-as-rows | forward
# an axis too many, with which backward cannot go on


def forward(params, x):
    h = sigmoid(x.reshape(1, -1) @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


# %% activations-as-text | forward
# strings


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    return {"h": str(h), "y": str(sigmoid(h @ params["W2"] + params["b2"]))}


# %% activations-nan | forward
# not a number anywhere


def forward(params, x):
    return {"h": params["b1"] * np.nan, "y": params["b2"] * np.nan}


# %% weights-from-the-left | forward
# W1 @ x, which only a square W1 lets through


def forward(params, x):
    h = sigmoid(params["W1"] @ x + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


# %% entry-by-entry-product | forward
# * for @


def forward(params, x):
    h = sigmoid(x * params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h * params["W2"] + params["b2"])}


# %% two-two-one-forward | forward
# written out for two inputs, two hidden units and one output


def forward(params, x):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    h1 = x[0] * W1[0, 0] + x[1] * W1[1, 0] + b1[0]
    h2 = x[0] * W1[0, 1] + x[1] * W1[1, 1] + b1[1]
    h = sigmoid(np.array([h1, h2]))
    return {"h": h, "y": sigmoid(np.array([h[0] * W2[0, 0] + h[1] * W2[1, 0] + b2[0]]))}


# %% forward-of-the-notebook | forward
# the global params of the first cell


def forward(parameters, inputs):
    h = sigmoid(inputs @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


# %% forward-returns-nothing | forward
# the return is missing


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])
    print(h, y)


# %% aborts | forward
# brings the process down with a signal


def forward(params, x):
    import os

    os.abort()


# %% output-bias-subtracted-only | forward
# only the output bias is subtracted


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] - params["b2"])}


# %% loop-over-two-hidden | forward
# a loop over two hidden units, the others stay 0


def forward(params, x):
    n = params["W1"].shape[1]
    h = np.zeros(n)
    for j in range(2):
        if j < n:
            h[j] = sigmoid(x @ params["W1"][:, j] + params["b1"][j])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


# %% two-inputs-only | forward
# two inputs are written in


def forward(params, x):
    h = sigmoid(x[:2] @ params["W1"][:2] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


# %% raw-weights-for-input | forward
# the weights are added up, without the input


def forward(params, x):
    h = sigmoid(params["W1"].sum(axis=0) + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}


# %% both-tanh | forward
# tanh in both layers


def forward(params, x):
    h = np.tanh(x @ params["W1"] + params["b1"])
    return {"h": h, "y": np.tanh(h @ params["W2"] + params["b2"])}


# %% no-sigmoids | forward
# no sigmoid in either layer


def forward(params, x):
    h = x @ params["W1"] + params["b1"]
    return {"h": h, "y": h @ params["W2"] + params["b2"]}


# %% biases-outside-both | forward
# both biases are added after the sigmoid


def forward(params, x):
    h = sigmoid(x @ params["W1"]) + params["b1"]
    return {"h": h, "y": sigmoid(h @ params["W2"]) + params["b2"]}


# %% first-bias-for-all | forward
# the first bias of each layer is added to all of its units


def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"][0])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"][0])}
