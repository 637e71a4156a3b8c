"""A network of any depth, whose parameters are a list of layers."""

import itertools

import numpy as np

from autograder import Derivative, Exercise, Function, Instance, Mistake


def network(rng, label, n_batch, *sizes):
    """A random network with layers of these sizes."""
    params = [
        {"W": rng.normal(size=shape) / 2, "b": rng.normal(size=shape[1])}
        for shape in itertools.pairwise(sizes)
    ]
    return Instance(
        label,
        {
            "params": params,
            "x": rng.normal(size=(n_batch, sizes[0])),
            "t": rng.normal(size=(n_batch, sizes[-1])),
            "lr": 0.2,
            "decay": 0.1,
            "epochs": 3,
        },
        {"n_batch": n_batch, "n_in": sizes[0], "n_out": sizes[-1]},
    )


def draw(rng):
    """Networks of other depths."""
    yield network(rng, "deep", 5, 3, 7, 2, 4, 2)
    yield network(rng, "linear", 3, 5, 2)


exercise = Exercise(
    title="A network of any depth",
    functions=[
        Function("forward", {"values": 1, "hidden": 1, "behaviour": 1}, returns="layers"),
        Function("loss", {"values": 1, "hidden": 1}),
        Function(
            "backward",
            {"shapes": 1, "values": 1, "gradient": 2, "hidden": 1, "behaviour": 1},
            returns="grads",
            derivative=Derivative(("forward", "loss"), by=("params",)),
        ),
        Function("update", {"values": 1, "hidden": 1}),
        Function("train", {"values": 1, "hidden": 1}),
    ],
    visible=[
        network(np.random.default_rng(1), "two layers", 3, 2, 3, 2),
        network(np.random.default_rng(2), "three layers", 2, 3, 5, 4, 1),
    ],
    draw=draw,
    mistakes=[
        Mistake("no-slope", "backward", " * (1 - before**2)", "", "The slope of tanh is missing."),
        Mistake("no-decay", "backward", ' + decay * layer["W"]', "", "Weight decay is missing."),
        Mistake("no-mean", "backward", " / len(t)", "", "The mean over the batch is missing."),
        Mistake(
            "tanh-output",
            "forward",
            "z if number == len(params) else ",
            "",
            "The output is linear.",
        ),
        Mistake("uphill", "update", "value - lr", "value + lr", "The step goes uphill."),
        Mistake("half", "loss", "/ (2 * len(t))", "/ len(t)", "Half is missing."),
    ],
)
