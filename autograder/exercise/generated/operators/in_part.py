"""What is done in part only: in one of two cases, for the first entry, without the weights."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.code import Written

#: How e is written by those who do not take `np.exp`.
E_WRITTEN = ("2.718", "2.72", "2.7")


def one_case_only(body: Body) -> Iterator[Change]:
    """A division or a product that is made in one case of `np.where` only."""
    code, signs = body.code, {ast.Div: ("/", "division"), ast.Mult: ("*", "product")}
    for node in body.all(ast.BinOp):
        sign, word = signs.get(type(node.op), ("", ""))
        where = node.left
        if not sign or not _is_call_of(where, "where") or len(where.args) != 3:
            continue
        condition, *cases = where.args
        for at in range(2):
            made = [code.as_it_is(each) for each in cases]
            made[at] = code.binary(cases[at], sign, node.right)
            yield Change(
                "made-in-one-case",
                node,
                f"the {word} is made in one of two cases only, and should be made in both",
                (
                    "Which part of the formula is the same in both cases?",
                    f"Make the {word} in both.",
                ),
                code.call(code.text(where.func), condition, *made),
            )


def weights_ignored(body: Body) -> Iterator[Change]:
    """Products with a matrix of which only the first column, or none, is looked at; and with a
    vector that has become a row."""
    code = body.code
    for node in body.all(ast.BinOp):
        if not isinstance(node.op, ast.MatMult):
            continue
        for side, other in ((node.left, node.right), (node.right, node.left)):
            name, vector = body.value(side), body.value(other) or "the other side"
            if len(body.shape(side) or ()) != 2 or len(body.shape(other) or ()) != 1 or not name:
                continue
            sum_hint = ("Over which entries does the sum in the product run?",)
            is_left = side is node.left
            first = code.attribute(side, "[:, :1]" if is_left else "[:1]")
            entry = code.attribute(other, "[:1]")
            turned = code.attribute(other, ".reshape(1, -1)")
            ones = code.call("np.ones_like", side)
            yield Change(
                "weights-as-ones",
                node,
                f"{name} is not used: the entries of {vector} are only added up",
                (*sum_hint, f"Multiply by {name}."),
                code.binary(ones, "@", other) if is_left else code.binary(other, "@", ones),
            )
            yield Change(
                "first-only",
                node,
                f"only the first entry of {vector} is multiplied with {name}",
                (*sum_hint, "Add up the products with all entries."),
                code.binary(first, "@", entry) if is_left else code.binary(entry, "@", first),
            )
            table = code.attribute(side, ".T") if is_left else side
            yield Change(
                "vector-as-row",
                node,
                f"{vector} has been given a second axis, and so has what is computed from it",
                ("How many axes has this vector?", "Leave the vector as it is."),
                code.binary(turned, "@", table),
            )


def factors_reduced(body: Body) -> Iterator[Change]:
    """Factors of which only the sign counts, or the sum of their entries."""
    code = body.code
    for node in body.all(ast.BinOp):
        for side in (node.left, node.right) if isinstance(node.op, ast.Mult) else ():
            name = body.value(side)
            if not name or isinstance(side, ast.Constant):
                continue
            yield Change(
                "only-the-sign",
                side,
                f"only the sign of {name} counts, and not how large it is",
                ("What is small here where a derivative is small?", f"Multiply by {name}."),
                code.call("np.sign", side),
            )
            yield Change(
                "factor-added-up",
                side,
                f"{name} is summed over axis 0 before it is multiplied, and should not be",
                ("Does each entry have a number of its own?", f"Multiply by {name} as it is."),
                code.call("np.sum", side, "axis=0"),
            )


def e_written(body: Body) -> Iterator[Change]:
    """The number e with a few digits, in the place of `np.exp`."""
    for node in body.all(ast.Call):
        if _is_call_of(node, "exp") and len(node.args) == 1:
            for digits in E_WRITTEN:
                yield Change(
                    "e-written",
                    node,
                    f"e is written as {digits}, which has too few digits",
                    ("How many digits has e?", "Use the function of numpy that gives powers of e."),
                    body.code.call("np.power", Written(digits), node.args[0]),
                )


def emptied_in_loop(body: Body) -> Iterator[Change]:
    """A list that is made again each time the loop runs."""
    code = body.code
    for loop in body.all(ast.For):
        above = code.parents.get(loop)
        block = getattr(above, "body", [])
        for step in block[: block.index(loop)] if loop in block else ():
            value = step.value if isinstance(step, (ast.Assign, ast.AnnAssign)) else None
            if not isinstance(value, ast.List) or value.elts:
                continue
            start, behind = code.lines(step)
            inner, _ = code.lines(loop.body[0])
            own = " " * loop.body[0].col_offset + code.source[start:behind].lstrip()
            yield Change(
                "emptied-in-loop",
                loop,
                "a list is made again each time, so only what came last is in it",
                ("How often is the list made?", "Make the list before the loop."),
                edit=(start, inner, code.source[behind:inner] + own),
            )


def _is_call_of(node: ast.AST, name: str) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
        and not node.keywords
    )
