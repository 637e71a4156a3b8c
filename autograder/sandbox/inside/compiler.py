"""Compiles cells, statement by statement, and keeps the text of what was compiled."""

from __future__ import annotations
import __future__

import ast
import operator
import types
from collections.abc import MutableMapping
from functools import reduce
from typing import Any

from autograder.sandbox.calls import DONE, Outcome, Place
from autograder.sandbox.inside.cell_syntax import transformed
from autograder.sandbox.inside.statements import Statement, as_statement, one_by_one, only_def

#: The flags of ``from __future__ import``, which hold for the cells below it too.
_FUTURES = reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)

#: The statements of cells, and the flags below them, by text, label, line and flags.
Compiled = MutableMapping[tuple[str, str, int, int], tuple[list[Statement], int]]


class Compiler:
    """Compiles what one submission consists of."""

    def __init__(self, compiled: Compiled | None = None) -> None:
        """Begin without any text. What is in ``compiled`` is not compiled again, and what is
        compiled is added to it."""
        self._compiled = compiled
        #: By their labels, what was compiled of the cells, each with its first line.
        self.sources: dict[str, list[tuple[int, str]]] = {}
        #: The cells that are not Python as they stand.
        self._transformed: set[str] = set()
        self._futures = 0
        #: The last error of a text that is no Python, and what came of it.
        self._unreadable: tuple[BaseException | None, Outcome] = (None, DONE)

    def cell(
        self, source: str, label: str, first_line: int, of_graders: bool = False
    ) -> list[Statement]:
        """Compile a cell. One that is not Python as it stands is read as IPython reads it, unless
        it is ``of_graders``: that is long, and a single statement here."""
        padding = "\n" * (first_line - 1)
        try:
            try:
                text = padding + source
                at = first_line if of_graders else only_def(text)
                statements = self._statements(text, label, at)
            except SyntaxError:
                if of_graders:
                    raise
                self._transformed.add(label)
                text = padding + transformed(source)
                at, flags = only_def(text), ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
                statements = self._statements(text, label, at, flags)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            place = Place(label, getattr(error, "lineno", None) or first_line)
            message = getattr(error, "msg", None) or str(error)
            outcome = Outcome("raised", None, message, place, exception=type(error).__name__)
            self._unreadable = error, outcome
            raise
        self.sources.setdefault(label, []).append((first_line, text))
        return statements

    def text(self, text: str, label: str, first_line: int) -> list[Statement]:
        """Compile a text that stands in the cell of a label, from a line on."""
        # A script that was exported has all of the text on one line.
        return self.cell(text, label if label in self._transformed else "<text>", first_line)

    def module(self, source: str, label: str) -> types.CodeType:
        """Compile a module."""
        self.sources[label] = [(1, source)]
        return compile(source, label, "exec", dont_inherit=True)

    def unreadable(self, error: BaseException) -> Outcome | None:
        """What comes of a text that is no Python, if that is what the error says."""
        last, outcome = self._unreadable
        return outcome if error is last else None

    def _statements(self, source: str, label: str, line: int, flags: int = 0) -> list[Statement]:
        """The statements of a cell; one that begins in a known ``line``, not 0, is a single one."""
        flags |= self._futures
        if self._compiled is None:
            statements, flags = _compile(source, label, line, flags)
        else:
            key = source, label, line, flags
            if key not in self._compiled:
                self._compiled[key] = _compile(*key)
            statements, flags = self._compiled[key]
        self._futures |= flags & _FUTURES
        return statements


def _compile(source: str, label: str, line: int, flags: int) -> tuple[list[Statement], int]:
    """The statements of a cell, each by itself, as Jupyter runs them, and the flags below it. The
    value of the last one is IPython's ``_``. From a known ``line``, not 0, it is a single one."""
    if line:
        return [Statement(compile(source, label, "exec", flags, dont_inherit=True), line)], flags
    statements = []
    tree: Any = compile(source, label, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    for node in one_by_one(tree.body):
        part: Any = ast.Module([node], [])
        mode = "exec"
        if node is tree.body[-1] and isinstance(node, ast.Expr):
            part, mode = ast.Expression(node.value), "eval"
        code = compile(part, label, mode, flags, dont_inherit=True)
        flags |= code.co_flags & _FUTURES
        statements.append(as_statement(node, code))
    return statements, flags
