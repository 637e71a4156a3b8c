"""Three layers with names for sums and activations, the first of which is used twice."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.declaration import Exercise, Function, Instance
from autograder.exercise.solve import make_answer_key


def forward(params: Any, x: Any) -> Any:
    z1 = x @ params["W1"]
    h1 = np.tanh(z1)
    h2 = np.tanh(h1 @ params["W2"])
    s = h1 + h2
    return {"z1": z1, "h1": h1, "h2": h2, "s": s, "y": s @ params["W3"]}


def loss(y: Any, t: Any) -> float:
    return float(np.sum((y - t) ** 2))


def backward(params: Any, x: Any, t: Any, activations: Any) -> Any:
    h1, h2 = activations["h1"], activations["h2"]
    grad_y = 2 * (activations["y"] - t)
    grad_s = params["W3"] @ grad_y
    delta2 = grad_s * (1 - h2**2)
    grad_h1 = grad_s + params["W2"] @ delta2
    delta1 = grad_h1 * (1 - h1**2)
    return {
        "W1": np.outer(x, delta1),
        "W2": np.outer(h1, delta2),
        "W3": np.outer(activations["s"], grad_y),
        "h1": grad_h1,
        "s": grad_s,
        "y": grad_y,
    }


def deep_sheet() -> AnswerKey:
    """What it is judged by: one instance, drawn at random."""
    rng = np.random.default_rng(3)
    shapes = {"W1": (3, 5), "W2": (5, 5), "W3": (5, 2)}
    instance = Instance(
        "deep",
        {
            "params": {name: rng.normal(size=shape) for name, shape in shapes.items()},
            "x": rng.normal(size=3),
            "t": rng.normal(size=2),
        },
        {"n_in": 3, "n_hidden": 5, "n_out": 2},
    )
    functions = [Function(f.__name__, {"values": 1}) for f in (forward, loss, backward)]
    exercise = Exercise("Deep", functions, [instance], lambda rng: [])
    return make_answer_key(
        "deep", exercise, {"forward": forward, "loss": loss, "backward": backward}
    )
