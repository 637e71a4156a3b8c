"""Draws the figures of solutions/rnn: the network unrolled, what arrives at each step, clipping."""

from __future__ import annotations

import numpy as np
from figures import BLUE, GREY, RED, SOLUTIONS, Figure

from autograder.exercise.solution import run_solution

FOLDER = SOLUTIONS / "rnn"


def unrolled() -> None:
    """Three steps side by side, forward above and backward below."""
    figure = Figure("One network, unrolled over three steps", 640, 330)
    left, apart = 96, 158
    figure.text(28, 75, "h[0]")
    for s in range(3):
        x = left + apart * s
        figure.path(f"M{x - 44} 70 L{x - 4} 70", BLUE, arrow=True)
        figure.box(x, 46, 86, 48)
        figure.text(x + 43, 75, f"step {s}")
        figure.text(x + 43, 18, f"x[:, {s}]")
        figure.path(f"M{x + 43} 24 L{x + 43} 42", BLUE, arrow=True)
        if s < 2:
            figure.text(x + 119, 62, f"h[{s + 1}]", font_size="14")
            figure.path(f"M{x + 88} 70 L{x + 114} 70", BLUE)
        figure.box(x, 160, 86, 48, RED)
        figure.text(x + 43, 189, f"δ of step {s}", font_size="15")
        figure.path(f"M{x - 4} 184 L{x - 44} 184", RED, arrow=True)
        figure.text(x - 23, 176, f"dh[{s}]", font_size="14")
        figure.path(f"M{x + 43} 210 L{x + 43} 246", RED, arrow=True)
    end = left + apart * 3
    figure.path(f"M{end - 70} 70 L{end - 14} 70", BLUE, arrow=True)
    figure.text(end - 44, 62, "h[3]", font_size="14")
    figure.text(end + 10, 75, "y")
    figure.path(f"M{end + 10} 84 L{end + 10} 184 L{end - 68} 184", RED, arrow=True)
    figure.text(end - 34, 176, "dh[3]", font_size="14")
    figure.box(left, 250, 86 + 2 * apart, 40, RED)
    figure.text(left + 43 + apart, 275, "shares of all steps, added up: Wx, Wh, b")
    figure.text(left + 43 + apart, 122, "forward: the same Wx, Wh, b in every step", BLUE)
    figure.text(left + 43 + apart, 318, "backward: from the last step to the first", RED)
    figure.write(FOLDER / "unrolled.svg")


def arriving() -> None:
    """The size of the derivatives by the states, for three sizes of Wh."""
    found = run_solution("rnn.py", (FOLDER / "rnn.py").read_bytes())
    figure = Figure("How much of the derivative arrives at each step", 640, 330)
    left, right, zero, unit = 100, 500, 130, 25

    def at(s: float, power: float) -> tuple[float, float]:
        return left + (right - left) * s / 20, zero - unit * power

    for power in range(-6, 5, 2):
        y = at(0, power)[1]
        figure.path(f"M{left} {y:g} L{right} {y:g}", GREY, width=0.6)
        figure.text(left - 10, y + 5, f"{10.0**power:,.{max(-power, 0)}f}", anchor="end")
    for scale, colour, words in ((0.5, BLUE, "vanishes"), (1.0, GREY, ""), (1.5, RED, "explodes")):
        powers = np.log10(found["arriving"](scale, found["blanks"]))
        figure.line((at(s, power) for s, power in enumerate(powers)), colour, 2.5)
        for s, power in enumerate(powers):
            figure.dot(*at(s, power), colour)
        x, y = at(10, powers[10])
        below = {1.5: -18, 1.0: -10, 0.5: 32}[scale]
        figure.text(x + 30, y + below, f"{scale:g} {words}".strip(), colour, font_weight="bold")
    for s in (0, 5, 10, 15, 20):
        figure.text(at(s, 0)[0], 310, f"dh[{s}]")
    figure.text(right + 70, zero - 8, "the last state,", font_size="14")
    figure.text(right + 70, zero + 10, "where the way", font_size="14")
    figure.text(right + 70, zero + 28, "back begins", font_size="14")
    figure.write(FOLDER / "arriving.svg")


def clipping() -> None:
    """A vector that is clipped by its norm, and one whose entries are clipped."""
    figure = Figure("Clipped by the norm, and entry by entry", 640, 250)
    for number, words in enumerate(("by the norm", "entry by entry")):
        x, y, bound = 140 + 320 * number, 170, 70
        figure.path(f"M{x - 100} {y} L{x + 170} {y}", GREY, width=1)
        figure.path(f"M{x} 30 L{x} {y + 75}", GREY, width=1)
        figure.parts.append(
            f'<circle cx="{x}" cy="{y}" r="{bound}" fill="none" stroke="{GREY}" '
            'stroke-dasharray="5 4"/>'
        )
        figure.path(f"M{x} {y} L{x + 160} {y - 120}", GREY, arrow=True)
        figure.text(x + 150, y - 128, "g")
        tip = (x + 56, y - 42) if number == 0 else (x + bound, y - bound)
        figure.path(f"M{x} {y} L{tip[0]} {tip[1]}", (BLUE, RED)[number], arrow=True, width=3.5)
        figure.text(x, 20, words, (BLUE, RED)[number])
        figure.text(x - 58, y - 58, "c", font_size="15")
    figure.write(FOLDER / "clipping.svg")


if __name__ == "__main__":
    unrolled()
    arriving()
    clipping()
