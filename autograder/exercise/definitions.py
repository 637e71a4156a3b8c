"""Where functions, classes and methods stand in a source. A method is named ``Value.__mul__``."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator, Sequence

Definition = ast.FunctionDef | ast.ClassDef


def definitions(source: str) -> dict[str, Definition]:
    """The functions, classes and methods of a source by name, the last of each name.

    Raises `SyntaxError` where it is no Python.
    """
    return dict(definitions_in(ast.parse(source).body))


def bound(source: str) -> dict[str, list[ast.stmt]]:
    """What binds each name at the top of a source: its definition, or else all statements that
    assign something to it, or to an entry of it, such as a table of functions.

    Raises `SyntaxError` where it is no Python.
    """
    found: dict[str, list[ast.stmt]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            inside = (each for target in targets for each in ast.walk(target))
            for name in {each.id for each in inside if isinstance(each, ast.Name)}:
                found.setdefault(name, []).append(node)
    return {**found, **{name: [node] for name, node in definitions(source).items()}}


def definitions_in(body: Sequence[ast.stmt]) -> Iterator[tuple[str, Definition]]:
    """The functions, classes and methods among statements, with their names."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            inside = definitions_in(node.body)
            yield from ((f"{node.name}.{name}", method) for name, method in inside)


def extent(source: str, name: str) -> tuple[int, int]:
    """Where a definition begins and ends in a source, as positions; two zeros where there is
    none."""
    try:
        node = definitions(source).get(name)
    except (SyntaxError, ValueError):
        node = None
    return (0, 0) if node is None else extent_of(source, node)


def extent_of(source: str, node: Definition) -> tuple[int, int]:
    """Where the whole lines of a definition begin and end in a source, with its decorators."""
    lines = io.StringIO(source, newline="").readlines()  # no other ends of lines, as Python counts
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    start = sum(map(len, lines[: first - 1]))
    return start, start + sum(map(len, lines[first - 1 : node.end_lineno]))


def used_names(node: ast.AST | None) -> set[str]:
    """The names that a definition reads and does not bind itself, in comprehensions and inner
    functions too. Attributes are no names."""
    inside = list(ast.walk(node)) if node else []
    own = getattr(node, "name", "")
    names = [each for each in inside if isinstance(each, ast.Name)]
    bound = {each.arg for each in inside if isinstance(each, ast.arg)}
    bound |= {each.id for each in names if not isinstance(each.ctx, ast.Load)}
    bound |= {e.name for e in inside if isinstance(e, (ast.FunctionDef, ast.ClassDef))} - {own}
    bound |= {e.asname or e.name.partition(".")[0] for e in inside if isinstance(e, ast.alias)}
    return {each.id for each in names} - bound
