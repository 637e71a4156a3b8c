"""Draws the figures of solutions/optimisers: the paths of four optimisers on one surface, a
gradient that is clipped, and a moving average with and without bias correction."""

from __future__ import annotations

from typing import Any

import numpy as np
from figures import BLUE, GREY, RED, SOLUTIONS, Figure

from autograder.exercise.solution import run_solution

FOLDER = SOLUTIONS / "optimisers"


def paths() -> None:
    """The first steps of each optimiser in the notebook's valley, in a picture of its own."""
    found = run_solution("optimisers.py", (FOLDER / "optimisers.py").read_bytes())
    figure = Figure("A valley, and the paths of four optimisers from one start", 640, 500)
    names = {
        "sgd": "gradient descent",
        "momentum": "momentum",
        "rmsprop": "RMSprop",
        "adam": "Adam",
    }
    for number, (method, name) in enumerate(names.items()):
        left, top = 165 + 315 * (number % 2), 118 + 250 * (number // 2)
        _contours(figure, found["valley"][0]["W"], left, top)
        way = [found["start"][0]["W"]]
        for steps in range(1, 41):
            way.append(found["descend"](method, steps=steps)[0][0]["W"])
        figure.line([_place(left, top, *point) for point in way], BLUE, 1.5)
        for point in way:
            figure.dot(*_place(left, top, *point), RED, 2.4)
        figure.text(left, top + 124, name)
    figure.write(FOLDER / "paths.svg")


def _place(left: float, top: float, x: float, y: float) -> tuple[float, float]:
    return left + 68 * x, top - 105 * y


def _contours(figure: Figure, curvature: np.ndarray, left: float, top: float) -> None:
    """Lines of equal height, clipped to their panel."""
    angles = np.linspace(0, 2 * np.pi, 121)
    ways = np.stack([np.cos(angles), np.sin(angles)])
    square, fourth = curvature @ ways**2 / 2, (ways**4).sum(axis=0) / 4
    for level in (0.02, 0.2, 0.8, 2.0, 4.0, 6.3):
        size = (np.sqrt(square**2 + 4 * fourth * level) - square) / (2 * fourth)
        points = [_place(left, top, *point) for point in (ways * np.sqrt(size)).T]
        figure.line(points, GREY, 0.7)
    figure.dot(*_place(left, top, 0, 0), GREY, 3)


def clipping() -> None:
    """A long gradient, and what is left of it."""
    figure = Figure("A gradient is scaled down to a bound", 640, 240)
    x, y, radius = 150, 170, 60
    figure.parts.append(
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="none" stroke="{GREY}" stroke-width="1.5"/>'
    )
    figure.path(f"M{x} {y} L{x + 300} {y - 120}", RED, arrow=True)
    unit = np.array([300.0, -120.0]) / np.hypot(300, 120)
    end = np.array([x, y]) + radius * unit
    figure.path(f"M{x} {y} L{end[0]:.1f} {end[1]:.1f}", BLUE, arrow=True, width=3)
    figure.dot(x, y, GREY, 4)
    figure.text(x + 308, y - 120, "gradient", RED, anchor="start")
    figure.text(x + 70, y + 5, "clipped: same direction,", BLUE, anchor="start")
    figure.text(x + 70, y + 26, "length max_norm", BLUE, anchor="start")
    figure.path(f"M{x} {y} L{x - 42.4:.1f} {y + 42.4:.1f}", GREY, width=1)
    figure.text(x - 62, y + 62, "max_norm", anchor="end")
    figure.write(FOLDER / "clipping.svg")


def correction() -> None:
    """The moving average of ones that begins at 0, as it is and corrected."""
    figure = Figure("A moving average from 0, and with bias correction", 640, 240)
    left, zero, wide, high = 60, 200, 17.0, 150

    def at(step: float, value: float) -> tuple[Any, Any]:
        return left + wide * step, zero - high * value

    figure.path(f"M{left} {zero} L{left + wide * 31:g} {zero}", GREY, width=1)
    figure.path(f"M{left} {zero} L{left} 30", GREY, width=1)
    for value in (0, 0.5, 1):
        figure.text(left - 10, zero - high * value + 5, f"{value:g}", anchor="end", font_size="13")
    for step in (1, 10, 20, 30):
        figure.text(left + wide * step, zero + 20, f"{step}", font_size="13")
    figure.text(left + wide * 31 + 8, zero + 20, "step", anchor="start", font_size="13")
    kept = [1 - 0.9**step for step in range(31)]
    figure.line([at(step, value) for step, value in enumerate(kept)], RED, 2.5)
    figure.line([at(step, 1.0) for step in range(1, 31)], BLUE, 2.5)
    for step in range(1, 31):
        figure.dot(*at(step, kept[step]), RED, 3)
        figure.dot(*at(step, 1.0), BLUE, 3)
    figure.text(left + wide * 13, zero - high * 0.6, "m, with β₁ = 0.9", RED, anchor="start")
    figure.text(left + wide * 13, zero - high - 12, "m divided by 1 − 0.9ᵏ", BLUE, anchor="start")
    figure.write(FOLDER / "correction.svg")


if __name__ == "__main__":
    paths()
    clipping()
    correction()
