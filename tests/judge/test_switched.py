"""All changes of a function in one source, and each made by itself."""

from __future__ import annotations

import ast
from types import SimpleNamespace
from typing import Any

from autograder.judge.slips.edits import Asked, Change, Edit, name
from autograder.judge.slips.source import Source, Written
from autograder.judge.slips.switched import sources_of
from autograder.sandbox.calls import Cell

SOURCE = """def f(x, y):
    z = x + y * 2
    text = f"{x + 1}"
    return [z, text]
"""


def made(*changes: tuple[tuple[str, str], ...]) -> tuple[list[str], list[Any]]:
    """The sources, and what each changed function gives for 3 and 4."""
    (node,) = ast.parse(SOURCE).body
    assert isinstance(node, ast.FunctionDef)
    written = Written(node, Cell(SOURCE, "cell 1"))
    function: Any = SimpleNamespace(name="f")
    asked = Asked(function, written, Source({}, frozenset(), frozenset()), ())
    found = {ast.unparse(each): each for each in reversed(written.nodes)}
    all_changes = {
        f"f_{at}": Change("", 1, [Edit(found[old], name(new), "") for old, new in edits])
        for at, edits in enumerate(changes)
    }
    sources, namespace = list(sources_of(asked, all_changes)), dict[str, Any]()
    for source in sources:
        exec(source, namespace)
    return sources, [namespace[each](3, 4) for each in all_changes]


def test_each_change_is_made_by_itself_and_in_one_source() -> None:
    outer, inner = ("x + y * 2", "x - y"), ("y * 2", "y * 5")
    sources, results = made((), (outer,), (inner,), (("[z, text]", "z"),))
    assert len(sources) == 1
    assert results == [[11, "4"], [-1, "4"], [23, "4"], 11]


def test_what_cannot_be_switched_is_made_all_the_same() -> None:
    """A value in a text, and an edit inside another one's place."""
    nested = (("x + y * 2", "y * 2"), ("y * 2", "y * 5"))
    sources, results = made((), (("x + 1", "x + 2"),), nested)
    assert len(sources) == 3
    assert results[:2] == [[11, "4"], [11, "5"]]
