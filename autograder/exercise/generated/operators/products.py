"""Factors: left out, taken twice, divided by, in the wrong order, or one too many."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.code import Code, Written

MISSING = ("Which numbers are multiplied here in the formula?",)
DIVIDED = ("In the formula, does it stand above or below the fraction line?",)
LEFT_OUT = "left-out"
TWICE = ("How many times does the formula take this factor?",)


def factors_left_out(body: Body) -> Iterator[Change]:
    """Factors and divisions that are missing."""
    yield from (each for each in _products(body) if each.operator.endswith(LEFT_OUT))


def products(body: Body) -> Iterator[Change]:
    """What else goes wrong in products and quotients."""
    yield from (each for each in _products(body) if not each.operator.endswith(LEFT_OUT))


def _products(body: Body) -> Iterator[Change]:
    for node in body.all(ast.BinOp):
        if isinstance(node.op, ast.Mult):
            yield from _in_product(body, node)
        elif isinstance(node.op, ast.Div):
            yield from _in_quotient(body, node)


def _in_product(body: Body, node: ast.BinOp) -> Iterator[Change]:
    code = body.code
    for out, kept in ((node.left, node.right), (node.right, node.left)):
        if isinstance(out, ast.BinOp) and isinstance(out.op, ast.Mult):
            continue  # its factors have their own turn
        if _is_divisor(code, node):
            yield from _in_divisor(body, node, out, kept)
            continue
        called = body.noun(out, "factor")
        yield Change(
            "factor-left-out",
            node,
            f"{called} is missing",
            (*MISSING, f"Multiply by {called}."),
            code.as_it_is(kept),
        )
        if not body.value(out):
            continue
        if isinstance(out, ast.Constant):
            continue
        yield Change(
            "factor-twice",
            node,
            f"{called} is used twice",
            (*TWICE, f"Multiply by {called} once."),
            code.binary(code.as_it_is(node), "*", out),
        )
        yield Change(
            "divided-by-factor",
            node,
            f"there is a division by {body.value(out)} in the place of a multiplication",
            (*DIVIDED, f"Multiply by {body.value(out)}."),
            code.binary(kept, "/", out),
        )


def _is_divisor(code: Code, node: ast.AST) -> bool:
    """Whether something is divided by a product, or by one that it is a factor of."""
    parent = code.parents.get(node)
    while isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult):
        node, parent = parent, code.parents.get(parent)
    is_quotient = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div)
    return is_quotient and isinstance(parent, ast.BinOp) and parent.right is node


def _in_divisor(body: Body, node: ast.BinOp, out: ast.expr, kept: ast.expr) -> Iterator[Change]:
    code, by = body.code, body.value(out)
    right = (*DIVIDED, f"Divide by {by}." if by else "Compare the division with the formula.")
    yield Change(
        "divisor-left-out",
        node,
        f"the division by {by} is missing" if by else "a division is missing",
        right,
        code.as_it_is(kept),
    )
    if not by or isinstance(out, ast.Constant):
        return
    yield Change(
        "divided-twice",
        node,
        f"it is divided by {by} twice",
        (*TWICE, f"Divide by {by} once."),
        code.binary(code.as_it_is(node), "*", out),
    )
    yield Change(
        "multiplied-by-divisor",
        node,
        f"there is a multiplication by {by} in the place of a division",
        right,
        code.binary(kept, "/", out),
    )


def _in_quotient(body: Body, node: ast.BinOp) -> Iterator[Change]:
    code, by, over = body.code, body.value(node.right), body.value(node.left)
    if isinstance(node.left, ast.Name) and node.left.id in body.numbers:
        yield Change(
            "one-is-divided",
            node.left,
            f"1 is used instead of {over}",
            ("Which number is divided here in the formula?", f"Divide {over}."),
            Written("1.0"),
        )
    divisor = f"by {by}" if by else "by what it has to be"
    right = (*DIVIDED, f"Divide {divisor}." if by else "Compare the division with the formula.")
    yield Change(
        "divisor-left-out",
        node,
        f"the division by {by} is missing" if by else "a division is missing",
        right,
        code.as_it_is(node.left),
    )
    if by:
        yield Change(
            "multiplied-by-divisor",
            node,
            f"there is a multiplication by {by} in the place of a division",
            right,
            code.binary(node.left, "*", node.right),
        )
        yield Change(
            "divided-twice",
            node,
            f"it is divided twice by {by}",
            (*TWICE, f"Divide by {by} once."),
            code.binary(code.as_it_is(node), "/", node.right),
        )
    yield Change(
        "upside-down",
        node,
        "numerator and denominator are swapped",
        ("What is divided by what in the formula?", "Swap numerator and denominator."),
        code.binary(node.right, "/", node.left),
    )


def signs(body: Body) -> Iterator[Change]:
    """Products with the wrong sign."""
    code = body.code
    for node in body.all(ast.BinOp):
        for out in (node.left, node.right) if isinstance(node.op, ast.Mult) else ():
            if body.value(out) and not isinstance(out, ast.Constant):
                yield Change(
                    "factor-negative",
                    node,
                    f"the product with {body.value(out)} has the wrong sign",
                    ("Which sign has this product in the formula?", "Change its sign."),
                    code.negated(node),
                )
