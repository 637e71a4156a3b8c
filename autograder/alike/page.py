"""The pages of look-alikes: a list of pairs, and a page for each with both texts side by side.

Each page is for itself, so that one pair's can be shown to the two students.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from itertools import groupby, islice
from typing import NamedTuple

from markupsafe import Markup

from autograder.alike.likeness import LEAST_CLASS, Likeness, Pair
from autograder.alike.numbers import Numbers
from autograder.alike.passages import Line, Match, Spread, matches
from autograder.alike.units import Unit, Units
from autograder.course import Course
from autograder.display.html import environment
from autograder.sandbox.calls import Cell
from autograder.version import VERSION

PAGE = "index.html"
#: Identifies a page of ours; it is near the beginning of the file.
GENERATOR = "autograder alike"
#: The folder of the pairs' own pages.
PAIRS = "pairs"
#: More pairs than this have no page: nobody asks so many students.
MOST_PAIRS = 100
#: Lines of a function, and characters of a line, that are shown.
_MOST_LINES, _MOST_CHARACTERS = 300, 300
_NEWLINE = re.compile("\r\n|\r|\n")  # as Python counts lines


class Handed(NamedTuple):
    """A submission: its cells, its functions, and the SHA-256 of its file."""

    cells: Sequence[Cell]
    units: Units
    is_notebook: bool
    sha256: str

    def label(self, line: Line) -> str:
        """A line as the page names it: its number, in a notebook after that of its cell."""
        cell = self.cells[line[0]]
        if self.is_notebook:
            return f"{cell.label.removeprefix('cell ')}:{line[1]}"
        return str(cell.first_line + line[1] - 1)


class Shown(NamedTuple):
    """A line of a text; ``mark`` is "rare", "same" or "", ``other`` the line that it matches."""

    label: str
    text: str
    mark: str = ""
    other: str = ""


class Panel(NamedTuple):
    """A function of both."""

    name: str
    rarity: float
    one: Sequence[Shown]
    two: Sequence[Shown]


def pair_path(at: int) -> str:
    """The address of a pair's page; the first is 0."""
    return f"{PAIRS}/{at + 1:03}.html"


def index_page(
    course: Course,
    name: str,
    likeness: Likeness,
    handed: Mapping[str, Handed],
    left_out: Mapping[str, Sequence[str]],
    numbers: Sequence[Numbers] | None,
    identical: Sequence[Sequence[str]],
) -> str:
    """The list of pairs. ``left_out`` says by student what could not be compared, ``numbers`` is
    None if nobody is graded, and ``identical`` are groups who handed in the same file."""
    above = likeness.above
    return _render(
        "alike.html",
        course=course,
        name=name,
        pairs=above[:MOST_PAIRS],
        more=len(above) - MOST_PAIRS,
        compared=likeness.compared,
        least=LEAST_CLASS,
        students=sum(bool(each.units.functions) for each in handed.values()),
        left_out=left_out,
        numbers=numbers,
        identical=identical,
        path=pair_path,
    )


def pair_page(
    course: Course,
    name: str,
    at: int,
    pair: Pair,
    handed: Mapping[str, Handed],
    spread: Mapping[str, Spread],
    numbers: Sequence[Numbers],
) -> str:
    """The page of a pair."""
    one, two = handed[pair.one], handed[pair.two]
    return _render(
        "pair.html",
        course=course,
        name=name,
        number=at + 1,
        pair=pair,
        panels=[*_panels(pair, one, two, spread)],
        numbers=[each for each in numbers if each.students == pair.students],
        index=f"../{PAGE}",
    )


def often(share: float) -> str:
    """A share of all pairs: "1 in 1,200"."""
    return f"1 in {round(1 / share):,}" if share < 0.5 else "most"


def standing_out(rarity: Mapping[str, float]) -> list[tuple[str, float]]:
    """The functions, the rarest likeness first."""
    return sorted(rarity.items(), key=lambda each: (each[1], each[0]))


def _panels(pair: Pair, one: Handed, two: Handed, spread: Mapping[str, Spread]) -> Iterator[Panel]:
    for name, rarity in standing_out(pair.rarity):
        mine, theirs = one.units.functions[name], two.units.functions[name]
        here, there = matches(mine, theirs, spread[name]), matches(theirs, mine, spread[name])
        yield Panel(name, rarity, [*_text(mine, one, here, two)], [*_text(theirs, two, there, one)])


def _text(
    unit: Unit, handed: Handed, marks: Mapping[Line, Match], other: Handed
) -> Iterator[Shown]:
    """The lines of a function and of its helpers."""
    for line, text in islice(_lines(unit, handed.cells), _MOST_LINES):
        if len(text) > _MOST_CHARACTERS:
            text = f"{text[:_MOST_CHARACTERS]}…"
        if match := marks.get(line):
            mark = "rare" if match.rare else "same"
            yield Shown(handed.label(line), text, mark, other.label(match.line))
        else:
            yield Shown(handed.label(line), text)
    more = sum(place.last - place.first + 1 for place in {*unit.places}) - _MOST_LINES
    if more > 0:
        yield Shown("", f"… {more} more lines")


def _lines(unit: Unit, cells: Sequence[Cell]) -> Iterator[tuple[Line, str]]:
    for cell, places in groupby(sorted({*unit.places}), key=lambda place: place.cell):
        text = _NEWLINE.split(cells[cell].source)
        for place in places:
            for number in range(place.first, place.last + 1):
                yield (cell, number), text[number - 1]


def _render(template: str, **values: object) -> str:
    pages = environment("autograder.alike", often=often, standing_out=standing_out)
    styles = [
        resources.files(package).joinpath("templates", name).read_text("utf-8")
        for package, name in (
            ("autograder.classroom", "class.css"),
            ("autograder.alike", "alike.css"),
        )
    ]
    style = Markup("\n".join(styles))  # noqa: S704
    return pages.get_template(template).render(
        generator=GENERATOR, style=style, version=VERSION, **values
    )
