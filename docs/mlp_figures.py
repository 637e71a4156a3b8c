"""Draws the figures of solutions/mlp: the layers, the activation functions, and what networks that
were trained as the notebook does compute."""

from __future__ import annotations

from typing import Any

import numpy as np
from figures import BLUE, GREY, RED, SOLUTIONS, Figure

from autograder.exercise.solution import run_solution

FOLDER = SOLUTIONS / "mlp"


def layers() -> None:
    """The layers, forward on the left and backward on the right."""
    figure = Figure("Layers: values go down, derivatives come back up", 640, 400)
    for number, name in enumerate(("x", "h[0]", "h[1]")):
        y = 40 + 110 * number
        figure.text(115, y, name)
        figure.path(f"M115 {y + 8} L115 {y + 34}", BLUE, arrow=True)
        figure.box(5, y + 37, 220, 40)
        figure.text(115, y + 62, f"layer {number}: h W + b" + (", then f" if number < 2 else ""))
        figure.path(f"M115 {y + 79} L115 {y + 94}", BLUE)
        figure.box(280, y + 37, 130, 40, RED)
        figure.text(345, y + 62, f"δ of layer {number}")
        figure.path(f"M412 {y + 57} L456 {y + 57}", RED, arrow=True)
        figure.text(465, y + 62, f'grads[{number}]["W"], ["b"]', anchor="start")
        if number:
            figure.path(f"M345 {y + 35} L345 {y - 29}", RED, arrow=True)
            figure.text(357, y + 8, "back through W, times slope", anchor="start")
    figure.text(115, 372, "y")
    figure.path("M130 367 L345 367 L345 340", RED, arrow=True)
    figure.text(357, 372, "derivative of E by y", anchor="start")
    figure.text(115, 396, "forward, downwards", BLUE)
    figure.text(345, 396, "backward, upwards", RED)
    figure.write(FOLDER / "layers.svg")


def activations() -> None:
    """Tanh and ReLU over z from -3 to 3."""
    figure = Figure("tanh and ReLU", 640, 230)
    z = np.linspace(-3, 3, 121)
    shown = {"tanh": np.tanh(z), "ReLU": np.maximum(z, 0)}
    for number, (name, a) in enumerate(shown.items()):
        left, unit = 165 + 310 * number, 42
        zero = 120 if name == "tanh" else 175
        figure.path(f"M{left - 135} {zero} L{left + 135} {zero}", GREY, width=1)
        figure.path(f"M{left} 30 L{left} 205", GREY, width=1)
        figure.line(zip(left + unit * z, zero - unit * a, strict=True), BLUE, 2.5)
        figure.text(left, 22, name)
        figure.text(left + 130, zero + 18, "z")
        for tick in (-1, 1) if name == "tanh" else (1, 2, 3):
            figure.path(f"M{left - 4} {zero - unit * tick} L{left + 4} {zero - unit * tick}", GREY)
            figure.text(left - 10, zero - unit * tick + 5, f"{tick}", anchor="end", font_size="13")
    figure.write(FOLDER / "activations.svg")


def fit() -> None:
    """The curve that the notebook learns, by three networks."""
    found = run_solution("mlp.py", (FOLDER / "mlp.py").read_bytes())
    figure = Figure("Sixty points, and what three trained networks compute between them", 640, 300)
    points, curve = found["points"], found["curve"]
    along = np.linspace(-1, 1, 401)[:, None]

    def place(x: np.ndarray, y: np.ndarray) -> Any:
        return zip(320 + 280 * x.ravel(), 160 - 75 * y.ravel(), strict=True)

    figure.path("M30 160 L610 160", GREY, width=1)
    figure.path("M320 20 L320 285", GREY, width=1)
    for x, y in place(points, curve):
        figure.dot(x, y)
    for activation, decay, colour, style in (
        ("tanh", 0.0, BLUE, ""),
        ("relu", 0.0, RED, ""),
        ("tanh", 0.03, GREY, "6 4"),
    ):
        params, _ = found["learn"](activation, decay)
        figure.line(place(along, found["forward"](params, along, activation)["y"]), colour)
        if style:
            figure.parts[-1] = figure.parts[-1].replace("/>", f' stroke-dasharray="{style}"/>')
    for number, (words, colour) in enumerate(
        (("tanh", BLUE), ("ReLU", RED), ("tanh, decay 0.03, dashed", GREY))
    ):
        figure.text(335, 232 + 22 * number, words, colour, anchor="start", font_size="14")
    figure.write(FOLDER / "fit.svg")


if __name__ == "__main__":
    layers()
    activations()
    fit()
