"""Numbers that are off, and factors that are one too many."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.code import Written

#: By how many axes an array has, what its length is.
_LENGTHS = {1: "number of entries", 2: "number of rows"}
#: What computes with the numbers that it is given; others take axes and sizes.
_COMPUTING = ("maximum", "minimum", "clip", "power", "where", "max", "min")


def constants(body: Body) -> Iterator[Change]:
    """Numbers in formulas that are twice or half as large, or off by one."""
    for node in body.all(ast.Constant):
        parent, number = body.code.parents.get(node), node.value
        while isinstance(parent, ast.UnaryOp):
            parent = body.code.parents.get(parent)
        if type(number) not in (int, float) or not _is_computed_with(parent):
            continue
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow):
            continue
        for other in dict.fromkeys((2 * number, number / 2, number + 1, number - 1, 1 - number)):
            if other == number or other <= 0:
                continue
            yield Change(
                "other-number",
                node,
                f"the number {other:g} is used instead of {number:g}",
                ("Which number does the formula have here?", f"Write {number:g}."),
                Written(repr(other)),
            )


def _is_computed_with(parent: ast.AST | None) -> bool:
    """Whether a number is an operand in what stands around it."""
    if isinstance(parent, ast.Call):
        name = getattr(parent.func, "attr", getattr(parent.func, "id", ""))
        return name in _COMPUTING
    return isinstance(parent, (ast.BinOp, ast.Assign, ast.Return))


def factors_too_many(body: Body) -> Iterator[Change]:
    """Whole quantities that are multiplied or divided by something more."""
    code = body.code
    for node in body.quantities():
        if isinstance(node, ast.Compare):
            continue
        hints = ("Which factors does the formula have here?",)
        # Entries of a result that are all half as large are one mistake, made before them.
        is_entry = isinstance(code.parents.get(node), (ast.Dict, ast.Tuple))
        for text, words in () if is_entry else (("2", "twice"), ("0.5", "half")):
            yield Change(
                "factor-too-many",
                node,
                f"the final value is {words} what it should be",
                (*hints, "Compare the numbers in the formula with yours."),
                code.binary(node, "*", Written(text)),
                whole=True,
            )
        yield Change(
            "negative",
            node,
            "the final value has the wrong sign",
            ("Is the right value positive or negative?", "Change the sign."),
            code.negated(node),
            whole=True,
        )
        for text, words in _factors(body):
            extra = Written(text)
            if text in body.numbers:
                yield Change(
                    "factor-too-many",
                    node,
                    f"the final value is multiplied by {words}, and should not be",
                    (*hints, "Leave that factor out."),
                    code.binary(node, "*", extra),
                    whole=True,
                )
            yield Change(
                "divisor-too-many",
                node,
                f"there is one division too many, by {words}",
                ("By what does the formula divide here?", "Leave one division out."),
                code.binary(node, "/", extra),
                whole=True,
            )


def _factors(body: Body) -> Iterator[tuple[str, str]]:
    """What students multiply or divide by: single numbers, and lengths of vectors."""
    for name in body.numbers:
        yield name, f"`{name}`"
    for path, shape in body.shapes.items():
        if len(path) == 1 and path[0] in body.function.arguments and len(shape) >= 1:
            yield f"len({path[0]})", f"the {_LENGTHS.get(len(shape), 'length')} of `{path[0]}`"


def slopes_too_many(body: Body) -> Iterator[Change]:
    """Whole quantities that are multiplied by what a declared function gives for a value, or that
    it is applied to."""
    code = body.code
    for node in body.quantities():
        for other in body.others.values():
            if other.owner or len(other.arguments) != 1 or other.name == body.function.name:
                continue
            if other.name not in body.function.calls:
                continue
            yield Change(
                "applied-too-often",
                node,
                f"`{other.name}` is applied to the final value, and should not be",
                ("Does the formula apply a function here?", f"Leave the last `{other.name}` out."),
                code.call(other.name, node),
                whole=True,
            )
            for value, text in _given_to(body, other.name).items():
                yield Change(
                    "slope-too-many",
                    node,
                    f"there is one factor too many, `{other.name}` of {value}",
                    ("Which factors does the formula have here?", "Leave one such factor out."),
                    code.binary(node, "*", code.call(other.name, text)),
                    whole=True,
                )


def _given_to(body: Body, function: str) -> dict[str, str]:
    """What a declared function is given somewhere, if it is an argument or in one: the student's
    name, and the text."""
    found: dict[str, str] = {}
    for node in body.all(ast.Call):
        is_it = isinstance(node.func, ast.Name) and node.func.id == function
        for argument in node.args if is_it else ():
            value = body.value(argument)
            if value.strip("`").partition("[")[0] in body.function.arguments:
                found[value] = body.code.text(argument)
    return found
