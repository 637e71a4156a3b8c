"""What is written on the card of a quantity in the figure of a computation."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

from autograder.exercise.computation import is_large
from autograder.report import FOLLOWS, GIVEN, MISSING, RIGHT, WRONG, Quantity

#: The height of a line of text, and the padding of a card.
LINE, PAD = 15, 8
#: The width of a character of code and of prose, and the space between two texts.
CHARACTER, PROSE_CHARACTER, SPACE = 6.7, 5.7, 4
#: The side of a cell of the map of wrong entries.
CELL = 9
SOFT = "diagram-soft diagram-prose"
NBSP = "\N{NO-BREAK SPACE}"
#: How much a card shows: all, one wrong entry without the map, or no numbers.
ALL, SHORT, NAME = 2, 1, 0

#: A label, and lines of numbers.
Block = tuple[str, list[str]]


class Line(NamedTuple):
    """A line of a card: something on the left, something on the right."""

    label: str
    label_style: str
    text: str
    style: str


class Body(NamedTuple):
    """The lines of a card, and the map below them."""

    lines: Sequence[Line]
    places: tuple[str, ...] = ()

    @property
    def height(self) -> float:
        """The height of the card."""
        below = CELL * len(self.places) + 6 if self.places else 0
        return 2 * PAD - 4 + LINE * len(self.lines) + below


class Shown(NamedTuple):
    """A quantity on a card, or several ``names`` that one card stands for, and how much of it is
    shown. ``is_first`` marks the first wrong one. Of several, so many are in the ``worst`` state,
    which is that of the card, and ``ends`` are the first and the last one that it speaks of."""

    quantity: Quantity
    names: tuple[str, ...]
    detail: int = ALL
    is_first: bool = False
    worst: int = 0
    ends: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What tells it from all others: titles of several may be the same."""
        return self.names[0]

    @property
    def state(self) -> str:
        """Its state as the classes of the figure name it."""
        return "first" if self.is_first else self.quantity.state


STATE_TEXTS = {RIGHT: "✓", WRONG: "✗ wrong", "first": "✗ first wrong", MISSING: "missing"}
_FOLDED_TEXTS = {
    GIVEN: "given",
    RIGHT: "✓ all right",
    WRONG: "✗ {} wrong",
    FOLLOWS: "{} follow",
    MISSING: "{} missing",
}


@functools.lru_cache(maxsize=4096)
def body(shown: Shown, width: float) -> Body:
    """What a card shows. A text that does not fit beside its label goes below it."""
    quantity = shown.quantity
    style = f"diagram-prose diagram-{shown.state}"
    if shown.ends:
        words = _FOLDED_TEXTS[quantity.state].format(shown.worst)
        return Body(
            [
                *_pair(quantity.name, SOFT, words, style, width),
                *(Line(text, "diagram-soft", "", "") for text in _ends(shown.ends, width)),
            ]
        )
    soft = "diagram-soft" if quantity.state in (GIVEN, FOLLOWS) else ""
    name, words = cut(quantity.name, width, "diagram-name"), STATE_TEXTS.get(shown.state, "")
    lines = [*_pair(name, "diagram-name", words, style, width)]
    if quantity.because:
        lines += [Line(text, SOFT, "", "") for text in _because(quantity.because, width)]
    if shown.detail == NAME:
        return Body(lines)
    is_whole = shown.detail == ALL and quantity.state != FOLLOWS
    blocks = numbers(quantity, int((width - 2 * PAD) / CHARACTER), 3 if is_whole else 1)
    room = width
    if any(len(_pair(label, SOFT, texts[0], soft, width)) > 1 for label, texts in blocks):
        room = 0.0  # so for all labels
    for label, texts in blocks:
        lines += _pair(label, SOFT, texts[0], soft, room)
        lines += [Line("", "", text, soft) for text in texts[1:]]
    if quantity.state == GIVEN:
        return Body([*_pair(name, "diagram-name", lines[1].text, soft, width), *lines[2:]])
    is_telling = is_whole and any("0" in row for row in quantity.places)
    places = quantity.places if is_telling else ()
    if places:
        where = "where (last 2 axes)" if len(quantity.expected_shape) > 2 else "where"
        lines.append(Line(where, SOFT, "", ""))
    return Body(lines, places)


