"""Optimisers that carry a nested state."""

import itertools

import numpy as np

from autograder import Exercise, Function, Instance, Mistake


def layers(rng, *sizes):
    """Numbers in the shape of layers; b is a single number in the last one."""
    found = [
        {
            "W": rng.uniform(0.3, 1.0, shape) * rng.choice((-1, 1), shape),
            "b": rng.normal(size=shape[1]),
        }
        for shape in itertools.pairwise(sizes)
    ]
    return [*found, {"scale": 0.5}]


def steps(rng, label, *sizes):
    """Parameters, derivatives and states."""
    squares = [{n: np.square(p) for n, p in layer.items()} for layer in layers(rng, *sizes)]
    squares[-1]["scale"] = 0.25
    return Instance(
        label,
        {
            "params": layers(rng, *sizes),
            "grads": layers(rng, *sizes),
            "state": {"v": layers(rng, *sizes)},
            "moments": {"m": layers(rng, *sizes), "v": squares, "step": 3},
            "start": layers(rng, *sizes),
            "lr": 0.1,
            "rate": 0.8,
            "steps": 4,
        },
    )


exercise = Exercise(
    title="Optimisers",
    functions=[
        Function(
            "momentum", {"values": 2, "hidden": 2, "behaviour": 1}, returns=("params", "state")
        ),
        Function("adam", {"values": 3, "hidden": 3, "behaviour": 1}, returns=("params", "moments")),
        Function("minimise", {"values": 2, "hidden": 2}),
    ],
    visible=[steps(np.random.default_rng(5), "two layers", 2, 3, 2)],
    draw=lambda rng: [steps(rng, "three layers", 3, 2, 5, 1), steps(rng, "one layer", 1, 2)],
    mistakes=[
        Mistake(
            "no-correction", "adam", " / (1 - 0.9**step)", "", "The bias correction is missing."
        ),
        Mistake(
            "no-root",
            "adam",
            "np.sqrt(two[n] / (1 - 0.999**step))",
            "two[n] / (1 - 0.999**step)",
            "The root is missing.",
        ),
        Mistake(
            "old-step", "adam", 'moments["step"] + 1', 'moments["step"]', "Count the step first."
        ),
        Mistake("no-rate", "momentum", "rate * old[name]", "old[name]", "The rate is missing."),
        Mistake(
            "loss-after",
            "minimise",
            "        sums.append(float(sum(np.sum(p**2) for layer in layers for p in layer.values())))\n        grads = [{name: 2 * p for name, p in layer.items()} for layer in layers]\n        layers, moments = adam(layers, grads, moments, lr)\n",
            "        grads = [{name: 2 * p for name, p in layer.items()} for layer in layers]\n        layers, moments = adam(layers, grads, moments, lr)\n        sums.append(float(sum(np.sum(p**2) for layer in layers for p in layer.values())))\n",
            "Record the sum before the step.",
        ),
    ],
)
