"""A report's trace as an SVG figure: what is computed down the left, gradients back up the right.

The SVG has no ids, and all its classes begin with ``diagram``, so a page can hold many figures. It
is 360 wide, which is readable on a phone and on paper, and about one screen high
(`autograder.display.folding`).
"""

from __future__ import annotations

import functools
from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape
from itertools import chain
from typing import NamedTuple

from autograder.display.card import CELL, LINE, NBSP, PAD, Body, Shown, body
from autograder.display.description import Trace, caption, description
from autograder.display.folding import Level, Row, levels, rows
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

__all__ = ["Trace", "caption", "description", "figure", "picture"]

WIDTH, TOP, GAP, BOTTOM = 360, 34, 10, 30
#: What is higher is folded. A page shows a figure a third larger than it is.
MAX_HEIGHT = 660
#: The distance between vertical edges, and from them to the cards.
TRACK = 7
#: The left column's share of the width; its names are shorter.
LEFT = 0.46

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
.diagram .diagram-edge.diagram-first{stroke:var(--wrong);stroke-width:1.75}
.diagram .diagram-tip.diagram-first{fill:var(--wrong)}
.diagram .diagram-cell{fill:none;stroke:var(--line);stroke-width:.75}
.diagram .diagram-cell-wrong{fill:var(--wrong);stroke:var(--wrong);stroke-width:.75}
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
    figures = (_Figure(trace, level) for level in levels(trace))
    found = next(figures)
    while found.height > MAX_HEIGHT and (smaller := next(figures, None)) is not None:
        found = smaller
    return found.svg()


class _Card(NamedTuple):
    """What is shown, and its position."""

    shown: Shown
    x: float
    y: float
    width: float
    height: float

    @property
    def quantity(self) -> Quantity:
        return self.shown.quantity


#: The keys of the sources and of the targets of one vertical edge.
_Link = tuple[list[str], list[str]]


class _Figure:
    """The layout: a row for each quantity, with its gradient beside it."""

    def __init__(self, trace: Trace, level: Level) -> None:
        self.trace = trace
        found = rows(trace, level)
        every = [shown for pair in found for shown in pair if shown is not None]
        #: The key of the card of each quantity, by its name: several may share one.
        self.on = {name: shown.key for shown in every for name in shown.names}
        self.row = {s.key: at for at, pair in enumerate(found) for s in pair if s}
        self.links = self._links(every)
        self.tracks = [self._tracks(links) for links in self.links]
        gutters = [4 + TRACK * (1 + max(tracks, default=0)) for tracks in self.tracks]
        self.cards: dict[str, _Card] = {}
        self.height = self._place(found, gutters)

    def _links(self, every: Sequence[Shown]) -> tuple[list[_Link], list[_Link]]:
        """The edges into each quantity on the left, and those out of each gradient on the right."""
        left: list[_Link] = []
        flows: dict[str, list[str]] = {}
        for shown in every:
            q = shown.quantity
            feeds = dict.fromkeys(self.on[name] for name in q.feeds if name in self.on)
            feeds.pop(shown.key, None)
            if q.kind in (ACTIVATION, LOSS) and feeds:
                left.append(([*feeds], [shown.key]))
            for name in feeds if q.kind == GRADIENT else ():
                flows.setdefault(name, []).append(shown.key)
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

    def _place(self, found: Sequence[Row], gutters: Sequence[float]) -> float:
        """Position all cards, and return the height of the figure. Without gradients the left
        column has all of the width."""
        both = any(right for _, right in found)
        room = WIDTH - gutters[0] - (gutters[1] + GAP if both else GAP)
        left = round(room * LEFT) if both else room
        places = ((gutters[0], left), (gutters[0] + left + GAP, room - left))
        y = float(TOP)
        for pair in found:
            cards = [
                _Card(shown, x, y, width, body(shown, width).height)
                for shown, (x, width) in zip(pair, places, strict=True)
                if shown is not None
            ]
            self.cards |= {card.shown.key: card for card in cards}
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
            _prose(4, 20, "computed ↓", "diagram-soft"),
            _prose(WIDTH - 12, 20, "↑ gradients", "diagram-soft", "end") if has_gradients else "",
            *self._edges(),
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

    def _edges(self) -> Iterator[str]:
        """All edges, at last those that lead to the first wrong quantity: nothing crosses them."""
        found = [
            *map(self._edge_left, self.links[0], self.tracks[0]),
            *chain.from_iterable(map(self._edges_right, self.links[1], self.tracks[1])),
        ]
        for into_first in (False, True):
            yield from (edge for target, edge in found if target.shown.is_first == into_first)

    def _edge_left(self, link: _Link, track: int) -> tuple[_Card, str]:
        (target,) = (self.cards[name] for name in link[1])
        x = target.x - 3 - TRACK * (track + 0.5)
        into = target.y + 14
        lines = [
            f"M{source.x:g} {source.y + source.height - 9:g}H{x:g}V{into:g}H{target.x - 4:g}"
            for source in (self.cards[name] for name in link[0])
        ]
        return target, _edge(lines, target) + _tip(target.x, into, 1, target)

    def _edges_right(self, link: _Link, track: int) -> Iterator[tuple[_Card, str]]:
        (source,) = (self.cards[name] for name in link[0])
        for target in (self.cards[name] for name in link[1]):
            end = target.x + target.width
            x = end + 3 + TRACK * (track + 0.5)
            into = target.y + target.height - 9
            line = f"M{source.x + source.width:g} {source.y + 14:g}H{x:g}V{into:g}H{end + 4:g}"
            yield target, _edge([line], target) + _tip(end, into, -1, target)


