"""Indices, ranges and directions that are off."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.code import NAME, Written


def ranges(body: Body) -> Iterator[Change]:
    """Loops that run once too often, not often enough, or the other way."""
    code = body.code
    loops = [*body.all((ast.For, ast.ListComp, ast.DictComp, ast.GeneratorExp))]
    loop = "the loop" if len(loops) == 1 else "one of the loops"
    for node in body.all(ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "range" and len(node.args) == 1:
            times = body.value(node.args[0])
            hints = (
                "How often does the loop have to run?",
                f"Run it {times} times."
                if times.startswith("`")
                else "Begin and end it as the formula does.",
            )
            yield Change(
                "once-too-often",
                node,
                f"{loop} runs once too often",
                hints,
                code.call("range", code.binary(node.args[0], "+", Written("1"))),
            )
            yield Change(
                "once-too-few",
                node,
                f"the last round of {loop} is missing",
                hints,
                code.call("range", code.binary(node.args[0], "-", Written("1"))),
            )
            yield Change(
                "first-left-out",
                node,
                f"the first round of {loop} is missing",
                hints,
                code.call("range", Written("1"), node.args[0]),
            )
            yield Change(
                "from-one",
                node,
                f"{loop} counts from 1 instead of 0",
                hints,
                code.call("range", Written("1"), code.binary(node.args[0], "+", Written("1"))),
            )
        elif name == "reversed" and len(node.args) == 1:
            yield Change(
                "not-reversed",
                node,
                f"{loop} runs forward, and should run backward",
                ("In which order does the chain rule go?", "Run through it backward."),
                code.as_it_is(node.args[0]),
            )


def indices(body: Body) -> Iterator[Change]:
    """Positions that are off by one."""
    code = body.code
    for node in body.all(ast.Subscript):
        if not isinstance(node.ctx, ast.Load):
            continue
        whole = body.value(node.value)
        of = f" in {whole}" if whole else ""
        for index in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
            is_negative = isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub)
            inner = index.operand if isinstance(index, ast.UnaryOp) else index
            number = inner.value if isinstance(inner, ast.Constant) else None
            hints = ("Which position is meant, counted from 0?", "Take the neighbouring position.")
            if type(number) is int:
                at = -number if is_negative else number
                for other in (at + 1, at - 1):
                    yield Change(
                        "index-off",
                        index,
                        f"the position{of} is off by one",
                        hints,
                        Written(str(other)),
                    )
            elif isinstance(index, (ast.Name, ast.BinOp)) and _is_position(body, index):
                for sign in "+-":
                    yield Change(
                        "index-off",
                        index,
                        f"the position{of} is off by one",
                        hints,
                        code.binary(index, sign, Written("1")),
                    )


def _is_position(body: Body, index: ast.expr) -> bool:
    if isinstance(index, ast.BinOp):
        return isinstance(index.op, (ast.Add, ast.Sub))
    return isinstance(index, ast.Name) and body.shapes.get((index.id,)) == ()


def selections(body: Body) -> Iterator[Change]:
    """Entries that an argument selects: all of them, or the others."""
    code = body.code
    for node in body.all(ast.Subscript):
        name = body.value(node.slice)
        shape = body.shape(node.slice)
        if not isinstance(node.ctx, ast.Load) or not name.startswith("`") or not shape:
            continue
        yield Change(
            "not-selected",
            node,
            f"all entries are taken, and not only those that {name} selects",
            ("Which entries does the formula take?", f"Select by {name}."),
            code.as_it_is(node.value),
        )
        yield Change(
            "others-selected",
            node,
            f"the entries are taken that {name} does not select",
            ("Which entries does the formula take?", f"Take those that {name} selects."),
            code.attribute(node.value, f"[~{code.operand(node.slice, NAME)}]"),
        )
