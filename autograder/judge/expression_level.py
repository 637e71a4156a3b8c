"""Everything that one operation makes of named quantities, by shape."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from autograder.judge.expressions import ELEMENTWISE, MOST_AXES, REDUCTIONS, Expression, Scope
from autograder.judge.rows import Rows, applied, named, paired, reduced, transposed

#: The most expressions of one kind and shape.
MOST_ROWS = 240
#: The most numbers that are made of one kind.
MOST_NUMBERS = 60_000

Shape = tuple[int, ...]


class Level(NamedTuple):
    """What is made of quantities by at most one operation, by shape: the quantities, what one of
    them gives, what two give entry by entry, and what they give multiplied as matrices."""

    named: dict[Shape, Rows]
    one: dict[Shape, list[Rows]]
    two: dict[Shape, list[Rows]]
    products: dict[Shape, list[Rows]]

    def of(self, shape: Shape, *kinds: str) -> list[Rows]:
        """All of a shape of some kinds."""
        found: list[Rows] = []
        for kind in kinds:
            if kind == "named":
                found += [self.named[shape]] if shape in self.named else []
            else:
                found += getattr(self, kind).get(shape, [])
        return found

    @property
    def shapes(self) -> list[Shape]:
        """All shapes that there are."""
        return list({**self.named, **self.one, **self.two, **self.products})


def first_level(scope: Scope) -> Level:
    """Everything of at most one operation."""
    by_shape: dict[Shape, list[str]] = {}
    for name, value in scope.items():
        by_shape.setdefault(value.shape, []).append(name)
    known = {s: named(names, [scope[n] for n in names]) for s, names in by_shape.items()}
    level = Level(known, {}, {}, {})
    for shape, rows in known.items():
        _add_ones(level, shape, rows)
        _add_twos(level, shape, rows)
    for left in known.values():
        for right in known.values():
            _add_products(level, left, right)
    return level


def _put(kind: dict[Shape, list[Rows]], rows: Rows) -> None:
    rows = few(rows).finite()
    if rows.count:
        kind.setdefault(rows.shape, []).append(rows)


def few(rows: Rows, most: int = MOST_ROWS) -> Rows:
    """As many of the first ones as are searched."""
    size = max(1, rows.values[:1].size)
    return rows.first(max(1, min(most, MOST_NUMBERS // size)))


def _add_ones(level: Level, shape: Shape, rows: Rows) -> None:
    for name in ELEMENTWISE:
        if shape or name != "softmax":
            _put(level.one, applied(name, rows))
    if len(shape) == 2:
        _put(level.one, transposed(rows))
    for name in REDUCTIONS if shape else ():
        _put(level.one, reduced(name, None, rows))
        for axis in range(min(len(shape), MOST_AXES)) if len(shape) > 1 and name != "norm" else ():
            _put(level.one, reduced(name, axis, rows))


def _add_twos(level: Level, shape: Shape, rows: Rows) -> None:
    for operation in "+-*":
        _put(level.two, paired(operation, rows, rows))
    if shape and () in level.named:
        _put(level.two, paired("*", level.named[()].broadcast(shape), rows))


def _add_products(level: Level, left: Rows, right: Rows) -> None:
    """All products of matrices and vectors in this order, the matrices transposed or not."""
    for one in (left, transposed(left)) if len(left.shape) == 2 else (left,):
        for two in (right, transposed(right)) if len(right.shape) == 2 else (right,):
            a, b = one.shape, two.shape
            if len(a) == len(b) == 1:
                _put(level.products, _outer(one, two))
            if a and b and a[-1] == (b[-2] if len(b) > 1 else b[0]) and min(len(a), len(b)) < 3:
                _put(level.products, _product(one, two))


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
    right = two.values[None, :, :, None] if len(two.shape) == 1 else two.values[None]
    values = np.matmul(left, right)
    values = values[..., 0, :] if len(one.shape) == 1 else values
    values = values[..., 0] if len(two.shape) == 1 else values
    first, second, count = one.make, two.make, two.count

    def make(row: int) -> Expression:
        return Expression("@", (first(row // count), second(row % count)))

    return Rows(values.reshape(one.count * count, *values.shape[2:]), make)
