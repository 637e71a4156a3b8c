"""Arrays of one example in the code: ``np.array([0.5, 0.3])`` for ``x``, ``0.7`` for ``t``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograder.judge.slips.edits import Asked, Change, Edit, entry, name
from autograder.judge.slips.source import called, code
from autograder.text import listed

#: Calls that make an array of what is written in them.
MAKES_ARRAYS = {"array", "asarray", "float64"}


def arrays_written_in(asked: Asked) -> Iterator[Change]:
    """Numbers of an argument, replaced by it: all that are written at once, then each argument
    alone."""
    meant = [(node, e) for node in _literals(asked) if (e := _meant(asked, node))]
    groups = [[pair for pair in meant if pair[1] == e] for e in dict.fromkeys(e for _, e in meant)]
    for chosen in [meant, *groups] if len(groups) > 1 else groups:
        instead = listed(list(dict.fromkeys(f"`{e}` in place of `{code(n)}`" for n, e in chosen)))
        yield Change(
            f"the numbers of one example are written here: write {instead}.",
            min(node.lineno for node, _ in chosen),
            [Edit(node, name(expression), "") for node, expression in chosen],
            also=sorted({node.lineno for node, _ in chosen}),
            several=len(chosen) > 1,
        )


def _literals(asked: Asked) -> Iterator[ast.expr]:
    """The places where numbers are written, without those inside others."""
    inside: set[int] = set()
    for node in asked.written.nodes:
        if id(node) in inside or not isinstance(node, (ast.Call, ast.List, ast.Constant)):
            continue
        if isinstance(node, ast.Call) and (called(node) not in MAKES_ARRAYS or not node.args):
            continue
        if _numbers(node) is not None:
            inside.update(map(id, ast.walk(node)))
            yield node


def _numbers(node: ast.expr) -> np.ndarray | None:
    """The array that is written; None if it is none of fractions."""
    written = node.args[0] if isinstance(node, ast.Call) else node
    try:
        value = ast.literal_eval(written)
        found = np.array(value, dtype=np.float64)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    is_fraction = isinstance(value, float) and not value.is_integer()
    return found if found.size and (found.ndim or is_fraction) else None


def _meant(asked: Asked, node: ast.expr) -> str:
    """The argument, or the entry of one, that has the numbers that are written; "" for none."""
    written = _numbers(node)
    for case in asked.cases if asked.function.takes_data and written is not None else ():
        given = case.arguments(asked.function) or ()
        for expression, value in _arrays(dict(zip(asked.written.arguments, given, strict=False))):
            if _is_written(value, written):
                return expression
    return ""


def _is_written(value: np.ndarray, written: np.ndarray | None) -> bool:
    """Whether an array is written, one of a single entry perhaps as a number."""
    if written is None or written.shape not in (value.shape, *[()] * (value.size == 1)):
        return False
    return np.array_equal(written.ravel(), value.ravel())


def _arrays(inputs: Mapping[str, Any]) -> Iterator[tuple[str, np.ndarray]]:
    for argument, value in inputs.items():
        entries = value.items() if isinstance(value, Mapping) else ()
        for expression, item in [
            (argument, value),
            *((entry(argument, key), each) for key, each in entries),
        ]:
            if isinstance(item, np.ndarray):
                yield expression, item
