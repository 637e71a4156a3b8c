"""Products of matrices and outer products, and axes that are exchanged or not."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.code import Written
from autograder.exercise.generated.operators.products import MISSING


def matrix_products(body: Body) -> Iterator[Change]:
    """What goes wrong in products of matrices and vectors."""
    code = body.code
    for node in body.all((ast.BinOp, ast.Call)):
        pair = _matrices(node)
        if pair is None:
            continue
        left, right = pair
        names = [body.value(each) for each in pair]
        both = f"{names[0]} and {names[1]}" if all(names) else "the two matrices"
        order = ("Over which axis of each does the sum in the product run?",)
        for out, kept, name in ((left, right, names[0]), (right, left, names[1])):
            yield Change(
                "matrix-left-out",
                node,
                f"the matrix product with {name} is missing"
                if name
                else "a matrix product is missing",
                (
                    "Which two things are multiplied as matrices here?",
                    f"Multiply by {name}." if name else "Write the product as in the formula.",
                ),
                code.as_it_is(kept),
            )
            if not name or isinstance(out, ast.Attribute):
                continue
            yield Change(
                "transposed",
                out,
                f"{name} is transposed, and should not be",
                (*order, f"Use {name} as it is."),
                code.attribute(out, ".T"),
            )
        yield Change(
            "matrices-swapped",
            node,
            f"{both} are multiplied in the wrong order",
            (*order, "Exchange the two sides of the product."),
            code.binary(right, "@", left),
        )
        yield Change(
            "elementwise",
            node,
            f"{both} are multiplied element by element, not as a matrix product (`@`)",
            ("Which of `*` and `@` adds the products up?", "Use the matrix product."),
            code.binary(left, "*", right),
        )
        yield from _reshaped(body, node, left, right)


def _matrices(node: ast.AST) -> tuple[ast.expr, ast.expr] | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return node.left, node.right
    if not isinstance(node, ast.Call) or len(node.args) != 2:
        return None
    is_one = isinstance(node.func, ast.Attribute) and node.func.attr in ("dot", "matmul")
    return (node.args[0], node.args[1]) if is_one else None


def exchanged_axes(body: Body) -> Iterator[Change]:
    """Axes that numpy exchanges, and that are left in their order."""
    for node in body.all(ast.Call):
        is_numpy = isinstance(node.func, ast.Attribute) and node.func.attr == "swapaxes"
        if is_numpy and len(node.args) == 3:
            name = body.value(node.args[0])
            yield Change(
                "axes-not-exchanged",
                node,
                f"{name or 'an array'} is not transposed, and should be",
                ("Over which axis of each does the sum in the product run?", "Exchange the axes."),
                body.code.as_it_is(node.args[0]),
            )


def _reshaped(body: Body, node: ast.AST, left: ast.expr, right: ast.expr) -> Iterator[Change]:
    """A matrix whose shape is turned by reshape, in the place of its transpose."""
    code = body.code
    for side, other, first in ((left, right, True), (right, left, False)):
        base = side.value if isinstance(side, ast.Attribute) and side.attr == "T" else side
        name, shape = body.value(base), body.shape(base)
        if not name or shape is None or len(shape) != 2:
            continue
        turned = code.attribute(base, f".reshape({code.operand(base, 6)}.shape[::-1])")
        hints = (
            "Does reshape move the entries of a matrix to the places that the transpose has them in?",
            f"Take the transpose of {name}; a matrix product with a vector may need none.",
        )
        needed = " and not transposed" if base is not side else ""
        what = f"{name} is reshaped{needed}, which mixes up its entries"
        if base is not side:
            yield Change(
                "transpose-left-out",
                side,
                f"{name} is not transposed",
                (
                    "Over which axis of each does the sum in the product run?",
                    f"Use the transpose of {name}.",
                ),
                code.as_it_is(base),
            )
            yield Change("reshaped", side, what, hints, turned)
        else:
            pair = (other, turned) if first else (turned, other)
            yield Change("reshaped", node, what, hints, code.binary(pair[0], "@", pair[1]))


def outer_products(body: Body) -> Iterator[Change]:
    """What goes wrong in outer products."""
    code = body.code
    for node in body.all(ast.Call):
        is_outer = isinstance(node.func, ast.Attribute) and node.func.attr == "outer"
        if not is_outer or len(node.args) != 2:
            continue
        left, right = node.args
        hints = (
            "Which of the two counts the rows, and which the columns?",
            "Take all products of an entry of one with an entry of the other.",
        )
        yield Change(
            "outer-swapped",
            node,
            "the two sides of the outer product are swapped, so rows and columns are, too",
            hints,
            code.call(code.text(node.func), right, left),
        )
        yield Change(
            "outer-elementwise",
            node,
            "the product is taken element by element, and should be an outer product",
            hints,
            code.binary(left, "*", right),
        )
        yield from _weights_for_outer(body, node, left, right)
        for kept, out in ((left, right), (right, left)):
            other = body.value(out)
            if other:
                yield Change(
                    "outer-side-left-out",
                    node,
                    f"the outer product with {other} is missing",
                    (*MISSING, f"Multiply by {other}, each entry with each."),
                    code.as_it_is(kept),
                )


def _weights_for_outer(
    body: Body, node: ast.Call, left: ast.expr, right: ast.expr
) -> Iterator[Change]:
    """Weights, which have the shape already, in the place of what comes into them."""
    code, name = body.code, body.value(left)
    for path, shape in body.shapes.items():
        if len(shape) == 2 and len(path) == 2 and path[0] in body.function.arguments and name:
            weights = f'{path[0]}["{path[1]}"]'
            yield Change(
                "weights-for-value",
                node,
                f"`{weights}` is used instead of {name}",
                ("What does a weight multiply on its way?", f"Use {name}."),
                code.binary(Written(weights), "*", right),
            )
