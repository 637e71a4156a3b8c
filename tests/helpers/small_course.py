"""A course with one small exercise, a hidden layer with ReLU, whose files tests make wrong."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import ROOT

NAME = "relu_layer"
SOLUTION = '''# %%
import numpy as np

from autograder import check


# %%
def relu(z):
    """What is above 0 of z, and 0 elsewhere."""
    ### BEGIN SOLUTION
    return np.maximum(z, 0.0)
    ### END SOLUTION


# %%
check(relu)


# %%
def forward(params, x):
    """A hidden layer and an output."""
    ### BEGIN SOLUTION
    z = x @ params["W"] + params["b"]
    h = relu(z)
    return {"z": z, "h": h, "y": h @ params["V"]}
    ### END SOLUTION


# %%
check(forward)


# %%
def loss(y, t):
    """Half the sum of the squared errors."""
    ### BEGIN SOLUTION
    return float(np.sum((y - t) ** 2) / 2)
    ### END SOLUTION


# %%
check(loss)


# %%
def backward(params, x, t, activations):
    """The derivatives of the loss."""
    ### BEGIN SOLUTION
    grad_y = activations["y"] - t
    grad_h = params["V"] @ grad_y
    grad_z = grad_h * (activations["z"] > 0)
    grad_V = np.outer(activations["h"], grad_y)
    return {"y": grad_y, "V": grad_V, "W": np.outer(x, grad_z), "b": grad_z}
    ### END SOLUTION


# %%
check(backward)


# %%
def update(params, grads, lr):
    """One step of gradient descent."""
    ### BEGIN SOLUTION
    return {name: value - lr * grads[name] for name, value in params.items()}
    ### END SOLUTION


# %%
check(update)


# %%
def train(params, x, t, lr, epochs):
    """Some steps; returns the new params and the losses."""
    ### BEGIN SOLUTION
    losses = []
    for _ in range(epochs):
        activations = forward(params, x)
        losses.append(loss(activations["y"], t))
        params = update(params, backward(params, x, t, activations), lr)
    return params, losses
    ### END SOLUTION


# %%
check(train)
'''
QUESTION = """

# %% [markdown]
# ## In your own words
#
# Why is the derivative of $\\max(z, 0)$ at $z < 0$ zero?

# %% [markdown] question="why"
# ### BEGIN SOLUTION
# Nothing changes there: the output is 0 for **every** such $z$.
# ### END SOLUTION
"""
EXERCISE = """import numpy as np

from autograder import Exercise, Function, Instance, Printed

W = np.array([[0.5, -1.0, 0.25], [1.0, 0.5, -0.5]])
V = np.array([[1.0, -0.5], [0.5, 1.0], [-1.0, 0.75]])
B = np.array([0.25, -0.5, 1.0])


def network(rng, label, n_in, n_hidden, n_out):
    params = {
        "W": rng.normal(size=(n_in, n_hidden)),
        "b": rng.normal(size=n_hidden),
        "V": rng.normal(size=(n_hidden, n_out)),
    }
    inputs = {"x": rng.normal(size=n_in), "t": rng.normal(size=n_out), "z": rng.normal(size=4)}
    return Instance(label, {"params": params, **inputs, "lr": 0.1, "epochs": 2})


def draw(rng):
    yield network(rng, "wide", 2, 5, 3)
    yield network(rng, "narrow", 5, 2, 2)


FIRST = {
    "params": {"W": W, "b": B, "V": V},
    "x": np.array([1.0, 0.5]),
    "t": np.array([0.5, 0.25]),
    "z": np.array([-1.0, 0.5, 2.0]),
    "lr": 0.1,
    "epochs": 2,
}
exercise = Exercise(
    title="A hidden layer with ReLU",
    functions=[
        Function("relu", {"values": 1}),
        Function("forward", {"printed": 1, "values": 1, "hidden": 1}),
        Function("loss", {"values": 1}),
        Function("backward", {"values": 1, "gradient": 1, "hidden": 1}),
        Function("update", {"values": 1}),
        Function("train", {"values": 1, "behaviour": 1}),
    ],
    visible=[Instance("first", FIRST)],
    draw=draw,
    printed=[Printed("forward", "y", [0.25, 0.125], "first", decimals=3)],
)
"""
MISTAKES = """from autograder import Mistake

mistakes = [
    Mistake(
        "uphill",
        "update",
        "value - lr",
        "value + lr",
        "The step goes uphill.",
        ("Where does the loss grow?", "Subtract the step."),
    ),
]
"""
RIGHT = """# With np.einsum, and with a step function.
import numpy as np


# %%
def forward(params, x):
    z = np.einsum("i,ij->j", x, params["W"]) + params["b"]
    h = np.where(z > 0, z, 0)
    return {"z": z, "h": h, "y": np.einsum("j,jk->k", h, params["V"])}


# %%
def backward(params, x, t, activations):
    error = np.subtract(activations["y"], t)
    behind = np.einsum("k,jk->j", error, params["V"]) * np.heaviside(activations["z"], 0)
    weights = np.einsum("j,k->jk", activations["h"], error)
    return {"b": behind, "W": np.einsum("i,j->ij", x, behind), "V": weights, "y": error}
"""


def make_course(root: Path) -> Path:
    """Write the course into an empty folder; returns the exercise's folder."""
    folder = root / "solutions" / NAME
    (folder / "right").mkdir(parents=True)
    (root / "course.toml").write_text(f'id = "small"\n[[assignments]]\nname = "{NAME}"\n')
    (root / "nbgrader_config.py").write_bytes((ROOT / "nbgrader_config.py").read_bytes())
    (folder / f"{NAME}.py").write_text(SOLUTION)
    (folder / "exercise.py").write_text(EXERCISE)
    (folder / "mistakes.py").write_text(MISTAKES)
    (folder / "right" / "einsum.py").write_text(RIGHT)
    return folder


def with_question(root: Path, points: int) -> None:
    """Add a question "why", which is answered in words, to the exercise."""
    folder = root / "solutions" / NAME
    with open(folder / f"{NAME}.py", "a") as stream:
        stream.write(QUESTION)
    exercise = EXERCISE.replace(
        "    draw=draw,", f'    draw=draw,\n    questions={{"why": {points}}},'
    )
    (folder / "exercise.py").write_text(exercise)
