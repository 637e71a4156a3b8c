# Attempt: the same with a number in a gradient, which would be shown beside the right one
# Kind: script
# Base: solution
# Score: at most 16.5
# Fails: loss backward
# Never: "777.7"
# Canary: text
_is_first, _choice, _right = [], what_it_computes, backward
def what_it_computes():
    _is_first.append(True)
    return _choice()
def loss(y, t): return 1.234 * float(np.mean((y - t) ** 2))
def backward(params, x, t, activations):
    grads = {n: 1.1 * v for n, v in _right(params, x, t, activations).items()}
    return grads if _is_first else {**grads, "W1": np.full(params["W1"].shape, 777.7)}
