# Attempt: a cell takes a second, and everything is wrong in ways for which many processes have to be started
# Kind: script
# Base: solution
# Score: at most 8
# Fails: sigmoid sigmoid_derivative forward loss backward update train
# Limits: seconds=2 total_seconds=4
# Canary: process
import time
time.sleep(1)
_s, _f, _l, _b, _u = sigmoid, forward, loss, backward, update
def sigmoid(z): return _s(z) * 1.01
def sigmoid_derivative(a): return a * (1.0 - a) * 1.02
def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"] * 0.9)
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}
def loss(y, t): return _l(y, t) * 1.07
def backward(params, x, t, activations): return {n: v * 1.03 for n, v in _b(params, x, t, activations).items()}
def update(params, grads, lr): return {n: v * 1.03 for n, v in _u(params, grads, lr).items()}
def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        activations = forward(params, x)
        losses.append(loss(activations["y"], t) * 1.1)
        params = update(params, backward(params, x, t, activations), lr)
    return params, losses
