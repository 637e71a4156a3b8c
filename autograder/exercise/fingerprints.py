"""Fingerprints of results, a few numbers each, by which known mistakes are recognised.

A fingerprint has one mark for every array or number of a result. If the shape is the expected one,
the mark is a weighted sum of the entries. No two weights are equal, so wrong or permuted entries
give another sum. Students may read fingerprints: they show what a mistake gives on a visible
instance, and not how to avoid it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from types import NoneType
from typing import Any

import numpy as np

from autograder.record import record
from autograder.sandbox.plain import Opaque, Path, is_row, leaves

#: The tolerance of a sum, relative to the sum of its terms' absolute values, for rounding errors.
TOLERANCE = 1e-10
#: By which factor the terms' absolute values may exceed their sum, in the tolerance.
CANCELLING = 1e3
DIGITS = 13
#: The mark of a part that is missing, or not an array of finite numbers.
NO_NUMBERS = "no numbers"

#: A sum; a wrong shape and a sum; what a text is; or `NO_NUMBERS`.
Mark = float | str | list[Any]


@record
class KnownMistake:
    """What students may read of a mistake: its function, a message, hints from a question to an
    answer, and whether it was ``generated``."""

    function: str
    message: str
    hints: Sequence[str]
    generated: bool = False


@record
class Signature:
    """The marks of a function with some mistakes on each visible case, None where it raises."""

    mistakes: Sequence[str]
    marks: Mapping[str, Sequence[Mark] | None]


@record
class Single:
    """What one mistake gives, and which parts of a result it changes on a visible case."""

    mistake: str
    marks: Mapping[str, Sequence[Mark] | None]
    changes: frozenset[Path]


#: By the label of a case, the path to each mark of a right result, and its mark.
RightMarks = Mapping[str, Mapping[Path, Mark]]


class Signatures(list[Signature]):
    """The signatures of one function, often hundreds, with a fast search."""

    def singles(self, right: RightMarks) -> list[Single]:
        """Those of one mistake. ``right`` holds the marks of right results, the same at every
        call."""
        if "_singles" not in self.__dict__:
            self._singles = [
                Single(each.mistakes[0], each.marks, _changes(each, right))
                for each in self
                if len(each.mistakes) == 1
            ]
        return self._singles

    def giving(self, label: str, at: int, found: tuple[Mark, float]) -> set[str]:
        """The mistakes that alone give a part of a result on a visible case: its mark at this
        position, with the sum of its terms' absolute values."""
        mistakes, marks, numbers = self._column(label, at)
        mark, size = found
        if not isinstance(mark, float):
            alone = zip(mistakes, marks, strict=True)
            return {mistake for mistake, known in alone if same_mark(found, known)}
        near = np.abs(numbers - mark) <= TOLERANCE * np.fmin(size, CANCELLING * np.abs(numbers))
        return {mistakes[each] for each in np.flatnonzero(near)}

    @functools.cached_property
    def _columns(self) -> dict[tuple[str, int], tuple[list[str], list[Mark], np.ndarray]]:
        """What `_column` found."""
        return {}

    def _column(self, label: str, at: int) -> tuple[list[str], list[Mark], np.ndarray]:
        """All mistakes that alone return on a case, their marks at a position, and the marks as
        numbers, NaN where one is none."""
        if (label, at) in self._columns:
            return self._columns[label, at]
        found = [
            (each.mistakes[0], marks[at])
            for each in self
            if len(each.mistakes) == 1 and (marks := each.marks[label]) is not None
        ]
        marks = [mark for _, mark in found]
        numbers = [mark if isinstance(mark, (int, float)) else np.nan for mark in marks]
        column = [mistake for mistake, _ in found], marks, np.array(numbers, dtype=float)
        self._columns[label, at] = column
        return column

    @functools.cached_property
    def _firsts(self) -> np.ndarray:
        """The first number of each signature, NaN where there is none."""
        firsts = [(next(iter(each.marks.values())) or [NO_NUMBERS])[0] for each in self]
        return np.array([m if isinstance(m, (int, float)) else np.nan for m in firsts])

    def near(self, found: Mapping[str, Sequence[tuple[Mark, float]] | None]) -> list[Signature]:
        """The signatures that may match these fingerprints: all others have another first number on
        the first case."""
        label = next((label for each in self[:1] for label in each.marks), "")
        mark, size = (found.get(label) or [("", 0.0)])[0]
        if not isinstance(mark, float):
            return list(self)
        apart = np.abs(self._firsts - mark) > TOLERANCE * size
        return [self[at] for at in np.flatnonzero(~apart)]


def _changes(signature: Signature, right: RightMarks) -> frozenset[Path]:
    """The parts that are not right where the function returns."""
    found: set[Path] = set()
    for label, wanted in right.items():
        marks = signature.marks.get(label)
        pairs = zip(wanted.items(), marks, strict=True) if marks is not None else ()
        found.update(path for (path, mark), made in pairs if mark != made)
    return frozenset(found)


