"""A function that stops before its end: what it has computed by then."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.judge.slips.edits import Asked, Change, Edit
from autograder.judge.slips.source import is_load


def as_far_as_it_gets(asked: Asked) -> Change | None:
    """The function up to the statement at which it stops, with a return of what there is; None if
    it does not stop at one, or it cannot be told what it returns."""
    places = {outcome.place for outcome in asked.outcomes}
    place = places.pop() if len(places) == 1 else None
    if place is None or place.label != asked.written.cell.label:
        return None
    line, body = place.line - asked.written.cell.first_line + 1, asked.written.body
    at = next((i for i, s in enumerate(body) if s.lineno <= line <= (s.end_lineno or 0)), None)
    if at is None or not line - asked.written.node.lineno >= 1:
        return None
    done = body[:at]
    returns = [s for s in body[at:] if isinstance(s, ast.Return) and s.value is not None]
    kept = ast.Return(_what_there_is(asked, done, returns[0].value if returns else None))
    return Change(
        "",
        line,
        [
            Edit(done[-1] if done else body[0], [*done[-1:], kept], ""),
            *(Edit(statement, [], "") for statement in body[at:] if done),
        ],
    )


def _what_there_is(asked: Asked, done: list[ast.stmt], value: ast.expr | None) -> ast.expr:
    """What is returned of a value, as far as it is computed."""
    bound = {*asked.written.arguments, *_bound(done)}
    if isinstance(value, ast.Dict):
        pairs = [
            (k, v)
            for k, v in zip(value.keys, value.values, strict=True)
            if _needs(asked, v) <= bound
        ]
        return ast.Dict([k for k, _ in pairs], [v for _, v in pairs])
    if isinstance(value, ast.Name) and value.id in bound:
        return value
    return ast.Dict([], [])


def _bound(statements: list[ast.stmt]) -> Iterator[str]:
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and not is_load(node):
                yield node.id


def _needs(asked: Asked, value: ast.expr) -> set[str]:
    names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
    return names & (asked.written.local | set(asked.written.arguments))
