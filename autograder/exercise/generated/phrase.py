"""The sentence of a change, in the student's names."""

from __future__ import annotations

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change


def sentence(body: Body, change: Change) -> str:
    """Where it is, and what is wrong there."""
    statement = body.code.statement(change.node)
    inside = body.code.above(change.node)
    place = body.naming.place(change.node, statement, inside)
    return f"{place}: {change.what}."
