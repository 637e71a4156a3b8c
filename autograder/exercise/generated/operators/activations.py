"""Activations and their slopes: another one, at another place, or around too little."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.code import Written
from autograder.exercise.generated.operators.calls import ACTIVATIONS, called_name

WHICH = ("Which function does the formula apply here?",)


def activations(body: Body) -> Iterator[Change]:
    """Another activation in the place of tanh, or of ReLU."""
    code = body.code
    for node in body.all(ast.Call):
        argument, name = _activated(node)
        if argument is None:
            continue
        for key, (text, words) in ACTIVATIONS.items():
            if key != name:
                yield Change(
                    "other-activation",
                    node,
                    f"{words} is used instead of {ACTIVATIONS[name][1]}",
                    (*WHICH, f"Apply {ACTIVATIONS[name][1]}."),
                    Written(text.format(code.text(argument))),
                )
        if name == "relu":
            value = code.text(argument)
            for text, words in (
                (f"np.abs({value})", "the absolute value"),
                (f"np.where({value} > 0, {value}, 0.01 * ({value}))", "a leaky ReLU"),
            ):
                yield Change(
                    "other-activation",
                    node,
                    f"{words} is used instead of {ACTIVATIONS[name][1]}",
                    (*WHICH, f"Apply {ACTIVATIONS[name][1]}."),
                    Written(text),
                )


def _activated(node: ast.Call) -> tuple[ast.expr | None, str]:
    """What numpy's tanh or a ReLU is applied to, and which one it is."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name == "tanh" and len(node.args) == 1:
        return node.args[0], "tanh"
    if name == "maximum" and len(node.args) == 2:
        for zero, other in (node.args, node.args[::-1]):
            if isinstance(zero, ast.Constant) and zero.value == 0:
                return other, "relu"
    return None, ""


def slopes(body: Body) -> Iterator[Change]:
    """The slope of tanh, 1 - a**2, in the place of that of the logistic function, a * (1 - a), or
    the other way round."""
    code = body.code
    for node in body.all(ast.BinOp):
        squared, whole = _tanh_slope(node), _logistic_slope(node)
        if squared is not None:
            one_minus = code.binary(Written("1"), "-", squared)
            yield Change(
                "other-slope",
                node,
                "the slope of the logistic function, a (1 - a), is used instead of that of tanh",
                ("Which function's slope is this?", "Take the slope of tanh."),
                code.binary(squared, "*", one_minus),
            )
        elif whole is not None:
            square = code.binary(whole, "**", Written("2"))
            yield Change(
                "other-slope",
                node,
                "the slope of tanh, 1 - a^2, is used instead of that of the logistic function",
                ("Which function's slope is this?", "Take the slope of the logistic function."),
                code.binary(Written("1"), "-", square),
            )


def _is_one(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1


def _tanh_slope(node: ast.BinOp) -> ast.expr | None:
    """The a of 1 - a**2."""
    power = node.right
    is_slope = isinstance(node.op, ast.Sub) and _is_one(node.left) and isinstance(power, ast.BinOp)
    if not is_slope or not isinstance(power, ast.BinOp) or not isinstance(power.op, ast.Pow):
        return None
    is_square = isinstance(power.right, ast.Constant) and power.right.value == 2
    return power.left if is_square else None


def _logistic_slope(node: ast.BinOp) -> ast.expr | None:
    """The a of a * (1 - a)."""
    if not isinstance(node.op, ast.Mult):
        return None
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if not isinstance(other, ast.BinOp) or not isinstance(other.op, ast.Sub):
            continue
        if _is_one(other.left) and ast.dump(other.right) == ast.dump(one):
            return one
    return None


def around_names(body: Body) -> Iterator[Change]:
    """What goes wrong where what is computed under one name is given to a function."""
    code = body.code
    made = {
        each.targets[0].id: each.value
        for each in body.all(ast.Assign)
        if len(each.targets) == 1 and isinstance(each.targets[0], ast.Name)
    }
    for node in body.all(ast.Call):
        name = called_name(body, node)
        inner = node.args[0] if len(node.args) == 1 and not node.keywords else None
        if not name or not isinstance(inner, ast.Name) or inner.id not in made:
            continue
        value, function = made[inner.id], code.text(node.func)
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            term = body.noun(value.right, "term")
            yield Change(
                "outside",
                node,
                f"{term} is added after {name}, and should be added before it",
                (
                    f"Does the formula apply {name} before or after this term?",
                    f"Add {term} before it.",
                ),
                code.binary(
                    code.call(function, code.binary(inner, "-", value.right)), "+", value.right
                ),
            )
        before = value.args[0] if isinstance(value, ast.Call) and len(value.args) == 1 else None
        other = called_name(body, value) if isinstance(value, ast.Call) else ""
        if before is not None and other:
            yield Change(
                "before-function",
                inner,
                f"{name} is applied to what {other} takes, and should be applied to what it returns",
                (
                    f"What does {name} take: the sum, or what {other} makes of it?",
                    "Take the value.",
                ),
                code.as_it_is(before),
            )
