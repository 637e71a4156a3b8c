"""Which functions of an exercise a change of others in its solution cannot reach."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence

from autograder.exercise.composition import own_arguments
from autograder.exercise.definitions import definitions_in
from autograder.exercise.function import Function

_Graph = dict[str, set[str]]


class Uses:
    """What each function of an exercise uses, directly or not; rather too much than too little."""

    def __init__(self, functions: Sequence[Function], source: str) -> None:
        """Read the ``source`` of the solution."""
        self._functions = functions
        self._are_known = all(function.takes_data for function in functions)
        names = _named_in(source)
        declared = {each.name: each for each in functions}
        for each in functions:
            # All other arguments are right ones, whatever becomes of what makes them.
            makers = (own.of for own in own_arguments(declared, each))
            names.setdefault(each.name, set()).update(each.calls, each.uses, makers)
        self._used = {name: _closure(name, names) for name in names}

    def untouched(self, changed: Collection[str]) -> list[str]:
        """The judged functions that are none of the ``changed`` ones, and neither use them nor are
        given what they make; none where objects are handed on, whose methods may be anybody's."""
        if not self._are_known:
            return []
        return [f.name for f in self._functions if self._used[f.name].isdisjoint(changed)]


def _named_in(source: str) -> _Graph:
    """By what a source defines or fills at its top, the names that stand there."""
    found: _Graph = {}
    for node in ast.parse(source).body:
        inside = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        for name in _filled(node):
            found.setdefault(name, set()).update(inside)
    return found


def _filled(node: ast.stmt) -> set[str]:
    """What a statement may make, or change: a definition itself; with an expression what has the
    method that is called; else all that it names."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {name for name, _ in definitions_in([node])}
    inside = [*ast.walk(node)]
    if isinstance(node, ast.Expr):
        inside = [each.value for each in inside if isinstance(each, ast.Attribute)]
    return {each.id for each in inside if isinstance(each, ast.Name)}


def _closure(name: str, names: Mapping[str, set[str]]) -> set[str]:
    """A name, and all that what it stands for uses."""
    found, left = {name}, [name]
    while left:
        new = names.get(left.pop(), set()) - found
        found |= new
        left += new
    return found
