"""Brackets that are missing or too many: ``1 / 1 + np.exp(-z)``, ``y - t ** 2``, ``2 * y - t``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.judge.slips.edits import Asked, Edit
from autograder.judge.slips.source import code

LOW = (ast.Add, ast.Sub)
HIGH = (ast.Mult, ast.Div, ast.MatMult, ast.FloorDiv)
SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.MatMult: "@",
    ast.FloorDiv: "//",
    ast.Pow: "**",
    ast.BitXor: "^",
}


def precedence(asked: Asked) -> Iterator[Edit]:
    """Expressions that are computed in another order than they are meant."""
    for node in asked.written.nodes:
        if isinstance(node, ast.BinOp):
            for new, first, then in _regrouped(node):
                yield Edit(node, new, _text(node, new, first, then), "brackets", whole=True)
            yield from _around_calls(node)


def operators(asked: Asked) -> Iterator[Edit]:
    """``//`` for ``/``, and ``^`` for ``**``."""
    for node in asked.written.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
            new = ast.BinOp(node.left, ast.Div(), node.right)
            why = "`//` rounds down to a whole number; `/` divides."
            yield Edit(node, new, f"{why} Write `{code(new)}`.", "//")
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            new = ast.BinOp(node.left, ast.Pow(), node.right)
            why = "`^` combines bits and is no power; `**` is."
            yield Edit(node, new, f"{why} Write `{code(new)}`.", "^")


def _text(node: ast.BinOp, new: ast.expr, first: ast.operator, then: ast.operator) -> str:
    one, other = SIGNS[type(first)], SIGNS[type(then)]
    left, right = (
        f"({code(e)})" if isinstance(e, ast.BinOp) else code(e) for e in (node.left, node.right)
    )
    computed = f"{left} {SIGNS[type(node.op)]} {right}"
    why = f"this is computed as `{computed}`: `{one}` before `{other}`"
    return f"{why}. The brackets belong elsewhere: write `{code(new)}`."


def _regrouped(node: ast.BinOp) -> Iterator[tuple[ast.expr, ast.operator, ast.operator]]:
    """Other ways to set the brackets, with what is computed first and then."""
    left, op, right = node.left, node.op, node.right
    if type(op) not in SIGNS:
        return
    if isinstance(left, ast.BinOp) and type(left.op) in SIGNS and _differs(left.op, op):
        inner = ast.BinOp(left.right, op, right)
        yield ast.BinOp(left.left, left.op, inner), left.op, op  # a / b + c
        if isinstance(right, ast.BinOp) and isinstance(right.op, HIGH):
            middle = ast.BinOp(left.left, left.op, ast.BinOp(left.right, op, right.left))
            yield ast.BinOp(middle, right.op, right.right), left.op, op  # 2 * y - t / n
    if isinstance(right, ast.BinOp) and type(right.op) in SIGNS and _differs(right.op, op):
        inner = ast.BinOp(left, op, right.left)
        yield ast.BinOp(inner, right.op, right.right), right.op, op  # a - b ** 2


def _differs(one: ast.operator, other: ast.operator) -> bool:
    """Whether it matters which of two operators comes first."""
    is_sum = isinstance(one, ast.Add) and isinstance(other, LOW)
    is_product = isinstance(one, ast.Mult) and isinstance(other, ast.Mult)
    return not is_sum and not is_product


def _around_calls(node: ast.BinOp) -> Iterator[Edit]:
    """A call that is closed too early or too late: ``f(a) + b`` and ``f(a + b)``."""
    if type(node.op) not in SIGNS:
        return
    sign = SIGNS[type(node.op)]
    for call, other, is_left in ((node.left, node.right, True), (node.right, node.left, False)):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        within = (call.args[0], node.op, other) if is_left else (other, node.op, call.args[0])
        new = ast.Call(call.func, [ast.BinOp(*within), *call.args[1:]], call.keywords)
        yield Edit(
            node,
            new,
            f"the bracket of `{code(call.func)}(` closes before `{sign}`, too early: "
            f"write `{code(new)}`.",
            "closed early",
        )


def closed_late(asked: Asked) -> Iterator[Edit]:
    """A call with a part in its brackets that belongs outside."""
    for node in asked.written.nodes:
        if (
            not isinstance(node, ast.Call)
            or not node.args
            or not isinstance(node.args[0], ast.BinOp)
        ):
            continue
        given = node.args[0]
        if type(given.op) not in SIGNS:
            continue
        text = f"`{SIGNS[type(given.op)]}` stands within the brackets of `{code(node.func)}(`, and belongs outside"
        rest = node.args[1:]
        left = ast.Call(node.func, [given.left, *rest], node.keywords)
        right = ast.Call(node.func, [given.right, *rest], node.keywords)
        for new in (ast.BinOp(left, given.op, given.right), ast.BinOp(given.left, given.op, right)):
            yield Edit(node, new, f"{text}: write `{code(new)}`.", "closed late")
