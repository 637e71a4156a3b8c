"""Attributes of objects: one that is overwritten where something is added to it, the one of another
object, one without its object."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.judge.slips.edits import Asked, Edit
from autograder.judge.slips.source import code


def overwritten(asked: Asked) -> Iterator[Edit]:
    """``x.grad = ...`` for ``x.grad += ...``."""
    for node in () if asked.function.takes_data else asked.written.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            new = ast.AugAssign(node.targets[0], ast.Add(), node.value)
            text = f"`=` overwrites what was in `{code(node.targets[0])}`; `+=` adds to it"
            yield Edit(node, new, f"{text}: write `{code(new)}`.", "overwritten")


def other_objects(asked: Asked) -> Iterator[Edit]:
    """``self.data`` for ``other.data``."""
    objects = _objects(asked)
    for node in _attributes(asked):
        own = node.value.id if isinstance(node.value, ast.Name) else ""
        for other in objects if isinstance(node.ctx, ast.Load) and own in objects else ():
            if other != own:
                new = ast.Attribute(ast.Name(other, ast.Load()), node.attr, ast.Load())
                text = f"`{code(node)}` is that of another object than is meant"
                yield Edit(
                    node, new, f"{text}: write `{code(new)}`.", f"object {other}", whole=True
                )


def without_object(asked: Asked) -> Iterator[Edit]:
    """``data`` for ``self.data``."""
    inside = ast.walk(asked.written.of) if asked.written.of else _attributes(asked)
    known = {node.attr for node in inside if isinstance(node, ast.Attribute)}
    for node in asked.written.outside:
        for owner in _objects(asked) if node.id in known - asked.source.names else ():
            new = ast.Attribute(ast.Name(owner, ast.Load()), node.id, ast.Load())
            text = f"there is no `{node.id}` in this function; `{owner}` has one"
            yield Edit(node, new, f"{text}: write `{code(new)}`.", f"{owner}.{node.id}")


def _objects(asked: Asked) -> list[str]:
    """The names in a function whose attributes it uses, and the first one of a method; none where
    all that it takes is data."""
    if asked.function.takes_data:
        return []
    bound = {*asked.written.local, *asked.written.arguments}
    used = (node.value for node in _attributes(asked))
    names = [value.id for value in used if isinstance(value, ast.Name) and value.id in bound]
    first = asked.written.arguments[:1] if asked.written.of else []
    return list(dict.fromkeys([*first, *names]))


def _attributes(asked: Asked) -> list[ast.Attribute]:
    return [node for node in asked.written.nodes if isinstance(node, ast.Attribute)]
