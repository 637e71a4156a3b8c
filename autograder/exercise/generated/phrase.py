"""The sentence of a change, in the student's names."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change


def sentence(body: Body, change: Change) -> str:
    """Where it is, and what is wrong there; "" if that would not be clear."""
    statement = body.code.statement(change.node)
    inside = [*body.code.above(change.node)]
    place, is_named = body.naming.place(change.node, statement, inside)
    if not is_named:
        if change.whole:
            return ""
        place = _call(body, inside) or place
    return f"{place}: {change.what}."


def _call(body: Body, inside: Sequence[ast.AST]) -> str:
    """The call of a declared function in which something is an argument."""
    for node in inside[:1]:
        name = body.value(node) if isinstance(node, ast.Call) else ""
        if name.startswith("`") and name.endswith("(...)`"):
            return f"In the call of `{name[1:-6]}`"
    return ""
