"""Numbers of one example in the code: ``range(2)``, ``np.zeros((2, 2))``, ``100``, ``0.1``."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.judge.slips.edits import Asked, Change, Edit, entry, name
from autograder.judge.slips.source import called, code
from autograder.text import listed

#: How many choices of sizes are tried.
MOST_CHOICES = 64
#: Calls whose whole numbers are sizes or counts.
SIZED = {
    "range",
    "zeros",
    "ones",
    "empty",
    "full",
    "eye",
    "reshape",
    "resize",
    "arange",
    "tile",
    "repeat",
    "array_split",
    "broadcast_to",
    "linspace",
}


def written_in(asked: Asked) -> Iterator[Change]:
    """Numbers that are a size, or a number among the arguments, replaced by what they are."""
    counts = {id(c) for n in asked.written.nodes if _is_range(n) for c in sized_constants(n)}
    places = [(n, list(_meant(asked, n, id(n) in counts))) for n in _numbers(asked)]
    places = [(node, options) for node, options in places if options]
    for node, options in places:
        for option in options:
            yield _change(asked, [(node, option)])
    places = [(node, options) for node, options in places if node.value != 1]
    choices = itertools.product(*([*options, ""] for _, options in places))
    for chosen in itertools.islice(choices, MOST_CHOICES):
        pairs = [(node, e) for (node, _), e in zip(places, chosen, strict=True) if e]
        if len(pairs) > 1:
            yield _change(asked, pairs)


def rounds(asked: Asked) -> Iterator[Edit]:
    """A loop with one round too many or too few."""
    for node in asked.written.nodes:
        if not isinstance(node, ast.Call) or called(node) != "range" or not node.args:
            continue
        last = node.args[-1]
        if len(node.args) == 2:
            new = ast.Call(node.func, [last], [])
            text = f"this loop begins at {code(node.args[0])}, and Python counts from 0"
            yield Edit(node, new, f"{text}: write `{code(new)}`.", "rounds")
        if isinstance(last, ast.BinOp) and isinstance(last.right, ast.Constant):
            new = ast.Call(node.func, [*node.args[:-1], last.left], [])
            text = "this loop has another number of rounds than are needed"
            yield Edit(node, new, f"{text}: write `{code(new)}`.", "rounds")
        else:
            for op in (ast.Add(), ast.Sub()):
                given = [*node.args[:-1], ast.BinOp(last, op, ast.Constant(1))]
                new = ast.Call(node.func, given, [])
                what = "few" if isinstance(op, ast.Add) else "many"
                text = f"this loop has one round too {what}"
                yield Edit(node, new, f"{text}: write `{code(new)}`.", "rounds")


def _change(asked: Asked, chosen: list[tuple[ast.Constant, str]]) -> Change:
    edits = [Edit(node, name(expression), "") for node, expression in chosen]
    instead = listed(list(dict.fromkeys(f"`{e}` in place of `{n.value!r}`" for n, e in chosen)))
    return Change(
        f"a number is written here that is not the same for every call: write {instead}.",
        min(node.lineno for node, _ in chosen),
        edits,
        also=sorted({node.lineno for node, _ in chosen}),
        several=len(chosen) > 1,
    )


def _numbers(asked: Asked) -> Iterator[ast.Constant]:
    """The constants that may be sizes, counts or rates."""
    seen: set[int] = set()
    for node in asked.written.nodes:
        for inner in sized_constants(node):
            if id(inner) not in seen:
                seen.add(id(inner))
                yield inner
        if _is_number(node) and isinstance(node.value, float) and id(node) not in seen:  # type: ignore[attr-defined]
            seen.add(id(node))
            yield node  # type: ignore[misc]


def sized_constants(node: ast.AST) -> Iterator[ast.Constant]:
    """The numbers that stand for a size or a count in a node."""
    for part in _sized_parts(node):
        yield from _numbers_in(part)


def _numbers_in(node: ast.AST) -> Iterator[ast.Constant]:
    """The numbers in an expression. An axis of a shape is no size, and neither is -1."""
    if _is_number(node):
        yield node  # type: ignore[misc]
    is_axis = isinstance(node, ast.Subscript) and getattr(node.value, "attr", "") == "shape"
    for child in () if is_axis or isinstance(node, ast.UnaryOp) else ast.iter_child_nodes(node):
        yield from _numbers_in(child)


def _sized_parts(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and called(node) in SIZED:
        yield from node.args
    elif isinstance(node, ast.Slice):
        yield from (part for part in (node.lower, node.upper) if part is not None)
    elif (isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.FloorDiv))) or (
        isinstance(node, ast.BinOp) and isinstance(node.left, ast.List)
    ):
        yield node.right
    elif isinstance(node, (ast.Compare, ast.Assign)):
        found = [*node.comparators] if isinstance(node, ast.Compare) else [node.value]
        # A comparison with 1 asks whether there is more than one, of whatever.
        is_compared = isinstance(node, ast.Compare)
        yield from (
            part
            for part in found
            if isinstance(part, ast.Constant) and not (is_compared and part.value == 1)
        )


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value != 0


def _is_range(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and called(node) == "range"


def _meant(asked: Asked, node: ast.Constant, is_count: bool) -> Iterator[str]:
    """Expressions that have a number's value on the first case, one for each way in which they
    change from case to case; of a count, whatever is a size, and for every whole number those among
    the arguments."""
    found: dict[tuple[Any, ...], str] = {}
    for expression in _expressions(asked.inputs):
        values = tuple(_value(asked, case, expression) for case in asked.cases)
        is_whole = type(values[0]) is type(node.value) is int
        is_meant = values[0] == node.value or (is_whole and (is_count or "shape" not in expression))
        if is_meant and len(set(values)) > 1 - ("shape" not in expression):
            found.setdefault(values, expression)
    yield from found.values()


def _expressions(inputs: Mapping[str, Any]) -> Iterator[str]:
    for argument, value in inputs.items():
        entries = value.items() if isinstance(value, Mapping) else ()
        for expression, item in [
            (argument, value),
            *((entry(argument, k), v) for k, v in entries),
        ]:
            if isinstance(item, np.ndarray):
                yield from (f"{expression}.shape[{axis}]" for axis in range(item.ndim))
            elif isinstance(item, (int, float)):
                yield expression


def _value(asked: Asked, case: Case, expression: str) -> Any:
    """What an expression has on a case."""
    given = case.arguments(asked.function) or ()
    inputs = dict(zip(asked.written.arguments, given, strict=False))
    for argument, value in inputs.items():
        entries = value.items() if isinstance(value, Mapping) else ()
        for found, item in [(argument, value), *((entry(argument, k), v) for k, v in entries)]:
            if expression == found:
                return item
            if isinstance(item, np.ndarray) and expression.startswith(f"{found}.shape["):
                return item.shape[int(expression[len(found) + 7 : -1])]
    return None
