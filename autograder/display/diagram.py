"""A report's trace as an SVG figure: forward down the left, gradients back up the right.

The SVG has no ids, and all its classes begin with ``diagram``, so a page can hold many figures. It
is 360 wide, which is readable on a phone and on paper.
"""

from __future__ import annotations

import functools
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from autograder.report import (
    ACTIVATION,
    FOLLOWS,
    GIVEN,
    GRADIENT,
    LOSS,
    MISSING,
    RIGHT,
    WRONG,
    Quantity,
)

Trace = tuple[Quantity, ...]

WIDTH, TOP, GAP, BOTTOM = 360, 34, 10, 30
#: The height of a line of text, and the padding of a card.
LINE, PAD = 15, 8
#: The distance between vertical edges, and from them to the cards.
TRACK = 7
#: The most entries that are shown one by one, and the most columns.
MAX_ENTRIES, MAX_COLUMNS = 6, 2
#: The left column's share of the width; its names are shorter.
LEFT = 0.46
#: The width of a character of code and of prose, and the space between two texts.
CHARACTER, PROSE_CHARACTER, SPACE = 6.7, 5.7, 4
SOFT = "diagram-soft diagram-prose"

STYLE = """
.diagram{--paper:#fff;--card:#fff;--given:#f2f4f6;--ink:#1b1f24;--soft:#57606a;--line:#8b949e;
--right:#1a7f37;--wrong:#b3261e;--tint:#fdf1f0;
font:11px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}
@media (prefers-color-scheme:dark){.diagram{--paper:#15181c;--card:#1b1f24;
--given:#23282e;--ink:#e8ecf0;--soft:#a3acb6;--line:#767f89;
--right:#5ac878;--wrong:#ff9a8f;--tint:#2d1d1c}}
@media print{.diagram{--paper:#fff;--card:#fff;--given:#f2f4f6;--ink:#000;--soft:#444;--line:#777;
--right:#17652d;--wrong:#9c1c15;--tint:#fff}}
.diagram text{fill:var(--ink)}
.diagram .diagram-soft{fill:var(--soft)}.diagram .diagram-name{font-weight:700}
.diagram .diagram-prose{font-family:system-ui,sans-serif}.diagram .diagram-paper{fill:var(--paper)}
.diagram .diagram-box{fill:var(--card);stroke:var(--line);stroke-width:1}
.diagram .diagram-box.diagram-given{fill:var(--given);stroke:none}
.diagram .diagram-box.diagram-wrong,
.diagram .diagram-box.diagram-first{fill:var(--tint);stroke:var(--wrong);stroke-width:1.5}
.diagram .diagram-box.diagram-first{stroke-width:3.5}
.diagram .diagram-box.diagram-follows,
.diagram .diagram-box.diagram-missing{fill:none;stroke-dasharray:4 3}
.diagram text.diagram-right{fill:var(--right)}
.diagram text.diagram-wrong,.diagram text.diagram-first{fill:var(--wrong);font-weight:700}
.diagram .diagram-edge{fill:none;stroke:var(--line);stroke-width:1.25}
.diagram .diagram-dashed{stroke-dasharray:4 3}
.diagram .diagram-tip{fill:var(--line)}
"""


@functools.lru_cache(maxsize=256)
def picture(trace: Trace) -> str:
    """The figure as an HTML image with its description as alternative text. Sanitizers of notebooks
    take inline SVG apart, but keep images."""
    data = b64encode(figure(trace).encode()).decode()
    return (
        f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(description(trace))}" '
        f'style="width: 100%; max-width: 480px; height: auto; border: 0">'
    )


@functools.lru_cache(maxsize=256)
def figure(trace: Trace) -> str:
    """The figure as SVG. It is cached, since many students have the same wrong numbers."""
    return _Figure(trace).svg()


def caption(trace: Trace) -> str:
    """The caption. It says which activations `backward` was given if that is not obvious."""
    text = "Your numbers on the first visible instance."
    gradients = [quantity for quantity in trace if quantity.kind == GRADIENT]
    wrong = any(q.kind == ACTIVATION and q.state not in (GIVEN, RIGHT) for q in trace)
    on_own = any(q.because and not q.because.startswith("grads[") for q in gradients)
    if wrong and gradients and not on_own:
        text += " loss and backward are checked by themselves, on the right activations."
    return text


