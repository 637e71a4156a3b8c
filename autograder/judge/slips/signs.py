"""Signs and brackets of another kind: ``2(y - t)``, ``params("W1")``, ``params.W1``, ``==`` for
``=``, a comma at the end of a line, a function that is not called."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

import numpy as np

from autograder.judge.slips.edits import Asked, Edit
from autograder.judge.slips.source import code

#: Methods of arrays and dicts that are often left without their brackets.
METHODS = {"sum", "mean", "copy", "item", "items", "keys", "values", "max", "min"}


def brackets(asked: Asked) -> Iterator[Edit]:
    """Round brackets for square ones, square ones for round ones, a product without its sign."""
    for node in asked.written.nodes:
        if isinstance(node, ast.Call) and len(node.args) == 1:
            yield from _called(asked, node)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
            new = ast.Call(node.value, [node.slice], [])
            text = f"`{code(node.value)}` is a function, and is called with round brackets"
            yield Edit(node, new, f"{text}: write `{code(new)}`.", "square")


def _called(asked: Asked, node: ast.Call) -> Iterator[Edit]:
    given = node.args[0]
    if isinstance(node.func, ast.Constant) or _is_value(asked, node.func):
        what = code(node.func)
        product = ast.BinOp(node.func, ast.Mult(), given)
        text = f"`{what}` is no function, and a product needs its `*`"
        yield Edit(node, product, f"{text}: write `{code(product)}`.", "no sign")
        entry = ast.Subscript(node.func, given, ast.Load())
        text = f"`{what}` is no function; an entry is named in square brackets"
        yield Edit(node, entry, f"{text}: write `{code(entry)}`.", "round")


def _is_value(asked: Asked, node: ast.expr) -> bool:
    return isinstance(node, (ast.Subscript, ast.BinOp)) or (
        isinstance(node, ast.Name) and node.id in asked.written.local
    )


def attributes(asked: Asked) -> Iterator[Edit]:
    """``params.W1``, ``params[W1]``, and a method or function that is not called."""
    called = {id(n.func) for n in asked.written.nodes if isinstance(n, ast.Call)}
    for node in asked.written.nodes:
        if isinstance(node, ast.Attribute) and id(node) not in called:
            if _is_key(asked, node.value, node.attr):
                new: ast.expr = ast.Subscript(node.value, ast.Constant(node.attr), ast.Load())
                text = "an entry of a dict is named in square brackets, as a text"
                yield Edit(node, new, f"{text}: write `{code(new)}`.", "attribute")
            elif node.attr in METHODS:
                new = ast.Call(node, [], [])
                text = f"`{code(node)}` without brackets is the function itself, not what it gives"
                yield Edit(node, new, f"{text}: write `{code(new)}`.", "not called")
        elif isinstance(node, ast.Subscript):
            key = node.slice.id if isinstance(node.slice, ast.Name) else ""
            if _is_key(asked, node.value, key):
                new = ast.Subscript(node.value, ast.Constant(key), ast.Load())
                text = f"`{key}` without quotation marks is a variable"
                yield Edit(node, new, f"{text}: write `{code(new)}`.", "no quotes")


def without_brackets(asked: Asked) -> Iterator[Edit]:
    """``np.exp -z``."""
    for node in asked.written.nodes:
        if isinstance(node, ast.BinOp) and _is_numpys(node.left):
            sign = {ast.Sub: ast.USub, ast.Add: ast.UAdd}.get(type(node.op))
            given = ast.UnaryOp(sign(), node.right) if sign else node.right
            new = ast.Call(node.left, [given], [])
            text = f"`{code(node.left)}` is a function, and needs brackets"
            yield Edit(node, new, f"{text}: write `{code(new)}`.", "no brackets")


def _is_key(asked: Asked, value: ast.expr, key: str) -> bool:
    given = asked.inputs.get(value.id) if isinstance(value, ast.Name) else None
    return isinstance(given, Mapping) and key in given


def _is_numpys(node: ast.expr) -> bool:
    """Whether a node is a function of numpy's."""
    is_part = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return is_part and node.value.id == "np" and callable(getattr(np, node.attr, None))  # type: ignore[attr-defined]


