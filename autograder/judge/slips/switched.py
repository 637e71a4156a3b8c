"""All changes of a function in one source, in which each is made when it is switched on.

A function is written and compiled once, not once for each change: two hundred changes leave nearly
all of it as it is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from autograder.judge.slips.edits import Asked, Change, Edit, source_of
from autograder.judge.slips.source import is_load

#: Holds the numbers of the edits that are switched on; and what makes a function with some on.
ON, MAKER = "_switched_on", "_with_switched_on"
_MAKER = f"""
def {MAKER}(function, switches):
    def made(*given, **named):
        global {ON}
        {ON} = switches
        return function(*given, **named)
    return made
"""


def sources_of(asked: Asked, changes: Mapping[str, Change]) -> Iterator[str]:
    """Sources that define the function with each change, under the name of the change. What cannot
    be switched is written apart."""
    switched = {name: change for name, change in changes.items() if _can_switch(asked, change)}
    common, texts = f"{next(iter(switched), '')}_switched", dict[int, str]()
    function = _with_switches(asked, switched, common, texts)
    if not _is_python(function):
        switched = {name: each for name, each in switched.items() if _are_python(each, texts)}
        function = _with_switches(asked, switched, common, texts)
        switched = switched if _is_python(function) else {}
    if switched:
        numbers = {id(edit): number for number, edit in enumerate(_edits(switched))}
        on = [tuple(numbers[id(e)] for e in change.edits) for change in switched.values()]
        made = ", ".join(f"{MAKER}({common}, {numbers})" for numbers in on)
        yield f"{_MAKER}{function}\n{', '.join(switched)}, = {made},"
    for name, change in changes.items():
        if name not in switched:
            yield source_of(asked, change, name)


def _edits(changes: Mapping[str, Change]) -> list[Edit]:
    """The edits of changes, each once."""
    return list({id(e): e for change in changes.values() for e in change.edits}.values())


def _with_switches(
    asked: Asked, changes: Mapping[str, Change], name: str, texts: dict[int, str]
) -> str:
    """The function with all edits of changes: in the place of each node, what is switched on there
    or it. ``texts`` keeps what takes a node's place as text, by edit."""
    made: dict[int, Edit] = {}
    for number, edit in reversed(list(enumerate(_edits(changes)))):
        otherwise = made[id(edit.at)].new if id(edit.at) in made else edit.at
        test = ast.Compare(ast.Constant(number), [ast.In()], [ast.Name(ON, ast.Load())])
        # As text, since what is switched inside the node stays out of what takes its place.
        if id(edit) not in texts:
            texts[id(edit)] = ast.unparse(edit.new)
        new = texts[id(edit)]
        either: ast.AST = ast.If(test, [ast.Expr(ast.Name(new))], [otherwise])
        if isinstance(edit.at, ast.expr):
            either = ast.IfExp(test, ast.Name(f"({new})"), otherwise)
        made[id(edit.at)] = Edit(edit.at, either, "")
    return source_of(asked, Change("", 0, list(made.values())), name)


def _are_python(change: Change, texts: Mapping[int, str]) -> bool:
    """Whether Python can read what each edit puts in the place of a node."""
    return all(_is_python(f"def made():\n {texts[id(edit)]}") for edit in change.edits)


def _can_switch(asked: Asked, change: Change) -> bool:
    """Whether each edit puts a value in the place of a value, or a simple statement in the place
    of a statement, and none of them into another's."""
    if change.lines or not all(
        _is_in_body(asked, e.at)
        and ((_is_value(e.at) and _is_value(e.new)) or _is_statement(asked, e))
        for e in change.edits
    ):
        return False
    nodes = {id(edit.at) for edit in change.edits}
    around = [(e.at, tree) for e in change.edits for tree in (e.at, e.new) if len(nodes) > 1]
    return not any(
        id(node) in nodes and node is not at for at, tree in around for node in ast.walk(tree)
    )


def _is_python(source: str) -> bool:
    """Whether Python can read a source: not all that is tried makes sense, as in `f * *args`."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _is_statement(asked: Asked, edit: Edit) -> bool:
    """Whether a simple statement takes the place of one, and binds no more names: a name that is
    bound anywhere in a function is local in all of it."""
    simple = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return)
    if not isinstance(edit.at, ast.stmt) or not isinstance(edit.new, simple):
        return False
    names = (node for node in ast.walk(edit.new) if isinstance(node, ast.Name))
    return {name.id for name in names if not is_load(name)} <= asked.written.local


def _is_value(node: Any) -> bool:
    """Whether a node is an expression that a condition may stand in the place of."""
    if not isinstance(node, ast.expr) or isinstance(node, (ast.Starred, ast.Slice)):
        return False
    parts = node.elts if isinstance(node, ast.Tuple) else ()
    is_read = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    return is_read and not any(isinstance(part, (ast.Starred, ast.Slice)) for part in parts)


def _is_in_body(asked: Asked, node: ast.AST) -> bool:
    """Whether a node stands in a statement, and not in an f-string: quotation marks end that."""
    above: ast.AST | None = node
    while above is not None and not isinstance(above, ast.JoinedStr):
        above = asked.written.parents.get(id(above))
    return above is None and id(node) in asked.written.statement_of
