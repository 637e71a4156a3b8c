# %% [markdown]
# # Softmax regression on a batch
#
# Class scores are linear in the input, and the loss is the mean cross-entropy over the batch.

# %%
import numpy as np

from autograder import check


# %%
def softmax(z):
    """Row by row, numbers that sum to one.

    z       (n_batch, n_classes)
    returns (n_batch, n_classes)
    """
    ### BEGIN SOLUTION
    shifted = np.exp(z - z.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %%
check(softmax)


# %%
def forward(params, x):
    """Class probabilities.

    params  dict: W (n_in, n_classes), b (n_classes,)
    x       (n_batch, n_in)
    returns dict: z and y, both (n_batch, n_classes)
    """
    ### BEGIN SOLUTION
    z = x @ params["W"] + params["b"]
    return {"z": z, "y": softmax(z)}
    ### END SOLUTION


# %%
check(forward)


# %%
def loss(y, t):
    """Mean cross-entropy.

    y       (n_batch, n_classes) probabilities
    t       (n_batch, n_classes) one-hot
    returns float
    """
    ### BEGIN SOLUTION
    return float(-np.sum(t * np.log(y)) / len(t))
    ### END SOLUTION


# %%
check(loss)


# %%
def backward(params, x, t, activations):
    """Derivatives of the loss.

    returns dict: z (n_batch, n_classes), W (n_in, n_classes), b (n_classes,)
    """
    ### BEGIN SOLUTION
    grad_z = (activations["y"] - t) / len(t)
    return {"z": grad_z, "W": x.T @ grad_z, "b": grad_z.sum(axis=0)}
    ### END SOLUTION


# %%
check(backward)


# %%
def update(params, grads, lr):
    """One step of gradient descent.

    returns dict: new params
    """
    ### BEGIN SOLUTION
    return {key: params[key] - lr * grads[key] for key in params}
    ### END SOLUTION


# %%
check(update)
