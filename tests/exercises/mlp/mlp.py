# %% [markdown]
# # A network of any depth
#
# `params` is a list of layers. Each has weights and biases.

# %%
import numpy as np

from autograder import check


# %%
def forward(params, x):
    """The activations of every layer, from the input to the output.

    params  list of dicts: W (n_in, n_out), b (n_out,)
    x       (n_batch, n_in)
    returns list: x, then tanh of each hidden layer, then the linear output
    """
    ### BEGIN SOLUTION
    layers = [x]
    for number, layer in enumerate(params, start=1):
        z = layers[-1] @ layer["W"] + layer["b"]
        layers.append(z if number == len(params) else np.tanh(z))
    return layers
    ### END SOLUTION


# %%
check(forward)


# %%
def loss(layers, t, params, decay):
    """Half the mean squared distance to the targets, and weight decay."""
    ### BEGIN SOLUTION
    size = sum(np.sum(layer["W"] ** 2) for layer in params)
    return float(np.sum((layers[-1] - t) ** 2) / (2 * len(t)) + decay * size / 2)
    ### END SOLUTION


# %%
check(loss)


# %%
def backward(params, x, t, decay, layers):
    """The derivatives of the loss: a list of layers like params."""
    ### BEGIN SOLUTION
    grads = []
    delta = (layers[-1] - t) / len(t)
    for layer, before in zip(params[::-1], layers[-2::-1], strict=False):
        grads.append({"W": before.T @ delta + decay * layer["W"], "b": delta.sum(axis=0)})
        delta = (delta @ layer["W"].T) * (1 - before**2)
    return grads[::-1]
    ### END SOLUTION


# %%
check(backward)


# %%
def update(params, grads, lr):
    """New layers, one step downhill."""
    ### BEGIN SOLUTION
    return [
        {name: value - lr * grad[name] for name, value in layer.items()}
        for layer, grad in zip(params, grads, strict=False)
    ]
    ### END SOLUTION


# %%
check(update)


# %%
def train(params, x, t, lr, decay, epochs):
    """Some steps; returns the new layers and the loss before each step."""
    ### BEGIN SOLUTION
    losses = []
    for _ in range(epochs):
        layers = forward(params, x)
        losses.append(loss(layers, t, params, decay))
        params = update(params, backward(params, x, t, decay, layers), lr)
    return params, losses
    ### END SOLUTION


# %%
check(train)
