"""Lists that are added to in the wrong way, defaults that keep state, changed arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.judge.slips.edits import Asked, Change, Edit
from autograder.judge.slips.source import code


def appended(asked: Asked) -> Iterator[Edit]:
    """``losses += loss``, ``losses = losses.append(l)`` and ``losses.append([l])``."""
    for node in asked.written.nodes:
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            new = _append(node.target, node.value)
            text = "`+=` joins two lists, and this is a single item"
            yield Edit(node, new, f"{text}: write `{code(new)}`.", "append")
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            yield from _assigned(node)
        elif isinstance(node, ast.Call) and _method(node) in ("append", "extend") and node.args:
            assert isinstance(node.func, ast.Attribute)
            given = node.args[0]
            if isinstance(given, (ast.List, ast.Tuple)) and len(given.elts) == 1:
                given = given.elts[0]
            new_call = _append(node.func.value, given).value
            text = "this adds no single number to the list"
            yield Edit(node, new_call, f"{text}: write `{code(new_call)}`.", "append")


def _assigned(node: ast.Assign) -> Iterator[Edit]:
    target, value = node.targets[0], node.value
    if isinstance(value, ast.Call) and _method(value) in ("append", "sort", "extend"):
        text = f"`.{_method(value)}` changes its list or dict and gives None back"
        new = ast.Expr(value)
        yield Edit(node, new, f"{text}: write `{code(new)}` alone.", "append")
    is_sum = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add)
    if is_sum and ast.unparse(value.left) == ast.unparse(target):  # type: ignore[attr-defined]
        new = _append(target, value.right)  # type: ignore[attr-defined]
        text = "`+` joins two lists, and this is a single item"
        yield Edit(node, new, f"{text}: write `{code(new)}`.", "append")
    if isinstance(target, ast.Name) and not isinstance(value, (ast.List, ast.Dict)):
        new = _append(target, value)
        text = f"this puts one value in the place of the whole list `{target.id}`"
        yield Edit(node, new, f"{text}: write `{code(new)}`.", "append")


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _append(target: ast.expr, value: ast.expr) -> ast.Expr:
    if isinstance(target, ast.Name):
        target = ast.Name(target.id, ast.Load())
    return ast.Expr(ast.Call(ast.Attribute(target, "append", ast.Load()), [value], []))


def defaults(asked: Asked) -> Iterator[Change]:
    """A list or dict as a default, which is the same one at every call."""
    node = asked.written.node
    arguments = node.args.args[len(node.args.args) - len(node.args.defaults) :]
    for argument, default in zip(arguments, node.args.defaults, strict=True):
        if isinstance(default, (ast.List, ast.Dict, ast.Call)):
            fresh = ast.Assign([ast.Name(argument.arg, ast.Store())], default)
            text = (
                f"the default of `{argument.arg}` is made once and kept from call to call: begin "
                f"with `{code(fresh)}` inside the function."
            )
            first = asked.written.body[0]
            yield Change(text, node.lineno, [Edit(first, [fresh, first], "")])


def in_place(asked: Asked) -> Iterator[Edit]:
    """A change of an array or dict that was given, in place of a new one."""
    for node in asked.written.nodes:
        if isinstance(node, ast.AugAssign):
            kept = _as_load(node.target)
            new = ast.Assign([node.target], ast.BinOp(kept, node.op, node.value))
            text = "this changes the array itself, which others hold too"
            yield Edit(
                node, new, f"{text}: write `{code(new)}`, which makes a new one.", "in place"
            )


def _as_load(target: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(target), mode="eval").body


def copied_arguments(asked: Asked) -> Iterator[Change]:
    """An argument that is a dict and is changed, copied first."""
    changed = {at for outcome in asked.outcomes for at, _ in outcome.changed}
    for at in sorted(changed):
        if not 0 <= at < len(asked.written.arguments):
            continue
        argument, first = asked.written.arguments[at], asked.written.body[0]
        line = _first_change(asked, argument) or asked.written.node.lineno
        copy = ast.parse(
            f"{argument} = {{key: value + 0 for key, value in {argument}.items()}}"
        ).body
        text = (
            f"`{argument}` or an array in it is changed in place, but it belongs to the caller. "
            f"Make a new dict: `new = dict({argument})`, and put new arrays into it."
        )
        yield Change(text, line, [Edit(first, [*copy, first], "")])


def _first_change(asked: Asked, argument: str) -> int:
    """The line in which an argument, or an entry of it, is assigned first; 0 if none is found."""
    for node in asked.written.nodes:
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(t, ast.Subscript) and _root(t) == argument for t in targets):
                return node.lineno
    return 0


def _root(target: ast.expr) -> str:
    while isinstance(target, ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""
