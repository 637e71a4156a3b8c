"""Searches the small expressions that give an array, by one number for each.

What is compared is a weighted sum of the entries. That of a sum follows from those of its terms,
and all of the products of two sets are one product of matrices, so that some ten thousand
expressions take milliseconds. What agrees has to be computed, and compared, by whoever asks.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from autograder.judge.expression_level import Shape, few, reduced_along
from autograder.judge.expression_operands import MOST_PAIRED, operands
from autograder.judge.expressions import Expression, Scope
from autograder.judge.rows import Rows, applied, joined

#: So exactly two sums agree, relative to the sum of the terms' absolute values.
TOLERANCE = 1e-9
#: The most expressions that are compared in full.
MOST_FOUND = 16


@functools.lru_cache(maxsize=64)
def _weights(shape: Shape) -> np.ndarray:
    found: np.ndarray = np.random.default_rng(len(shape)).standard_normal(shape)
    return found


class Aim(NamedTuple):
    """A number that a sum is compared with, and what is told of an expression that has it."""

    number: float
    tell: Callable[[Expression], Expression]


class Search:
    """The search for one array among the expressions over quantities."""

    def __init__(self, scope: Scope, target: np.ndarray, lengths: Sequence[str] = ()) -> None:
        """``lengths`` are the quantities that are numbers of entries, by which sums are divided."""
        self._operands = operands(scope, target.shape)
        self._shape = target.shape
        self._weights = _weights(target.shape)
        terms = self._weights * target
        total, self._size = float(np.sum(terms)), float(np.sum(np.abs(terms)))
        self._aims = [Aim(total, lambda e: e), Aim(-total, _minus)]
        self._aims += [Aim(total / 2, _scaled("twice")), Aim(total * 2, _scaled("half"))]
        self._aims += [Aim(total * float(scope[name]), _over(name)) for name in lengths]
        self._found: dict[Expression, None] = {}

    def run(self) -> list[Expression]:
        """The expressions whose sums agree, the simplest first."""
        with np.errstate(all="ignore"):
            for step in (self._alone, self._reduced, self._multiplied, self._combined):
                step()
        return sorted(self._found, key=lambda expression: expression.cost)[:MOST_FOUND]

    def _compare(
        self, sums: np.ndarray, make: Callable[..., Expression], aims: Sequence[Aim] = ()
    ) -> None:
        aims = aims or self._aims
        numbers = np.array([[aim.number] for aim in aims])
        slack = TOLERANCE * np.fmax(self._size, np.abs(numbers))
        agree = np.abs(sums.ravel() - numbers) <= slack
        if not agree.any():
            return
        for row, (_, tell) in zip(agree, aims, strict=True):
            for at in np.flatnonzero(row)[:MOST_FOUND].tolist():
                place = divmod(at, sums.shape[-1]) if sums.ndim == 2 else (at,)
                self._found[tell(make(*place))] = None

    def _alone(self) -> None:
        """What has the shape by itself."""
        for rows in self._operands.deep:
            self._compare(rows.flat @ self._weights.ravel(), rows.make)

    def _combined(self) -> None:
        """Sums, differences and products of two, entry by entry."""
        right = [*self._operands.base, *self._operands.wide("named", "one")]
        if not self._operands.deep or not right:
            return
        weights = self._weights.ravel()
        one, two = joined(self._operands.deep), few(joined(right), MOST_PAIRED)
        sums, others = one.flat @ weights, two.flat @ weights
        aims, order = self._aims[:2], np.argsort(others)
        for operation, wanted in (("+", -1.0), ("-", 1.0)):
            for number, tell in aims:
                searched = wanted * (sums - number)
                slack = TOLERANCE * self._size
                low = np.searchsorted(others[order], searched - slack)
                high = np.searchsorted(others[order], searched + slack)
                for row in np.flatnonzero(high > low)[:MOST_FOUND]:
                    for at in order[low[row] : high[row]][:MOST_FOUND]:
                        pair = (one.make(int(row)), two.make(int(at)))
                        self._found[tell(Expression(operation, pair))] = None
        one = one.first(2 * MOST_PAIRED)
        products = (one.flat * weights) @ two.flat.T
        self._compare(products, _of("*", one, two))
        if len(self._shape) == 2 and self._operands.base:  # and a row of products of two
            simple, rows = (
                few(joined(self._operands.base), MOST_PAIRED),
                self._operands.side(self._shape[1:]),
            )
            if rows is not None:
                inner = np.sum(simple.values * self._weights, axis=1)
                self._compare(inner @ rows[1].values.T, _of("*", simple, rows[1]))

    def _reduced(self) -> None:
        """Sums and means of what has more axes, and of products of two of that."""
        for shape in self._operands.level.shapes:
            for axis in reduced_along(shape, self._shape):
                inner = self._operands.level.of(shape, "named", "one", "products", "two")
                if not inner or not shape:
                    continue
                rows = few(joined(inner), MOST_PAIRED)
                weights = self._weights if axis is None else np.expand_dims(self._weights, axis)
                weights = np.broadcast_to(weights, shape).ravel()
                count = weights.size if axis is None else shape[axis]
                aims = [
                    Aim(number * times, _then(tell, f"{name}{'' if axis is None else axis}"))
                    for number, tell in self._aims
                    for name, times in (("sum", 1), ("mean", count))
                ]
                functions = [applied(n, rows) for n in ("square", "log", "absolute", "exp")]
                for each in (rows, *functions):
                    self._compare(each.flat @ weights, each.make, aims)
                self._compare(
                    (rows.flat * weights) @ rows.flat.T,
                    lambda i, j, rows=rows: Expression("*", (rows.make(i), rows.make(j))),
                    aims,
                )

    def _multiplied(self) -> None:
        """Outer products, and products of matrices and vectors, of which one may be a product of
        two entry by entry."""
        if len(self._shape) == 2:
            for left, right in self._operands.sides(self._shape[:1], self._shape[1:]):
                inner = np.tensordot(right.values, self._weights, (1, 1))
                self._compare(left.values @ inner.T, _of("outer", left, right))
            for size in {
                shape[1] for shape in self._operands.matrices if shape[0] == self._shape[0]
            }:
                for left, right in self._operands.sides(
                    (self._shape[0], size), (size, self._shape[1])
                ):
                    inner = self._weights @ right.values.swapaxes(1, 2)
                    sums = left.flat @ inner.reshape(right.count, -1).T
                    self._compare(sums, _of("@", left, right))
        if len(self._shape) == 1:
            for rows, columns in self._operands.matrices:
                if columns == self._shape[0]:
                    for left, right in self._operands.sides((rows,), (rows, columns)):
                        inner = right.values @ self._weights
                        self._compare(left.values @ inner.T, _of("@", left, right))
                if rows == self._shape[0]:
                    for left, right in self._operands.sides((rows, columns), (columns,)):
                        inner = self._weights @ left.values
                        self._compare(inner @ right.values.T, _of("@", left, right))


def _of(operation: str, left: Rows, right: Rows) -> Callable[[int, int], Expression]:
    return lambda i, j: Expression(operation, (left.make(i), right.make(j)))


def _minus(expression: Expression) -> Expression:
    if expression.operation == "-":
        return Expression("-", expression.operands[::-1])
    return Expression("minus", (expression,))


def _scaled(operation: str) -> Callable[[Expression], Expression]:
    return lambda expression: Expression(operation, (expression,))


def _over(name: str) -> Callable[[Expression], Expression]:
    return lambda expression: Expression("/", (expression, Expression(name)))


def _then(
    tell: Callable[[Expression], Expression], name: str
) -> Callable[[Expression], Expression]:
    return lambda expression: tell(Expression(name, (expression,)))
