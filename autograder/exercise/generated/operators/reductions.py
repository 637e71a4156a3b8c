"""Sums and means over axes, and squares."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.code import Code, Written

KINDS = {"sum": "the sum", "mean": "the mean", "max": "the maximum", "min": "the minimum"}
AXES = ("Over which axis does the formula add up?",)


def reductions(body: Body) -> Iterator[Change]:
    """What goes wrong where an array is added up."""
    code = body.code
    for node in body.all(ast.Call):
        found = _reduced(code, node)
        if found is None:
            continue
        kind, inner, rest = found
        for other in ("sum", "mean") if kind in ("sum", "mean") else ("sum", "mean", "max", "min"):
            if other != kind:
                yield Change(
                    f"{other}-for-{kind}",
                    node,
                    f"{KINDS[other]} is used instead of {KINDS[kind]}",
                    (
                        "By what does the formula divide?"
                        if kind != "max"
                        else "What does the formula take of the numbers?",
                        f"Take {KINDS[kind]}.",
                    ),
                    _made(code, other, inner, rest),
                )
        yield Change(
            f"{kind}-left-out",
            node,
            f"{KINDS[kind]} is not taken",
            ("How many numbers does the formula make of these?", f"Take {KINDS[kind]}."),
            code.as_it_is(inner),
        )
        yield from _axes(body, node, kind, inner, rest)
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Pow):
            late = _made(code, kind, inner.left, rest)
            yield Change(
                f"power-of-{kind}",
                node,
                f"{KINDS[kind]} is taken before the square, and should be taken after it",
                ("Which comes first in the formula?", f"Square first, then take {KINDS[kind]}."),
                code.binary(late, "**", inner.right),
            )
        if kind in ("sum", "mean") and "axis" not in rest:
            yield Change(
                "root-taken",
                node,
                f"the square root of {KINDS[kind]} is taken",
                ("Does the formula have a root?", "Leave the root out."),
                code.call("np.sqrt", node),
            )
            yield Change(
                "halved",
                node,
                f"{KINDS[kind]} is halved, and should not be",
                ("Does the formula have a half?", "Leave the half out."),
                code.binary(node, "/", Written("2")),
            )


def _axes(
    body: Body, node: ast.Call, kind: str, inner: ast.expr, rest: dict[str, str]
) -> Iterator[Change]:
    code = body.code
    axis = rest.get("axis")
    others = {"0": ["1", "-1"], "1": ["0"], "-1": ["0"]}.get(
        axis or "", ["0"] if axis is None else []
    )
    for other in others:
        yield Change(
            "other-axis" if axis else "axis-added",
            node,
            _other_axis(kind, other, axis),
            (*AXES, f"Take it over axis {axis}." if axis else "Leave the axis out."),
            _made(code, kind, inner, {**rest, "axis": other}),
        )
    if axis is not None:
        without = {key: text for key, text in rest.items() if key != "axis"}
        yield Change(
            "axis-left-out",
            node,
            _other_axis(kind, "", axis),
            (*AXES, "Say which axis."),
            _made(code, kind, inner, without),
        )
    if "keepdims" in rest:
        without = {key: text for key, text in rest.items() if key != "keepdims"}
        yield Change(
            "axis-not-kept",
            node,
            f"{KINDS[kind]} loses the axis that it is taken over, so that rows and columns meet",
            ("Which shape has it, and with which is it combined?", "Keep the axis, with length 1."),
            _made(code, kind, inner, without),
        )


def _other_axis(kind: str, other: str, axis: str | None) -> str:
    """The sentence on a reduction over another axis, or over "" for all numbers. Numbers that are
    only shifted, or scaled, by a largest one do not tell over which axis it was taken."""
    if kind in ("max", "min") and axis:
        return f"{KINDS[kind]} is not taken over axis {axis}"
    if not other:
        several = axis is not None and axis.startswith("(")
        meant = f"the axes {axis}" if several else "one axis"
        return f"{KINDS[kind]} is taken over all numbers instead of {meant}"
    meant = f" instead of axis {axis}" if axis else ", and should be taken over all numbers"
    return f"{KINDS[kind]} is taken over axis {other}{meant}"


def _reduced(code: Code, node: ast.Call) -> tuple[str, ast.expr, dict[str, str]] | None:
    """The kind of a reduction, what is reduced, and the other arguments."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in KINDS:
        return None
    args, is_numpy = (
        list(node.args),
        isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "numpy"),
    )
    inner = (args.pop(0) if args else None) if is_numpy else node.func.value
    if inner is None or any(keyword.arg is None for keyword in node.keywords):
        return None
    rest = {str(keyword.arg): code.text(keyword.value) for keyword in node.keywords}
    return node.func.attr, inner, {**({"axis": code.text(args[0])} if args else {}), **rest}


def _made(code: Code, kind: str, inner: ast.AST | Written, rest: dict[str, str]) -> Written:
    return code.call(f"np.{kind}", inner, *(f"{key}={text}" for key, text in rest.items()))


def entries_added_up(body: Body) -> Iterator[Change]:
    """Whole quantities that are added up, or given another axis."""
    code = body.code
    for node in body.quantities():
        shape = body.shape(node) if isinstance(node, (ast.Name, ast.Subscript)) else ()
        if shape is None or (isinstance(node, ast.Name) and not shape):
            continue
        hints = ("Which shape has to come out here?", "Leave the sum out.")
        yield Change(
            "added-up",
            node,
            "the final value is summed over axis 0, and should not be",
            hints,
            code.call("np.sum", node, "axis=0"),
            whole=True,
        )
        if isinstance(node, ast.Name):
            for text, words in (("[None, :]", "in front"), ("[:, None]", "at the end")):
                yield Change(
                    "axis-too-many",
                    node,
                    f"it has an extra axis of length 1 {words}",
                    ("Which shape has to come out here?", "Leave the extra axis out."),
                    code.attribute(node, text),
                    whole=True,
                )


def powers(body: Body) -> Iterator[Change]:
    """What goes wrong with squares and other powers."""
    code = body.code
    for node in body.all(ast.BinOp):
        if not isinstance(node.op, ast.Pow):
            continue
        is_square = isinstance(node.right, ast.Constant) and node.right.value == 2
        power = "the square" if is_square else "the power"
        hints = ("Which power does the formula have?",)
        yield Change(
            "power-left-out",
            node,
            f"{power} is missing",
            (*hints, f"Take {power}."),
            code.as_it_is(node.left),
        )
        if not isinstance(node.right, ast.BinOp):
            yield Change(
                "times-exponent",
                node,
                "it is multiplied by the exponent, and should be raised to that power",
                (*hints, "Use ** for a power."),
                code.binary(node.left, "*", node.right),
            )
        if not is_square:
            continue
        yield Change(
            "size-for-square",
            node,
            "the absolute value is used instead of the square",
            (*hints, "Square it."),
            code.call("np.abs", node.left),
        )
        inner = node.left
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, (ast.Add, ast.Sub)):
            sign = "+" if isinstance(inner.op, ast.Add) else "-"
            if sign == "-":
                yield Change(
                    "power-left-out",
                    node,
                    "the square is missing, and the difference is the wrong way round",
                    (*hints, "Square the difference."),
                    code.binary(inner.right, "-", inner.left),
                )
            squares = [code.binary(each, "**", Written("2")) for each in (inner.left, inner.right)]
            yield Change(
                "squared-apart",
                node,
                "each term is squared by itself, and should not be",
                (
                    "Is the square of a difference the difference of the squares?",
                    "Square after subtracting.",
                ),
                code.binary(squares[0], sign, squares[1]),
            )
