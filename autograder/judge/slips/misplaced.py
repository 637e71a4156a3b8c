"""Functions that are written down and yet not defined: inside another one, or in code that Python
cannot read."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from autograder.judge.slips import messages
from autograder.judge.slips.source import MAX_SOURCE, quoted
from autograder.sandbox.calls import Cell, Place

_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef)
_HOLDS = (*_DEFINITION, ast.ClassDef)


def misplaced(name: str, cells: Sequence[Cell]) -> str:
    """A sentence on where a function stands that is not defined; "" if it stands nowhere."""
    for cell in cells:
        if len(cell.source) > MAX_SOURCE or f"def {name}" not in cell.source:
            continue
        try:
            tree = ast.parse(cell.source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            if re.search(rf"^[ \t]*def {name}\b", cell.source, re.MULTILINE):
                return messages.in_unread_cell(name, cell.label)
            continue
        for outer in ast.walk(tree):
            inner = _inner(outer, name) if isinstance(outer, _HOLDS) else None
            if inner is not None and isinstance(outer, _HOLDS):
                line = cell.source.split("\n")[inner.lineno - 1].strip()
                place = f"{Place(cell.label, cell.first_line + inner.lineno - 1)}, `{quoted(line)}`"
                return messages.defined_inside(name, outer.name, place)
    return ""


def _inner(outer: ast.AST, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    found = (n for n in ast.walk(outer) if isinstance(n, _DEFINITION) and n is not outer)
    return next((node for node in found if node.name == name), None)
