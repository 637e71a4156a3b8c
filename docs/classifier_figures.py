"""Draws the figures of solutions/classifier: ten digits, the steps of softmax, and the loss over
the probability of the label."""

from __future__ import annotations

import math

import numpy as np
from figures import BLUE, GREY, RED, SOLUTIONS, Figure

FOLDER = SOLUTIONS / "classifier"


def digits() -> None:
    """The first picture of each digit."""
    figure = Figure("Ten handwritten digits of 8 by 8 pixels", 640, 140)
    with np.load(FOLDER / "digits.npz") as file:
        pictures, labels = file["x"].reshape(-1, 8, 8), file["labels"]
    for digit in range(10):
        left, top, size = 8 + 63 * digit, 20, 7
        picture = pictures[np.flatnonzero(labels == digit)[0]]
        for (row, column), pixel in np.ndenumerate(picture):
            if pixel:
                x, y = left + size * column, top + size * row
                figure.filled(x, y, size, size, BLUE, fill_opacity=f"{pixel:.2f}")
        figure.box(left - 1, top - 1, 8 * size + 2, 8 * size + 2, GREY, 2)
        figure.text(left + 4 * size, top + 8 * size + 26, f"{digit}")
    figure.text(320, 128, "the label of each: what it shows")
    figure.write(FOLDER / "digits.svg")


def softmax() -> None:
    """Scores, their exponentials and their shares, as bars."""
    figure = Figure("Softmax: scores, exponentials, shares of their sum", 640, 250)
    scores = [0.0, math.log(2), math.log(5)]
    powers = [math.exp(score) for score in scores]
    shares = [power / sum(powers) for power in powers]
    columns = [
        ("scores z", scores, 40, "{:.2f}", GREY),
        ("exponentials, sum 8", powers, 32, "{:.0f}", BLUE),
        ("probabilities, sum 1", shares, 256, "{:.3f}", RED),
    ]
    for number, (name, values, scale, form, colour) in enumerate(columns):
        left, ground = 30 + 215 * number, 205
        for at, value in enumerate(values):
            x = left + 50 * at
            figure.filled(x, ground - scale * value, 34, scale * value, colour)
            said = form.format(value)
            figure.text(x + 17, ground - scale * value - 8, said, font_size="14")
        figure.path(f"M{left - 8} {ground} L{left + 142} {ground}", GREY, width=1)
        figure.text(left + 67, 235, name)
        if number:
            figure.path(f"M{left - 52} 120 L{left - 18} 120", GREY, arrow=True)
            figure.text(left - 35, 108, ("exp", "÷ 8")[number - 1], font_size="14")
    figure.write(FOLDER / "softmax.svg")


def cross_entropy() -> None:
    """The negative logarithm of a probability."""
    figure = Figure("The loss of one row over the probability of its label", 640, 260)
    left, ground, wide, unit = 90, 215, 480, 40
    figure.path(f"M{left} {ground} L{left + wide + 20} {ground}", GREY, width=1)
    figure.path(f"M{left} 20 L{left} {ground}", GREY, width=1)
    p = np.geomspace(math.exp(-4.7), 1, 80)
    figure.line(zip(left + wide * p, ground + unit * np.log(p), strict=True), BLUE, 2.5)
    for tick in (0, 0.5, 1):
        figure.text(left + wide * tick, ground + 20, f"{tick:g}", font_size="14")
    for tick in range(1, 5):
        figure.text(left - 10, ground - unit * tick + 5, f"{tick}", anchor="end", font_size="14")
        figure.path(f"M{left - 4} {ground - unit * tick} L{left + 4} {ground - unit * tick}", GREY)
    for share, words in ((0.625, "5/8: 0.470"), (0.25, "1/4: 1.386")):
        x, y = left + wide * share, ground + unit * math.log(share)
        figure.dot(x, y, RED, 5)
        figure.text(x + 10, y - 10, words, RED, anchor="start", font_size="14")
    figure.text(left + wide / 2, 252, "probability of the label")
    figure.text(left + 12, 28, "loss of the row", anchor="start")
    figure.write(FOLDER / "cross_entropy.svg")


if __name__ == "__main__":
    digits()
    softmax()
    cross_entropy()
