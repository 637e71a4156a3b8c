"""Loops of the solution with a mistake in it, of which some never end: their turns are counted."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from autograder.exercise.error import ExerciseError

#: The name under which a namespace holds what is called in each turn of a loop.
TURN = "__turn__"
#: So many turns may all loops of one call take together. A right call takes far fewer: it is made
#: again for each of hundreds of mistakes.
MOST_TURNS = 100_000


def counted(source: str) -> ast.Module:
    """A source of which each turn of each loop begins with a call of `TURN`. Raises
    `SyntaxError`."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.For, ast.While)):
            call = ast.Expr(ast.Call(ast.Name(TURN, ast.Load()), [], []))
            node.body.insert(0, ast.copy_location(call, node.body[0]))
    return ast.fix_missing_locations(tree)


def limit(what: object) -> Callable[[], None]:
    """What `TURN` is in one call: it raises `ExerciseError` after `MOST_TURNS`. By their number and
    by no clock, so that the same mistakes are kept on all machines."""
    left = MOST_TURNS

    def turn() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise ExerciseError(f"the solution with {what} takes more than {MOST_TURNS} turns")

    return turn


def no_limit(*_: Any) -> None:
    """What `TURN` is elsewhere."""
