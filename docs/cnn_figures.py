"""Draws the figures of solutions/cnn: the network, a window that slides, the way back through it,
pooling, and what the filters are like that the notebook trains."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
from figures import BLUE, GREY, RED, SOLUTIONS, Figure

from autograder.exercise.solution import run_solution

FOLDER = SOLUTIONS / "cnn"
PICTURE = np.array([[1.0, 2, 0], [0, 1, 3], [1, 0, 1]])
FILTER = np.array([[1.0, -1], [2, 0.5]])
DOUT = np.array([[1.0, 2], [-1, 0.5]])


def number(value: float) -> str:
    """A number as a text, with a real minus sign."""
    return f"{value:g}".replace("-", "−")


def grid(figure: Figure, left: float, top: float, size: float, values: Any) -> None:
    """Numbers in the cells of a table; what is None stays empty."""
    rows, columns = len(values), len(values[0])
    for i in range(rows + 1):
        figure.path(f"M{left} {top + i * size} h{columns * size}", GREY, width=1)
    for j in range(columns + 1):
        figure.path(f"M{left + j * size} {top} v{rows * size}", GREY, width=1)
    for i in range(rows):
        for j in range(columns):
            if values[i][j] is not None:
                x, y = left + (j + 0.5) * size, top + (i + 0.5) * size + 6
                figure.text(x, y, number(values[i][j]))


def pixels(
    figure: Figure, left: float, top: float, size: float, values: Any, top_of: float
) -> None:
    """Pixels in blue, and negative ones in red, the stronger the larger they are."""
    levels = np.round(4 * np.clip(np.abs(values) / top_of, 0, 1)).astype(int)
    for colour, kind in ((BLUE, values > 0), (RED, values < 0)):
        for level in range(1, 5):
            places = np.argwhere(kind & (levels == level))
            way = "".join(
                f"M{left + size * j:g} {top + size * i:g}h{size}v{size}h-{size}z" for i, j in places
            )
            if way:
                figure.parts.append(
                    f'<path d="{way}" fill="{colour}" fill-opacity="{level / 4:g}"/>'
                )
    height, width = values.shape
    figure.box(left - 1, top - 1, width * size + 2, height * size + 2, GREY, 2)


def framed(figure: Figure, left: float, top: float, side: float, colour: str) -> None:
    """A square with a thick frame."""
    figure.path(f"M{left} {top}h{side}v{side}h-{side}z", colour, width=4)


def stack(figure: Figure, x: float, y: float, side: float, count: int, colour: str) -> None:
    """Channels behind each other, with the nearest one in the middle at x, y."""
    for at in range(count - 1, 0, -1):
        way = f"M{x - side / 2 + 5 * at} {y - side / 2 - 5 * at}h{side}v{side}"
        figure.path(way, colour, width=1)
    figure.box(x - side / 2, y - side / 2, side, side, colour, 2)


def network() -> None:
    """The layers, in two rows."""
    figure = Figure("A convolutional network for pictures of 8 by 8", 480, 390)
    for x, side, count, name, shape in (
        (45, 70, 1, "x", "1 × 8 × 8"),
        (215, 70, 6, "z1, h1", "8 × 8 × 8"),
        (405, 36, 6, "p1", "8 × 4 × 4"),
        (45, 36, 9, "z2, h2", "16 × 4 × 4"),
    ):
        y = 285 if name == "z2, h2" else 90
        stack(figure, x, y, side, count, BLUE)
        figure.text(x, y + 60 if side == 70 else y + 50, name)
        figure.text(x, y + 82 if side == 70 else y + 72, shape, font_size="14")
    for x, words in ((129, ("convolution", "8 filters")), (328, ("max", "pooling"))):
        figure.path(f"M{x - 40} 95 L{x + 40} 95", GREY, arrow=True)
        figure.text(x, 85, words[0])
        figure.text(x, 117, words[1])
    figure.path("M405 172 L405 208 L45 208 L45 235", GREY, arrow=True)
    figure.text(235, 202, "convolution, 16 filters")
    figure.path("M115 285 L215 285", GREY, arrow=True)
    figure.text(165, 275, "linear")
    for at in range(10):
        figure.box(235 + 22 * at, 274, 22, 22, RED, 2)
    figure.text(345, 335, "scores")
    figure.text(345, 357, "10", font_size="14")
    figure.text(240, 384, "between z and h: ReLU", font_size="14")
    figure.write(FOLDER / "network.svg")


def conv() -> None:
    """One place of the window."""
    figure = Figure("A window of the picture times the filter gives one number", 480, 230)
    size, top = 40, 45
    for left, values, words in (
        (15, PICTURE, "picture"),
        (190, FILTER, "filter"),
        (380, np.array([[0.5, 6.5], [2, -0.5]]), "out"),
    ):
        grid(figure, left, top, size, values.tolist())
        figure.text(left + size * len(values) / 2, 32, words)
    framed(figure, 15 + size, top, 2 * size, BLUE)
    framed(figure, 190, top, 2 * size, RED)
    framed(figure, 380 + size, top, size, BLUE)
    figure.text(162, 92, "×", font_size="22")
    figure.path("M284 85 L366 85", GREY, arrow=True)
    figure.text(324, 75, "sum, + 1")
    figure.text(240, 212, "2 · 1 + 0 · (−1) + 1 · 2 + 3 · 0.5 + 1 = 6.5", BLUE)
    figure.write(FOLDER / "conv.svg")


def back() -> None:
    """The pixel in the middle, in all four windows."""
    figure = Figure("Four windows bring a derivative to the pixel in the middle", 480, 280)
    size, top = 34, 36
    for at, (i, j) in enumerate(np.ndindex(2, 2)):
        left = 8 + 121 * at
        weights: list[list[float | None]] = [[None] * 3 for _ in range(3)]
        for u, v in np.ndindex(2, 2):
            weights[i + u][j + v] = FILTER[u, v]
        grid(figure, left, top, size, weights)
        figure.box(left + size * j, top + size * i, 2 * size, 2 * size, BLUE, 2)
        figure.box(left + size + 3, top + size + 3, size - 6, size - 6, RED, 2)
        weight, middle = FILTER[1 - i, 1 - j], left + 1.5 * size
        figure.text(middle, 24, f"place {i}, {j}")
        figure.text(middle, 168, f"weight {number(weight)}", RED)
        figure.text(middle, 192, f"dout {number(DOUT[i, j])}")
        figure.text(middle, 222, f"product {number(weight * DOUT[i, j])}", BLUE)
    figure.text(240, 264, "dx in the middle: 0.5 + 4 + 1 + 0.5 = 6", BLUE)
    figure.write(FOLDER / "back.svg")


def pool() -> None:
    """Two windows with their largest numbers, and where dout goes."""
    figure = Figure("Max pooling keeps the largest number, and dout goes back to it", 480, 300)
    size = 38
    for top, name, values in (
        (45, "x", [[1, 3, -1, 0], [-2, 2, 0, -3]]),
        (175, "dx", [[0, 2, 0, 5], [0, 0, 0, 0]]),
    ):
        grid(figure, 12, top, size, values)
        figure.text(12 + 2 * size, top - 13, name)
        for column in (1, 3):
            figure.box(16 + size * column, top + 4, size - 8, size - 8, RED, 2)
    for column in (0, 2):
        figure.box(12 + size * column, 45, 2 * size, 2 * size, BLUE, 2)
    figure.path("M175 83 L222 83", GREY, arrow=True)
    figure.path("M222 213 L175 213", RED, arrow=True)
    for left, top, name, values in (
        (235, 64, "out", [[3, 0]]),
        (362, 64, "where", [[1, 3]]),
        (235, 194, "dout", [[2, 5]]),
    ):
        grid(figure, left, top, size, values)
        figure.text(left + size, top - 13, name)
    figure.text(400, 208, "each number of", RED)
    figure.text(400, 230, "dout to its place", RED)
    figure.text(240, 287, "of two zeros the first one counts: place 3, not 6", font_size="14")
    figure.write(FOLDER / "pool.svg")


def filters() -> None:
    """The filters of the first layer as the notebook trains them, and what they find."""
    found = run_solution("cnn.py", (FOLDER / "cnn.py").read_bytes(), FOLDER)
    with contextlib.redirect_stdout(io.StringIO()):
        params, _ = found["learn"](20)
    figure = Figure("Eight trained filters, and what they find in two pictures", 640, 290)
    shown = [int(np.flatnonzero(found["digits"] == digit)[0]) for digit in (0, 4)]
    pictures = found["pictures"][shown]
    _, values = found["forward"](params, pictures)
    for number_, weights in enumerate(params["w1"][:, 0]):
        pixels(figure, 92 + 69 * number_, 26, 16, weights, np.abs(params["w1"]).max())
    for row, (picture, maps) in enumerate(zip(pictures, values["h1"], strict=True)):
        top = 112 + 80 * row
        pixels(figure, 8, top, 7, picture[0], 1.0)
        for number_, one in enumerate(maps):
            pixels(figure, 88 + 69 * number_, top, 7, one, values["h1"].max() * 0.7)
    figure.text(36, 54, "filters", font_size="18")
    figure.text(320, 284, "weights: blue above 0, red below; h1: blue", font_size="20")
    figure.write(FOLDER / "filters.svg")


if __name__ == "__main__":
    network()
    conv()
    back()
    pool()
    filters()
