"""A submission by its functions: each with the fragments of its own code and of its helpers' code.

So a function that was split into helpers is compared whole.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from autograder.alike.fragments import MAX_FRAGMENTS, Fragment, fragments_of
from autograder.alike.spelling import short
from autograder.submission import Submission
from autograder.text import visible_name

#: Characters of a cell, and of a file, that are parsed: a tree takes far more memory than its text.
MAX_CELL, MAX_PARSED = 100_000, 500_000
_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
#: What `ast` and a walk of its tree raise for text that is no code, or is nested too deep.
_NOT_READ = (SyntaxError, ValueError, RecursionError, MemoryError)


class Place(NamedTuple):
    """Lines of a cell, by the number of the cell."""

    cell: int
    first: int
    last: int


class Unit(NamedTuple):
    """A function: its fragments, with those of its helpers, and where both are written."""

    fragments: Sequence[Fragment]
    places: Sequence[Place]

    @property
    def keys(self) -> list[str]:
        """The keys of the fragments, as often as they are there."""
        return [each.key for each in self.fragments]


class Units(NamedTuple):
    """The functions that are written, and what could not be compared, as sentences."""

    functions: Mapping[str, Unit]
    left_out: Sequence[str] = ()

    def without(self, given: Units) -> Units:
        """What is left without the fragments that were handed out in the same function."""
        found = {}
        for name, unit in self.functions.items():
            known = {*given.functions[name].keys} if name in given.functions else set()
            left = [each for each in unit.fragments if each.key not in known]
            if left:
                found[name] = unit._replace(fragments=left)
        return Units(found, self.left_out)


class Definition(NamedTuple):
    """Where a function is written, the fragments of its own code, and the names in it."""

    place: Place
    fragments: Sequence[Fragment]
    uses: frozenset[str]


class Code(NamedTuple):
    """What a submission defines, by name: a function, a method as ``Value.backward``, a variable;
    and which cells could not be read, as sentences."""

    definitions: Mapping[str, Definition]
    left_out: Sequence[str] = ()

    def units(self, names: Collection[str]) -> Units:
        """The functions in ``names``; all others are helpers of those that use them."""
        by_part: dict[str, list[str]] = {}
        for each in self.definitions.keys() - {*names}:
            by_part.setdefault(each.rpartition(".")[2], []).append(each)
        found = {}
        for name in names:
            if name in self.definitions:
                whole = [*self._with_helpers(name, by_part)]
                fragments = [*islice((f for each in whole for f in each.fragments), MAX_FRAGMENTS)]
                if fragments:
                    found[name] = Unit(fragments, [each.place for each in whole])
        return Units(found, self.left_out)

    def _with_helpers(self, name: str, by_part: Mapping[str, list[str]]) -> Iterator[Definition]:
        todo, seen = [name], {name}
        looked_up: set[str] = set()
        while todo:
            definition = self.definitions[todo.pop()]
            yield definition
            parts = definition.uses - looked_up
            looked_up |= parts
            new = {full for part in parts for full in by_part.get(part, ())} - seen
            seen |= new
            todo += sorted(new, reverse=True)


def code_of(submission: Submission, known: Collection[str]) -> Code:
    """What a submission defines. Of names, those that are ``known`` to everybody are told apart."""
    left_out = [problem.message for problem in submission.problems]
    found: dict[str, Definition] = {}
    left = MAX_PARSED
    for at, cell in enumerate(submission.cells):
        name = visible_name(cell.label)
        where = (
            name if "." in name else name.capitalize()
        )  # a script is one cell, named by its file
        if len(cell.source) > min(MAX_CELL, left):
            left_out.append(f"{where} is too long to be compared.")
            continue
        left -= len(cell.source)
        try:
            found |= _definitions(cell.source, at, known)
        except _NOT_READ as error:
            left_out.append(f"{where} {_why(error)}")
    return Code(found, left_out)


def _why(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.lineno and "nested" not in str(error.msg):
        return f"is not compared: line {error.lineno} is not Python."
    return "is not compared: it is nested too deep."


def _definitions(source: str, at: int, known: Collection[str]) -> dict[str, Definition]:
    """The definitions of a cell; raises what `_NOT_READ` names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what students write
        module = ast.parse(_MAGIC.sub("", source))
    parts = {part for name in known for part in name.split(".")}
    found: dict[str, Definition] = {}
    read: dict[int, Definition] = {}  # a statement may define many names
    for name, node in _named(module.body):
        if id(node) not in read:
            read[id(node)] = _definition(node, at, parts)
        found[name] = read[id(node)]
    return found


def _definition(node: ast.stmt, at: int, known: Collection[str]) -> Definition:
    uses = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    uses |= {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    place = Place(at, node.lineno, node.end_lineno or node.lineno)
    return Definition(place, fragments_of(node, at, known), frozenset(uses))


def _named(body: Sequence[ast.stmt], of: str = "") -> Iterator[tuple[str, ast.stmt]]:
    """The definitions among statements by name, and those in them that Python runs at once."""
    for node in body:
        match node:
            case ast.ClassDef():
                yield from _named(node.body, f"{short(of + node.name)}.")
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield of + node.name, node
            case ast.Assign(targets=targets):
                for target in targets:
                    if isinstance(target, ast.Name):
                        yield of + target.id, node
            case ast.If() | ast.Try() | ast.With():
                yield from _named(
                    [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt)], of
                )
