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


def stack(figure: Figure, x: float, y: float, side: float, count: int, colour: str) -> None:
    """Channels behind each other, with the nearest one in the middle at x, y."""
    for at in range(count - 1, 0, -1):
        way = f"M{x - side / 2 + 5 * at} {y - side / 2 - 5 * at}h{side}v{side}"
        figure.path(way, colour, width=1)
    figure.box(x - side / 2, y - side / 2, side, side, colour, 2)


def network() -> None:
    """The layers, in two rows."""
    figure = Figure("A convolutional network for pictures of 8 by 8", 640, 390)
    first = [
        (60, 70, 1, "x", "1 × 8 × 8", BLUE),
        (290, 70, 6, "z1, h1", "8 × 8 × 8", BLUE),
        (535, 36, 6, "p1", "8 × 4 × 4", BLUE),
    ]
    for x, side, count, name, shape, colour in first:
        stack(figure, x, 90, side, count, colour)
        figure.text(x, 154, name)
        figure.text(x, 176, shape, font_size="14")
    for x, words in ((155, ("convolution", "8 filters")), (425, ("max", "pooling"))):
        figure.path(f"M{x - 42} 95 L{x + 42} 95", GREY, arrow=True)
        figure.text(x, 85, words[0])
        figure.text(x, 117, words[1])
    figure.path("M535 186 L535 208 L60 208 L60 235", GREY, arrow=True)
    figure.text(297, 202, "convolution, 16 filters")
    stack(figure, 60, 285, 36, 9, BLUE)
    figure.text(60, 336, "z2, h2")
    figure.text(60, 358, "16 × 4 × 4", font_size="14")
    figure.path("M150 285 L300 285", GREY, arrow=True)
    figure.text(225, 275, "linear")
    for at in range(10):
        figure.box(316 + 20 * at, 275, 20, 20, RED, 2)
    figure.text(416, 336, "scores")
    figure.text(416, 358, "10", font_size="14")
    figure.text(320, 384, "between z and h: ReLU", font_size="14")
    figure.write(FOLDER / "network.svg")


def conv() -> None:
    """One place of the window."""
    figure = Figure("A window of the picture times the filter gives one number", 640, 240)
    size = 44
    grid(figure, 20, 50, size, PICTURE)
    figure.box(20 + size, 50, 2 * size, 2 * size, BLUE, 2)
    figure.parts[-1] = figure.parts[-1].replace('"2"/>', '"4"/>')
    grid(figure, 240, 50, size, FILTER)
    figure.box(240, 50, 2 * size, 2 * size, RED, 2)
    grid(figure, 470, 50, size, [[0.5, 6.5], [2, -0.5]])
    figure.box(470 + size, 50, size, size, BLUE, 2)
    figure.parts[-1] = figure.parts[-1].replace('"2"/>', '"4"/>')
    figure.text(196, 100, "×", font_size="22")
    figure.path("M350 94 L448 94", GREY, arrow=True)
    figure.text(398, 84, "sum, + 1")
    for x, words in ((86, "picture"), (284, "filter"), (514, "out")):
        figure.text(x, 36, words)
    figure.text(320, 222, "2 · 1 + 0 · (−1) + 1 · 2 + 3 · 0.5 + 1 = 6.5", BLUE)
    figure.write(FOLDER / "conv.svg")


def back() -> None:
    """The pixel in the middle, in all four windows."""
    figure = Figure("Four windows bring a derivative to the pixel in the middle", 640, 280)
    size = 34
    for at, (i, j) in enumerate(np.ndindex(2, 2)):
        left, top = 25 + 157 * at, 36
        weights: list[list[float | None]] = [[None] * 3 for _ in range(3)]
        for u, v in np.ndindex(2, 2):
            weights[i + u][j + v] = FILTER[u, v]
        grid(figure, left, top, size, weights)
        figure.box(left + size * j, top + size * i, 2 * size, 2 * size, BLUE, 2)
        figure.box(left + size + 3, top + size + 3, size - 6, size - 6, RED, 2)
        weight = FILTER[1 - i, 1 - j]
        middle = left + 1.5 * size
        figure.text(middle, 24, f"place {i}, {j}")
        figure.text(middle, 168, f"weight {number(weight)}", RED)
        figure.text(middle, 192, f"dout {number(DOUT[i, j])}")
        figure.text(middle, 222, f"product {number(weight * DOUT[i, j])}", BLUE)
    figure.text(320, 264, "dx in the middle: 0.5 + 4 + 1 + 0.5 = 6", BLUE)
    figure.write(FOLDER / "back.svg")


def pool() -> None:
    """Two windows with their largest numbers, and where dout goes."""
    figure = Figure("Max pooling keeps the largest number, and dout goes back to it", 640, 300)
    size = 40
    x = [[1, 3, -1, 0], [-2, 2, 0, -3]]
    grid(figure, 25, 45, size, x)
    for column in (0, 2):
        figure.box(25 + size * column, 45, 2 * size, 2 * size, BLUE, 2)
    for column in (1, 3):
        figure.box(25 + size * column + 4, 49, size - 8, size - 8, RED, 2)
    figure.path("M205 85 L265 85", GREY, arrow=True)
    grid(figure, 285, 65, size, [[3, 0]])
    figure.text(325, 50, "out")
    grid(figure, 465, 65, size, [[1, 3]])
    figure.text(505, 50, "where")
    figure.text(105, 32, "x")
    grid(figure, 25, 185, size, [[0, 2, 0, 5], [0, 0, 0, 0]])
    for column in (1, 3):
        figure.box(25 + size * column + 4, 189, size - 8, size - 8, RED, 2)
    figure.path("M265 225 L205 225", RED, arrow=True)
    grid(figure, 285, 205, size, [[2, 5]])
    figure.text(325, 190, "dout")
    figure.text(105, 172, "dx")
    figure.text(505, 222, "each number of dout", RED)
    figure.text(505, 244, "goes to its place", RED)
    figure.text(320, 290, "of two zeros the first one counts: place 3, not 6", font_size="14")
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
    figure.text(36, 54, "filters")
    figure.text(320, 284, "weights: blue above 0, red below; h1: blue")
    figure.write(FOLDER / "filters.svg")


if __name__ == "__main__":
    network()
    conv()
    back()
    pool()
    filters()
