"""A recurrent network with a first state, a mask, and clipped derivatives."""

import numpy as np

from autograder import Derivative, Exercise, Function, Instance, Mistake


def sequences(rng, label, n, steps, d, h):
    """Random sequences, some steps of which do not count."""
    mask = rng.random((n, steps)) < 0.7
    mask[:, 0] = True
    return Instance(
        label,
        {
            "params": {
                "Wx": rng.normal(size=(d, h)),
                "Wh": rng.normal(size=(h, h)),
                "b": rng.normal(size=h),
            },
            "x": rng.normal(size=(n, steps, d)),
            "h0": rng.normal(size=(n, h)),
            "t": rng.normal(size=(n, steps, h)),
            "mask": mask,
            "most": 0.5,
        },
        {"N": n, "T": steps, "D": d, "H": h},
    )


exercise = Exercise(
    title="A recurrent network through time",
    functions=[
        Function("forward", {"shapes": 1, "values": 1, "hidden": 1, "behaviour": 1}, returns="h"),
        Function("loss", {"values": 1, "hidden": 1}),
        Function(
            "backward",
            {"shapes": 1, "values": 1, "gradient": 2, "hidden": 2, "behaviour": 1},
            returns="grads",
            derivative=Derivative(("forward", "loss"), by={"params": None, "h0": "h0"}),
        ),
        Function("clip", {"values": 1, "hidden": 1}),
    ],
    visible=[sequences(np.random.default_rng(3), "short", 2, 3, 2, 3)],
    draw=lambda rng: [sequences(rng, "long", 3, 5, 3, 2), sequences(rng, "single", 1, 1, 1, 1)],
    mistakes=[
        Mistake(
            "not-carried", "backward", " + carried", "", "What later steps pass back is missing."
        ),
        Mistake(
            "no-slope",
            "backward",
            "delta = delta * (1 - h[:, step] ** 2)",
            "pass",
            "The slope of tanh is missing.",
        ),
        Mistake(
            "state-after",
            "backward",
            'grads["Wh"] += before.T',
            'grads["Wh"] += h[:, step].T',
            "The state before the step counts.",
        ),
        Mistake("no-mask", "loss", "[mask]", "", "The mask is missing."),
    ],
)
