"""Calls: arguments in the wrong order, a whole dict for one entry, a wrong def line."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from autograder.judge.slips.edits import Asked, Edit
from autograder.judge.slips.source import called, code

#: numpy's functions whose arguments are easily swapped.
ORDERED = {"subtract", "divide", "power", "where", "full"}


def swapped_arguments(asked: Asked) -> Iterator[Edit]:
    """Two arguments of a call in the place of each other."""
    for node in asked.written.nodes:
        if not isinstance(node, ast.Call) or node.keywords or len(node.args) < 2:
            continue
        name = called(node)
        if name not in asked.source.functions and name not in ORDERED:
            continue
        written = asked.source.functions.get(name)
        takes = f"{name} takes ({', '.join(written.arguments)})" if written else f"np.{name}"
        for one, other in itertools.combinations(range(len(node.args)), 2):
            given = [*node.args]
            given[one], given[other] = given[other], given[one]
            if name == "where" and isinstance(given[0], ast.Constant):
                continue  # a number is no condition, even where it gives what is right
            new = ast.Call(node.func, given, [])
            text = (
                f"{takes}; here the arguments are in another order"
                if written
                else (f"the arguments of {takes} are in another order than it takes them")
            )
            yield Edit(node, new, f"{text}. Write `{code(new)}`.", f"swapped {name}")


def whole_dicts(asked: Asked) -> Iterator[Edit]:
    """A whole dict given where one of its entries is meant."""
    case = asked.cases[0]
    inputs = {key for value in case.inputs.values() if isinstance(value, dict) for key in value}
    keys = dict.fromkeys(
        key
        for value in case.expected.values()
        if isinstance(value, dict)
        for key in value
        if key not in inputs or key in case.inputs
    )
    for node in asked.written.nodes:
        if not isinstance(node, ast.Call) or called(node) not in asked.source.functions:
            continue
        for given in node.args:
            for key in keys if isinstance(given, (ast.Name, ast.Call)) else ():
                new = ast.Subscript(given, ast.Constant(key), ast.Load())
                text = f"`{code(given)}` is a whole dict, of which one entry is meant"
                yield Edit(given, new, f"{text}: write `{code(new)}`.", "whole dict")


def def_line(asked: Asked) -> Iterator[Edit]:
    """A def line with the arguments in another order."""
    if not asked.function.takes_data:
        return
    node, wanted = asked.written.node, list(asked.function.arguments)
    names, args = asked.written.arguments, node.args.args
    if names == wanted or len(names) != len(wanted) or node.args.vararg or node.args.kwonlyargs:
        return
    if sorted(names) == sorted(wanted):
        orders = [[args[names.index(name)] for name in wanted]]
    else:
        orders = [list(order) for order in itertools.islice(itertools.permutations(args), 1, 24)]
    for order in orders:
        arguments = ast.arguments([], order, None, [], [], None, [])
        text = (
            f"{node.name} is called with ({', '.join(wanted)}), and its def line takes them in "
            f"another order: write `def {node.name}({', '.join(a.arg for a in order)}):`."
        )
        yield Edit(node.args, arguments, text, "def")
