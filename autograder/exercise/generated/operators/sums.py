"""Terms: left out, with the wrong sign, in the wrong order, or outside of what they belong in."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.exercise.generated.body import Body, parts
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.code import SUM, Written, level_of

ADDED = ("Which terms does the formula add up here?",)
LEFT_OUT = "term-left-out"
SIGNS = ("Which sign has this term in the formula?",)


def products_added(body: Body) -> Iterator[Change]:
    """Terms that are products, left out. What is left out of a factor may make the term zero."""
    for node in body.all(ast.BinOp):
        term = node.right
        is_sum = isinstance(node.op, (ast.Add, ast.Sub)) and not isinstance(node.left, ast.Constant)
        if is_sum and isinstance(term, ast.BinOp) and isinstance(term.op, ast.Mult):
            yield _last_left_out(body, node)


def _last_left_out(body: Body, node: ast.BinOp) -> Change:
    last, join = (
        body.noun(node.right, "term"),
        "Add" if isinstance(node.op, ast.Add) else "Subtract",
    )
    hints = (*ADDED, f"{join} {last}.")
    return Change(LEFT_OUT, node, f"{last} is missing", hints, body.code.as_it_is(node.left))


def terms_left_out(body: Body) -> Iterator[Change]:
    """Terms that are missing."""
    yield from (each for each in _sums(body) if each.operator == LEFT_OUT)


def sums(body: Body) -> Iterator[Change]:
    """What else goes wrong in sums and differences."""
    yield from (each for each in _sums(body) if each.operator != LEFT_OUT)


def _sums(body: Body) -> Iterator[Change]:
    code = body.code
    for node in body.all(ast.BinOp):
        if not isinstance(node.op, (ast.Add, ast.Sub)) or _is_index(body, node):
            continue
        is_sum, left, right = isinstance(node.op, ast.Add), node.left, node.right
        first, last = body.noun(left, "term"), body.noun(right, "term")
        if not isinstance(left, ast.BinOp) or not isinstance(left.op, (ast.Add, ast.Sub)):
            kept = code.as_it_is(right) if is_sum else code.negated(right)
            yield Change(
                LEFT_OUT, node, f"{first} is missing", (*ADDED, f"Begin with {first}."), kept
            )
        yield _last_left_out(body, node)
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


def _is_index(body: Body, node: ast.expr) -> bool:
    """Whether something is a position: one that is off has a sentence of its own."""
    parent = body.code.parents.get(node)
    if isinstance(parent, ast.Tuple):
        node, parent = parent, body.code.parents.get(parent)
    return isinstance(parent, ast.Subscript) and parent.slice is node


def reversals(body: Body) -> Iterator[Change]:
    """Differences the wrong way round, of which a student knows a term."""
    yield from (each for each in _reversed(body) if "`" in each.what)


def other_reversals(body: Body) -> Iterator[Change]:
    """Differences the wrong way round, of which a student knows no term."""
    yield from (each for each in _reversed(body) if "`" not in each.what)


def _reversed(body: Body) -> Iterator[Change]:
    code = body.code
    differences = [n for n in body.all(ast.BinOp) if isinstance(n.op, ast.Sub)]
    # Where the step is made in the same function, its sign may be wrong as well.
    of_new = len(differences) > 1 and body.function.named_whole.startswith("new ")
    for node in differences:
        if not _is_index(body, node):
            first = body.noun(node.right, "term")
            yield Change(
                "difference-reversed",
                node,
                f"the sign is wrong, as if a difference were the wrong way round, with {first}"
                " first"
                if of_new
                else f"the difference is the wrong way round: {first} comes first",
                (
                    "Which of the two is subtracted from the other?",
                    "Exchange the two sides of the difference.",
                ),
                code.binary(node.right, "-", node.left),
            )


def differences_twice(body: Body) -> Iterator[Change]:
    """Differences with a factor of two that they do not have, or of one half."""
    code = body.code
    for node in body.all(ast.BinOp):
        _, quote, rest = body.noun(node.right, "term").partition("`")
        is_power = isinstance(getattr(code.parents.get(node), "op", None), ast.Pow)
        if not isinstance(node.op, ast.Sub) or not quote or is_power:
            continue
        if isinstance(node.left, ast.Constant) or not isinstance(
            node.right, (ast.Name, ast.Subscript)
        ):
            continue
        for factor, words in (("2", "twice"), ("0.5", "half")):
            yield Change(
                "difference-scaled",
                node,
                f"the difference with `{rest.partition('`')[0]}` is {words} what it should be",
                ("Which numbers stand before this difference in the formula?",),
                code.binary(Written(factor), "*", node),
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
                f"the brackets around {body.noun(side, 'sum or difference')} are missing",
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
