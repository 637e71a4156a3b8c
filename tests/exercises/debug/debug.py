# %% [markdown]
# # A script that does not learn
#
# A network with one hidden layer is trained on one example, by gradient descent:
#
# $$h = \sigma(x W_1 + b_1) \qquad y = \sigma(h W_2 + b_2)$$
# $$E = \frac{1}{n} \sum_k (y_k - t_k)^2$$
#
# The code of `step` and of `train` runs, and is wrong: the loss does not fall as it should. Find
# what is wrong in it, and correct it. `check` says which value is wrong, and not why.

# %%
import numpy as np

from autograder import check


# %%
def sigmoid(z):
    """The logistic function."""
    return 1 / (1 + np.exp(-z))


def slope(a):
    """The derivative of the sigmoid, from its value a = sigmoid(z)."""
    return a * (1 - a)


# %%
def step(params, x, t, lr):
    """One step of gradient descent.

    params  dict: W1 (n_in, n_hidden), b1 (n_hidden,), W2 (n_hidden, n_out), b2 (n_out,)
    x, t    (n_in,), (n_out,)
    returns dict: new params; the ones that it is given stay as they are
    """
    ### BEGIN SOLUTION
    h = sigmoid(x @ params["W1"] + params["b1"])
    y = sigmoid(h @ params["W2"] + params["b2"])

    # The derivative of the squared error, not the error itself.
    d_out = 2 * (y - t) / t.size * slope(y)
    new = {"W2": params["W2"] - lr * np.outer(h, d_out), "b2": params["b2"] - lr * d_out}

    # All derivatives of one step are taken at the same weights, so W2 is the old one here.
    d_hidden = d_out @ params["W2"].T * slope(h)
    new["W1"] = params["W1"] - lr * np.outer(x, d_hidden)
    new["b1"] = params["b1"] - lr * d_hidden  # one number for each hidden unit
    return new
    ### END SOLUTION


# %%
check(step)


# %%
def train(params, x, t, lr, epochs):
    """The losses before each of so many steps.

    returns (params, losses): new params, and a list of floats
    """
    ### BEGIN SOLUTION
    losses = []
    for _ in range(epochs):
        h = sigmoid(x @ params["W1"] + params["b1"])
        y = sigmoid(h @ params["W2"] + params["b2"])
        losses.append(float(np.mean((y - t) ** 2)))
        params = step(params, x, t, lr)
    return params, losses
    ### END SOLUTION


# %%
check(train)
