"""Slips that nobody declared: random edits of the solution's syntax tree."""

from __future__ import annotations

import ast
import random
from collections.abc import Collection

OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.MatMult, ast.Pow)
FUNCTIONS = (
    "sum mean outer dot exp abs transpose square matrix array float32 ravel atleast_2d tanh log add"
).split()
KEYS = ("W1", "b1", "W2", "b2", "h", "y")
_EDITED = (ast.BinOp, ast.Name, ast.Constant, ast.Call, ast.Return)


def edited(source: str, names: Collection[str], rng: random.Random) -> str:
    """The source with one to four edits in one or two of its functions of these names."""
    tree = ast.parse(source)
    all_functions = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name in names]
    for function in rng.sample(all_functions, rng.choice((1, 1, 1, 2))):
        for _ in range(rng.choice((1, 1, 2))):
            nodes = [node for node in ast.walk(function) if isinstance(node, _EDITED)]
            _edit(rng.choice(nodes), function, rng)
    return ast.unparse(ast.fix_missing_locations(tree))


def _edit(node: ast.AST, function: ast.FunctionDef, rng: random.Random) -> None:
    if isinstance(node, ast.BinOp):
        _edit_operation(node, rng)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        names = {each.id for each in ast.walk(function) if isinstance(each, ast.Name)}
        node.id = rng.choice(sorted(names))
    elif isinstance(node, ast.Constant) and node.value in KEYS:
        node.value = rng.choice(KEYS)
    elif isinstance(node, ast.Constant) and isinstance(node.value, float):
        node.value += rng.choice((-1.0, 0.5, 1.0))
    elif isinstance(node, ast.Call):
        numpy = ast.Name("np", ast.Load())
        node.func = ast.Attribute(numpy, rng.choice(FUNCTIONS), ast.Load())
    elif isinstance(node, ast.Return) and node.value is not None:
        value = node.value
        node.value = rng.choice(
            (
                ast.Tuple([value, value], ast.Load()),
                ast.List([value], ast.Load()),
                ast.UnaryOp(ast.USub(), value),
                ast.Constant(None),
            )
        )


def _edit_operation(node: ast.BinOp, rng: random.Random) -> None:
    what = rng.random()
    if what < 0.6:
        node.op = rng.choice(OPERATORS)()
    elif what < 0.8:
        node.left, node.right = node.right, node.left
    else:
        node.right = node.left
