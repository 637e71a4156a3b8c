"""Entries of dicts: exchanged, or not all treated alike."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence

from autograder.exercise.generated.assigned import returned_parts
from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.code import CONDITION, Written

#: No more entries of a dict are exchanged than so many.
MOST_ENTRIES = 8


def entries(body: Body) -> Iterator[Change]:
    """What goes wrong in a dict that is written out."""
    code = body.code
    for node in body.all(ast.Dict):
        texts = [code.text(v) for v in node.values]
        named = [
            (at, key.value)
            for at, key in enumerate(node.keys)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        ]
        if not named or len(named) != len(node.keys) or len(named) > MOST_ENTRIES:
            continue
        keys = [code.text(key) for key in node.keys if key is not None]
        for (one, a), (other, b) in itertools.combinations(named, 2):
            swapped = [*texts]
            swapped[one], swapped[other] = swapped[other], swapped[one]
            yield Change(
                "entries-exchanged",
                node,
                f'the values of `"{a}"` and `"{b}"` are swapped',
                ("Which value belongs under which name?", "Exchange the two values."),
                Written(
                    "{" + ", ".join(f"{k}: {t}" for k, t in zip(keys, swapped, strict=True)) + "}"
                ),
            )


def loops_over_entries(body: Body) -> Iterator[Change]:
    """Entries that a loop over a dict leaves as they are."""
    code = body.code
    for node in body.all(ast.DictComp):
        loop = node.generators[0]
        over = (
            loop.iter.func.value
            if isinstance(loop.iter, ast.Call) and isinstance(loop.iter.func, ast.Attribute)
            else loop.iter
        )
        if (
            len(node.generators) > 1
            or not isinstance(over, ast.Name)
            or not isinstance(node.key, ast.Name)
        ):
            continue
        found = [path[1] for path in body.shapes if len(path) == 2 and path[0] == over.id]
        if not 2 <= len(found) <= MOST_ENTRIES:
            continue
        name = over.id if over.id in body.function.arguments else ""
        kept, old = node.key.id, f"{over.id}[{node.key.id}]"
        for size in sorted({1, 2, len(found) - 1}):
            for left in itertools.combinations(found, size):
                if size == len(found):
                    continue
                rest = [key for key in found if key not in left]
                what = f"{_said(name, left)} {'is' if size == 1 else 'are'} not changed"
                if size > len(rest):
                    verb = "is" if len(rest) == 1 else "are"
                    what = f"only {_said(name, rest)} {verb} changed"
                condition = f"{kept} in {list(left)!r}".replace("'", '"')
                new = Written(
                    f"{old} if {condition} else {code.operand(node.value, CONDITION + 1)}",
                    CONDITION,
                )
                yield Change(
                    "entries-unchanged",
                    node.value,
                    what,
                    ("Which entries does the loop have to change?", "Treat every entry alike."),
                    new,
                )


def returned_as_given(body: Body) -> Iterator[Change]:
    """Parts of a new version of an argument that are returned as they were given."""
    for statement in body.all(ast.Return):
        for path, node in returned_parts(statement.value) if statement.value else ():
            old = body.function.old(path)
            if old is None or not isinstance(node, ast.Name):
                continue
            text = str(old[0]) + "".join(f"[{key!r}]" for key in old[1:]).replace("'", '"')
            yield Change(
                "returned-as-given",
                node,
                "it is returned as it was given, and should be the new one",
                ("Who needs what has been computed here?", "Return the new one."),
                Written(text),
                whole=True,
            )


def _said(name: str, keys: Sequence[str]) -> str:
    """Entries as students call them: of an argument, or by their keys alone."""
    return " and ".join(f'`{name}["{key}"]`' if name else f'`"{key}"`' for key in keys)
