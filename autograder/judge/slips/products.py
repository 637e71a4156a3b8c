"""The wrong product: ``*`` for ``@``, factors in the wrong order or transposed, no ``np.outer``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set

from autograder.judge.slips.edits import Asked, Edit, numpy_call
from autograder.judge.slips.source import code, is_call, is_load, same_code

#: What each kind of product does.
DOES = {
    "*": "`*` multiplies element by element",
    "@": "`@` is the matrix product",
    "dot": "`dot` is the matrix product",
    "outer": "`np.outer` multiplies every entry of one array by every entry of the other",
}
#: What is needed in its place.
NEEDED = {
    "*": "the product element by element, `*`,",
    "@": "the matrix product `@`",
    "outer": "the outer product `np.outer`",
}
_NAMES = {"dot": "dot", "matmul": "@", "inner": "dot", "outer": "outer", "multiply": "*"}


def products(asked: Asked) -> Iterator[Edit]:
    """Every product of two factors as another one, the more usual ones first."""
    found = [(node, product) for node in asked.written.nodes if (product := _product(node))]
    numbers = _single_numbers(asked)
    # A number times an array is no other product.
    found = [each for each in found if not any(_is_number(f, numbers) for f in each[1][1:])]
    for others in (_plain, _outer, _turned):
        for node, (kind, left, right) in found:
            for target, new in others(left, right):
                if not target == kind == "*" and not same_code(new, node):
                    yield Edit(node, new, _text(kind, target, new), f"{kind} {target}")


def _single_numbers(asked: Asked) -> set[str]:
    """The arguments that are single numbers, and are bound to nothing else."""
    nodes = asked.written.nodes
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and not is_load(node)}
    given = asked.inputs.items()
    return {name for name, value in given if isinstance(value, (int, float))} - bound


def _is_number(node: ast.expr, numbers: Set[str]) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand, numbers)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id in numbers)


def transposed(asked: Asked) -> Iterator[Edit]:
    """A ``.T`` too many, or an axis that was added."""
    for node in asked.written.nodes:
        if isinstance(node, ast.Attribute) and node.attr == "T":
            text = f"`.T` transposes `{code(node.value)}`, which has its shape already"
            yield Edit(node, node.value, f"{text}: leave it out.", ".T")
        inner = _reshaped(node)
        if inner is not None:
            text = f"`{code(node)}` has another shape than `{code(inner)}`, which is right as it is"
            yield Edit(node, inner, f"{text}: leave the change of shape out.", "shape")
            text = f"`{code(node)}` sorts the entries into another shape; `.T` transposes"
            new = ast.Attribute(inner, "T", ast.Load())
            yield Edit(node, new, f"{text}: write `{code(new)}`.", "reshape")


def _product(node: ast.AST) -> tuple[str, ast.expr, ast.expr] | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.MatMult)):
        return ("*" if isinstance(node.op, ast.Mult) else "@"), node.left, node.right
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    kind = _NAMES.get(node.func.attr)
    if kind and len(node.args) == 2:
        return kind, node.args[0], node.args[1]
    if node.func.attr == "dot" and len(node.args) == 1:
        return "dot", node.func.value, node.args[0]
    return None


def _plain(left: ast.expr, right: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    yield "@", ast.BinOp(left, ast.MatMult(), right)
    yield "@", ast.BinOp(right, ast.MatMult(), left)
    yield "*", ast.BinOp(left, ast.Mult(), right)


def _outer(left: ast.expr, right: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    yield "outer", numpy_call("outer", left, right)
    yield "outer", numpy_call("outer", right, left)


def _turned(left: ast.expr, right: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    for one, other in ((left, right), (right, left)):
        yield "@", ast.BinOp(one, ast.MatMult(), _transpose(other))
        yield "@", ast.BinOp(_transpose(one), ast.MatMult(), other)


def _transpose(node: ast.expr) -> ast.expr:
    """A factor transposed."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    return ast.Attribute(node, "T", ast.Load())


def _text(kind: str, target: str, new: ast.expr) -> str:
    if target == "@" and kind in ("@", "dot"):
        return (
            f"the factors of this product stand in the wrong order, or one is transposed: write "
            f"`{code(new)}`."
        )
    if target == kind:
        return f"the factors of this product stand in the wrong order: write `{code(new)}`."
    return f"{DOES[kind]}. Here {NEEDED[target]} is needed. Write `{code(new)}`."


def _reshaped(node: ast.AST) -> ast.expr | None:
    """What is only given another shape there."""
    if isinstance(node, ast.Subscript):
        index = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return node.value if any(map(_is_new_axis, index)) else None
    if not is_call(node, "reshape", "ravel", "flatten", "squeeze", "expand_dims", "atleast_2d"):
        return None
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Attribute)
    is_numpys = isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "numpy")
    return (node.args[0] if node.args else None) if is_numpys else node.func.value


def _is_new_axis(node: ast.expr) -> bool:
    is_none = isinstance(node, ast.Constant) and node.value is None
    return is_none or (isinstance(node, ast.Attribute) and node.attr == "newaxis")
