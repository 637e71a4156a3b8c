# %% [markdown]
# # Reading small pictures
#
# `digits.npz` holds pictures of 8 x 8 pixels, one in each row, with values from 0 to 255, and the
# kind of each picture, from 0 to 3.

# %%
import numpy as np

from autograder import check

with np.load("digits.npz") as file:
    pictures, labels = file["x"], file["labels"]


# %%
def prepare(x):
    """The pictures as numbers from 0 to 1.

    x       (n, 64), integers
    returns (n, 64), floats
    """
    ### BEGIN SOLUTION
    return x / 255
    ### END SOLUTION


# %%
check(prepare)


# %%
def forward(params, x):
    """The probabilities of each kind.

    params  dict: W (64, 4), b (4,)
    x       (n, 64), integers
    returns dict: z (n, 4), y (n, 4)
    """
    ### BEGIN SOLUTION
    z = prepare(x) @ params["W"] + params["b"]
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return {"z": z, "y": e / e.sum(axis=1, keepdims=True)}
    ### END SOLUTION


# %%
check(forward)


# %%
def train(params, x, labels, lr, epochs):
    """Parameters with which the most probable kind is the right one.

    labels  (n,), integers from 0 to 3
    returns (params, losses): new params, and the losses that you saw
    """
    ### BEGIN SOLUTION
    wanted = np.eye(4)[labels]
    losses = []
    for _ in range(epochs):
        y = forward(params, x)["y"]
        losses.append(float(-np.mean(np.sum(wanted * np.log(y), axis=1))))
        error = (y - wanted) / len(x)
        params = {
            "W": params["W"] - lr * prepare(x).T @ error,
            "b": params["b"] - lr * error.sum(axis=0),
        }
    return params, losses
    ### END SOLUTION


# %%
check(train)

# %%
params, losses = train({"W": np.zeros((64, 4)), "b": np.zeros(4)}, pictures, labels, 1.0, 20)
print(losses[-1])
