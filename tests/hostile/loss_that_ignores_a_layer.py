# Attempt: forward ignores the hidden layer's parameters, so that zeros are their gradients
# Kind: script
# Base: solution
# Score: at most 18.5
# Fails: forward, backward
# Canary: none
_f, _b = forward, backward


def forward(params, x):
    fixed = {**params, "W1": np.full_like(params["W1"], 0.3), "b1": np.zeros_like(params["b1"])}
    return _f(fixed, x)


def backward(params, x, t, activations):
    grads = _b(params, x, t, activations)
    return {**grads, "W1": 0 * params["W1"], "b1": 0 * params["b1"]}
