"""Where in an author's files something stands, for sentences that name a file and a line."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property
from types import TracebackType

from autograder.exercise.declaration import DECLARED
from autograder.exercise.definitions import definitions
from autograder.exercise.error import DEFINED, EXERCISE, TEXT, ExerciseError
from autograder.record import record

#: How surely a call is the declaration that is looked for: one of its class; one of a function of
#: the author's own, such as `network(rng, "wide", 5, 2)`, that makes it; a text that is its name.
_CERTAIN, _MADE, _NAMED = 100, 10, 1


@record
class AuthorFile:
    """One file: its name in messages and in tracebacks, and its text."""

    shown: str
    compiled: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree, an empty one if it has none."""
        try:
            return ast.parse(self.text)
        except (SyntaxError, ValueError):
            return ast.Module([], [])

    def at(self, line: int | None) -> str:
        """A line of it, as messages name it."""
        return f"{self.shown}, line {line}" if line else self.shown

    def line_of(self, about: Sequence[str]) -> tuple[int, int]:
        """How surely a declaration stands in this file, and in which line; zeros if it does not."""
        kind, *names = about
        return max(self._found(kind, names), default=(0, 0))

    def _found(self, kind: str, names: Sequence[str]) -> Iterator[tuple[int, int]]:
        if kind == TEXT:
            lines = enumerate(self.text.splitlines(), start=1)
            yield from ((_CERTAIN, at) for at, line in lines if names[0] in line)
            return
        if kind == DEFINED and "." in names[0]:
            method = definitions(self.text).get(names[0]) if self.tree.body else None
            yield from [(_CERTAIN, method.lineno)] if method else []
            return
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef) and kind == DEFINED and node.name == names[0]:
                yield _CERTAIN, node.lineno
            elif isinstance(node, ast.Call) and kind != DEFINED:
                yield from _in_call(node, kind, names)
            elif isinstance(node, ast.Constant) and kind in DECLARED and node.value in names[:1]:
                yield _NAMED, node.lineno


def _in_call(call: ast.Call, kind: str, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else None
    called = call.func.id if isinstance(call.func, ast.Name) else called
    if kind == EXERCISE and called == EXERCISE:
        lines = [k.value.lineno for k in call.keywords if k.arg in names]
        yield _CERTAIN, max(lines, default=call.lineno)
        return
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    texts = [each.value for each in given if isinstance(each, ast.Constant)]
    if names and names[0] in texts:
        agreeing = sum(name in texts for name in names)
        if called == kind:
            yield _CERTAIN + agreeing, call.lineno
        elif called not in DECLARED:
            yield _MADE + agreeing, call.lineno


@record
class AuthorFiles:
    """The files of one exercise."""

    files: Sequence[AuthorFile] = ()

    def placed(self, error: ExerciseError, default: str = "") -> ExerciseError:
        """The error, with the file and the line that it is about at the beginning, once; with the
        ``default`` where no line is found."""
        if error.is_placed:
            return error
        where = self._raised(error.__cause__) or self._declared(error)
        where = where or self._raised_in(error.__traceback__) or default
        if not where:
            return error
        placed = ExerciseError(f"{where}: {error}", *error.about, is_placed=True)
        placed.__cause__ = error.__cause__
        return placed

    def _raised(self, cause: BaseException | None) -> str:
        """The place in these files where an exception was raised."""
        for file in self.files:
            if isinstance(cause, SyntaxError) and cause.filename == file.compiled:
                return file.at(cause.lineno)
        return self._raised_in(cause.__traceback__ if cause else None)

    def _raised_in(self, trace: TracebackType | None) -> str:
        where = ""
        while trace is not None:
            for file in self.files:
                if file.compiled == trace.tb_frame.f_code.co_filename:
                    where = file.at(trace.tb_lineno)
            trace = trace.tb_next
        return where

    def _declared(self, error: ExerciseError) -> str:
        """The place of the declaration that an error is about."""
        if not error.about:
            return ""
        for about in (error.about, (EXERCISE,)):
            found = [(*file.line_of(about), file) for file in self.files]
            sure, line, file = max(found, key=lambda each: each[:2], default=(0, 0, None))
            if sure and file is not None:
                return file.at(line)
        return ""
