# Attempt: results of items of one byte, which are eight times as large as numbers, from every function at every call
# Kind: script
# Base: solution
# Score: at most 9
# Fails: none
# May fail: all
# Canary: memory
_right_forward, _right_backward, _right_update, _right_train = forward, backward, update, train
MORE = {f"more{number}": np.ones(400_000, dtype="i1 ? f2 u1".split()[number % 4]) for number in range(9)}


def sigmoid(z):
    return np.ones(16_000_000, dtype=np.int8)


def sigmoid_derivative(z):
    return np.ones((4_000, 2_000), dtype=bool)


def forward(params, x):
    return {**_right_forward(params, x), **MORE}


def loss(y, t):
    return np.ones(7_999_999, dtype=np.float16)


def backward(params, x, t, activations):
    return {**_right_backward(params, x, t, activations), "W1": np.ones((2, 8_000_000), dtype=np.int8)}


def update(params, grads, lr):
    return {name: np.ones(499_999, dtype=np.int8) for name in params}


def train(params, x, t, lr, epochs):
    return {name: np.ones(249_999, dtype=np.complex64) for name in params}, np.ones(499_999, dtype="i1")
