"""The fragments of a submission: its expressions and loops, without names and layout.

An expression is a fragment, and so is every part of it that says something. It is the same fragment
whatever its variables are called, wherever it stands, on how many lines, in which function, and
however numpy is spelled: ``np.dot(a, b)`` is ``a @ b``.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from autograder.alike.spelling import (
    MIRRORED,
    SAME,
    UNORDERED,
    constant,
    digest,
    flat,
    is_module,
    operator_name,
    short,
)

#: A function has no more fragments than this that are looked at: far more than a person writes.
MAX_FRAGMENTS = 20_000
#: How many operations deep a fragment is at most.
_DEPTH = 4
#: What a variable is, whatever its name.
_VARIABLE = "_"


class Fragment(NamedTuple):
    """A part of the code: its ``key`` is the same wherever the same is written. It begins in a
    ``line`` of the cell with that number."""

    key: str
    cell: int
    line: int


class _Form(NamedTuple):
    """What an expression is, from near and from further away: its outermost operation; that with
    those of its operands; and so on to `_DEPTH`."""

    levels: Sequence[str]


def fragments_of(node: ast.stmt, cell: int, known: Collection[str] = ()) -> list[Fragment]:
    """The fragments of a statement, as of a definition, in the cell with that number. Of names,
    those that are ``known`` to everybody are told apart. There are `MAX_FRAGMENTS` at most.

    Raises `RecursionError` for a statement that is nested too deep.
    """
    reader = _Reader(cell, frozenset(known))
    reader.set_once(node)
    with suppress(_EnoughError):
        reader.block([node])
    return reader.found[:MAX_FRAGMENTS]


class _EnoughError(Exception):
    """There are as many fragments as are looked at."""


class _Reader:
    def __init__(self, cell: int, known: frozenset[str]) -> None:
        self.found: list[Fragment] = []
        self._cell = cell
        self._known = known | _BUILTINS
        self._variables: dict[str, _Form] = {}
        self._once: frozenset[str] = frozenset()
        self._values: dict[int, _Form] = {}  # of the statement that is read, by the node's id

    def set_once(self, node: ast.AST) -> None:
        """Note which variables are set once: each of these is what it is set to."""
        times: dict[str, int] = {}
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load):
                times[each.id] = times.get(each.id, 0) + 1
            elif isinstance(each, ast.arg):
                times[each.arg] = times.get(each.arg, 0) + 2
        self._once = frozenset(name for name, number in times.items() if number == 1)

    # Statements

    def block(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        self._values.clear()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for default in [*node.args.defaults, *node.args.kw_defaults]:
                    if default is not None:
                        self._form(default)
                self.block(node.body)
            case ast.ClassDef(body=body):
                self.block(body)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._assign(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, value)
            case ast.AugAssign(target=target, op=op, value=value):
                changed = ast.BinOp(target, op, value)
                self._assign(target, ast.copy_location(changed, node))
            case ast.Expr(value=value):
                self._remark(value)
            case ast.Return(value=ast.expr() as value):
                self._emit(value, "return", [self._form(value)])
            case (
                ast.For(target=target, iter=of, body=body)
                | ast.AsyncFor(target=target, iter=of, body=body)
            ):
                self._emit(of, "for", [self._form(of)])
                self.block([*body, *node.orelse])
            case ast.If(test=test, body=body, orelse=orelse):
                self._emit(test, "if", [self._form(test)])
                self.block([*body, *orelse])
            case ast.While(test=test, body=body, orelse=orelse):
                self._emit(test, "while", [self._form(test)])
                self.block([*body, *orelse])
            case _:
                self._other(node)

    def _other(self, node: ast.AST) -> None:
        """A rarer statement: its expressions and its statements."""
        if isinstance(node, ast.stmt):
            self._emit(node, type(node).__name__, [])
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                self._statement(child)
            elif isinstance(child, ast.expr):
                self._form(child)
            else:
                self._other(child)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        match target, value:
            case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
                for one, two in zip(targets, values, strict=True):
                    self._assign(one, two)
            case ast.Subscript(slice=ast.Constant() as key), _:
                self._emit(value, "item", [self._form(key), self._value(value)])
            case ast.Subscript(), _:
                self._emit(value, "set", [self._form(target), self._value(value)])
            case ast.Name(id=name), _:
                form = self._value(value)
                if name in self._once:
                    self._variables[name] = form
            case _:
                self._value(value)

    def _value(self, node: ast.expr) -> _Form:
        """The form of what a statement assigns: read once, to however many targets."""
        if id(node) not in self._values:
            self._values[id(node)] = self._form(node)
        return self._values[id(node)]

    def _remark(self, value: ast.expr) -> None:
        """An expression that is a statement: a docstring, a print, or what is appended."""
        match value:
            case ast.Constant():
                return
            case ast.Call(func=ast.Name(id="print" | "display"), args=args):
                for each in args:
                    self._emit(each, "", [self._form(each)])
            case ast.Call(func=ast.Attribute(attr="append" | "add"), args=[one], keywords=[]):
                self._form(one)
            case _:
                self._form(value)

    # Expressions

    def _emit(
        self, node: ast.AST, label: str, parts: Sequence[_Form], ordered: bool = True
    ) -> _Form:
        """The form of a node with these parts, whose levels are fragments."""
        levels = [short(label)]
        deepest = max((len(part.levels) for part in parts), default=0)
        for depth in range(min(_DEPTH - 1, deepest)):
            inner = [part.levels[min(depth, len(part.levels) - 1)] for part in parts]
            text = f"{label}({','.join(inner if ordered else sorted(inner))})"
            levels.append(digest(text))
        line = getattr(node, "lineno", 1)
        if len(self.found) >= MAX_FRAGMENTS:
            raise _EnoughError
        self.found += [Fragment(key, self._cell, line) for key in levels[1:] or levels]
        return _Form(tuple(levels))

    def _form(self, node: ast.expr) -> _Form:
        match node:
            case ast.Name(id=name):
                return self._variables.get(name) or _Form(
                    (name if name in self._known else _VARIABLE,)
                )
            case ast.Constant(value=value):
                return _Form((constant(value),))
            case ast.BinOp(left=left, op=op, right=right):
                return self._operation(node, operator_name(op), [left, right])
            case ast.UnaryOp(op=op, operand=operand):
                return self._operation(node, operator_name(op), [operand])
            case ast.BoolOp(op=op, values=values):
                return self._operation(node, operator_name(op), values)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._operation(node, operator_name(op), [left, right])
            case ast.Attribute(value=value, attr=name):
                if is_module(value):
                    return _Form((short(SAME.get(name, name)),))
                return self._operation(node, name, [value])
            case ast.Call():
                return self._call(node)
            case ast.Subscript(value=value, slice=index):
                return self._emit(node, "at", [self._form(value), self._form(index)])
            case ast.Dict(keys=keys, values=values):
                return self._dict(node, [*zip(keys, values, strict=True)])
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return self._comprehension(node, [node.elt])
            case ast.DictComp(key=key, value=value):
                return self._comprehension(node, [key, value])
            case ast.Lambda(body=body):
                return self._form(body)
            case _:
                parts = [self._form(each) for each in _children(node)]
                return self._emit(node, type(node).__name__, parts)

    def _operation(self, node: ast.expr, name: str, operands: Sequence[ast.expr]) -> _Form:
        name = SAME.get(name, name)
        if name in ("*", "+") and len(operands) == 2:
            operands = [*flat(name, operands)]
        if name == "square" and len(operands) == 1:
            name, operands = "**", [operands[0], ast.Constant(2)]
        if name == "reciprocal" and len(operands) == 1:
            name, operands = "/", [ast.Constant(1), operands[0]]
        parts = [self._form(each) for each in operands]
        if name == "*" and len(parts) == 2 and parts[0] == parts[1]:
            name, parts = "**", [parts[0], _Form((constant(2),))]
        if name in MIRRORED:
            name, parts = MIRRORED[name], parts[::-1]
        return self._emit(node, name, parts, name not in UNORDERED)

    def _call(self, node: ast.Call) -> _Form:
        operands = list(node.args)
        match node.func:
            case ast.Attribute(value=value, attr=name):
                while isinstance(value, ast.Attribute) and is_module(value.value):
                    name, value = f"{value.attr}.{name}", value.value  # np.add.reduce
                if not is_module(value):
                    operands = [value, *operands]
            case ast.Name(id="dict") if not operands:
                pairs = [(ast.Constant(each.arg), each.value) for each in node.keywords]
                return self._dict(node, pairs)
            case ast.Name(id=name):
                name = name if name in self._known else _VARIABLE
            case other:
                name, operands = _VARIABLE, [other, *operands]
        if not node.keywords:
            return self._operation(node, name, operands)
        parts = [self._form(each) for each in operands]
        for keyword in sorted(node.keywords, key=lambda each: each.arg or ""):
            form = self._form(keyword.value)
            parts.append(_Form([short(f"{keyword.arg}={each}") for each in form.levels]))
        return self._emit(node, SAME.get(name, name), parts)

    def _dict(self, node: ast.expr, pairs: Sequence[tuple[ast.expr | None, ast.expr]]) -> _Form:
        items = [
            self._emit(value, "item", [*([self._form(key)] if key else []), self._form(value)])
            for key, value in pairs
        ]
        return self._emit(node, "dict", items, ordered=False)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, of: list[ast.expr]
    ) -> _Form:
        for each in node.generators:
            self._emit(each.iter, "for", [self._form(each.iter)])
            for test in each.ifs:
                self._emit(test, "if", [self._form(test)])
        return self._emit(node, "each", [self._form(each) for each in of])


_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))


def _children(node: ast.AST) -> Iterator[ast.expr]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
        else:
            yield from _children(child)
