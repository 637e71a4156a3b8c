"""Draws the figures of solutions/transformer: a layer normalisation, the weights of attention,
GELU, the block, and where a network looks that was trained as the notebook does."""

from __future__ import annotations

import numpy as np
from figures import BLUE, GREY, RED, SOLUTIONS, Figure

from autograder.exercise.solution import run_solution

FOLDER = SOLUTIONS / "transformer"


def layer_norm() -> None:
    """The vector that the notebook works out, in three steps."""
    figure = Figure("Layer normalisation: less the mean, then divided by the root", 640, 300)
    x = np.array([5.0, 3.0, 11.0, -3.0])
    columns = [
        ("x, with the mean 4", x, 11, GREY),
        ("less the mean", x - 4, 11, BLUE),
        ("divided by 5", (x - 4) / 5, 55, RED),
    ]
    for number, (name, values, scale, colour) in enumerate(columns):
        left, ground = 24 + 220 * number, 160
        for at, value in enumerate(values):
            top = ground - scale * max(value, 0)
            figure.filled(left + 42 * at, top, 30, scale * abs(value), colour)
            is_crossed = number == 0 and value == 3
            below = (
                ground + 18 if is_crossed else ground - scale * value + (18 if value < 0 else -7)
            )
            figure.text(left + 42 * at + 15, below, f"{value:g}".replace("-", "−"), font_size="14")
        figure.path(f"M{left - 8} {ground} L{left + 164} {ground}", GREY, width=1)
        if number == 0:
            figure.path(f"M{left - 8} {ground - 44} L{left + 164} {ground - 44}", BLUE, width=1)
        figure.text(left + 78, 285, name)
    figure.write(FOLDER / "layer_norm.svg")


def attention() -> None:
    """A square of weights, the later half of which is crossed out."""
    figure = Figure("Causal attention: each position looks at itself and at earlier ones", 640, 300)
    scores = np.array([[0.0, 0, 0, 0], [1.2, 0.4, 0, 0], [0.2, 0.5, 1.6, 0], [0.9, -0.5, 0.3, 0]])
    weights = np.tril(np.exp(scores))
    weights /= weights.sum(axis=1, keepdims=True)
    left, top, size = 215, 45, 52
    for (row, column), weight in np.ndenumerate(weights):
        x, y = left + size * column, top + size * row
        if column > row:
            figure.path(f"M{x + 16} {y + 16} L{x + size - 16} {y + size - 16}", RED)
            figure.path(f"M{x + 16} {y + size - 16} L{x + size - 16} {y + 16}", RED)
        else:
            figure.filled(x, y, size, size, BLUE, fill_opacity=f"{0.4 * weight:.2f}")
            figure.text(x + size / 2, y + 31, f"{weight:.2f}", font_size="14")
        figure.box(x, y, size, size, GREY, 0)
    for at in range(4):
        figure.text(left + size * at + size / 2, top - 10, f"key {at}", font_size="14")
        figure.text(left - 12, top + size * at + 31, f"query {at}", anchor="end", font_size="14")
        end = left + 4 * size
        figure.text(end + 14, top + size * at + 31, "sum 1", anchor="start", font_size="14")
    figure.text(left + 2 * size, 282, "crossed out: later than the query, weight 0")
    figure.write(FOLDER / "attention.svg")


def gelu() -> None:
    """GELU and its slope over z from -3 to 3."""
    found = run_solution("transformer.py", (FOLDER / "transformer.py").read_bytes())
    figure = Figure("GELU, beside ReLU, and its slope", 640, 230)
    z = np.linspace(-3, 3, 121)
    for number, (name, values) in enumerate(
        (("GELU", found["gelu"](z)), ("its slope", found["gelu_slope"](z)))
    ):
        left, zero, unit = 165 + 310 * number, 175, 42
        figure.path(f"M{left - 135} {zero} L{left + 135} {zero}", GREY, width=1)
        figure.path(f"M{left} 34 L{left} 205", GREY, width=1)
        figure.line(
            zip(left + unit * z, zero - unit * values, strict=True), (BLUE, RED)[number], 2.5
        )
        figure.text(left, 22, name)
        figure.text(left + 130, zero + 18, "z")
        figure.text(left - 2.1 * unit, zero + 18, "−2", font_size="13")
        figure.text(left + 2 * unit, zero + 18, "2", font_size="13")
        for tick in (1, 2, 3)[: 3 - 2 * number]:
            figure.path(f"M{left - 4} {zero - unit * tick} L{left + 4} {zero - unit * tick}", GREY)
            figure.text(left - 10, zero - unit * tick + 5, f"{tick}", anchor="end", font_size="13")
    figure.write(FOLDER / "gelu.svg")


