"""An LSTM: a step that returns two states, all steps with a mask, and a loss of the last state."""

import numpy as np

from autograder import Derivative, Exercise, Function, Instance, Mistake


def weights(rng, d, h):
    """Weights and biases of the four gates."""
    return {"W": rng.normal(size=(d + h, 4 * h)) * 0.7, "b": rng.normal(size=4 * h)}


def step(rng, label, n, d, h):
    """One step, with derivatives by both states after it."""
    return Instance(
        label,
        {
            "x": rng.normal(size=(n, d)),
            **{name: rng.normal(size=(n, h)) for name in ("h", "c", "dh", "dc")},
            "params": weights(rng, d, h),
        },
        {"N": n, "D": d, "H": h, "4H": 4 * h},
    )


def sequences(rng, label, n, steps, d, h):
    """Sequences without padding, with a derivative by every state."""
    return Instance(
        label,
        {
            "x": rng.normal(size=(n, steps, d)),
            **{name: rng.normal(size=(n, h)) for name in ("h0", "c0")},
            "params": weights(rng, d, h),
            "dhs": rng.normal(size=(n, steps, h)),
        },
        {"N": n, "T": steps, "D": d, "H": h, "4H": 4 * h},
    )


def padded(sequences):
    """The same with padding by turns at the end and in front, where the cell has to wait too."""
    n, steps, _ = sequences.inputs["x"].shape
    mask = np.ones((n, steps), dtype=bool)
    mask[::2, 1 + steps // 2 :] = False
    mask[1::2, : steps // 2] = False
    inputs = {**sequences.inputs, "mask": mask}
    return Instance(sequences.label, inputs, sequences.dims)


def labelled(rng, sequences, classes):
    """The same with labels: the derivative by the states is that of the loss."""
    n, _, h = sequences.inputs["dhs"].shape
    inputs = {name: value for name, value in sequences.inputs.items() if name != "dhs"}
    inputs["head"] = {"W": rng.normal(size=(h, classes)), "b": rng.normal(size=classes)}
    inputs["labels"] = rng.integers(classes, size=n)
    return Instance(sequences.label, inputs, {**sequences.dims, "C": classes})


def draw(rng):
    """Distinct primes, and one sequence of one step."""
    return [
        step(rng, "other step", 3, 2, 5),
        padded(sequences(rng, "other sequences", 3, 5, 2, 3)),
        labelled(rng, padded(sequences(rng, "other labels", 3, 2, 2, 5)), 7),
        labelled(rng, sequences(rng, "one step", 1, 1, 2, 3), 5),
    ]


rng = np.random.default_rng(7)
POINTS = {"values": 1, "hidden": 1}
SLOPES = {"shapes": 1, "values": 1, "gradient": 1, "hidden": 1}

exercise = Exercise(
    title="A long short-term memory",
    functions=[
        Function("lstm_step", POINTS, returns=("h_next", "c_next", "cache"), own=("cache",)),
        Function(
            "lstm_step_backward",
            SLOPES,
            returns=("dx", "dh_prev", "dc_prev", "dparams"),
            derivative=Derivative("lstm_step", by=("x", "h", "c", "params"), times=("dh", "dc")),
        ),
        Function("lstm_forward", POINTS, returns=("hs", "caches"), own=("caches",)),
        Function(
            "lstm_backward",
            SLOPES,
            returns=("dx", "dh0", "dc0", "dparams"),
            derivative=Derivative("lstm_forward", by=("x", "h0", "c0", "params"), times="dhs"),
        ),
        Function("loss", POINTS),
        Function(
            "loss_backward",
            SLOPES,
            returns=("dhs", "dhead"),
            derivative=Derivative("loss", by=("hs", "head")),
        ),
        Function(
            "gradients",
            SLOPES,
            returns=("dparams", "dhead"),
            derivative=Derivative(("lstm_forward", "loss"), by=("params", "head")),
        ),
    ],
    visible=[
        step(rng, "step", 2, 1, 1),
        padded(sequences(rng, "padded", 2, 3, 1, 2)),
        labelled(rng, padded(sequences(rng, "labelled", 2, 2, 3, 2)), 3),
    ],
    draw=draw,
    mistakes=[
        Mistake("open-forget", "lstm_step", "sigmoid(a_f)", "a_f", "f has no sigmoid."),
        Mistake(
            "bare-cell", "lstm_step", "o * np.tanh(c_next)", "o * c_next", "h_next lacks the tanh."
        ),
        Mistake(
            "no-cell-slope",
            "lstm_step_backward",
            " * (1 - tanh_c**2)",
            "",
            "The slope of the tanh of the cell is missing.",
        ),
        Mistake(
            "no-later-cell",
            "lstm_step_backward",
            "dc + dh * o",
            "dh * o",
            "dc is left out, which comes from later steps.",
        ),
        Mistake(
            "cell-not-forgotten",
            "lstm_step_backward",
            "dc_prev = dc_total * f",
            "dc_prev = dc_total",
            "dc_prev lacks the forget gate.",
        ),
        Mistake(
            "cell-goes-on",
            "lstm_forward",
            "c = np.where(real, c_new, c)",
            "c = c_new",
            "The cell changes in steps that are padding.",
        ),
        Mistake(
            "cell-cut",
            "lstm_backward",
            "dc = np.where(real, dc_step, dc)",
            "dc = np.zeros((N, H))",
            "The derivative of the cell does not go from step to step.",
        ),
        Mistake(
            "one-step-only",
            "lstm_backward",
            "dparams.get(name, 0) + step[name]",
            "step[name]",
            "The derivatives of the parameters are those of one step, and not their sum.",
        ),
    ],
)
