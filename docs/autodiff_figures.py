"""Draws the figures of solutions/autodiff: a tape, the way back from broadcasting, and what the
network makes of three arms."""

from __future__ import annotations

import itertools

import numpy as np
from figures import BLUE, GREY, RED, SOLUTIONS, Figure

from autograder.exercise.solution import run_solution

FOLDER = SOLUTIONS / "autodiff"


def tape() -> None:
    """The example: values down the left, derivatives up the right."""
    figure = Figure("A tape: values go down, derivatives come back up", 640, 390)
    rows = (
        ("x", "2", "16"),
        ("y = x * x", "4", "3"),
        ("p = y * x", "8", "1"),
        ("z = p + y", "12", "1"),
    )
    left, wide, right = 110, 150, 400
    for number, (name, value, grad) in enumerate(rows):
        y = 10 + 100 * number
        figure.box(left, y, wide, 44)
        figure.text(left + wide / 2, y + 28, f"{name}{' =' if number == 0 else ':'} {value}")
        figure.box(right, y, 90, 44, RED)
        figure.text(right + 45, y + 28, grad)
    for number, words in enumerate(("6 + 6", "2", "1")):
        y = 10 + 100 * number
        figure.path(f"M{left + wide / 2} {y + 46} L{left + wide / 2} {y + 97}", BLUE, arrow=True)
        figure.path(f"M{right + 45} {y + 98} L{right + 45} {y + 47}", RED, arrow=True)
        figure.text(right + 55, y + 78, words, RED, anchor="start")
    # What skips a row: x to p and y to z, outside of the boxes.
    for first in (0, 1):
        y, out = 10 + 100 * first, 40 + 35 * first
        figure.path(
            f"M{left - 2} {y + 22} L{out} {y + 22} L{out} {y + 210} L{left - 4} {y + 210}",
            BLUE,
            arrow=True,
        )
        side = 600 - 35 * first
        figure.path(
            f"M{right + 92} {y + 210} L{side} {y + 210} L{side} {y + 22} L{right + 94} {y + 22}",
            RED,
            arrow=True,
        )
        figure.text(side - 8, y + 120 + 30 * first, "41"[first], RED, anchor="end")
    figure.text(left + wide / 2, 380, "forward, downwards", BLUE)
    figure.text(right + 45, 380, "backward, upwards", RED)
    figure.write(FOLDER / "tape.svg")


def broadcasting() -> None:
    """A row of three numbers that is used in four rows, and what comes back."""
    figure = Figure("Broadcasting repeats a row; the way back sums over the rows", 640, 256)
    numbers = np.array([[1, 0, 2], [0, 3, -1], [2, 1, 1], [1, -2, 0]])
    for left, colour, words in ((40, BLUE, "forward: b, repeated"), (370, RED, "backward: summed")):
        for row, column in itertools.product(range(5), range(3)):
            x, y = left + 76 * column, (20 + 40 * row + (14 if row else 0))
            figure.box(x, y, 64, 28, colour if row == 0 else GREY, 4)
            if colour == BLUE:
                said = f"b[{column}]"
            else:
                said = f"{numbers[row - 1, column] if row else numbers[:, column].sum()}"
            figure.text(x + 32, y + 20, said, font_size="14")
        for column in range(3):
            x = left + 76 * column + 32
            way = f"M{x} 50 L{x} 70" if colour == BLUE else f"M{x} 72 L{x} 51"
            figure.path(way, colour, arrow=True)
        figure.text(left + 108, 248, words, colour)
    figure.write(FOLDER / "broadcasting.svg")


def arms() -> None:
    """The points of three kinds, and where the trained network changes its mind."""
    found = run_solution("autodiff.py", (FOLDER / "autodiff.py").read_bytes())
    figure = Figure("Ninety points on three arms, and the regions of a trained network", 640, 330)
    trained, _ = found["learn_arms"](1000)
    layers = found["mapped"](found["Tensor"], trained)
    side, wide = 64, 300 / 64
    along = (np.arange(side) + 0.5) / side * 2.4 - 1.2
    across, down = np.meshgrid(along, along)
    grid = np.stack([across.ravel(), down.ravel()], axis=1)
    kinds = found["network"](layers, grid, "tanh").data.argmax(axis=1).reshape(side, side)
    colours = (BLUE, RED, GREY)
    left, top = 170, 10
    for row in range(side):
        first = 0
        for kind, run in itertools.groupby(kinds[row]):
            length = len(list(run))
            figure.filled(
                left + wide * first,
                top + wide * row,
                wide * length,
                wide,
                colours[kind],
                fill_opacity="0.22",
            )
            first += length
    for (x, y), kind in zip(found["places"], found["kinds"], strict=True):
        figure.dot(left + 300 * (x + 1.2) / 2.4, top + 300 * (y + 1.2) / 2.4, colours[kind], 4)
    figure.write(FOLDER / "arms.svg")


if __name__ == "__main__":
    tape()
    broadcasting()
    arms()
