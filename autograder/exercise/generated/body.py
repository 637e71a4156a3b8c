"""A function of the solution, as operators see it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from autograder.exercise.function import Function
from autograder.exercise.generated.code import Code
from autograder.exercise.generated.naming import Naming
from autograder.exercise.shapes import Shapes
from autograder.record import record

_OF_TWO: Mapping[type, str] = {
    ast.Add: "sum",
    ast.Sub: "difference",
    ast.Mult: "product",
    ast.MatMult: "matrix product",
}


@record
class Body:
    """One judged function: its ``code``, the student's names, and the ``shapes`` of what its names
    hold on an instance. ``others`` are all declared functions by name, ``numbers`` the arguments
    that are single numbers with fractions, and their values on that instance."""

    function: Function
    code: Code
    naming: Naming
    shapes: Shapes
    others: Mapping[str, Function]
    numbers: Mapping[str, float]

    def all(self, kind: type[ast.AST] | tuple[type[ast.AST], ...]) -> Iterator[Any]:
        """The nodes of a kind in the order of the source, without docstrings and declarations."""
        found: list[Any] = [e for e in self._nodes(self.code.node) if isinstance(e, kind)]
        yield from sorted(found, key=lambda each: (each.lineno, each.col_offset))

    def _nodes(self, node: ast.AST) -> Iterator[ast.AST]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.arguments, ast.JoinedStr, ast.Raise, ast.Assert)):
                continue
            if isinstance(node, ast.FunctionDef) and (
                child is node.returns or child in node.decorator_list
            ):
                continue
            if (
                isinstance(child, ast.FunctionDef)
                and f"{self.code.name}.{child.name}" in self.others
            ):
                continue  # a method that is judged by itself
            yield child
            yield from self._nodes(child)

    def value(self, node: ast.AST) -> str:
        """The student's name for a value; "" for none."""
        return self.naming.value(node)

    def noun(self, node: ast.AST, kind: str) -> str:
        """A factor or a term in words: by its name, or by what is in it."""
        value = self.value(node)
        if value.startswith("the part of "):
            return f"the {kind} with {value.removeprefix('the part of ')}"
        if value:
            return value if value.startswith(("the ", "minus ")) else f"the {kind} {value}"
        if isinstance(node, ast.BinOp):
            both = [self.value(each) for each in (node.left, node.right)]
            word = _OF_TWO.get(type(node.op))
            if word and all(both):
                return f"the {word} of {both[0]} and {both[1]}"
        kinds = (ast.Attribute, ast.Name, ast.Call)
        inside = (each for each in ast.walk(node) if isinstance(each, kinds))
        named = [name for name in map(self.value, inside) if name.startswith("`")]
        return f"the {kind} with {named[0]}" if named else f"a {kind}"

    def shape(self, node: ast.AST) -> tuple[int, ...] | None:
        """The shape of what a name, or an entry of what it holds, is; None if that is not known."""
        keys: list[str] = []
        while isinstance(node, ast.Subscript):
            if not isinstance(node.slice, ast.Constant) or not isinstance(node.slice.value, str):
                return None
            keys.insert(0, node.slice.value)
            node = node.value
        return self.shapes.get((node.id, *keys)) if isinstance(node, ast.Name) else None

    def bound_before(self, node: ast.expr | ast.stmt) -> set[str]:
        """The names that are bound where a node stands."""
        names = (each for each in ast.walk(self.code.node) if isinstance(each, ast.Name))
        stored = (each for each in names if isinstance(each.ctx, ast.Store))
        return {*self.function.arguments, *(e.id for e in stored if e.lineno < node.lineno)}

    def quantities(self) -> Iterator[ast.expr]:
        """The expressions that are whole quantities: what is assigned, returned under a key, or
        made for each entry of a dict."""
        for node in self.all((ast.Assign, ast.AugAssign, ast.Return)):
            for each in _leaves(node.value) if node.value is not None else ():
                if isinstance(node, ast.Return) or not isinstance(each, (ast.Name, ast.Subscript)):
                    yield each  # what only gives a value another name makes nothing


def _leaves(node: ast.expr) -> Iterator[ast.expr]:
    """What dicts, tuples and comprehensions of dicts consist of."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                yield from _leaves(value)
    elif isinstance(node, ast.Tuple):
        for each in node.elts:
            yield from _leaves(each)
    elif isinstance(node, ast.DictComp):
        yield from _leaves(node.value)
    elif not isinstance(node, (ast.List, ast.ListComp, ast.Set, ast.Constant)):
        yield node


def parts(node: ast.AST, kinds: tuple[type, ...]) -> Iterator[ast.expr]:
    """The operands of a chain of operators, such as the terms of a sum."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, kinds):
        yield from parts(node.left, kinds)
        yield from parts(node.right, kinds)
    elif isinstance(node, ast.expr):
        yield node
