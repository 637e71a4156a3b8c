# %% [markdown]
# # A recurrent network through time

# %%
import numpy as np

from autograder import check


# %%
def forward(params, x, h0):
    """The states after each step.

    params  dict: Wx (D, H), Wh (H, H), b (H,)
    x       (N, T, D)
    h0      (N, H)
    returns (N, T, H)
    """
    ### BEGIN SOLUTION
    states, h = [], h0
    for step in range(x.shape[1]):
        h = np.tanh(x[:, step] @ params["Wx"] + h @ params["Wh"] + params["b"])
        states.append(h)
    return np.stack(states, axis=1)
    ### END SOLUTION


# %%
check(forward)


# %%
def loss(h, t, mask):
    """Half the squared distance at the steps that count."""
    ### BEGIN SOLUTION
    return float(np.sum(((h - t) ** 2)[mask]) / 2)
    ### END SOLUTION


# %%
check(loss)


# %%
def backward(params, x, h0, h, t, mask):
    """The derivatives of the loss by the parameters, and under "h0" by the first state."""
    ### BEGIN SOLUTION
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    carried = np.zeros_like(h0)
    for step in reversed(range(x.shape[1])):
        before = h[:, step - 1] if step else h0
        delta = (h[:, step] - t[:, step]) * mask[:, step, None] + carried
        delta = delta * (1 - h[:, step] ** 2)
        grads["Wx"] += x[:, step].T @ delta
        grads["Wh"] += before.T @ delta
        grads["b"] += delta.sum(axis=0)
        carried = delta @ params["Wh"].T
    return {**grads, "h0": carried}
    ### END SOLUTION


# %%
check(backward)


# %%
def clip(grads, most):
    """Derivatives scaled down to a norm of at most ``most``."""
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(np.clip(g, -1e9, 1e9) ** 2) for g in grads.values()))
    return {name: g * min(1.0, most / norm) for name, g in grads.items()}
    ### END SOLUTION


# %%
check(clip)
