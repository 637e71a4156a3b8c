"""How the document's notebook is judged: its faults, and the numbers that hidden state gave."""

import numpy as np

from autograder import Choice, Exercise, Function, Instance, Printed

#: What the document prints, by the names of the notebook.
PRINTED = {
    "h": np.array([0.55724785, 0.62010643]),
    "y": np.array([0.67932855]),
    "error": np.array([0.00042731]),
    "grad_E_y": np.array([-0.04134291]),
    "grad_E_W2": np.array([[-0.00501868], [-0.0055848]]),
    "grad_E_h": np.array([[-0.00450314, -0.00540377]]),
    "grad_E_W1": np.array([[-0.00055551, -0.00063649], [-0.00033331, -0.0003819]]),
    "w1": np.array([[0.20005613, 0.40006431], [0.10003368, 0.30003858]]),
    "w2": np.array([[0.50050706], [0.60056425]]),
    "b1": np.array([[0.10011357, 0.20012976]]),
    "b2": np.array([0.10090993]),
}


def network(rng, label, n_in, n_hidden):
    """A random network with one output, and its example."""
    return Instance(
        label,
        {
            "params": {
                "w1": signed(rng, n_in, n_hidden),
                "b1": signed(rng, n_hidden),
                "w2": signed(rng, n_hidden, 1),
                "b2": signed(rng, 1),
            },
            "x": signed(rng, n_in),
            "t": rng.uniform(0.03, 0.15, 1),
            "lr": float(rng.uniform(0.4, 0.9)),
        },
        {"n_in": n_in, "n_hidden": n_hidden},
    )


def signed(rng, *shape):
    """Numbers of both signs, none of them near 0."""
    numbers = rng.uniform(-0.8, 0.8, shape)
    return numbers + np.copysign(0.2, numbers)


def printout(rng, label, decimals, n):
    """Numbers, and what was printed: some of it from other numbers. Every number is clearly nearer
    to what was printed than half a unit, or clearly farther."""
    unit = 10.0**-decimals
    printed = {
        "a": np.round(signed(rng, n), decimals),
        "b": np.round(signed(rng, n, 2), decimals),
        "c": np.round(signed(rng, 1, n), decimals),
        "d": np.round(10 * signed(rng, 2, n), decimals),
    }
    computed = {"rest": signed(rng, 2)}
    for name, numbers in printed.items():
        apart = rng.uniform(-0.4, 0.4, numbers.shape)
        apart += rng.choice([0.0, 1.0, -1.0], numbers.shape)
        computed[name] = numbers + unit * apart
    computed["c"] = computed["c"].ravel()
    inputs = {"printed": printed, "computed": computed, "decimals": decimals}
    return Instance(label, inputs, {"n": n}, only=["differs"])


def draw(rng):
    """Hidden networks: distinct primes, as many inputs as hidden units, and one of each; and
    numbers with two counts of decimals."""
    yield network(rng, "wide", 2, 7)
    yield network(rng, "square", 3, 3)
    yield network(rng, "single", 1, 1)
    yield printout(rng, "six decimals", 6, 5)
    yield printout(rng, "eight decimals", 8, 3)


exercise = Exercise(
    title="Debug the notebook",
    functions=[
        Function(
            "training_cell",
            {"values": 3, "hidden": 3, "behaviour": 0.5},
            returns=("params", "values"),
        ),
        Function(
            "manual_cells",
            {"shapes": 1, "values": 0.5, "hidden": 0.5},
            returns=("grads", "params"),
        ),
        Function("run_notebook", {"values": 1, "hidden": 1}, returns="computed"),
        Function("differs", {"values": 1, "hidden": 1, "behaviour": 0.5}),
        Function("recorded", {"printed": 2, "values": 1, "hidden": 2}),
    ],
    visible=[
        Instance(
            "document",
            {
                "params": {
                    "w1": np.array([[0.2, 0.4], [0.1, 0.3]]),
                    "b1": np.array([0.1, 0.2]),
                    "w2": np.array([[0.5], [0.6]]),
                    "b2": np.array([0.1]),
                },
                "x": np.array([0.5, 0.3]),
                "t": np.array([0.7]),
                "lr": 0.1,
                "printed": PRINTED,
                "decimals": 8,
            },
            {"n_in": 2, "n_hidden": 2},
        ),
        network(np.random.default_rng(9), "larger", 3, 4),
        printout(np.random.default_rng(3), "another printout", 6, 4),
    ],
    draw=draw,
    printed=[Printed("recorded", name, PRINTED[name], "document") for name in PRINTED],
    choices=[
        Choice(
            "two_targets",
            1,
            [
                "It falls for no learning rate: a smaller one makes the steps smaller, and leads "
                "the same way.",
                "A squared error is never negative. Added to the weights, it makes the output "
                "larger at every step: towards 0.7, which is above the output, and away from 0.6. "
                "One target, and one start, had hidden this.",
                "Nothing cancels. A smaller error makes the steps smaller, for both targets.",
                "An uphill step along the true derivative leads up from everywhere, but for the "
                "minimum itself. What this cell follows is no derivative.",
            ],
        ),
        Choice(
            "same_digits",
            1,
            [
                "The whole array is printed by the second cell, after the parameters had changed.",
                "Each entry of `grad_E_W1` has come back through `w2`, in both rows.",
                "`w2` had changed by one part in 100,000, and this row by 0.000000006: too little "
                "to be seen in its last decimal. That numbers agree as printed does not show where "
                "they come from; that they differ does.",
                "One line computes both rows. They differ by `x`, which nothing has changed.",
            ],
        ),
    ],
    files=["cells.svg", "nudge.svg"],
    given={
        "training_cell": ["squared-error", "uphill", "bias-summed"],
        "manual_cells": ["axis-too-many"],
        "run_notebook": ["changed-weights"],
    },
)