def block() -> None:
    """The block, from left to right in two rows, with a line around each half."""
    figure = Figure("A block: two halves, each with a residual connection around it", 640, 300)
    for row, (came, layer, went) in enumerate((("x", "attention", "m"), ("m", "mlp", "out"))):
        y = 90 + 140 * row
        figure.text(30, y + 6, came)
        figure.path(f"M48 {y} L108 {y}", BLUE, arrow=True)
        figure.box(110, y - 24, 150, 48)
        figure.text(185, y + 5, f"layer norm {row + 1}")
        figure.path(f"M262 {y} L306 {y}", BLUE, arrow=True)
        figure.box(308, y - 24, 130, 48)
        figure.text(373, y + 5, layer)
        figure.path(f"M440 {y} L500 {y}", BLUE, arrow=True)
        figure.path(f"M70 {y} L70 {y - 55} L520 {y - 55} L520 {y - 20}", RED, arrow=True)
        figure.text(295, y - 62, f"{came} as it came in", RED, font_size="14")
        figure.parts.append(
            f'<circle cx="520" cy="{y}" r="18" fill="none" stroke="{GREY}" stroke-width="2"/>'
        )
        figure.text(520, y + 6, "+")
        figure.path(f"M540 {y} L582 {y}", BLUE, arrow=True)
        figure.text(590, y + 6, went, anchor="start")
    figure.text(320, 290, "red: the residual connections, which hand dout back unchanged", RED)
    figure.write(FOLDER / "block.svg")


def sorting() -> None:
    """Where the two heads of the trained network look while it sorts."""
    found = run_solution("transformer.py", (FOLDER / "transformer.py").read_bytes())
    params, _ = found["learn"](600)
    said = [4, 1, 5, 1, 6, 1, 1, 4]
    _, cache = found["transformer"](params, np.array([said]), found["HEADS"])
    weights = cache[1][0][1][2][3][0]
    figure = Figure("The weights of both heads while the network says 1, 1, 4 and 5", 640, 250)
    names = [">" if token == 6 else f"{token}" for token in said]
    for head, of_head in enumerate(weights):
        left, top, size = 50 + 310 * head, 62, 30
        figure.text(left + 4 * size, 22, f"head {head}")
        for column, name in enumerate(names):
            escaped = name.replace(">", "&gt;")
            figure.text(left + size * (column + 0.5), top - 10, escaped, font_size="14")
        for row, following in zip(range(4, 8), (1, 1, 4, 5), strict=True):
            y = top + size * (row - 4)
            escaped = names[row].replace(">", "&gt;")
            figure.text(left - 12, y + 21, f"{escaped}", anchor="end", font_size="14")
            end = left + 8 * size
            figure.text(end + 10, y + 21, f"{following}", RED, anchor="start", font_size="14")
            for column in range(8):
                x = left + size * column
                if column <= row:
                    shade = f"{of_head[row, column]:.2f}"
                    figure.filled(x, y, size, size, BLUE, fill_opacity=shade)
                figure.box(x, y, size, size, GREY, 0)
    figure.text(320, 212, "rows: the tokens that look, columns: what they look at")
    figure.text(320, 236, "red: what the network says next", RED)
    figure.write(FOLDER / "sorting.svg")


if __name__ == "__main__":
    layer_norm()
    attention()
    gelu()
    block()
    sorting()
