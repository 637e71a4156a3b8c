"""What a search for an expression is made of: for the same quantities and shape always the same."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import numpy as np

from autograder.judge.expression_level import Level, Shape, few, usable
from autograder.judge.expressions import ELEMENTWISE, FEWEST_AXES, Scope
from autograder.judge.rows import Rows, applied, joined, paired, transposed

#: The most expressions that are paired with as many others.
MOST_PAIRED = 240
#: Of so many different quantities and shapes, what is made is kept: the right values on a visible
#: case are the same for all submissions. Each takes some megabytes at the most.
MOST_KEPT = 16


#: Quantities by name, as what can be compared: the shape, the type and the bytes of each.
_Compared = tuple[tuple[str, Shape, str, bytes], ...]


def operands(scope: Scope, shape: Shape) -> Operands:
    """What is made of quantities for a search among arrays of a shape."""
    return _kept(tuple((n, v.shape, v.dtype.str, v.tobytes()) for n, v in scope.items()), shape)


@functools.lru_cache(MOST_KEPT)
def _kept(quantities: _Compared, shape: Shape) -> Operands:
    scope = {n: np.frombuffer(made, kind).reshape(of) for n, of, kind, made in quantities}
    return Operands(scope, shape)


class Operands:
    """Made when they are asked for, and kept."""

    def __init__(self, scope: Scope, shape: Shape) -> None:
        """``shape`` is that of the array that is searched."""
        self.level, self._shape = Level(scope), shape
        self._sides: dict[Shape, tuple[Rows, Rows] | None] = {}
        self._wide: dict[Sequence[str], list[Rows]] = {}

    @functools.cached_property
    def base(self) -> list[Rows]:
        """What has the shape, of one operation at the most."""
        return self.level.of(self._shape, "named", "one", "products", "two")

    def wide(self, *kinds: str) -> list[Rows]:
        """What numpy stretches to the shape: numbers, rows and columns."""
        if kinds not in self._wide:
            known = [s for s in self.level.shapes if s != self._shape]
            self._wide[kinds] = [
                rows.broadcast(self._shape)
                for shape in known
                if _stretches(shape, self._shape)
                for rows in self.level.of(shape, *(kinds if shape else ("named",)))
            ]
        return self._wide[kinds]

    @functools.cached_property
    def deep(self) -> list[Rows]:
        """What has the shape: of one operation, a function of it, and a function of a product of
        matrices to which something is added."""
        level, shape = self.level, self._shape
        inner = level.of(shape, "one", "products", "two")
        added = [*level.of(shape, "named"), *self.wide("named")]
        products = level.of(shape, "products")
        sums = []
        if products and added:
            one, two = joined(products), joined(added)
            sums = [few(paired(operation, one, two)) for operation in "+-"]
        scaled = [
            applied(operation, rows)
            for operation in ("half", "twice")
            for rows in level.of(shape, "named", "two")
        ]
        scaled += [
            paired("*", numbers.broadcast(shape), rows)
            for numbers in level.numbers
            for rows in level.of(shape, "one", "two", "products")
        ]
        made = [*inner, *sums]
        inside = few(joined(made)) if made else None
        functions = [
            applied(name, inside)
            for name in ELEMENTWISE
            if inside is not None and len(shape) >= FEWEST_AXES.get(name, 0)
        ]
        return usable([*self.base, *sums, *scaled, *functions])

    @functools.cached_property
    def matrices(self) -> list[Shape]:
        """The shapes of matrices, transposed ones included."""
        known = [shape for shape in self.level.shapes if len(shape) == 2]
        return list(dict.fromkeys([*known, *(shape[::-1] for shape in known)]))

    def sides(self, left: Shape, right: Shape) -> Iterator[tuple[Rows, Rows]]:
        """The left and the right side of a product."""
        one, two = self.side(left), self.side(right)
        if one is None or two is None:
            return
        yield one[0], two[1]
        if one[1] is not one[0]:
            yield one[1], two[0]

    def side(self, shape: Shape) -> tuple[Rows, Rows] | None:
        """What of a shape is a side of a product: that of at most one operation, and this with
        products of two."""
        if shape not in self._sides:
            self._sides[shape] = self._new_side(shape)
        return self._sides[shape]

    def _new_side(self, shape: Shape) -> tuple[Rows, Rows] | None:
        level = self.level
        found = level.of(shape, "named", "one", "two", "products")
        if len(shape) == 2:
            found += [transposed(r) for r in level.of(shape[::-1], "named", "two", "products")]
        if not found:
            return None
        simple = few(joined(found))
        factors = level.of(shape, "named", "two", "products"), level.of(shape, "named", "one")
        if not all(factors):
            return simple, simple
        products = few(paired("*", *(few(joined(f), 32) for f in factors)), MOST_PAIRED)
        return simple, joined([simple, products])


def _stretches(shape: Shape, to: Shape) -> bool:
    """Whether numpy stretches a shape to another one, which it does not change."""
    try:
        return np.broadcast_shapes(shape, to) == to
    except ValueError:
        return False
