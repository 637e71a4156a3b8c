"""Which lines of two functions match, for the page on which both stand side by side."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from autograder.alike.units import Unit, Units

#: A line matches another one if they share so much of what is in it.
_LEAST_SHARED = 0.5
#: What no more students wrote is rare; in a large class, what no larger share of it wrote.
_FEW, _SHARE = 3, 0.02
#: Of more lines that hold the same fragment, only the first are compared by it.
_MOST_LINES = 100

#: A line, by the number of its cell and its own.
Line = tuple[int, int]


class Match(NamedTuple):
    """The line of the other text that a line matches, and whether few students wrote this."""

    line: Line
    rare: bool


class Spread(NamedTuple):
    """How many students wrote each fragment of a function, of how many who wrote the function."""

    students: Mapping[str, int]
    of: int

    def weight(self, key: str) -> float:
        """How much it says that two share a fragment: nothing if all have it."""
        return math.log((1 + self.of) / (1 + self.students.get(key, 0)))

    def is_rare(self, key: str) -> bool:
        """Whether few wrote a fragment."""
        return self.students.get(key, 0) <= max(_FEW, _SHARE * self.of)


def spread_of(units: Iterable[Units]) -> dict[str, Spread]:
    """Of each function, how many of the class wrote each of its fragments."""
    counts: dict[str, Counter[str]] = {}
    writers: Counter[str] = Counter()
    for each in units:
        for name, unit in each.functions.items():
            counts.setdefault(name, Counter()).update({*unit.keys})
            writers[name] += 1
    return {name: Spread(count, writers[name]) for name, count in counts.items()}


def matches(one: Unit, two: Unit, spread: Spread) -> dict[Line, Match]:
    """The lines of a function that match lines of another one's."""
    return dict(_matches(_by_line(one), _by_line(two), spread))


def _matches(
    mine: Mapping[Line, set[str]], theirs: Mapping[Line, set[str]], spread: Spread
) -> Iterator[tuple[Line, Match]]:
    where: dict[str, list[Line]] = {}
    for line, keys in theirs.items():
        for key in keys:
            lines = where.setdefault(key, [])
            if len(lines) < _MOST_LINES:
                lines.append(line)
    for line, keys in mine.items():
        shared: Counter[Line] = Counter()
        for key in keys:
            for other in where.get(key, ()):
                shared[other] += spread.weight(key)  # type: ignore[assignment]
        if not shared:
            continue
        best = max(shared, key=lambda other: (shared[other], [-number for number in other]))
        whole = sum(map(spread.weight, keys))
        if whole > 0 and shared[best] >= _LEAST_SHARED * whole:
            yield line, Match(best, any(spread.is_rare(key) for key in keys & theirs[best]))


def _by_line(unit: Unit) -> dict[Line, set[str]]:
    """The fragments that begin in each line."""
    found: dict[Line, set[str]] = {}
    for each in unit.fragments:
        found.setdefault((each.cell, each.line), set()).add(each.key)
    return found
