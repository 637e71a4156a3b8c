"""Which mistakes are likely to give a quantity together, by what each of them gives alone.

Most mistakes multiply a quantity by something, or add something to it. So what several of them give
together can be guessed, and only likely ones have to be made and tried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import combinations
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.mutants import Mutants
from autograder.judge.quantities import Results
from autograder.sandbox.plain import Path, lookup

#: How far a guess at what mistakes give may be off, relative to the largest number.
GUESSED = 1e-6
#: So many entries of a quantity are compared, the largest ones.
ENTRIES = 4
#: Three mistakes are guessed among no more than so many.
MOST_FOR_THREE = 120


class Known(NamedTuple):
    """Entries of a quantity on one case: the student's, the right ones, and those with the mistakes
    that were found."""

    seen: np.ndarray
    right: np.ndarray
    base: np.ndarray

    def close(self, guess: np.ndarray) -> np.ndarray:
        """Which of some guesses, one in each row, are the student's numbers."""
        least = GUESSED * np.abs(self.seen).max(initial=0.0)
        close: np.ndarray = (np.abs(guess - self.seen) <= least).all(axis=-1)
        return close


class _Table(NamedTuple):
    """What is known of a quantity on one case: its shape, and the mistakes that give it another
    one than the right one; and some entries, the student's, the right ones, and those with each
    mistake alone."""

    case: Case
    shape: tuple[int, ...] | None
    reshaping: Collection[str]
    entries: np.ndarray = np.empty(0, dtype=int)
    seen: np.ndarray = np.empty(0)
    right: np.ndarray = np.empty(0)
    rows: Mapping[str, np.ndarray] = MappingProxyType({})


class Likely:
    """Guesses at one function's mistakes, of those that have these names."""

    def __init__(
        self, function: str, names: Sequence[str], results: Results, mutants: Mutants
    ) -> None:
        self._function, self._names = function, names
        self._results, self._mutants = results, mutants
        self._tables: dict[Path, _Table] = {}
        #: What the solution gives with mistakes, None if it fails: each quantity asks for it.
        self._made: dict[tuple[Case, tuple[str, ...]], object] = {}

    def singles(
        self, names: Sequence[str], path: Path, found: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """The mistakes that are likely to give a quantity together with those found; and others
        with which it may have the shape that it has."""
        table = self._table(path)
        whole = self._with(found, path, table.case)
        is_shaped = whole is None or table.shape in (None, whole.shape)
        shaped = [name for name in names if is_shaped != (name in table.reshaping)]
        known, own, given = self._known(table, shaped, path, found)
        if known is None:
            return [], shaped
        with np.errstate(all="ignore"):
            close = known.close(known.base * given / known.right)
            close |= known.close(known.base + given - known.right)
        likely = {name for name, is_close in zip(own, close, strict=True) if is_close}
        return [n for n in shaped if n in likely], [n for n in shaped if n not in likely]

    def others(self, names: Sequence[str], path: Path) -> Iterator[tuple[str, str]]:
        """Two mistakes each with which a quantity may have the shape that it has."""
        table = self._table(path)
        right = _part(table.case.expected[self._function], path)
        is_shaped = right is None or table.shape in (None, right.shape)
        for one, two in combinations(names, 2):
            reshaped = one in table.reshaping or two in table.reshaping
            if reshaped != is_shaped:
                yield one, two

    def together(
        self, names: Sequence[str], path: Path, found: Sequence[str]
    ) -> Iterator[tuple[str, ...]]:
        """Two mistakes each, then three, that are likely to give a quantity with those found."""
        known, own, given = self._known(self._table(path), names, path, found)
        if known is None:
            return
        with np.errstate(all="ignore"):
            ratio, more = given / known.right, given - known.right
            base = known.base
            products = ratio[:, None] * ratio * base
            close = known.close(products) | known.close(base + more[:, None] + more)
            mixed = known.close((base + more[:, None]) * ratio)
            close |= mixed | mixed.T
            yield from ((own[a], own[b]) for a, b in np.argwhere(np.triu(close, 1)))
            if len(own) > MOST_FOR_THREE:
                return
            wanted = known.seen / products
        order = np.argsort(ratio[:, 0])
        sorted_ratio = ratio[order, 0]
        pairs = np.argwhere(np.triu(np.isfinite(wanted).all(axis=-1), 1))
        first = wanted[pairs[:, 0], pairs[:, 1], 0]
        off = np.abs(first) * GUESSED
        low = np.searchsorted(sorted_ratio, first - off)
        high = np.searchsorted(sorted_ratio, first + off)
        for at in np.flatnonzero(low < high):
            a, b = pairs[at]
            for c in order[low[at] : high[at]]:
                if c > b and known.close(products[a, b] * ratio[c]):
                    yield own[a], own[b], own[c]

    def _table(self, path: Path) -> _Table:
        """What each mistake gives alone, on the visible case on which a quantity has the most
        entries."""
        if path not in self._tables:
            self._tables[path] = self._new_table(path)
        return self._tables[path]

    def _new_table(self, path: Path) -> _Table:
        every = [self._results.numbers(path, case) for case in self._results.visible]
        sizes = [-1 if each is None else each.size for each in every]
        at = sizes.index(max(sizes))
        case, seen = self._results.visible[at], every[at]
        right = _part(case.expected[self._function], path)
        alone = {n: _part(self._mutants.alone(self._function, case, n), path) for n in self._names}
        reshaping = {
            name
            for name, value in alone.items()
            if value is not None and right is not None and value.shape != right.shape
        }
        shape = None if seen is None else seen.shape
        if seen is None or right is None or shape != right.shape or not seen.size:
            return _Table(case, shape, reshaping)
        entries = np.argsort(-np.abs(right.ravel()), kind="stable")[:ENTRIES]
        rows = {
            name: value.ravel()[entries]
            for name, value in alone.items()
            if value is not None and value.shape == seen.shape
        }
        return _Table(
            case, shape, reshaping, entries, seen.ravel()[entries], right.ravel()[entries], rows
        )

    def _known(
        self, table: _Table, names: Sequence[str], path: Path, found: Sequence[str]
    ) -> tuple[Known | None, list[str], np.ndarray]:
        """What is known of a quantity, and what those of the mistakes give alone that leave it its
        shape, one in each row."""
        own = [name for name in names if name in table.rows]
        base = table.right
        if own and found:
            whole = self._with(found, path, table.case)
            right = _part(table.case.expected[self._function], path)
            if whole is None or right is None or whole.shape != right.shape:
                own = []
            else:
                base = whole.ravel()[table.entries]
        if not own:
            return None, [], table.right
        given = np.array([table.rows[name] for name in own])
        return Known(table.seen, table.right, base), own, given

    def _with(self, names: Sequence[str], path: Path, case: Case) -> np.ndarray | None:
        key = (case, tuple(names))
        if key not in self._made:
            self._made[key] = None
            with suppress(Exception):  # whatever the solution with these mistakes raises
                self._made[key] = self._mutants.value(self._function, case, names)
        return _part(self._made[key], path)


def _part(value: object, path: Path) -> np.ndarray | None:
    """A part of a result as an array of numbers; None if it is none."""
    try:
        part = np.asarray(lookup(value, path))
    except (LookupError, TypeError, ValueError):
        return None
    return part.astype(np.float64) if part.dtype.kind in "fiu" else None
