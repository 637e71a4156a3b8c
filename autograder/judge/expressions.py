"""Small expressions over named quantities: how they are computed, and how they are written.

An expression is made of what a student can name: arguments, right quantities of the same result,
functions of numpy's and declared ones. Nothing of the solution is in one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

#: Named quantities on one case.
Scope = Mapping[str, np.ndarray]
#: How tightly a text binds: a sum, a product, a power, a call or a name.
SUM, PRODUCT, POWER, NAME = range(4)


class Expression(NamedTuple):
    """A key of `OPERATIONS` with its operands, or with none the name of a quantity."""

    operation: str
    operands: tuple[Expression, ...] = ()

    @property
    def cost(self) -> int:
        """How many names and operations it has."""
        return 1 + sum(operand.cost for operand in self.operands)


class Operation(NamedTuple):
    """How something is computed and written: ``text`` has a place for each operand, which needs to
    bind at least as tightly as ``needs`` says; the whole binds as ``binds`` says."""

    compute: Callable[..., Any]
    text: str
    binds: int = NAME
    needs: tuple[int, ...] = (SUM,)


def _logistic(z: np.ndarray) -> np.ndarray:
    small = np.exp(-np.abs(z))
    found: np.ndarray = np.where(z >= 0, 1.0, small) / (1.0 + small)
    return found


def _bell_at(z: np.ndarray) -> np.ndarray:
    found: np.ndarray = _logistic(z) * _logistic(-z)
    return found


def _softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    powers = np.exp(z - np.max(z, axis=axis, keepdims=True))
    found: np.ndarray = powers / np.sum(powers, axis=axis, keepdims=True)
    return found


#: What is computed entry by entry, or row by row: the shape stays.
ELEMENTWISE: Mapping[str, Operation] = {
    "minus": Operation(np.negative, "-{0}", PRODUCT, (POWER,)),
    "square": Operation(np.square, "{0} ** 2", POWER, (NAME,)),
    "absolute": Operation(np.abs, "np.abs({0})"),
    "exp": Operation(np.exp, "np.exp({0})"),
    "log": Operation(np.log, "np.log({0})"),
    "complement": Operation(lambda a: 1 - a, "1 - {0}", SUM, (PRODUCT,)),
    "logistic": Operation(_logistic, "1 / (1 + np.exp(-{0}))", PRODUCT, (POWER,)),
    "bell": Operation(lambda a: a * (1 - a), "{0} * (1 - {0})", PRODUCT, (POWER,)),
    "bell_at": Operation(
        _bell_at, "np.exp(-{0}) / (1 + np.exp(-{0})) ** 2", PRODUCT, (POWER,)
    ),
    "tanh": Operation(np.tanh, "np.tanh({0})"),
    "tanh_slope": Operation(lambda a: 1 - np.square(a), "1 - {0} ** 2", SUM, (NAME,)),
    "tanh_slope_at": Operation(lambda z: 1 - np.tanh(z) ** 2, "1 - np.tanh({0}) ** 2", SUM),
    "centred": Operation(lambda z: np.tanh(z / 2), "2 / (1 + np.exp(-{0})) - 1", SUM, (POWER,)),
    "softsign": Operation(lambda z: z / (1 + np.abs(z)), "{0} / (1 + np.abs({0}))", PRODUCT, (NAME,)),
    "leaky": Operation(lambda z: np.where(z > 0, z, 0.01 * z), "np.where({0} > 0, {0}, 0.01 * {0})"),
    "relu": Operation(lambda z: np.maximum(z, 0.0), "np.maximum({0}, 0)"),
    "step": Operation(lambda z: (z > 0) * 1.0, "({0} > 0)"),
    "columns": Operation(
        lambda z: _softmax(z, -2), "np.exp({0}) / np.sum(np.exp({0}), axis=-2, keepdims=True)", PRODUCT
    ),
    "softmax": Operation(
        _softmax, "np.exp({0}) / np.sum(np.exp({0}), axis=-1, keepdims=True)", PRODUCT
    ),
}  # fmt: skip


#: Operations that another one is a part of, as they are written.
MADE_OF: Mapping[str, str] = {"centred": "logistic", "bell_at": "logistic"}


def _norm(values: np.ndarray, axis: Any = None) -> np.ndarray:
    found: np.ndarray = np.sqrt(np.sum(np.square(values), axis=axis))
    return found


#: By operation, the fewest axes that it needs.
FEWEST_AXES = {"softmax": 1, "columns": 2}


#: What makes one number of all entries, or of those along an axis.
REDUCTIONS: Mapping[str, Callable[..., np.ndarray]] = {
    "sum": np.sum,
    "mean": np.mean,
    "norm": _norm,
}
#: The most axes along which is reduced.
MOST_AXES = 3


def _along(name: str, axis: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda a: REDUCTIONS[name](a, axis=axis)


def _outer(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    if one.ndim != 1 or two.ndim != 1:
        raise ValueError("vectors only")
    return np.outer(one, two)


def _transposed(a: np.ndarray) -> np.ndarray:
    if a.ndim != 2:
        raise ValueError("matrices only")
    return a.T


def _row(at: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda a: a[at]


#: Everything that an expression may be made of.
OPERATIONS: Mapping[str, Operation] = {
    **ELEMENTWISE,
    **{name: Operation(REDUCTIONS[name], f"np.{name}({{0}})") for name in ("sum", "mean")},
    "norm": Operation(_norm, "np.sqrt(np.sum({0} ** 2))", NAME, (NAME,)),
    **{
        f"{name}{axis}": Operation(_along(name, axis), f"np.{name}({{0}}, axis={axis})")
        for name in ("sum", "mean")
        for axis in range(MOST_AXES)
    },
    "first": Operation(_row(0), "{0}[0]", NAME, (NAME,)),
    "last": Operation(_row(-1), "{0}[-1]", NAME, (NAME,)),
    "T": Operation(_transposed, "{0}.T", NAME, (NAME,)),
    "+": Operation(np.add, "{0} + {1}", SUM, (SUM, PRODUCT)),
    "-": Operation(np.subtract, "{0} - {1}", SUM, (SUM, PRODUCT)),
    "*": Operation(np.multiply, "{0} * {1}", PRODUCT, (PRODUCT, POWER)),
    "/": Operation(np.divide, "{0} / {1}", PRODUCT, (PRODUCT, POWER)),
    "@": Operation(np.matmul, "{0} @ {1}", PRODUCT, (PRODUCT, POWER)),
    "outer": Operation(_outer, "np.outer({0}, {1})", NAME, (SUM, SUM)),
    "twice": Operation(lambda a: 2 * a, "2 * {0}", PRODUCT, (POWER,)),
    "half": Operation(lambda a: 0.5 * a, "0.5 * {0}", PRODUCT, (POWER,)),
}  # fmt: skip


def value_of(expression: Expression, scope: Scope) -> np.ndarray | None:
    """What an expression is on a case; None if it is nothing there, for want of a quantity or
    because shapes do not fit."""
    with np.errstate(all="ignore"):
        try:
            return _value(expression, scope)
        except (LookupError, ValueError):  # an axis, a name or a row that is not there
            return None


def _value(expression: Expression, scope: Scope) -> np.ndarray:
    if not expression.operands:
        return scope[expression.operation]
    operands = [_value(operand, scope) for operand in expression.operands]
    return np.asarray(OPERATIONS[expression.operation].compute(*operands), dtype=np.float64)


def text_of(expression: Expression, helpers: Mapping[str, str]) -> str:
    """An expression as a student may write it. ``helpers`` are the declared functions that compute
    an operation of one operand, by its key."""
    return _text(expression, helpers)[0]


def _text(expression: Expression, helpers: Mapping[str, str]) -> tuple[str, int]:
    name = expression.operation
    if not expression.operands:
        return name, NAME
    operation = OPERATIONS[name]
    if name in helpers:
        operation = Operation(operation.compute, helpers[name] + "({0})")
    elif name == "bell_at" and "logistic" in helpers:
        known = helpers["logistic"]
        operation = Operation(operation.compute, f"{known}({{0}}) * (1 - {known}({{0}}))", PRODUCT)
    texts = []
    for operand, needs in zip(expression.operands, operation.needs, strict=True):
        text, binds = _text(operand, helpers)
        if operand.operation == "step" and not _has_numbers_beside(expression):
            text, binds = f"1.0 * {text}", PRODUCT  # of truth values numpy computes few things
        texts.append(text if binds >= needs else f"({text})")
    return operation.text.format(*texts), operation.binds


def _has_numbers_beside(expression: Expression) -> bool:
    """Whether an expression multiplies truth values by numbers."""
    steps = [operand.operation == "step" for operand in expression.operands]
    return expression.operation == "*" and not all(steps)
