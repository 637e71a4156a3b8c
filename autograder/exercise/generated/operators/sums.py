"""Terms: left out, with the wrong sign, in the wrong order, or outside of what they belong in."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.exercise.generated.body import Body, parts
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.code import SUM, Written, level_of

ADDED = ("Which terms does the formula add up here?",)
SIGNS = ("Which sign has this term in the formula?",)


def sums(body: Body) -> Iterator[Change]:
    """What goes wrong in sums and differences."""
    code = body.code
    for node in body.all(ast.BinOp):
        if not isinstance(node.op, (ast.Add, ast.Sub)):
            continue
        is_sum, left, right = isinstance(node.op, ast.Add), node.left, node.right
        first, last = body.noun(left, "term"), body.noun(right, "term")
        if not isinstance(left, ast.BinOp) or not isinstance(left.op, (ast.Add, ast.Sub)):
            kept = code.as_it_is(right) if is_sum else code.negated(right)
            yield Change(
                "term-left-out", node, f"{first} is missing", (*ADDED, f"Begin with {first}."), kept
            )
        join = "Add" if is_sum else "Subtract"
        yield Change(
            "term-left-out",
            node,
            f"{last} is missing",
            (*ADDED, f"{join} {last}."),
            code.as_it_is(left),
        )
        if is_sum:
            yield Change(
                "subtracted",
                node,
                f"{last} is subtracted, and should be added",
                (*SIGNS, f"Add {last}."),
                code.binary(left, "-", right),
            )
            yield Change(
                "subtracted",
                node,
                f"{first} has the wrong sign",
                (*SIGNS, f"Add {first}."),
                code.binary(right, "-", left),
            )
        else:
            yield Change(
                "added",
                node,
                f"{last} is added, and should be subtracted",
                (*SIGNS, f"Subtract {last}."),
                code.binary(left, "+", right),
            )


def reversals(body: Body) -> Iterator[Change]:
    """Differences the wrong way round."""
    code = body.code
    for node in body.all(ast.BinOp):
        if isinstance(node.op, ast.Sub):
            yield Change(
                "difference-reversed",
                node,
                f"the difference is the wrong way round: {body.noun(node.right, 'term')} comes"
                " first",
                (
                    "Which of the two is subtracted from the other?",
                    "Exchange the two sides of the difference.",
                ),
                code.binary(node.right, "-", node.left),
            )


def brackets(body: Body) -> Iterator[Change]:
    """Sums whose brackets are left out."""
    code = body.code
    for node in body.all(ast.BinOp):
        level = level_of(node)
        if level <= SUM:
            continue
        for side in (node.left, node.right):
            if level_of(side) != SUM:
                continue
            bare = Written(code.text(side), level + 1)
            pair = (bare, node.right) if side is node.left else (node.left, bare)
            sign = {ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**"}.get(type(node.op))
            if sign is None:
                continue
            text = code.binary(pair[0], sign, pair[1]).text
            yield Change(
                "brackets-left-out",
                node,
                "the brackets around a sum or a difference are missing",
                ("What does Python compute first without brackets?", "Put the sum in brackets."),
                Written(text, SUM),
            )


def outside(body: Body) -> Iterator[Change]:
    """Terms that are added to what a function gives, in the place of to what it is given."""
    code = body.code
    for node in body.all(ast.Call):
        if len(node.args) != 1 or node.keywords:
            continue
        inner, name = node.args[0], body.value(node)
        if (
            not isinstance(inner, ast.BinOp)
            or not isinstance(inner.op, (ast.Add, ast.Sub))
            or not name
        ):
            continue
        sign = "+" if isinstance(inner.op, ast.Add) else "-"
        for term, rest in ((inner.right, inner.left), (inner.left, inner.right)):
            if term is inner.left and (sign == "-" or len([*parts(inner, (ast.Add,))]) > 2):
                continue
            called, of = body.noun(term, "term"), name.replace("(...)", "")
            done = "added" if sign == "+" else "subtracted"
            yield Change(
                "outside",
                node,
                f"{called} is {done} after {of}, and should be {done} before it",
                (
                    f"Does the formula apply {of} before or after this term?",
                    f"Move {called} inside.",
                ),
                code.binary(code.call(code.text(node.func), rest), sign, term),
            )
