"""Many expressions of the same shape, and their values in one array."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np

from autograder.judge.expressions import OPERATIONS, REDUCTIONS, Expression
from autograder.record import record


@record
class Rows:
    """Expressions, each with its value along the first axis. An expression is made only when it is
    asked for: of thousands one is told."""

    values: np.ndarray
    make: Callable[[int], Expression]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of each value."""
        shape: tuple[int, ...] = self.values.shape[1:]
        return shape

    @property
    def count(self) -> int:
        """How many expressions there are."""
        return len(self.values)

    @property
    def flat(self) -> np.ndarray:
        """The values, a row for each."""
        return self.values.reshape(self.count, math.prod(self.shape))

    def first(self, most: int) -> Rows:
        """The first so many expressions."""
        return self if self.count <= most else Rows(self.values[:most], self.make)

    def finite(self) -> Rows:
        """Without the values that are not finite, or 0 everywhere."""
        flat = self.flat
        kept = np.isfinite(flat).all(axis=1) & flat.any(axis=1)
        return self if kept.all() else self.only(np.flatnonzero(kept))

    def only(self, at: np.ndarray) -> Rows:
        """Those at some places."""
        make = self.make
        return Rows(self.values[at], lambda row: make(int(at[row])))

    def broadcast(self, shape: tuple[int, ...]) -> Rows:
        """With the values stretched to a shape. The expressions stay: where they are added to
        something of this shape, numpy stretches them."""
        if self.shape == shape:
            return self
        values = self.values.reshape(
            self.count, *(1,) * (len(shape) - len(self.shape)), *self.shape
        )
        return Rows(np.broadcast_to(values, (self.count, *shape)), self.make)


def named(names: Sequence[str], values: Sequence[np.ndarray]) -> Rows:
    """Quantities of the same shape by their names."""
    return Rows(np.stack(values), lambda row: Expression(names[row]))


def joined(parts: Sequence[Rows]) -> Rows:
    """All expressions of some, of which there is at least one, all of the same shape."""
    if len(parts) == 1:
        return parts[0]
    ends = list(itertools.accumulate(part.count for part in parts))

    def make(row: int) -> Expression:
        at = bisect.bisect_right(ends, row)
        return parts[at].make(row - (ends[at - 1] if at else 0))

    return Rows(np.concatenate([part.values for part in parts]), make)


def applied(operation: str, rows: Rows) -> Rows:
    """What an operation of one operand, entry by entry, gives of each."""
    make = rows.make
    values = np.asarray(OPERATIONS[operation].compute(rows.values), dtype=np.float64)
    return Rows(values, lambda row: Expression(operation, (make(row),)))


def transposed(rows: Rows) -> Rows:
    """The transposed matrices."""
    make = rows.make
    return Rows(rows.values.swapaxes(1, 2), lambda row: Expression("T", (make(row),)))


def reduced(name: str, axis: int | None, rows: Rows) -> Rows:
    """What each is reduced to, along an axis or altogether."""
    make = rows.make
    axes = tuple(range(1, rows.values.ndim)) if axis is None else axis + 1
    key = name if axis is None else f"{name}{axis}"
    values = np.asarray(REDUCTIONS[name](rows.values, axis=axes), dtype=np.float64)
    return Rows(values, lambda row: Expression(key, (make(row),)))


def ends(rows: Rows) -> list[Rows]:
    """The first row of each, and the last."""
    make = rows.make
    return [
        Rows(rows.values[:, 0], lambda row: Expression("first", (make(row),))),
        Rows(rows.values[:, -1], lambda row: Expression("last", (make(row),))),
    ]


def paired(operation: str, one: Rows, two: Rows) -> Rows:
    """What an operation gives of each of one with each of the other, which have the same number of
    axes."""
    compute, count = OPERATIONS[operation].compute, two.count
    values = compute(one.values[:, None], two.values[None])
    values = values.reshape(one.count * count, *values.shape[2:])
    first, second = one.make, two.make

    def make(row: int) -> Expression:
        return Expression(operation, (first(row // count), second(row % count)))

    return Rows(values, make)
