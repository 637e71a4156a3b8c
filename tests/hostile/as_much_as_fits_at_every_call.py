# Attempt: every function returns just less than a result may hold, at every call, and the kept results add up
# Kind: script
# Base: solution
# Score: at most 17
# Fails: sigmoid sigmoid_derivative loss train
# May fail: all
# Canary: memory
_right = sigmoid, sigmoid_derivative, forward, loss, backward, update, train


def sigmoid(z):
    return np.full(490_000, 0.5)


def sigmoid_derivative(z):
    return np.full((700, 700), 0.25)


def forward(params, x):
    return {**_right[2](params, x), "more": np.full(480_000, 1.5)}


def loss(y, t):
    return np.full((490_000, 1), 1.0)


def backward(params, x, t, activations):
    return {**_right[4](params, x, t, activations), "more": np.full(480_000, 2.5)}


def update(params, grads, lr):
    return {**_right[5](params, grads, lr), "b1": np.full(480_000, 3.5)}


def train(params, x, t, lr, epochs):
    return {**_right[6](params, x, t, lr, epochs)[0], "more": np.full(480_000, 4.5)}, [1.0] * epochs
