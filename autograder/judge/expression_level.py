"""Everything that one operation makes of named quantities, by shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from autograder.judge.expressions import (
    ELEMENTWISE,
    FEWEST_AXES,
    MOST_AXES,
    REDUCTIONS,
    Expression,
    Scope,
)
from autograder.judge.rows import Rows, applied, ends, joined, named, paired, reduced, transposed

#: The most expressions of one kind and shape.
MOST_ROWS = 240
#: The most numbers that are made of one kind.
MOST_NUMBERS = 12_000
#: What is nothing else than its operand, or the same everywhere, where that is positive.
OF_BOTH_SIGNS = ("absolute", "relu", "leaky", "step")

Shape = tuple[int, ...]


class Level:
    """What is made of quantities by at most one operation: the quantities themselves (``named``),
    what ``one`` gives, what ``two`` give entry by entry, and their ``products`` as matrices. What
    has a shape is made when it is asked for."""

    def __init__(self, scope: Scope) -> None:
        """Sort the quantities by shape."""
        by_shape: dict[Shape, list[str]] = {}
        for name, value in scope.items():
            by_shape.setdefault(value.shape, []).append(name)
        self.named = {s: named(names, [scope[n] for n in names]) for s, names in by_shape.items()}
        self._sides = [
            rows
            for each in self.named.values()
            for rows in ((each, transposed(each)) if len(each.shape) == 2 else (each,))
        ]
        self._made: dict[tuple[str, Shape], list[Rows]] = {}

    @property
    def shapes(self) -> list[Shape]:
        """The shapes of quantities, of their products, and of numbers."""
        found: dict[Shape, None] = dict.fromkeys([*(rows.shape for rows in self._sides), ()])
        for left in self._sides:
            for right in self._sides:
                made = _product_shapes(left.shape, right.shape)
                found.update(dict.fromkeys(shape for shape in made if shape is not None))
        return list(found)

    def of(self, shape: Shape, *kinds: str) -> list[Rows]:
        """All of a shape of some kinds."""
        found: list[Rows] = []
        for kind in kinds:
            if (kind, shape) not in self._made:
                self._made[kind, shape] = usable(self._new(kind, shape))
            found += self._made[kind, shape]
        return found

    def _new(self, kind: str, shape: Shape) -> Iterator[Rows]:
        if kind == "products":
            yield from self._products(shape)
        elif kind == "one":
            yield from self._ones(shape)
        elif shape in self.named:
            yield from [self.named[shape]] if kind == "named" else self._twos(self.named[shape])

    def _ones(self, shape: Shape) -> Iterator[Rows]:
        if shape in self.named:
            rows = self.named[shape]
            for name in ELEMENTWISE:
                if len(shape) >= FEWEST_AXES.get(name, 0):
                    yield applied(name, _of_both_signs(rows) if name in OF_BOTH_SIGNS else rows)
        if len(shape) == 2 and shape[::-1] in self.named:
            yield transposed(self.named[shape[::-1]])
        for other, rows in self.named.items():
            for axis in reduced_along(other, shape):
                for name in REDUCTIONS if axis is None else ("sum", "mean"):
                    yield reduced(name, axis, rows)
            if other and other[1:] == shape:
                yield from ends(rows)

    def _twos(self, rows: Rows) -> Iterator[Rows]:
        for operation in "-*+/":
            yield paired(operation, rows, rows)
        if rows.shape:
            for numbers in self.numbers:
                yield paired("*", numbers.broadcast(rows.shape), rows)
        for shape, others in self.named.items():
            if shape and shape != rows.shape and shape == rows.shape[-len(shape) :]:
                for operation in "*+-":
                    yield paired(operation, rows, others.broadcast(rows.shape))

    @property
    def numbers(self) -> list[Rows]:
        """The single numbers, and 1 less each."""
        known = [self.named[()]] if () in self.named else []
        return [*known, *(applied("complement", rows) for rows in known)]

    def _products(self, shape: Shape) -> Iterator[Rows]:
        """All products of matrices and vectors, the matrices transposed or not."""
        for left in self._sides:
            for right in self._sides:
                outer, product = _product_shapes(left.shape, right.shape)
                if outer == shape:
                    yield _outer(left, right)
                if product == shape:
                    yield _product(left, right)


def usable(parts: Iterable[Rows]) -> list[Rows]:
    """Some of a few of each, all in one: those whose numbers are finite, and not all 0."""
    known = [few(rows) for rows in parts if rows.count]
    found = joined(known).finite() if known else None
    return [found] if found and found.count else []


def few(rows: Rows, most: int = MOST_ROWS) -> Rows:
    """As many of the first ones as are searched."""
    size = max(1, rows.values[:1].size)
    return rows.first(max(1, min(most, MOST_NUMBERS // size)))


def reduced_along(shape: Shape, to: Shape) -> list[int | None]:
    """The axes along which a shape is reduced to another one; None for all."""
    if not to:
        return [None] if shape else []
    axes = range(min(len(shape), MOST_AXES))
    return [axis for axis in axes if shape[:axis] + shape[axis + 1 :] == to]


def _product_shapes(one: Shape, two: Shape) -> tuple[Shape | None, Shape | None]:
    """The shapes of the outer product and of the product of matrices; None where there is none."""
    outer = one + two if len(one) == len(two) == 1 else None
    if not one or not two or len(two) > 2 or one[-1] != two[0]:
        return outer, None
    return outer, one[:-1] + two[1:]


def _of_both_signs(rows: Rows) -> Rows:
    flat = rows.flat
    return rows.only(np.flatnonzero((flat < 0).any(axis=1) & (flat > 0).any(axis=1)))


def _outer(one: Rows, two: Rows) -> Rows:
    rows = paired(
        "*",
        Rows(one.values[:, :, None], one.make),
        Rows(two.values[:, None, :], two.make),
    )
    return Rows(rows.values, lambda row: Expression("outer", rows.make(row).operands))


def _product(one: Rows, two: Rows) -> Rows:
    """Products of two stacks, where vectors have an axis added for the time being."""
    left = one.values[:, None, None, :] if len(one.shape) == 1 else one.values[:, None]
    batch = (1,) * (len(one.shape) - 2)
    right = two.values.reshape(1, two.count, *batch, *two.shape, *(1,) * (2 - len(two.shape)))
    values = np.matmul(left, right)
    values = values[..., 0, :] if len(one.shape) == 1 else values
    values = values[..., 0] if len(two.shape) == 1 else values
    first, second, count = one.make, two.make, two.count

    def make(row: int) -> Expression:
        return Expression("@", (first(row // count), second(row % count)))

    return Rows(values.reshape(one.count * count, *values.shape[2:]), make)
