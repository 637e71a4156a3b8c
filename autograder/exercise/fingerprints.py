"""Results in a few numbers each, by which known mistakes are recognised in them.

A fingerprint has one mark for every array or number of a result. Where the shape is the expected
one, the mark is a weighted sum of the entries: no two weights are alike, so that entries that are
wrong, exchanged or permuted give another sum. Students may read these numbers: they tell what a
mistake makes of a visible instance, and nothing of how to do without it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.sandbox.plain import leaves

#: Forgives the rounding of any way to compute the same thing, beside the sum of all terms' sizes.
TOLERANCE = 1e-10
#: How much larger than their sum terms may be, and still be told from others.
CANCELLING = 1e3
DIGITS = 13
#: What is no array of finite numbers, or is not there.
NO_NUMBERS = "no numbers"

#: A sum; a shape that is not the expected one, and a sum; or `NO_NUMBERS`.
Mark = float | str | list[Any]


@dataclass(frozen=True)
class Known:
    """A declared mistake as a student may read of it: the function it is made in, what it is, and
    hints from a question to an answer."""

    function: str
    message: str
    hints: Sequence[str]


@dataclass(frozen=True)
class Signature:
    """What a function gives on each visible case when some mistakes are made: its marks, or None
    where it raises."""

    mistakes: Sequence[str]
    marks: Mapping[str, Sequence[Mark] | None]


class Signatures(list[Signature]):
    """The signatures of one function, to be looked through: there are hundreds, and few come near."""

    @functools.cached_property
    def _firsts(self) -> np.ndarray:
        """The first number of each, NaN where there is none."""
        firsts = [(next(iter(each.marks.values())) or [NO_NUMBERS])[0] for each in self]
        return np.array([m if isinstance(m, (int, float)) else np.nan for m in firsts])

    def near(self, found: Mapping[str, Sequence[tuple[Mark, float]] | None]) -> list[Signature]:
        """Those that may be of a result with these fingerprints: the rest have another first
        number on the first case."""
        label = next((label for each in self[:1] for label in each.marks), "")
        mark, size = (found.get(label) or [("", 0.0)])[0]
        if not isinstance(mark, float):
            return list(self)
        apart = np.abs(self._firsts - mark) > TOLERANCE * size
        return [self[at] for at in np.flatnonzero(~apart)]


def marks(value: Any, expected: Any) -> list[tuple[Mark, float]]:
    """A result's fingerprint: each mark with the size of what was added up in it.

    ``expected`` is a right result, which says what arrays and numbers there are, and their shapes.
    """
    return list(_marks(value, expected))


def _marks(value: Any, expected: Any) -> Iterator[tuple[Mark, float]]:
    if isinstance(expected, Mapping):
        for key, item in expected.items():
            yield from _marks(value.get(key) if isinstance(value, dict) else None, item)
    elif isinstance(expected, tuple):
        whole = isinstance(value, (tuple, list)) and len(value) == len(expected)
        for item, wanted in zip(value if whole else (None,) * len(expected), expected, strict=True):
            yield from _marks(item, wanted)
    else:
        yield _mark(value, np.shape(expected))


def _mark(value: Any, shape: tuple[int, ...]) -> tuple[Mark, float]:
    if not _is_numbers(value):
        return NO_NUMBERS, 0.0
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
            return NO_NUMBERS, 0.0
    except (TypeError, ValueError):  # a list of this and that
        return NO_NUMBERS, 0.0
    if not shape and array.size == 1:
        array = array.reshape(())
    terms = array.astype(np.float64).ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        terms *= _weights(array.size)
        total, size = float(np.sum(terms)), float(np.sum(np.abs(terms)))
    if not np.isfinite(size):
        return NO_NUMBERS, 0.0
    return (total if array.shape == shape else [list(array.shape), total]), size


def _is_numbers(value: Any) -> bool:
    """Whether numpy finds nothing but numbers in a value: of one text among many it makes as much
    room for every number."""
    return all(isinstance(leaf, (int, float, np.ndarray)) for _, leaf in leaves(value))


#: Weights of more entries are not kept: what a submission returns may have any size.
_MOST_KEPT = 4096


def _weights(size: int) -> np.ndarray:
    return _kept_weights()[:size] if size <= _MOST_KEPT else _new_weights(size)


@functools.cache
def _kept_weights() -> np.ndarray:
    return _new_weights(_MOST_KEPT)


def _new_weights(size: int) -> np.ndarray:
    weights: np.ndarray = 1.5 + np.cos(np.sqrt(2.0) * np.arange(1, size + 1))
    return weights


def kept(found: Sequence[tuple[Mark, float]]) -> list[Mark]:
    """The marks alone, with the digits that matter."""
    return [_rounded(mark) for mark, _ in found]


def _rounded(mark: Mark) -> Mark:
    if isinstance(mark, list):
        return [mark[0], _rounded(mark[1])]
    return float(f"{mark:.{DIGITS}g}") + 0.0 if isinstance(mark, float) else mark  # never -0


def alike(found: Sequence[tuple[Mark, float]], known: Sequence[Mark]) -> bool:
    """Whether a result has a known fingerprint."""
    return len(found) == len(known) and all(map(_same, found, known))


def _same(found: tuple[Mark, float], known: Mark) -> bool:
    mark, size = found
    if isinstance(mark, list) and isinstance(known, list):
        return list(mark[0]) == list(known[0]) and _same((mark[1], size), known[1])
    if isinstance(mark, float) and isinstance(known, (int, float)):
        # Not of a size that only what was found has: huge terms that cancel would match anything.
        return abs(mark - known) <= TOLERANCE * min(size, CANCELLING * abs(known))
    return False  # what is no number is like nothing
