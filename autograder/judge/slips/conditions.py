"""Conditions for single numbers on whole arrays: ``if z >= 0``, ``and``, ``0 < z < 1``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.judge.slips.edits import Asked, Edit, numpy_call
from autograder.judge.slips.source import code, is_call

#: What makes one of several entries.
_OF_ALL = ("all", "any", "max", "min", "mean", "sum")
_WHY = "needs a single True or False, and an array has one for each entry"


def conditions(asked: Asked) -> Iterator[Edit]:
    """Branches that have to be chosen element by element, and conditions that combine arrays."""
    for body in _bodies(asked.written.node):
        yield from _branches(body)
    for node in asked.written.nodes:
        if isinstance(node, ast.IfExp):
            new = _where(node.test, node.body, node.orelse)
            yield Edit(node, new, f"`if ... else` {_WHY}. Write `{code(new)}`.", "if")
        elif isinstance(node, ast.BoolOp):
            yield _combined(node)
        elif isinstance(node, ast.Compare) and len(node.ops) > 1:
            yield _unchained(node)


def _branches(body: list[ast.stmt]) -> Iterator[Edit]:
    for at, statement in enumerate(body):
        if not isinstance(statement, ast.If) or len(statement.body) != 1:
            continue
        otherwise = statement.orelse or body[at + 1 : at + 2]
        one, other = statement.body[0], otherwise[0] if len(otherwise) == 1 else None
        new: ast.stmt
        if isinstance(one, ast.Return) and isinstance(other, ast.Return):
            if one.value is None or other.value is None:
                continue
            value = _where(statement.test, one.value, other.value)
            new = ast.Return(value)
        elif isinstance(one, ast.Assign) and isinstance(other, ast.Assign) and statement.orelse:
            value = _where(statement.test, one.value, other.value)
            new = ast.Assign(one.targets, value)
        else:
            continue
        text = f"`if` {_WHY}. np.where chooses element by element: `{code(value)}`."
        yield Edit(statement, new, text, "if")


def _where(test: ast.expr, one: ast.expr, other: ast.expr) -> ast.Call:
    return numpy_call("where", _entrywise(test), one, other)


def _entrywise(test: ast.expr) -> ast.expr:
    """A condition without ``all`` and ``any``."""
    if isinstance(test, ast.Call) and (is_call(test, "all", "any") or test.args):
        if test.args:
            return test.args[0]
        assert isinstance(test.func, ast.Attribute)
        return test.func.value
    if isinstance(test, ast.Compare) and is_call(test.left, *_OF_ALL):
        return ast.Compare(_entrywise(test.left), test.ops, test.comparators)
    return test


def _combined(node: ast.BoolOp) -> Edit:
    is_and = isinstance(node.op, ast.And)
    sign, op = ("and", ast.BitAnd()) if is_and else ("or", ast.BitOr())
    new: ast.expr = node.values[0]
    for value in node.values[1:]:
        new = ast.BinOp(new, op, value)
    return Edit(node, new, f"`{sign}` {_WHY}. Write `{code(new)}`.", sign)


def _unchained(node: ast.Compare) -> Edit:
    operands = [node.left, *node.comparators]
    new: ast.expr | None = None
    for left, op, right in zip(operands, node.ops, operands[1:], strict=False):
        part = ast.Compare(left, [op], [right])
        new = part if new is None else ast.BinOp(new, ast.BitAnd(), part)
    assert new is not None
    return Edit(node, new, f"a chain of comparisons {_WHY}. Write `{code(new)}`.", "chain")


def _bodies(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for inner in ast.walk(node):
        for field in ("body", "orelse"):
            body = getattr(inner, field, None)
            if isinstance(body, list):
                yield body
