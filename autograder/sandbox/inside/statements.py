"""A cell as its top-level statements: each runs by itself, so that one that stops costs itself."""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

_BEGINS = re.compile(r"^[^\s#]", re.MULTILINE)
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_NAMED = _FUNCTIONS | ast.ExceptHandler | ast.MatchAs | ast.MatchStar
_DEFINITIONS = _FUNCTIONS | ast.Import | ast.ImportFrom


class Statement(NamedTuple):
    """A statement's code, its line, the names that it binds or deletes, and its tree, where it was
    taken apart."""

    code: types.CodeType
    line: int
    binds: frozenset[str] = frozenset()
    tree: ast.stmt | None = None

    @property
    def imports(self) -> bool:
        """Whether it is an import."""
        return isinstance(self.tree, ast.Import | ast.ImportFrom)

    @property
    def defines(self) -> bool:
        """Whether it only says what something is: no call of a function of the submission's."""
        return self.tree is None or _defines(self.tree)


def only_def(source: str) -> int:
    """The line of the only statement of a cell, where that is plainly a ``def``, as in most
    answers; else 0. Then nothing has to be taken apart."""
    begins = [found.start() for found in islice(_BEGINS.finditer(source), 2)]
    if len(begins) == 1 and source.startswith("def ", begins[0]):
        return 1 + source.count("\n", 0, begins[0])
    return 0


def as_statement(node: ast.stmt, code: types.CodeType) -> Statement:
    """A statement that was compiled."""
    return Statement(code, node.lineno, frozenset(_binds(node)), node)


def one_by_one(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements, with an import of several modules as several imports."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (ast.copy_location(ast.Import([name]), node) for name in node.names)
        else:
            yield node


def _binds(node: ast.stmt) -> Iterator[str]:
    parts = node.targets if isinstance(node, ast.Assign) else [node]
    for part in chain.from_iterable(map(ast.walk, parts)):
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
            yield part.id
        elif isinstance(part, ast.alias) and part.name != "*":
            yield part.asname or part.name.partition(".")[0]
        elif isinstance(part, _NAMED) and part.name:
            yield part.name


def _defines(node: ast.stmt) -> bool:
    parts = list(ast.walk(node))
    if any(isinstance(part, _DEFINITIONS) for part in parts):
        return True
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return False
    calls = (part.func for part in parts if isinstance(part, ast.Call))
    of_own = any(isinstance(function, ast.Name) for function in calls)
    return isinstance(node.value, ast.Lambda) or not of_own
