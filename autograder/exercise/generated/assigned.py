"""What the statements of a function assign to which names, and what it returns."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.sandbox.plain import Path

#: A local name, and the keys of the entry of it.
Target = tuple[str, Path]


def used(node: ast.AST) -> set[str]:
    """The names in a node."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.Lambda)):
            yield child
            yield from own_nodes(child)


def returned_parts(value: ast.AST) -> Iterator[tuple[Path, ast.AST]]:
    """What a returned value consists of, with paths."""
    if isinstance(value, ast.Dict):
        for key, item in zip(value.keys, value.values, strict=True):
            if key is None:
                yield from returned_parts(item)
            elif isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield from (((key.value, *path), each) for path, each in returned_parts(item))
    elif isinstance(value, ast.Tuple):
        for at, item in enumerate(value.elts):
            yield from (((at, *path), each) for path, each in returned_parts(item))
    else:
        yield (), value


def path_in(statement: ast.Return, chain: list[ast.AST]) -> Path:
    """Where in what is returned the innermost of a chain of nodes stands."""
    for path, value in returned_parts(statement.value) if statement.value else ():
        if value in chain:
            return path
    return ()


def assigned(node: ast.AST) -> Iterator[tuple[Target, ast.AST]]:
    """What is assigned to names and to entries of them, and what is appended to lists."""
    for each in own_nodes(node):
        if isinstance(each, ast.stmt):
            yield from assigned_in(each)


def assigned_in(node: ast.stmt) -> Iterator[tuple[Target, ast.AST]]:
    """What one statement assigns or appends. Where a value is only a part of what is assigned, or
    the other way round, it is in an `ast.Starred`."""
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and node.value is not None:
        value = _part_of(node.value) if isinstance(node, ast.AugAssign) else node.value
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            yield from _pairs(target, value)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            name = call.func.value.id
            yield from (((name, ()), _part_of(value)) for value in call.args)
    elif isinstance(node, ast.For):
        yield from (((n, ()), _part_of(node.iter)) for n in sorted(used(node.target)))


def _pairs(target: ast.AST, value: ast.expr) -> Iterator[tuple[Target, ast.AST]]:
    if isinstance(target, ast.Tuple):
        own = value.elts if isinstance(value, ast.Tuple) else []
        same = len(own) == len(target.elts)
        for at, each in enumerate(target.elts):
            yield from _pairs(each, own[at] if same else _part_of(value))
        return
    keys: Path = ()
    while isinstance(target, ast.Subscript):
        if isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
            keys = (target.slice.value, *keys)
        target = target.value
    if isinstance(target, ast.Name):
        yield (target.id, keys), value


def entry_names(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The names that stand for each value of a dict in turn, and the dicts."""
    for each in ast.walk(node):
        if isinstance(each, (ast.For, ast.comprehension)) and isinstance(each.iter, ast.Call):
            of, target = each.iter.func, each.target
            if isinstance(of, ast.Attribute) and of.attr in ("items", "values"):
                last = target.elts[-1] if isinstance(target, ast.Tuple) else target
                if isinstance(last, ast.Name):
                    yield last.id, of.value


def _part_of(value: ast.expr) -> ast.expr:
    """Stands for something that is in a value, or made with it."""
    return value if isinstance(value, ast.Starred) else ast.Starred(value, ast.Load())
