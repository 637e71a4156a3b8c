"""Conditions: reversed, or with the wrong side taken."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.code import COMPARISON, Written
from autograder.exercise.generated.operators.calls import called_name

_REVERSED = {ast.Gt: "<", ast.GtE: "<", ast.Lt: ">", ast.LtE: ">", ast.Eq: "!=", ast.NotEq: "=="}
CASES = ("In which case does the formula take which value?",)


def comparisons(body: Body) -> Iterator[Change]:
    """Comparisons the wrong way round, and choices that are not made."""
    code = body.code
    for node in body.all(ast.Compare):
        sign = _REVERSED.get(type(node.ops[0])) if len(node.ops) == 1 else None
        if sign is None or isinstance(code.parents.get(node), ast.While):
            continue
        left, right = (
            code.operand(each, COMPARISON + 1) for each in (node.left, node.comparators[0])
        )
        value = body.value(node.left)
        yield Change(
            "comparison-reversed",
            node,
            f"the comparison of {value} is the wrong way round"
            if value
            else "a comparison is the wrong way round",
            (*CASES, "Exchange the two cases."),
            Written(f"{left} {sign} {right}", COMPARISON),
        )
    for node in body.all((ast.Call, ast.IfExp)):
        pair = _cases(node)
        for kept, other in (pair, pair[::-1]) if pair else ():
            yield Change(
                "one-case-only",
                node,
                _everywhere(body, kept, other),
                (*CASES, "Tell the two cases apart."),
                code.as_it_is(kept),
            )


def _everywhere(body: Body, kept: ast.expr, other: ast.expr) -> str:
    """What is wrong where one of two cases is taken for both, by what is in one of them."""
    name = called_name(body, kept) if isinstance(kept, ast.Call) else ""
    if name:
        return f"{name} is applied in both of two cases, and should be in one only"
    _, quote, rest = body.noun(other, "case").partition("`")
    if quote:
        return f"of two cases, the one with `{rest.partition('`')[0]}` is missing"
    return "two cases have to be told apart, and one of them is used for both"


def _cases(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    is_where = (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "where"
    )
    return node.args[1:] if is_where and isinstance(node, ast.Call) and len(node.args) == 3 else []
