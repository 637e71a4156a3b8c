"""How softmax regression is judged."""

import numpy as np

from autograder import Exercise, Function, Instance, Mistake


def batch(rng, label, n_batch, n_in, n_classes):
    """A random batch with one-hot targets."""
    return Instance(
        label,
        {
            "params": {
                "W": rng.normal(size=(n_in, n_classes)),
                "b": rng.normal(size=n_classes),
            },
            "x": rng.normal(size=(n_batch, n_in)),
            "t": np.eye(n_classes)[rng.integers(n_classes, size=n_batch)],
            "lr": 0.3,
            "z": rng.normal(size=(n_batch, n_classes)) * 300,
        },
        {"n_batch": n_batch, "n_in": n_in, "n_classes": n_classes},
    )


exercise = Exercise(
    title="Softmax regression on a batch",
    functions=[
        Function("softmax", {"values": 1, "hidden": 1, "behaviour": 1}),
        Function("forward", {"shapes": 1, "values": 1, "hidden": 1, "behaviour": 1}),
        Function("loss", {"values": 1, "hidden": 1, "behaviour": 1}),
        Function(
            "backward", {"shapes": 1, "values": 1, "gradient": 2, "hidden": 2, "behaviour": 1}
        ),
        Function("update", {"values": 1, "hidden": 1, "behaviour": 1}),
    ],
    visible=[batch(np.random.default_rng(1), "small", 5, 3, 2)],
    draw=lambda rng: [batch(rng, "wide", 2, 5, 3), batch(rng, "tall", 7, 2, 5)],
    mistakes=[
        Mistake(
            "no-mean",
            "backward",
            '(activations["y"] - t) / len(t)',
            'activations["y"] - t',
            "The mean over the batch is missing.",
        ),
    ],
)