def description(trace: Trace) -> str:
    """The content of the figure as text, for screen readers."""
    first = _first_wrong(trace)
    sentences = [_describe(q, q.name == first) for q in trace if q.state in (WRONG, MISSING)]
    sentences += [f"{q.name} follows from {q.because}." for q in trace if q.state == FOLLOWS]
    right = ", ".join(quantity.name for quantity in trace if quantity.state == RIGHT)
    return " ".join([*sentences, *([f"Right: {right}."] if right else [])])


def _first_wrong(trace: Trace) -> str:
    return next((quantity.name for quantity in trace if quantity.state == WRONG), "")


def _describe(quantity: Quantity, first: bool) -> str:
    if quantity.state == MISSING:
        return f"{quantity.name} is missing."
    what = f"The first wrong quantity is {quantity.name}" if first else f"{quantity.name} is wrong"
    details = ", ".join(
        " ".join(f"{label} {' '.join(texts)}".split()) for label, texts in _numbers(quantity, WIDTH)
    )
    return f"{what}: {details}." if details else f"{what}."


NBSP = "\N{NO-BREAK SPACE}"
#: A label, and lines of numbers.
Block = tuple[str, list[str]]


def _numbers(quantity: Quantity, most: int) -> list[Block]:
    """The numbers on a card, in lines of at most ``most`` characters: the right ones, and the
    student's if they differ."""
    if quantity.state in (GIVEN, RIGHT):
        return [("", _lines(quantity.expected, quantity.expected_shape, 4, most))]
    if quantity.state == MISSING:
        return []
    if not quantity.numbers and quantity.expected:
        got = "no array" if quantity.shape is None else _shape(quantity.shape)
        return [("yours", [got]), ("right", [_shape(quantity.expected_shape)])]
    yours, right = _beside(quantity, most)
    if quantity.apart == 0:
        yours = ["another type"]
    blocks = [("yours", yours), ("right", right)]
    if quantity.apart is not None and (yours == right or _is_large(quantity.expected_shape)):
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


def _is_large(shape: Sequence[int]) -> bool:
    size = functools.reduce(int.__mul__, shape, 1)
    return size > MAX_ENTRIES or (len(shape) > 1 and shape[-1] > MAX_COLUMNS)


