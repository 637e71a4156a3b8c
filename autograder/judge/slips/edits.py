"""A function written again with one slip mended."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import field
from typing import Any, NamedTuple

from autograder.exercise.answer_key import Case
from autograder.exercise.function import Function
from autograder.judge.slips.source import Source, Written
from autograder.record import record
from autograder.sandbox.calls import Cell, Outcome


class Edit(NamedTuple):
    """One node in the place of another (several statements in the place of one, or none).

    ``text`` says what is wrong there and what to write. Slips of one ``kind`` may have been made in
    several places.
    """

    at: ast.AST
    new: Any
    text: str
    kind: str = ""
    #: Whether it has to make everything right, since a part can be right by chance.
    whole: bool = False


@record
class Change:
    """What is tried at once: the edits of a function, or other ``lines`` in the place of its body.
    ``line`` is where the slip is."""

    text: str
    line: int
    edits: Sequence[Edit] = ()
    lines: Sequence[str] = ()
    #: Other lines with the same slip, and the line and text of a second one.
    also: Sequence[int] = ()
    second: tuple[int, str] | None = None
    #: Whether these are several changes to whoever reads of them.
    several: bool = False
    whole: bool = False
    #: The function that the line stands in, if it is another one.
    where: str = ""


@record
class Asked:
    """A function whose slips are searched: how it is declared and written, and the visible cases
    with what it gave."""

    function: Function
    written: Written
    source: Source
    cases: Sequence[Case]
    outcomes: Sequence[Outcome] = field(default=())

    @property
    def inputs(self) -> Mapping[str, Any]:
        """By the student's names, the arguments on the first visible case, where they are data."""
        if not self.function.takes_data:
            return {}
        given = self.cases[0].arguments(self.function) or ()
        return dict(zip(self.written.arguments, given, strict=False))


class Mend(NamedTuple):
    """A function with a slip mended, with which everything on the visible cases is right: its name,
    and the cell that defines it."""

    name: str
    cell: Cell


class Slips(NamedTuple):
    """By function, a sentence on its slip, and it mended where that makes everything right."""

    sentences: dict[str, str]
    mends: dict[str, Mend]


def source_of(asked: Asked, change: Change, name: str) -> str:
    """The source of the function with the change made, under another name. Only the statements that
    change are written anew, since that takes most of the time."""
    written, new = asked.written, {id(edit.at): edit.new for edit in change.edits}
    lines, around = list(change.lines), _around(written, new)
    if not lines:
        touched = {written.statement_of.get(key) for key in new}
        for at, (statement, text) in enumerate(zip(written.body, written.texts, strict=True)):
            made = _changed([statement], new, around) if at in touched else None
            lines += (text if made is None else _text(made)).split("\n")
    arguments = written.arguments_text
    if id(written.node.args) in around:
        arguments = _text([_changed(written.node.args, new, around)])
    made_up = "\n".join([f"def {name}({arguments}):", *(f"    {line}" for line in lines)])
    own = written.node.name
    return re.sub(rf"\b{own}\(", f"{name}(", made_up) if own in written.calls else made_up


def _text(nodes: Sequence[ast.AST]) -> str:
    return "\n".join(map(ast.unparse, nodes))


def _around(written: Written, new: Mapping[int, Any]) -> set[int]:
    """The identities of the nodes in a function that are replaced, and of all around them."""
    found: set[int] = set()
    for key in new:
        found.add(key)
        while key in written.parents:
            key = id(written.parents[key])
            found.add(key)
    return found


def _changed(node: Any, new: Mapping[int, Any], around: Set[int] | None) -> Any:
    """A syntax tree with some nodes replaced, also those that a new one keeps. What is not
    ``around`` any of them is not copied, unless that is None: a new node may hold one part twice,
    and Python writes a node by where it stands."""
    if isinstance(node, list):
        found: list[Any] = []
        for item in node:
            made = _changed(item, new, around)
            found += made if isinstance(made, list) else [made]
        if node and not found and isinstance(node[0], ast.stmt):
            found.append(ast.Pass(lineno=1))
        return found
    if not isinstance(node, ast.AST):
        return node
    if id(node) in new:
        return _changed(new[id(node)], {key: new[key] for key in new if key != id(node)}, None)
    if around is not None and id(node) not in around:
        return node
    made = type(node)(**{name: _changed(each, new, around) for name, each in ast.iter_fields(node)})
    if isinstance(made, ast.stmt):
        made.lineno = 1  # what writes a statement asks for it
    return made


def name(identifier: str) -> ast.expr:
    """An expression, from its source."""
    return ast.parse(identifier, mode="eval").body


def entry(argument: str, key: Any) -> str:
    """The source of an entry of a dict."""
    return f"{argument}[{json.dumps(key) if isinstance(key, str) else repr(key)}]"


def numpy_call(function: str, *arguments: ast.expr) -> ast.Call:
    """A call of numpy's function."""
    return ast.Call(
        ast.Attribute(ast.Name("np", ast.Load()), function, ast.Load()), [*arguments], []
    )
