"""A classifier of small pictures: judged by what it reaches on pictures that nobody was given."""

from pathlib import Path

import numpy as np

from autograder import Data, Exercise, Function, Instance, Mistake, Reaches

FOLDER = Path(__file__).parent


def accuracy(returned, x_test, labels_test):
    """The share of held-out pictures whose kind the trained parameters name."""
    params, _ = returned
    scores = x_test / 255 @ params["W"] + params["b"]
    return np.mean(scores.argmax(axis=1) == labels_test)


def start(rng):
    return {"W": rng.normal(scale=0.1, size=(64, 4)), "b": np.zeros(4)}


def renamed(rng):
    """All pictures, with other numbers for the kinds: what was trained before is of no use."""
    with np.load(FOLDER / "digits.npz") as given, np.load(FOLDER / "held_out.npz") as held:
        kinds = rng.permutation(4)
        return Instance(
            "renamed",
            {
                "params": start(rng),
                "x": Data("digits.npz", "x"),
                "labels": kinds[given["labels"]],
                "lr": 1.0,
                "epochs": 60,
            },
            held_out={"x_test": held["x"], "labels_test": kinds[held["labels"]]},
        )


def few(rng, label, rows):
    return Instance(
        label,
        {"params": start(rng), "x": Data("digits.npz", "x", rows=rows)},
        {"n": rows},
        only=["prepare", "forward"],
    )


def draw(rng):
    return [few(rng, "seven", 7), few(rng, "one", 1), renamed(rng)]


exercise = Exercise(
    title="Reading small pictures",
    functions=[
        Function("prepare", {"values": 1, "hidden": 1}),
        Function("forward", {"shapes": 1, "values": 2, "hidden": 2}),
        Function(
            "train",
            {"reaches": 5},
            returns=("params", "losses"),
            own=("losses",),
            reaches=Reaches(accuracy, at_least=0.9, seconds=20),
        ),
    ],
    visible=[
        few(np.random.default_rng(1), "first five", 5),
        Instance(
            "pictures",
            {
                "params": start(np.random.default_rng(2)),
                "x": Data("digits.npz", "x"),
                "labels": Data("digits.npz", "labels"),
                "lr": 1.0,
                "epochs": 60,
            },
            held_out={
                "x_test": Data("held_out.npz", "x"),
                "labels_test": Data("held_out.npz", "labels"),
            },
        ),
    ],
    draw=draw,
    data=["digits.npz"],
    mistakes=[
        Mistake("not-scaled", "prepare", "x / 255", "x / 1.0", "The values reach 255, not 1."),
        Mistake("uphill", "train", '["W"] - lr', '["W"] + lr', "The step goes uphill."),
    ],
)
