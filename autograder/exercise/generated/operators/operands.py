"""Another value in the place of the one that belongs there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.code import Written

_OPERANDS = (ast.BinOp, ast.Call, ast.UnaryOp, ast.Dict, ast.Tuple, ast.Compare, ast.Attribute)
#: No more than so many values are used instead of one.
MOST_OTHERS = 24


def operands(body: Body) -> Iterator[Change]:
    """Each value that is computed with, replaced by each other one that may fit."""
    whole = [*body.quantities()]
    for node in body.all((ast.Name, ast.Subscript)):
        name = body.value(node)
        parent = body.code.parents.get(node)
        if not isinstance(node.ctx, ast.Load) or not name or not isinstance(parent, _OPERANDS):
            continue
        if isinstance(parent, ast.Call) and parent.func is node:
            continue
        if isinstance(parent, ast.Tuple) and isinstance(body.code.statement(node), ast.Assign):
            continue  # it only gets another name
        shape = body.shape(node)
        if shape is None or name.startswith(("the entry", "the matching entry")):
            continue
        is_whole = node in whole
        for other, value in _others(body, node, shape, name):
            if is_whole and not _is_result(body, value):
                continue
            what = f"{value} is used instead of {name}"
            hints = ("Which value does the formula have here?", f"Use {name}.")
            if is_whole and isinstance(parent, ast.Dict):
                what = f"the value is that of {value}"
                hints = ("Which value belongs under this name?", "Return its own value there.")
            yield Change("other-value", node, what, hints, Written(other))


def _others(
    body: Body, node: ast.expr, shape: tuple[int, ...], name: str
) -> Iterator[tuple[str, str]]:
    """The text and the student's name of other values with as many axes."""
    known = {name}
    is_passed_on = _is_passed_on(body, node)
    for path, other in body.shapes.items():
        is_of_other = path[0] in body.function.arguments and not name.startswith(f"`{path[0]}[")
        if len(path) > 1 and (is_passed_on or is_of_other):
            continue  # an entry is taken for another one of the same dict, or for a new one
        if len(other) != len(shape) or path[0] not in body.bound_before(node):
            continue
        text = path[0] + "".join(f'["{key}"]' for key in path[1:])
        value = body.value(ast.parse(text, mode="eval").body)
        if value and value not in known and len(known) <= MOST_OTHERS:
            known.add(value)
            yield text, value


def _is_result(body: Body, value: str) -> bool:
    return value.strip("`").partition("[")[0] not in body.function.arguments


def _is_passed_on(body: Body, node: ast.expr) -> bool:
    """Whether a value is an argument of a call of a function that takes what this one takes."""
    call = body.code.parents.get(node)
    name = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
    return name in body.others and len(body.others[name].arguments) > 1


def attributes(body: Body) -> Iterator[Change]:
    """The attribute of another argument."""
    code = body.code
    own = code.node.args.args if isinstance(code.node, ast.FunctionDef) else []
    for node in body.all(ast.Attribute):
        name = body.value(node)
        if not isinstance(node.ctx, ast.Load) or not isinstance(node.value, ast.Name) or not name:
            continue
        for other in own:
            value = f"`{other.arg}.{node.attr}`"
            if other.arg != node.value.id and name.startswith("`") and value != name:
                yield Change(
                    "other-value",
                    node,
                    f"{value} is used instead of {name}",
                    ("Which value does the formula have here?", f"Use {name}."),
                    Written(value.strip("`")),
                )


def keys(body: Body) -> Iterator[Change]:
    """The entry under another key, which a loop variable names."""
    code = body.code
    for node in body.all(ast.Subscript):
        base, index = node.value, node.slice
        if not isinstance(node.ctx, ast.Load) or not isinstance(index, ast.Name):
            continue
        name = body.value(base)
        for other in body.function.arguments:
            if f"`{other}`" != name and name.startswith("`") and _has_entries(body, other):
                yield Change(
                    "other-argument",
                    node,
                    f"the matching entry of `{other}` is used instead of that of {name}",
                    ("Which of the arguments does the formula have here?", f"Use {name}."),
                    Written(f"{other}[{code.text(index)}]"),
                )


def _has_entries(body: Body, name: str) -> bool:
    return any(len(path) > 1 and path[0] == name for path in body.shapes)


def written_as_numbers(body: Body) -> Iterator[Change]:
    """A number of the instance, written in the place of the argument."""
    for node in body.all(ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id in body.numbers:
            number = repr(body.numbers[node.id])
            yield Change(
                "written-as-number",
                node,
                f"the number {number} is used instead of `{node.id}`",
                (f"What is used when `{node.id}` is another number?", f"Use `{node.id}`."),
                Written(number),
            )


def zeros(body: Body) -> Iterator[Change]:
    """Arguments that are not used: zeros in their place."""
    for node in body.all(ast.Name):
        shape = body.shapes.get((node.id,))
        if not isinstance(node.ctx, ast.Load) or not shape:
            continue
        if node.id in body.function.arguments:
            yield Change(
                "zeros-for-argument",
                node,
                f"zeros are used instead of `{node.id}`",
                (f"What is `{node.id}` for?", f"Use `{node.id}`."),
                Written(f"np.zeros_like({node.id})"),
            )