def without_module(asked: Asked) -> Iterator[Edit]:
    """``exp`` for ``np.exp``."""
    known = {*asked.source.names}
    for node in asked.written.outside:
        if node.id not in known and hasattr(np, node.id):
            new = ast.Attribute(ast.Name("np", ast.Load()), node.id, ast.Load())
            text = f"there is no `{node.id}` in this file; numpy has one"
            yield Edit(node, new, f"{text}: write `{code(new)}`.", f"np.{node.id}")


def statements(asked: Asked) -> Iterator[Edit]:
    """``==`` for ``=``, ``=-`` for ``-=``, a comma that makes a tuple, a loop over a number."""
    for node in asked.written.nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Compare):
            left, values = node.value.left, node.value.comparators
            if isinstance(left, ast.Name) and isinstance(node.value.ops[0], ast.Eq):
                new: ast.stmt = ast.Assign([ast.Name(left.id, ast.Store())], values[0])
                text = "`==` compares and keeps nothing; `=` assigns"
                yield Edit(node, new, f"{text}: write `{code(new)}`.", "==")
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            yield from _assigned(node, node.targets[0])
        elif isinstance(node, (ast.For, ast.comprehension)):
            yield from _looped(node)


def _assigned(node: ast.Assign, target: ast.expr) -> Iterator[Edit]:
    value = node.value
    if isinstance(value, ast.Tuple) and len(value.elts) == 1:
        new = ast.Assign(node.targets, value.elts[0])
        text = "the comma at the end makes a tuple of one item"
        yield Edit(node, new, f"{text}: leave it out, as in `{code(new)}`.", "comma")
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, (ast.USub, ast.UAdd)):
        is_minus = isinstance(value.op, ast.USub)
        sign, op = ("-", ast.Sub()) if is_minus else ("+", ast.Add())
        old = ast.parse(ast.unparse(target), mode="eval").body
        new = ast.Assign(node.targets, ast.BinOp(old, op, value.operand))
        text = f"`={sign}` assigns the value with a sign; the old value is lost"
        yield Edit(node, new, f"{text}. Write `{code(new)}`.", f"={sign}")


def unpacked_dicts(asked: Asked) -> Iterator[Edit]:
    """``h, y = activations``, which gives the keys."""
    for node in asked.written.nodes:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Tuple):
            continue
        names = [code(target) for target in node.targets[0].elts]
        if isinstance(node.value, (ast.Name, ast.Call)):
            entries: list[ast.expr] = [
                ast.Subscript(node.value, ast.Constant(name), ast.Load()) for name in names
            ]
            new = ast.Assign(node.targets, ast.Tuple(entries, ast.Load()))
            text = (
                f"`{code(node.value)}` is a dict, and unpacking it gives its keys, not its values"
            )
            yield Edit(node, new, f"{text}: write `{code(new)}`.", "unpacked")


def _looped(node: ast.For | ast.comprehension) -> Iterator[Edit]:
    if isinstance(node.iter, (ast.Name, ast.Constant, ast.Attribute)) or (
        isinstance(node.iter, ast.Call) and code(node.iter.func) == "len"
    ):
        counted = ast.Call(ast.Name("range", ast.Load()), [node.iter], [])
        text = "a loop needs something to go through, and this is a number"
        yield Edit(node.iter, counted, f"{text}: write `{code(counted)}`.", "range")
    if isinstance(node.iter, ast.Name) and isinstance(node.target, ast.Tuple):
        items = ast.Call(ast.Attribute(node.iter, "items", ast.Load()), [], [])
        text = "a loop over a dict gives its keys only"
        yield Edit(node.iter, items, f"{text}: write `{code(items)}`.", "items")
    if isinstance(node.iter, ast.Call) and isinstance(node.target, ast.Name) and not node.iter.args:
        func = node.iter.func
        if isinstance(func, ast.Attribute) and func.attr == "items":
            text = "`.items()` gives pairs of key and value, and one name takes the pair"
            yield Edit(node.iter, func.value, f"{text}: loop over `{code(func.value)}`.", "keys")
