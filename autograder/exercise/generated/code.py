"""The text of a function in its solution: where each node stands, and how a changed one is written.

A changed text is put together from the pieces of the old one, so that little of it is new.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property

from autograder.exercise.definitions import Definition
from autograder.exercise.mistake import Mistake
from autograder.record import record

#: How strongly an expression binds; whatever is not here, such as a call, binds like a name.
CONDITION, COMPARISON, SUM, PRODUCT, SIGN, POWER, NAME = range(7)
_OPERATORS: dict[type, tuple[str, int]] = {
    ast.Add: ("+", SUM),
    ast.Sub: ("-", SUM),
    ast.Mult: ("*", PRODUCT),
    ast.Div: ("/", PRODUCT),
    ast.MatMult: ("@", PRODUCT),
    ast.FloorDiv: ("//", PRODUCT),
    ast.Mod: ("%", PRODUCT),
    ast.Pow: ("**", POWER),
}
_WEAK = (ast.IfExp, ast.BoolOp, ast.Lambda, ast.NamedExpr, ast.GeneratorExp, ast.Starred)
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
#: A replaced text is at least so long, so that it is not found in what another change writes.
_LEAST = 4


@record
class Written:
    """The text of an expression, and how strongly it binds."""

    text: str
    level: int = NAME


def level_of(node: ast.AST) -> int:
    """How strongly an expression binds."""
    if isinstance(node, ast.BinOp):
        return _OPERATORS.get(type(node.op), ("", CONDITION))[1]
    if isinstance(node, ast.UnaryOp):
        return CONDITION if isinstance(node.op, ast.Not) else SIGN
    if isinstance(node, ast.Compare):
        return COMPARISON
    return CONDITION if isinstance(node, _WEAK) or is_bare_tuple(node) else NAME


def is_bare_tuple(node: ast.AST) -> bool:
    """Whether it may be a tuple without brackets."""
    return isinstance(node, ast.Tuple)


class Code:
    """One function, method or class of a solution."""

    def __init__(self, source: str, name: str, node: Definition) -> None:
        self.source, self.name, self.node = source, name, node
        start, end = Mistake("", name, "", "").extent_in(source)
        self._start, self._end = start, end
        self._lines = source.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """What each node stands in."""
        return {
            child: parent
            for parent in ast.walk(self.node)
            for child in ast.iter_child_nodes(parent)
        }

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node stands in, from the innermost on."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement in which a node stands."""
        for each in (node, *self.above(node)):
            if isinstance(each, ast.stmt):
                return each
        return self.node

    def position(self, line: int, column: int) -> int:
        """Where in the source a place of Python's syntax tree is."""
        text = self._lines[line - 1]
        return self._starts[line - 1] + len(text.encode()[:column].decode())

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where an expression or a statement begins and ends in the source."""
        assert isinstance(node, (ast.expr, ast.stmt, ast.keyword))
        assert node.end_lineno is not None and node.end_col_offset is not None
        start = self.position(node.lineno, node.col_offset)
        return start, self.position(node.end_lineno, node.end_col_offset)

    def text(self, node: ast.AST) -> str:
        """The text of a node, without brackets around it."""
        return self.source[slice(*self.span(node))]

    def lines(self, node: ast.stmt) -> tuple[int, int]:
        """Where the whole lines of a statement begin and end."""
        assert node.end_lineno is not None
        return self._starts[node.lineno - 1], min(self._starts[node.end_lineno], len(self.source))

    def as_it_is(self, node: ast.AST) -> Written:
        """An expression as it stands there."""
        return Written(self.text(node), level_of(node))

    def binary(self, left: ast.AST | Written, sign: str, right: ast.AST | Written) -> Written:
        """Two operands and an operator between them."""
        level = next(level for text, level in _OPERATORS.values() if text == sign)
        if sign == "**":
            return Written(f"{self.operand(left, NAME)} ** {self.operand(right, NAME)}", POWER)
        return Written(
            f"{self.operand(left, level)} {sign} {self.operand(right, level + 1)}", level
        )

    def negated(self, node: ast.AST | Written) -> Written:
        """The negative of an expression."""
        return Written(f"-{self.operand(node, SIGN)}", SIGN)

    def call(self, function: str, *arguments: ast.AST | Written | str) -> Written:
        """A call."""
        texts = (each if isinstance(each, str) else self._written(each).text for each in arguments)
        return Written(f"{function}({', '.join(texts)})")

    def attribute(self, node: ast.AST | Written, rest: str) -> Written:
        """An expression with an attribute, an index or a call after it."""
        return Written(f"{self.operand(node, NAME)}{rest}")

    def operand(self, node: ast.AST | Written, level: int) -> str:
        """An expression as an operand of one that binds so strongly, in brackets if need be."""
        written = self._written(node)
        return f"({written.text})" if written.level < level else written.text

    def _written(self, node: ast.AST | Written) -> Written:
        return node if isinstance(node, Written) else self.as_it_is(node)

    def replaced(self, node: ast.AST, new: Written) -> tuple[str, str] | None:
        """The text to replace so that a new expression stands in the place of an old one, and its
        replacement; None if there is no such text."""
        start, end = self.span(node)
        text = new.text
        if new.level < max(level_of(node), SIGN) and not self._is_enclosed(start, end):
            text = f"({text})"
        return self.edit(start, end, text)

    def _is_enclosed(self, start: int, end: int) -> bool:
        before, after = self.source[:start].rstrip(" "), self.source[end:].lstrip(" ")
        opened = before.endswith(("(", "[", ",", "return", "=", ":")) and before[-2:] != "=="
        return opened and after[:1] in ("", ")", "]", "}", ",", "\n")

    def edit(self, start: int, end: int, text: str) -> tuple[str, str] | None:
        """The smallest text around a place that occurs once in the function, and what it becomes;
        None if there is none."""
        old = self.source[start:end]
        if old == text:
            return None
        ahead = _common(_TOKEN.findall(old), _TOKEN.findall(text))
        rest_old, rest_new = old[ahead:], text[ahead:]
        behind = _common(_TOKEN.findall(rest_old)[::-1], _TOKEN.findall(rest_new)[::-1])
        start, end, new = start + ahead, end - behind, rest_new[: len(rest_new) - behind]
        body = self.source[self._start : self._end]
        first, last = start, end
        while last - first < _LEAST or body.count(self.source[first:last]) != 1:
            wider = self._wider(first, last)
            if wider == (first, last):
                return None
            first, last = wider
        return (
            self.source[first:last],
            self.source[first:start] + new + self.source[end:last],
        )

    def _wider(self, first: int, last: int) -> tuple[int, int]:
        """A text with one more word on each side."""
        before = _TOKEN.findall(self.source[max(self._start, first - 80) : first])
        after = _TOKEN.findall(self.source[last : min(self._end, last + 80)])
        first -= len(before[-1]) if before else 0
        return first, last + (len(after[0]) if after else 0)


def _common(one: list[str], other: list[str]) -> int:
    """The number of characters in the tokens with which both begin."""
    size = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        size += len(a)
    return size
