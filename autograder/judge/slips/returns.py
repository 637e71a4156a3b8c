"""What is returned: nothing, printed text, the wrong variable, the wrong order or kind."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator, Mapping

from autograder.judge.slips.edits import Asked, Change, Edit, numpy_call
from autograder.judge.slips.source import code, is_load

#: Of so many orders of a tuple each is tried, and so many other variables for one.
MOST_ORDERS, MOST_VARIABLES = 24, 8


def missing_returns(asked: Asked) -> Iterator[Edit]:
    """A function that prints its result, or ends without returning it."""
    body = asked.written.node.body
    for node in asked.written.nodes:
        if isinstance(node, ast.Expr) and _is_print(node.value):
            assert isinstance(node.value, ast.Call)
            for given in node.value.args:
                new = ast.Return(given)
                text = f"print shows a value and gives none back: write `{code(new)}`."
                yield Edit(node, new, text, "print")
        elif isinstance(node, ast.Return) and node.value and _is_print(node.value):
            assert isinstance(node.value, ast.Call)
            for given in node.value.args:
                new = ast.Return(given)
                text = f"print gives None back: write `{code(new)}`."
                yield Edit(node, new, text, "print")
    if not any(isinstance(n, ast.Return) and n.value is not None for n in asked.written.nodes):
        last = body[-1]
        for value in _last_values(asked, last):
            new = ast.Return(value)
            text = f"the function ends here without giving anything back: add `{code(new)}`."
            kept = [] if isinstance(last, ast.Return) else [last]
            yield Edit(last, [*kept, new], text, "no return")


def _is_print(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    )


def _last_values(asked: Asked, last: ast.stmt) -> Iterator[ast.expr]:
    """What a function may mean to return that returns nothing."""
    if isinstance(last, ast.Expr) and not _is_print(last.value):
        yield last.value
    names = dict.fromkeys(
        node.id
        for node in reversed(asked.written.nodes)
        if isinstance(node, ast.Name) and not is_load(node)
    )
    keys = _keys(asked)
    yield from (ast.Name(name, ast.Load()) for name in itertools.islice(names, MOST_VARIABLES))
    if keys and set(keys) <= set(names):
        yield _dict(keys, [ast.Name(key, ast.Load()) for key in keys])
    expected = asked.cases[0].expected[asked.function.name]
    if isinstance(expected, tuple):
        known = [*names, *(a for a in asked.written.arguments if a not in names)]
        for pair in itertools.permutations(known[:5], len(expected)):
            yield ast.Tuple([ast.Name(name, ast.Load()) for name in pair], ast.Load())


def _keys(asked: Asked) -> list[str]:
    expected = asked.cases[0].expected[asked.function.name]
    return list(expected) if isinstance(expected, Mapping) else []


def _dict(keys: list[str], values: list[ast.expr]) -> ast.Dict:
    return ast.Dict([ast.Constant(key) for key in keys], values)


def returned(asked: Asked) -> Iterator[Edit]:
    """Another order of what is returned, a dict of it, one item of it, another variable."""
    keys = _keys(asked)
    for node in asked.written.nodes:
        if not isinstance(node, ast.Return) or node.value is None:
            continue
        value = node.value
        if isinstance(value, (ast.Tuple, ast.List)):
            yield from _in_order(node, value, keys)
        if isinstance(value, (ast.List, ast.Tuple, ast.Set)) and len(value.elts) == 1:
            new = ast.Return(value.elts[0])
            is_tuple = isinstance(value, ast.Tuple)
            text = "the comma makes a tuple" if is_tuple else "the brackets make a collection"
            text += " of one item of it"
            yield Edit(node, new, f"{text}: write `{code(new)}`.", "one item")
        if isinstance(value, ast.Name):
            yield from _other_variables(asked, node, value)
    for node in asked.written.nodes:
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(value, ast.Name):
                    yield from _other_entries(asked, key, value)


def not_added_up(asked: Asked) -> Iterator[Edit]:
    """An array of terms where their sum or mean is wanted."""
    if not isinstance(asked.cases[0].expected[asked.function.name], (int, float)):
        return
    for node in asked.written.nodes:
        if isinstance(node, ast.Return) and node.value is not None:
            for sum_or_mean in ("sum", "mean"):
                new = ast.Return(numpy_call(sum_or_mean, node.value))
                text = "this has an entry for each output, and one number is wanted"
                yield Edit(node, new, f"{text}: write `{code(new)}`.", sum_or_mean)


def _in_order(node: ast.Return, value: ast.Tuple | ast.List, keys: list[str]) -> Iterator[Edit]:
    if keys and len(value.elts) >= len(keys):
        named = {code(e): e for e in value.elts}
        orders: Iterable[tuple[ast.expr, ...]] = itertools.permutations(value.elts, len(keys))
        if set(keys) <= set(named):
            orders = [tuple(named[key] for key in keys)]
        for order in itertools.islice(orders, MOST_ORDERS):
            new = ast.Return(_dict(keys, list(order)))
            text = "a dict is wanted, with a name for each value"
            yield Edit(node, new, f"{text}: write `{code(new)}`.", "dict")
        return
    for order in itertools.islice(itertools.permutations(value.elts), 1, MOST_ORDERS):
        new = ast.Return(ast.Tuple(list(order), ast.Load()))
        text = "the values are returned in another order than asked for"
        yield Edit(node, new, f"{text}: write `{code(new)}`.", "order")


def _variables(asked: Asked, value: ast.Name) -> list[str]:
    names = dict.fromkeys(
        n.id for n in asked.written.nodes if isinstance(n, ast.Name) and not is_load(n)
    )
    return [name for name in names if name != value.id][-MOST_VARIABLES:]


def _other_variables(asked: Asked, node: ast.Return, value: ast.Name) -> Iterator[Edit]:
    for name in _variables(asked, value):
        new = ast.Return(ast.Name(name, ast.Load()))
        text = f"`{value.id}` is not what has to be returned; `{name}` is"
        yield Edit(node, new, f"{text}. Write `{code(new)}`.", "variable", True)


def _other_entries(asked: Asked, key: ast.Constant, value: ast.Name) -> Iterator[Edit]:
    for name in _variables(asked, value):
        text = f'under "{key.value!s}" stands `{value.id}`, and `{name}` belongs there.'
        yield Edit(value, ast.Name(name, ast.Load()), text, f"entry {key.value!s}", True)


def dedented(asked: Asked) -> Iterator[Change]:
    """A return at the end of a loop that belongs after it, or after one around it."""
    loops = [n for n in asked.written.nodes if isinstance(n, (ast.For, ast.While))]
    for inner in loops:
        last = inner.body[-1]
        if not isinstance(last, ast.Return) or len(inner.body) < 2:
            continue
        for loop in (outer for outer in loops if any(n is last for n in ast.walk(outer))):
            edits = [Edit(last, [], ""), Edit(loop, [loop, ast.Return(last.value)], "")]
            text = "this return stands inside a loop and ends it in its first round"
            yield Change(
                f"{text}: move it behind the loop, by its indentation.", last.lineno, edits
            )
