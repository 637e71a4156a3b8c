"""Draws the figures of solutions/debug_the_notebook: the cells with the kernel, and a slope that is
measured."""

from __future__ import annotations

import numpy as np
from figures import BLUE, GREY, RED, SOLUTIONS, Figure

FOLDER = SOLUTIONS / "debug_the_notebook"


def cells() -> None:
    """The three cells on the left, and the kernel with its variables on the right."""
    figure = Figure("Three cells, and the kernel that keeps their variables", 640, 300)
    figure.box(400, 15, 225, 270, GREY)
    figure.text(512, 42, "kernel: nobody sees it")
    for y, words in ((92, "w1  b1  w2  b2"), (192, "h  y"), (252, "grad_E_h  ...")):
        figure.text(512, y, words)
    for number, (y, words) in enumerate(
        ((15, "prints h, y, error"), (115, "prints derivatives"), (215, "prints new parameters"))
    ):
        figure.box(15, y, 240, 70)
        figure.text(135, y + 28, f"cell {number + 1}")
        figure.text(135, y + 52, words)
    figure.path("M420 78 L262 40", BLUE, arrow=True)
    figure.text(335, 42, "reads", BLUE)
    figure.path("M257 68 L415 95", RED, arrow=True)
    figure.text(330, 102, "changes", RED)
    figure.path("M440 104 L262 145", BLUE, arrow=True)
    figure.path("M480 192 L262 165", BLUE, arrow=True)
    figure.path("M500 104 L262 238", BLUE, arrow=True)
    figure.text(318, 168, "read")
    figure.write(FOLDER / "cells.svg")


def nudge() -> None:
    """The loss of the document's network over the first weight of w2."""
    figure = Figure("The loss on both sides of a weight, and the slope between", 640, 260)
    weights = np.linspace(0.3, 0.9, 121)
    h = 1 / (1 + np.exp(-np.array([0.23, 0.49])))
    losses = (1 / (1 + np.exp(-(h[0] * weights + 0.6 * h[1] + 0.1))) - 0.7) ** 2

    def place(weight: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return 60 + 900 * (weight - 0.3), 215 - 80000 * value

    figure.path("M50 215 L620 215", GREY, width=1)
    figure.line(zip(*place(weights, losses), strict=True), BLUE, 2.5)
    figure.write(FOLDER / "nudge.svg")


if __name__ == "__main__":
    cells()
    nudge()
