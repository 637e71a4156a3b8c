"""A faulty script to repair: students get the solution with mistakes made in it."""

import numpy as np

from autograder import Exercise, Function, Instance, Mistake


def network(rng, label, n_in, n_hidden, n_out):
    """A random network with an example."""
    return Instance(
        label,
        {
            "params": {
                "W1": rng.normal(size=(n_in, n_hidden)),
                "b1": rng.normal(size=n_hidden),
                "W2": rng.normal(size=(n_hidden, n_out)),
                "b2": rng.normal(size=n_out),
            },
            "x": rng.normal(size=n_in),
            "t": rng.uniform(0.2, 0.8, n_out),
            "lr": 0.7,
            "epochs": 4,
        },
        {"n_in": n_in, "n_hidden": n_hidden, "n_out": n_out},
    )


exercise = Exercise(
    title="A script that does not learn",
    functions=[
        Function("step", {"shapes": 1, "values": 4, "hidden": 4, "behaviour": 1}, returns="params"),
        Function("train", {"values": 2, "hidden": 2}),
    ],
    visible=[
        Instance(
            "document",
            {
                "params": {
                    "W1": np.array([[0.2, 0.4], [0.1, 0.3]]),
                    "b1": np.array([0.1, 0.2]),
                    "W2": np.array([[0.5], [0.6]]),
                    "b2": np.array([0.1]),
                },
                "x": np.array([0.5, 0.3]),
                "t": np.array([0.7]),
                "lr": 0.1,
                "epochs": 3,
            },
            {"n_in": 2, "n_hidden": 2, "n_out": 1},
        ),
        network(np.random.default_rng(3), "larger", 3, 4, 2),
    ],
    draw=lambda rng: [network(rng, "wide", 2, 7, 3), network(rng, "narrow", 5, 3, 1)],
    mistakes=[
        Mistake(
            "uphill",
            "step",
            'params["W2"] - lr * np.outer(h, d_out), "b2": params["b2"] - lr * d_out',
            'params["W2"] + lr * np.outer(h, d_out), "b2": params["b2"] + lr * d_out',
            "The step of the output layer goes uphill: it adds the derivative to W2 and b2.",
            ("In which direction does the loss fall?", "Subtract the derivative times lr."),
        ),
        Mistake(
            "squared-error",
            "step",
            "2 * (y - t) / t.size",
            "(y - t) ** 2 / t.size",
            "The error itself stands where its derivative has to be.",
            ("What is the derivative of a square?", "Differentiate the square of y - t by y."),
        ),
        Mistake(
            "bias-summed",
            "step",
            'params["b1"] - lr * d_hidden  #',
            'params["b1"] - lr * np.sum(d_hidden, axis=0)  #',
            "The derivative by b1 is summed over the hidden units, so all biases move alike.",
            ("How many numbers is the derivative by b1?", "Sum over examples only: here is one."),
        ),
        Mistake(
            "changed-weights",
            "step",
            'd_out @ params["W2"].T',
            'd_out @ new["W2"].T',
            "The derivatives of the hidden layer are taken with a W2 that has changed already.",
            ("At which weights are the derivatives of one step?", "Use the W2 that was given."),
        ),
        Mistake(
            "late-loss",
            "train",
            "        losses.append(float(np.mean((y - t) ** 2)))\n        params = step(params, x, t, lr)\n",
            "        step(params, x, t, lr)\n        losses.append(float(np.mean((y - t) ** 2)))\n",
            "The new parameters are thrown away, so every step starts at the beginning.",
            ("What does step return?", "Go on with what step returns."),
        ),
    ],
    given={
        "step": ["uphill", "squared-error", "bias-summed", "changed-weights"],
        "train": ["late-loss"],
    },
)