@functools.lru_cache(maxsize=4096)
def _drawn(card: _Card) -> str:
    """A card with its text. It is cached, since most cards are right and so the same."""
    found = body(card.shown, card.width)
    y = card.y + PAD + 9
    inner, end = card.x + PAD, card.x + card.width - PAD
    parts = [
        f'<rect class="diagram-box diagram-{card.shown.state}" x="{card.x:g}" y="{card.y:g}" '
        f'width="{card.width:g}" height="{card.height:g}" rx="4"/>'
    ]
    for line in found.lines:
        parts.append(_text(inner, y, line.label, line.label_style))
        parts.append(_text(end, y, line.text, line.style, "end"))
        y += LINE
    return "".join([*parts, *_map(found, inner, y - 8)])


def _map(found: Body, x: float, y: float) -> Iterator[str]:
    """Where the entries are wrong: cells that are full, and others."""
    for row, cells in enumerate(found.places):
        for column, cell in enumerate(cells):
            style = "diagram-cell-wrong" if cell == "1" else "diagram-cell"
            yield (
                f'<rect class="{style}" x="{x + CELL * column:g}" y="{y + CELL * row:g}" '
                f'width="{CELL - 2}" height="{CELL - 2}"/>'
            )


def _edge(lines: Sequence[str], target: _Card) -> str:
    style = " diagram-first" if target.shown.is_first else ""
    if target.quantity.state in (FOLLOWS, MISSING):
        style = " diagram-dashed"
    return f'<path class="diagram-edge{style}" d="{"".join(lines)}"/>'


def _tip(x: float, y: float, way: int, target: _Card) -> str:
    """An arrowhead at the side of a card."""
    style = " diagram-first" if target.shown.is_first else ""
    return f'<path class="diagram-tip{style}" d="M{x:g} {y:g}l{-5 * way} -3.5v7z"/>'


def _prose(x: float, y: float, text: str, style: str, anchor: str = "start") -> str:
    return _text(x, y, text, f"diagram-prose {style}", anchor)


def _text(x: float, y: float, text: str, style: str, anchor: str = "start") -> str:
    if not text:
        return ""
    return f'<text class="{style}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'
