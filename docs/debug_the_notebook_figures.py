"""Draws the figures of solutions/debug_the_notebook: the cells with the kernel, and how a
derivative is measured."""

from __future__ import annotations

import numpy as np
from figures import BLUE, GREY, RED, SOLUTIONS, Figure

from autograder.exercise.solution import run_solution

FOLDER = SOLUTIONS / "debug_the_notebook"


def cells() -> None:
    """The three cells on the left, and the kernel with its variables on the right."""
    figure = Figure("Three cells, and the kernel that keeps their variables", 640, 326)
    prints = ("h, y, error", "the derivatives", "new parameters")
    for number, words in enumerate(prints):
        y = 18 + 100 * number
        figure.box(4, y, 210, 70)
        figure.text(109, y + 30, f"cell {number + 1}")
        figure.text(109, y + 54, f"prints {words}")
    figure.box(400, 18, 236, 270, GREY)
    figure.text(518, 46, "the kernel, unseen")
    for y, words in ((92, "w1, b1, w2, b2"), (152, "h, y, error"), (232, "grad_E_y, ...")):
        figure.text(518, y, words)
    figure.path("M216 38 L436 78", RED, arrow=True)
    figure.path("M216 66 L446 138", RED, arrow=True)
    figure.path("M436 96 L220 140", BLUE, arrow=True)
    figure.path("M446 156 L220 164", BLUE, arrow=True)
    figure.path("M216 176 L436 224", RED, arrow=True)
    figure.path("M436 104 L220 230", BLUE, arrow=True)
    figure.path("M446 162 L220 244", BLUE, arrow=True)
    figure.path("M436 240 L220 258", BLUE, arrow=True)
    figure.text(109, 316, "red: sets or changes", RED)
    figure.text(518, 316, "blue: reads", BLUE)
    figure.write(FOLDER / "cells.svg")


def nudge() -> None:
    """The loss of the document's network over the first weight of w2."""
    name = f"{FOLDER.name}.py"
    found = run_solution(name, (FOLDER / name).read_bytes())
    figure = Figure("The loss on both sides of a weight, and the slope between", 640, 290)

    def error(weight: float) -> float:
        params = {**found["params"], "w2": np.array([[weight], [0.6]])}
        return float(found["error_of"](params, found["x"], found["t"]))

    def place(weight: float) -> tuple[float, float]:
        return 70 + 1000 * (weight - 0.3), 245 - 105000 * error(weight)

    figure.path("M50 245 L620 245", GREY, width=1)
    figure.path("M70 20 L70 245", GREY, width=1)
    figure.line([place(weight) for weight in np.linspace(0.3, 0.84, 109)], BLUE, 2.5)
    left, right = place(0.44), place(0.56)
    slope = (right[1] - left[1]) / (right[0] - left[0])
    figure.line([(x, left[1] + slope * (x - left[0])) for x in (150, 400)], RED)
    for (x, y), words in ((left, "0.5 − by"), (right, "0.5 + by")):
        figure.path(f"M{x:.1f} {y:.1f} L{x:.1f} 245", GREY, width=1)
        figure.dot(x, y, RED, 5)
        figure.text(x, 266, words)
    figure.text(600, 266, "w2[0, 0]")
    figure.text(62, 34, "E", anchor="end")
    figure.text(330, 120, "the slope between them: the derivative", RED, anchor="start")
    figure.write(FOLDER / "nudge.svg")


if __name__ == "__main__":
    cells()
    nudge()