def numbers(quantity: Quantity, most: int, entries: int = 3) -> list[Block]:
    """The numbers on a card, in lines of at most ``most`` characters: the right ones, and the
    student's if they differ; of a large array at most so many ``entries``."""
    if quantity.state in (GIVEN, RIGHT):
        return [("", _lines(quantity.expected, quantity.expected_shape, 4, most))]
    if quantity.state == MISSING:
        return []
    if not quantity.numbers and not quantity.expected:
        return []  # texts, or nothing
    if not quantity.numbers:
        got = "no array" if quantity.shape is None else _shape(quantity.shape)
        return [("yours", [got]), ("right", [_shape(quantity.expected_shape)])]
    if quantity.wrong:
        return _entries(quantity, entries)
    yours, right = _beside(quantity, most)
    if quantity.apart == 0:
        yours = ["another type"]
    blocks = [("yours", yours), ("right", right)]
    if quantity.apart is not None and (yours == right or is_large(quantity.expected_shape)):
        blocks.append(("apart", [f"{quantity.apart:.2g} at most"]))
    return blocks


def _entries(quantity: Quantity, most: int) -> list[Block]:
    """The wrong entries of a large array."""
    size = math.prod(quantity.expected_shape)
    some = "all" if quantity.wrong == size else f"{quantity.wrong} of"
    blocks = [(_shape(quantity.expected_shape), [""]), (f"{some} {size} entries wrong", [""])]
    for at, expected, number in quantity.differing[:most]:
        texts = next(
            (
                t
                for t in ([_text(n, d) for n in (number, expected)] for d in (4, 8))
                if len({*t}) > 1
            ),
            [_text(number, 17), _text(expected, 17)],
        )
        place = ",".join(map(str, at))
        blocks += [(f"[{place}] yours", [texts[0]]), ("right", [texts[1]])]
    if quantity.apart is not None:
        blocks.append(("apart", [f"{quantity.apart:.2g} at most"]))
    return blocks


def _beside(quantity: Quantity, most: int) -> tuple[list[str], list[str]]:
    """The student's numbers and the right ones: with four digits, or eight if four look equal."""
    for digits in (4, 8):
        yours = _lines(quantity.numbers, quantity.expected_shape, digits, most)
        right = _lines(quantity.expected, quantity.expected_shape, digits, most)
        if yours != right:
            break
    return yours, right


def _text(number: float | None, digits: int) -> str:
    return "nan" if number is None else f"{number:.{digits}g}"


def _lines(
    values: Sequence[float | None], shape: Sequence[int], digits: int, most: int
) -> list[str]:
    """The entries of an array, row by row. Of a large one, its shape."""
    if is_large(shape):
        return [_shape(shape)]
    texts = [_text(value, digits) for value in values]
    if not texts:
        return ["no numbers"]
    width = max(map(len, texts))
    columns = min(shape[-1] if shape else 1, max(1, (most + 2) // (width + 2)))
    texts += [""] * (-len(texts) % columns)
    rows = [texts[at : at + columns] for at in range(0, len(texts), columns)]
    return [(NBSP * 2).join(text.rjust(width, NBSP) for text in row) for row in rows]


def _shape(shape: Sequence[int]) -> str:
    return f"shape {tuple(shape)}" if shape else "a number"


def _pair(label: str, label_style: str, text: str, style: str, width: float) -> list[Line]:
    room = width - 2 * PAD - SPACE
    if not label or not text or _size(label, label_style) + _size(text, style) <= room:
        return [Line(label, label_style, text, style)]
    return [Line(label, label_style, "", ""), Line("", "", text, style)]


def _size(text: str, style: str) -> float:
    """An upper bound of the width of a text."""
    return len(text) * (PROSE_CHARACTER if "diagram-prose" in style else CHARACTER)


def _ends(names: Sequence[str], width: float) -> list[str]:
    """The first and the last of several names, on one line or on two."""
    style = "diagram-soft"
    if names[0] == names[-1]:
        return [cut(names[0], width, style)]
    whole = f"{names[0]} … {names[-1]}"
    if cut(whole, width, style) == whole:
        return [whole]
    return [cut(names[0], width, style), cut(names[-1], width, style, "to ")]


def _because(cause: str, width: float) -> list[str]:
    """What a quantity follows from, on one line or on two."""
    whole = f"follows from {cause}"
    if cut(whole, width, SOFT) == whole:
        return [whole]
    return ["follows from", cut(cause, width, SOFT)]


def cut(text: str, width: float, style: str, before: str = "") -> str:
    """A text that fits into a card, with words ``before`` it. Names that are too long lose their
    beginning, up to a bracket, or else their middle, since they differ at the end."""
    most = int((width - 2 * PAD) / _size("x", style)) - len(before)
    if len(text) <= most:
        return before + text
    ends = (text[at:] for at, letter in enumerate(text) if letter == "[" and at)
    end = next((end for end in ends if len(end) < most), text[-(most // 2) :])
    begin = "" if end[0] == "[" else text[: most - 1 - len(end)]
    return f"{before}{begin}…{end}"