def _lines(
    numbers: Sequence[float | None], shape: Sequence[int], digits: int, most: int
) -> list[str]:
    """The entries of an array, row by row. Of a large one, its shape and first entries."""
    texts = ["nan" if number is None else f"{number:.{digits}g}" for number in numbers]
    if _is_large(shape):
        first = ", ".join(texts[:2])
        return [_shape(shape), f"{first if len(first) + 3 <= most else texts[0]}, …"]
    if not texts:
        return ["no numbers"]
    width = max(map(len, texts))
    columns = min(MAX_COLUMNS, shape[-1] if shape else 1, max(1, most // (width + 1)))
    texts += [""] * (-len(texts) % columns)
    rows = [texts[at : at + columns] for at in range(0, len(texts), columns)]
    return [(NBSP * 2).join(text.rjust(width, NBSP) for text in row) for row in rows]


def _shape(shape: Sequence[int]) -> str:
    return f"shape {tuple(shape)}" if shape else "a number"


class _Card(NamedTuple):
    """A quantity and its position."""

    quantity: Quantity
    x: float
    y: float
    width: float
    height: float
    first: bool


#: The names of the sources and of the targets of one vertical edge.
_Link = tuple[list[str], list[str]]
#: A quantity and its gradient.
_Row = tuple[Quantity | None, Quantity | None]


class _Figure:
    """The layout: a row for each quantity, with its gradient beside it."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        first = _first_wrong(trace)
        gradients = {q.of: q for q in trace if q.kind == GRADIENT}
        rows: list[_Row] = [(q, gradients.pop(q.name, None)) for q in trace if q.kind != GRADIENT]
        rows += [(None, q) for q in gradients.values()]  # of what `forward` does not name
        self.row = {q.name: at for at, pair in enumerate(rows) for q in pair if q is not None}
        self.links = self._links()
        self.tracks = [self._tracks(links) for links in self.links]
        gutters = [4 + TRACK * (1 + max(tracks, default=0)) for tracks in self.tracks]
        self.cards: dict[str, _Card] = {}
        self.height = self._place(rows, gutters, first)

    def _links(self) -> tuple[list[_Link], list[_Link]]:
        """The edges into each quantity on the left, and those out of each gradient on the right."""
        left = [
            ([name for name in q.feeds if name in self.row], [q.name])
            for q in self.trace
            if q.kind in (ACTIVATION, LOSS)
        ]
        flows: dict[str, list[str]] = {}
        for q in self.trace:
            for name in q.feeds if q.kind == GRADIENT else ():
                if name in self.row:
                    flows.setdefault(name, []).append(q.name)
        return left, [([name], targets) for name, targets in flows.items()]

    def _tracks(self, links: Sequence[_Link]) -> list[int]:
        """For each edge the first track that is free in its rows."""
        taken: list[list[tuple[int, int]]] = []
        tracks = []
        for sources, targets in links:
            rows = [self.row[name] for name in (*sources, *targets)]
            low, high = min(rows), max(rows)
            track = 0
            while track < len(taken) and any(a < high and low < b for a, b in taken[track]):
                track += 1
            taken += [[]] * (track == len(taken))
            taken[track] = [*taken[track], (low, high)]
            tracks.append(track)
        return tracks

    def _place(self, rows: Sequence[_Row], gutters: Sequence[float], first: str) -> float:
        """Position all cards, and return the height of the figure."""
        room = WIDTH - sum(gutters) - GAP
        left = round(room * LEFT)
        places = ((gutters[0], left), (gutters[0] + left + GAP, room - left))
        y = float(TOP)
        for pair in rows:
            cards = [
                _Card(q, x, y, width, _height(q, width), q.name == first)
                for q, (x, width) in zip(pair, places, strict=True)
                if q is not None
            ]
            self.cards |= {card.quantity.name: card for card in cards}
            y += max(card.height for card in cards) + GAP
        return y + BOTTOM - GAP

    def svg(self) -> str:
        """The whole figure."""
        height = round(self.height)
        has_gradients = any(q.kind == GRADIENT for q in self.trace)
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="img" '
            f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">',
            "<title>The computation, quantity by quantity</title>",
            f"<desc>{escape(description(self.trace))}</desc><style>{STYLE}</style>",
            f'<rect class="diagram-paper" width="{WIDTH}" height="{height}" rx="6"/>',
            _prose(self.cards[self.trace[0].name].x, 20, "forward ↓", "diagram-soft"),
            _prose(WIDTH - 12, 20, "↑ gradients", "diagram-soft", "end") if has_gradients else "",
            *map(self._edges_left, self.links[0], self.tracks[0]),
            *map(self._edges_right, self.links[1], self.tracks[1]),
            *map(_drawn, self.cards.values()),
            _prose(12, height - 11, self._legend(), "diagram-soft"),
            "</svg>",
        ]
        return "".join(parts)

    def _legend(self) -> str:
        states = {quantity.state for quantity in self.trace}
        if states <= {GIVEN, RIGHT}:
            return "✓ right"
        words = {RIGHT: "✓ right", WRONG: "✗ wrong", FOLLOWS: "╌ follows", MISSING: "╌ missing"}
        return (NBSP * 4).join(word for state, word in words.items() if state in states)

    def _edges_left(self, link: _Link, track: int) -> str:
        (target,) = (self.cards[name] for name in link[1])
        x = target.x - 3 - TRACK * (track + 0.5)
        into = target.y + 14
        lines = [
            f"M{source.x:g} {source.y + source.height - 9:g}H{x:g}V{into:g}H{target.x - 4:g}"
            for source in (self.cards[name] for name in link[0])
        ]
        return _edge(lines, target.quantity) + _tip(target.x, into, 1)

    def _edges_right(self, link: _Link, track: int) -> str:
        (source,) = (self.cards[name] for name in link[0])
        edges = []
        for target in (self.cards[name] for name in link[1]):
            end = target.x + target.width
            x = end + 3 + TRACK * (track + 0.5)
            into = target.y + target.height - 9
            line = f"M{source.x + source.width:g} {source.y + 14:g}H{x:g}V{into:g}H{end + 4:g}"
            edges.append(_edge([line], target.quantity) + _tip(end, into, -1))
        return "".join(edges)


_STATE_TEXTS = {
    RIGHT: "✓",
    WRONG: "✗ wrong",
    "first": "✗ first wrong",
    MISSING: "missing",
}


@functools.lru_cache(maxsize=4096)
def _drawn(card: _Card) -> str:
    """A card with its text. It is cached, since most cards are right and so the same."""
    quantity = card.quantity
    state = "first" if card.first else quantity.state
    y = card.y + PAD + 9
    inner, end = card.x + PAD, card.x + card.width - PAD
    parts = [
        f'<rect class="diagram-box diagram-{state}" x="{card.x:g}" y="{card.y:g}" '
        f'width="{card.width:g}" height="{card.height:g}" rx="4"/>'
    ]
    for line in _body(quantity, card.width, state):
        parts.append(_text(inner, y, line.label, line.label_style))
        parts.append(_text(end, y, line.text, line.style, "end"))
        y += LINE
    return "".join(parts)


class _Line(NamedTuple):
    """A line of a card: something on the left, something on the right."""

    label: str
    label_style: str
    text: str
    style: str


@functools.lru_cache(maxsize=4096)
def _body(quantity: Quantity, width: float, state: str) -> list[_Line]:
    """The lines of a card. A text that does not fit beside its label goes below it."""
    soft = "diagram-soft" if quantity.state in (GIVEN, FOLLOWS) else ""
    name, words = _cut(quantity.name, width, "diagram-name"), _STATE_TEXTS.get(state, "")
    lines = [*_pair(name, "diagram-name", words, f"diagram-prose diagram-{state}", width)]
    if quantity.because:
        because = _cut(f"follows from {quantity.because}", width, SOFT)
        lines.append(_Line(because, SOFT, "", ""))
    room = width
    blocks = _numbers(quantity, int((width - 2 * PAD) / CHARACTER))
    if any(len(_pair(label, SOFT, texts[0], soft, width)) > 1 for label, texts in blocks):
        room = 0.0  # so for all labels
    for label, texts in blocks:
        lines += _pair(label, SOFT, texts[0], soft, room)
        lines += [_Line("", "", text, soft) for text in texts[1:]]
    if quantity.state == GIVEN:
        return [*_pair(name, "diagram-name", lines[1].text, soft, width), *lines[2:]]
    return lines


def _pair(label: str, label_style: str, text: str, style: str, width: float) -> list[_Line]:
    room = width - 2 * PAD - SPACE
    if not label or not text or _size(label, label_style) + _size(text, style) <= room:
        return [_Line(label, label_style, text, style)]
    return [_Line(label, label_style, "", ""), _Line("", "", text, style)]


def _size(text: str, style: str) -> float:
    """An upper bound of the width of a text."""
    return len(text) * (PROSE_CHARACTER if "diagram-prose" in style else CHARACTER)


def _cut(text: str, width: float, style: str) -> str:
    while _size(text, style) > width - 2 * PAD:
        text = f"{text[:-2]}…"
    return text


def _height(quantity: Quantity, width: float) -> float:
    # The first wrong quantity is not known here. Its label is the longest.
    state = "first" if quantity.state == WRONG else quantity.state
    return 2 * PAD - 4 + LINE * len(_body(quantity, width, state))


def _edge(lines: Sequence[str], target: Quantity) -> str:
    dashed = " diagram-dashed" if target.state in (FOLLOWS, MISSING) else ""
    return f'<path class="diagram-edge{dashed}" d="{"".join(lines)}"/>'


def _tip(x: float, y: float, way: int) -> str:
    """An arrowhead at the side of a card."""
    return f'<path class="diagram-tip" d="M{x:g} {y:g}l{-5 * way} -3.5v7z"/>'


def _prose(x: float, y: float, text: str, style: str, anchor: str = "start") -> str:
    return _text(x, y, text, f"diagram-prose {style}", anchor)


def _text(x: float, y: float, text: str, style: str, anchor: str = "start") -> str:
    if not text:
        return ""
    return f'<text class="{style}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'
