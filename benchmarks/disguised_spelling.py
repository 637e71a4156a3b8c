"""Steps of a disguise: numpy, operators, loops and dicts spelled otherwise."""

from __future__ import annotations

import ast
import copy
import random

from benchmarks.disguised_code import bodies_of


class _Respell(ast.NodeTransformer):
    """Calls of numpy as operators and the other way round, each with some chance."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def _some(self, chance: float = 0.5) -> bool:
        return self._rng.random() < chance

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = _numpy_name(node.func)
        args = node.args
        if not self._some():
            return node
        if name in ("dot", "matmul") and len(args) == 2 and not node.keywords:
            return ast.BinOp(args[0], ast.MatMult(), args[1])
        if name == "square" and len(args) == 1:
            return ast.BinOp(args[0], ast.Pow(), ast.Constant(2))
        if name == "outer" and len(args) == 2:
            return _call("multiply.outer", *args)
        if name in ("sum", "mean", "max") and args:
            return ast.Call(ast.Attribute(args[0], name, ast.Load()), args[1:], node.keywords)
        if name in ("multiply", "add", "subtract", "divide") and len(args) == 2:
            sign = {"multiply": ast.Mult, "add": ast.Add, "subtract": ast.Sub, "divide": ast.Div}
            return ast.BinOp(args[0], sign[name](), args[1])
        if isinstance(node.func, ast.Attribute) and not name and node.func.attr in ("sum", "mean"):
            return ast.Call(_attribute(node.func.attr), [node.func.value, *args], node.keywords)
        if isinstance(node.func, ast.Attribute) and not name and node.func.attr == "copy":
            return _call("array", node.func.value)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.MatMult) and self._some():
            if self._some():
                return _call("dot", node.left, node.right)
            return ast.Call(ast.Attribute(node.left, "dot", ast.Load()), [node.right], [])
        if isinstance(node.op, ast.Pow) and _is_two(node.right) and self._some():
            if isinstance(node.left, ast.Name) and self._some():
                return ast.BinOp(node.left, ast.Mult(), copy.deepcopy(node.left))
            return _call("square", node.left)
        names = {ast.Mult: "multiply", ast.Sub: "subtract", ast.Div: "divide"}
        if type(node.op) in names and self._some(0.1):
            return _call(names[type(node.op)], node.left, node.right)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr == "T" and isinstance(node.ctx, ast.Load) and self._some():
            if self._some():
                return _call("transpose", node.value)
            return ast.Call(ast.Attribute(node.value, "transpose", ast.Load()), [], [])
        return node


def respell(module: ast.Module, rng: random.Random) -> None:
    """Spell some calls of numpy otherwise."""
    _Respell(rng).visit(module)


def _is_two(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 2


def _attribute(path: str) -> ast.expr:
    node: ast.expr = ast.Name("np", ast.Load())
    for part in path.split("."):
        node = ast.Attribute(node, part, ast.Load())
    return node


def _call(path: str, *args: ast.expr) -> ast.Call:
    return ast.Call(_attribute(path), [*args], [])


def _numpy_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr if node.value.id == "np" else ""
    return ""


class _SwapOperands(ast.NodeTransformer):
    """Products, sums and comparisons the other way round."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, (ast.Mult, ast.Add)) and self._rng.random() < 0.4:
            numbers = not any(isinstance(n, (ast.List, ast.Tuple)) for n in (node.left, node.right))
            if numbers and not _is_text(node.left) and not _is_text(node.right):
                node.left, node.right = node.right, node.left
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        mirrored = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
        if len(node.ops) == 1 and type(node.ops[0]) in mirrored and self._rng.random() < 0.4:
            node.left, node.comparators = node.comparators[0], [node.left]
            node.ops = [mirrored[type(node.ops[0])]()]
        return node


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def swap_operands(module: ast.Module, rng: random.Random) -> None:
    """Swap some operands of sums, products and comparisons."""
    _SwapOperands(rng).visit(module)


def other_loops(module: ast.Module, rng: random.Random) -> None:
    """``x = [f(e) for e in s]`` as a loop that appends; ``for e in s`` by its place."""
    for body in bodies_of(module):
        for at, statement in reversed([*enumerate(body)]):
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.ListComp):
                if rng.random() < 0.8:
                    body[at : at + 1] = _as_loop(statement, statement.value) or [statement]
            elif isinstance(statement, ast.For) and isinstance(statement.target, ast.Name):
                by_name = isinstance(statement.iter, ast.Name)
                if by_name and not statement.orelse and rng.random() < 0.5:
                    _by_place(statement, f"index_{at}")


def _as_loop(assign: ast.Assign, value: ast.ListComp) -> list[ast.stmt] | None:
    target, of = assign.targets[0], value.generators
    if len(of) != 1 or not isinstance(target, ast.Name) or of[0].ifs:
        return None
    append = ast.Attribute(ast.Name(target.id, ast.Load()), "append", ast.Load())
    loop = ast.For(
        of[0].target, of[0].iter, [ast.Expr(ast.Call(append, [value.elt], []))], [], None
    )
    return [ast.Assign([target], ast.List([], ast.Load())), loop]


def _by_place(loop: ast.For, index: str) -> None:
    of, target = loop.iter, loop.target
    item = ast.Subscript(copy.deepcopy(of), ast.Name(index, ast.Load()), ast.Load())
    loop.body.insert(0, ast.Assign([target], item))
    loop.target = ast.Name(index, ast.Store())
    length = ast.Call(ast.Name("len", ast.Load()), [of], [])
    loop.iter = ast.Call(ast.Name("range", ast.Load()), [length], [])


def other_dicts(module: ast.Module, rng: random.Random) -> None:
    """A dict that is returned: written with ``dict``, in another order, or entry by entry."""
    for body in bodies_of(module):
        last = body[-1]
        if not isinstance(last, ast.Return) or not isinstance(last.value, ast.Dict):
            continue
        pairs = [*zip(last.value.keys, last.value.values, strict=True)]
        if not all(isinstance(k, ast.Constant) and isinstance(k.value, str) for k, _ in pairs):
            continue
        rng.shuffle(pairs)
        keys, values = [k for k, _ in pairs], [v for _, v in pairs]
        last.value = ast.Dict(keys, values)
        if rng.random() < 0.5:
            name = "collected"
            entries: list[ast.stmt] = [
                ast.Assign([ast.Subscript(ast.Name(name, ast.Load()), k, ast.Store())], v)
                for k, v in pairs
                if k is not None
            ]
            begin = ast.Assign([ast.Name(name, ast.Store())], ast.Dict([], []))
            body[-1:] = [begin, *entries, ast.Return(ast.Name(name, ast.Load()))]