def mark_paths(expected: Any) -> list[Path]:
    """The path to each part of a right result that has a mark, in their order."""
    found = leaves(expected, rows=True)
    return [path for path, leaf in found if not isinstance(leaf, Opaque)]


def fingerprint(value: Any, expected: Any) -> list[tuple[Mark, float]]:
    """A result's fingerprint: each mark, with the sum of its terms' absolute values.

    ``expected`` is a right result, which gives the structure and the shapes.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return list(_marks(value, expected))


def _marks(value: Any, expected: Any) -> Iterator[tuple[Mark, float]]:
    if isinstance(expected, Mapping):
        for key, item in expected.items():
            yield from _marks(value.get(key) if isinstance(value, dict) else None, item)
    elif isinstance(expected, (tuple, list)) and not is_row(expected):
        whole = isinstance(value, (tuple, list)) and len(value) == len(expected)
        for item, wanted in zip(value if whole else (None,) * len(expected), expected, strict=True):
            yield from _marks(item, wanted)
    elif expected is None or isinstance(expected, str):
        yield (f"is {value!r}" if isinstance(value, (str, NoneType)) else NO_NUMBERS), 0.0
    elif not isinstance(expected, Opaque):  # which may be anything
        yield _mark(value, np.shape(expected))


def _mark(value: Any, shape: tuple[int, ...]) -> tuple[Mark, float]:
    if type(value) is float and not shape:  # as losses are
        total = value * float(_cached_weights()[0]) + 0.0  # never -0, as no sum is
        return (total, abs(total)) if math.isfinite(total) else (NO_NUMBERS, 0.0)
    is_array = isinstance(value, (float, np.ndarray))
    if not is_array and (not _is_numbers(value) or _is_of_arrays(value)):
        return NO_NUMBERS, 0.0
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):  # a ragged list
        return NO_NUMBERS, 0.0
    if array.dtype.kind not in "biuf":
        return NO_NUMBERS, 0.0
    if not shape and array.size == 1:
        array = array.reshape(())
    terms = array.astype(np.float64).ravel()
    terms *= _weights(array.size)
    total, size = float(terms.sum()), float(np.abs(terms).sum())
    if not math.isfinite(size):  # as it is where a single entry is not
        return NO_NUMBERS, 0.0
    return (total if array.shape == shape else [list(array.shape), total]), size


def _is_numbers(value: Any) -> bool:
    """Whether a value has only numbers in it. If there is one long text in a list, numpy allocates
    as much memory for every item."""
    return all(isinstance(leaf, (int, float, np.ndarray)) for _, leaf in leaves(value))


def _is_of_arrays(value: Any) -> bool:
    """Whether a value is a list or tuple of arrays, which is not an array with one axis more."""
    is_list = isinstance(value, (list, tuple))
    return is_list and any(isinstance(item, np.ndarray) and item.ndim for item in value)


#: Weights of more entries are not cached, since a submission may return arrays of any size.
_MOST_CACHED = 4096


def _weights(size: int) -> np.ndarray:
    return _cached_weights()[:size] if size <= _MOST_CACHED else _new_weights(size)


@functools.cache
def _cached_weights() -> np.ndarray:
    return _new_weights(_MOST_CACHED)


def _new_weights(size: int) -> np.ndarray:
    weights: np.ndarray = 1.5 + np.cos(np.sqrt(2.0) * np.arange(1, size + 1))
    return weights


def rounded(found: Sequence[tuple[Mark, float]]) -> list[Mark]:
    """The marks alone, rounded to `DIGITS` significant digits."""
    return [_rounded(mark) for mark, _ in found]


def _rounded(mark: Mark) -> Mark:
    if isinstance(mark, list):
        return [mark[0], _rounded(mark[1])]
    return float(f"{mark:.{DIGITS}g}") + 0.0 if isinstance(mark, float) else mark  # never -0


def matches(found: Sequence[tuple[Mark, float]], known: Sequence[Mark]) -> bool:
    """Whether a result has a known fingerprint."""
    return len(found) == len(known) and all(map(same_mark, found, known))


def same_mark(found: tuple[Mark, float], known: Mark) -> bool:
    """Whether a part of a result, with the sum of its terms' absolute values, has a known mark."""
    mark, size = found
    if isinstance(mark, list) and isinstance(known, list):
        return list(mark[0]) == list(known[0]) and same_mark((mark[1], size), known[1])
    if isinstance(mark, float) and isinstance(known, (int, float)):
        # The tolerance is capped by the known sum: huge terms that cancel would match anything.
        return abs(mark - known) <= TOLERANCE * min(size, CANCELLING * abs(known))
    return mark == known != NO_NUMBERS  # which matches nothing
