# One layer at a time, by recursion; np.einsum for all products.
import numpy as np


# %%
def activate(z, activation):
    if activation == "relu":
        return np.where(z > 0, z, 0.0)
    tail = np.exp(-2 * np.abs(z))
    return np.sign(z) * (1 - tail) / (1 + tail)


# %%
def slope(a, activation):
    slopes = {"relu": lambda: np.heaviside(a, 0.0), "tanh": lambda: (1 - a) * (1 + a)}
    return slopes[activation]()


# %%
def forward(params, x, activation):
    sums = np.einsum("ni,io->no", x, params[0]["W"]) + params[0]["b"][None, :]
    if len(params) == 1:
        return {"y": sums, "h": []}
    hidden = activate(sums, activation)
    rest = forward(params[1:], hidden, activation)
    return {"y": rest["y"], "h": [hidden, *rest["h"]]}


# %%
def loss(y, t, params, decay):
    difference = (t - y).ravel()
    weights = np.concatenate([layer["W"].ravel() for layer in params])
    return difference @ difference / difference.size + 0.5 * decay * (weights @ weights)


# %%
def backward(params, x, t, values, activation, decay):
    below = [x] + values["h"]

    def at(number):
        """The delta of a layer, and the derivatives of it and all behind it."""
        if number == len(params) - 1:
            delta, behind = (values["y"] - t) * (2.0 / (t.shape[0] * t.shape[1])), []
        else:
            after, behind = at(number + 1)
            delta = np.einsum("no,io->ni", after, params[number + 1]["W"])
            delta *= slope(below[number + 1], activation)
        W = np.einsum("ni,no->io", below[number], delta) + params[number]["W"] * decay
        return delta, [{"b": np.einsum("no->o", delta), "W": W}, *behind]

    return at(0)[1]


# %%
def update(params, grads, lr):
    return [
        {"b": params[i]["b"] - lr * grads[i]["b"], "W": params[i]["W"] - lr * grads[i]["W"]}
        for i in range(len(params))
    ]


# %%
def train(params, x, t, lr, decay, activation, batch_size, epochs):
    seen = []
    batches = -(-len(x) // batch_size)
    for step in range(epochs * batches):
        first = (step % batches) * batch_size
        some, wanted = x[first : first + batch_size], t[first : first + batch_size]
        values = forward(params, some, activation)
        seen += [loss(values["y"], wanted, params, decay)]
        params = update(params, backward(params, some, wanted, values, activation, decay), lr)
    return params, seen
