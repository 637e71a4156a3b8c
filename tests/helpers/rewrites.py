"""Everyday mistakes, made in right answers by operators over their syntax trees or their text.

The operators know nothing of what names mistakes (`autograder.judge.slips`). A mistake is the
answer's source with one place changed, and the numbers of the lines that changed.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

#: What a notebook's top level may hold besides: an example, under other names or the same.
EXAMPLE = """
import math
X = np.array([0.5, 0.3])
T = np.array([0.7])
W1 = np.array([[0.2, 0.4], [0.1, 0.3]])
b1 = np.array([0.1, 0.2])
W2 = np.array([[0.5], [0.6]])
b2 = np.array([0.1])
learning_rate = 0.1
num_epochs = 3
"""
KEYS = ("h", "y", "W1", "b1", "W2", "b2")
GLOBALS = {"x": "X", "t": "T", "lr": "learning_rate", "epochs": "num_epochs"}
#: How students name gradients in place of W1.
SPELT: Sequence[Callable[[str], str]] = (
    lambda key: f"d{key}",
    lambda key: f"grad_{key}",
    lambda key: f"{key}_grad",
    lambda key: f"dL_d{key}",
    lambda key: f"{key[0]}_{key[1:]}" if key[1:] else f"{key}_out",
)


@dataclass(frozen=True)
class Rewrite:
    """One mistake: its kind, the function that it is made in, and the changed source."""

    kind: str
    function: str
    source: str
    lines: frozenset[int]


def rewrites(source: str) -> Iterator[Rewrite]:
    """All mistakes of all operators in the functions at the top level of an answer."""
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.args.args and not node.decorator_list:
            for kind, start, end, text in _changes(source, node):
                made = source[:start] + text + source[end:]
                if not _is_other(source, made):
                    continue
                first = source.count("\n", 0, start) + 1
                last = first + source.count("\n", start, end)
                yield Rewrite(kind, node.name, made, frozenset(range(first, last + 1)))


def _is_other(source: str, made: str) -> bool:
    try:
        return ast.dump(ast.parse(made)) != ast.dump(ast.parse(source))
    except SyntaxError:
        return False


Change = tuple[str, int, int, str]


def _changes(source: str, function: ast.FunctionDef) -> Iterator[Change]:
    starts = list(itertools.accumulate((len(line) + 1 for line in source.split("\n")), initial=0))

    def span(node: ast.AST) -> tuple[int, int]:
        lines = source.split("\n")
        return tuple(  # type: ignore[return-value]
            starts[line - 1] + len(lines[line - 1].encode()[:column].decode())
            for line, column in (
                (node.lineno, node.col_offset),  # type: ignore[attr-defined]
                (node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
            )
        )

    def text(node: ast.AST) -> str:
        start, end = span(node)
        return source[start:end]

    nodes = [n for statement in function.body for n in ast.walk(statement)]
    for node in nodes:
        if hasattr(node, "lineno"):
            for kind, made in _of_node(node, text):
                yield kind, *span(node), made
    start, end = span(function)
    yield from _brackets(source, start, end)
    yield from _of_function(source, function, span, text)


def _brackets(source: str, start: int, end: int) -> Iterator[Change]:
    """A pair of brackets left out."""
    opened: list[int] = []
    body = source.index("\n", start)
    for at in range(body, end):
        if source[at] == "(":
            opened.append(at)
        elif source[at] == ")" and opened:
            first = opened.pop()
            if not re.search(r"[\w\])]$", source[:first]):
                yield "brackets", first, at + 1, source[first + 1 : at]


def _of_node(node: ast.AST, text: Callable[[ast.AST], str]) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.BinOp):
        yield from _of_operation(node, *(_operand(part, text) for part in (node.left, node.right)))
    elif isinstance(node, ast.Call) and not node.keywords:
        yield from _of_call(node, text)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield "not transposed", text(node.value)
    elif isinstance(node, ast.Return) and node.value is not None:
        value = text(node.value)
        yield "print", f"print({value})"
        yield "no return", value
        if isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
            yield "order", "return " + ", ".join(map(text, reversed(node.value.elts)))
        if isinstance(node.value, ast.Dict) and all(node.value.keys):
            yield "no dict", f"return {', '.join(map(text, node.value.values))}"
    elif isinstance(node, ast.Dict) and all(isinstance(k, ast.Constant) for k in node.keys):
        yield from _of_dict(node, text)
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        key = node.slice.value
        if isinstance(key, str) and text(node.value) == "params":
            yield "global", key
            yield "key", f'params["{key.lower() if key[0].isupper() else key.upper()}"]'
    elif isinstance(node, ast.IfExp):
        return


def _operand(node: ast.expr, text: Callable[[ast.AST], str]) -> str:
    """An operand with the brackets that its own syntax tree does not show."""
    return f"({text(node)})" if isinstance(node, (ast.BinOp, ast.UnaryOp)) else text(node)


def _of_operation(node: ast.BinOp, left: str, right: str) -> Iterator[tuple[str, str]]:
    if isinstance(node.op, ast.MatMult):
        yield "* for @", f"{left} * {right}"
        yield "factors swapped", f"{right} @ {left}"
        yield "transposed", f"{left} @ {right}.T"
        yield "dot swapped", f"np.dot({right}, {left})"
    elif isinstance(node.op, ast.Mult) and not isinstance(node.left, ast.Constant):
        yield "@ for *", f"{left} @ {right}"
        yield "dot for *", f"np.dot({left}, {right})"
    elif isinstance(node.op, ast.Pow):
        yield "^", f"{left} ^ {right}"
    elif isinstance(node.op, ast.Div):
        yield "//", f"{left} // {right}"


def _of_call(node: ast.Call, text: Callable[[ast.AST], str]) -> Iterator[tuple[str, str]]:
    name, given = text(node.func), [text(argument) for argument in node.args]
    listed = ", ".join(given)
    if name == "np.outer":
        yield "outer swapped", f"np.outer({', '.join(reversed(given))})"
        yield "no outer", " * ".join(given)
        yield "@ for outer", " @ ".join(given)
        yield "dot for outer", f"np.dot({listed})"
    if name in ("np.mean", "np.sum") and len(given) == 1:
        yield "sum or mean", f"np.{'sum' if name == 'np.mean' else 'mean'}({listed})"
        yield "axis", f"{name}({listed}, axis=1)"
    if name == "np.sum":
        yield "built-in sum", f"sum({listed})"
    if name in ("np.exp", "np.sqrt", "np.tanh"):
        yield "math", f"math.{name[3:]}({listed})"
        yield "misspelt function", f"{name}p({listed})"
    if name in ("np.maximum", "np.minimum"):
        yield "max", f"{name[3:6]}({listed})"
    if name in ("np.zeros", "np.empty", "np.ones", "np.zeros_like", "np.empty_like"):
        yield "integers", f"{name}({listed}, dtype=int)"
    if name == "np.where" and len(given) == 3:
        yield "if on an array", f"({given[1]} if {given[0]} else {given[2]})"
    if name == "np.abs":
        return
    if name == "range" and len(given) == 1:
        yield "range(2)", "range(2)"
        yield "range(100)", "range(100)"
        if given[0] == "epochs":
            yield "too many", "range(epochs + 1)"
    if name in ("forward", "loss", "backward", "update") and len(given) > 1:
        yield "arguments swapped", f"{name}({', '.join([given[1], given[0], *given[2:]])})"
        if name == "loss" and given[0].endswith('["y"]'):
            yield "whole dict", f"loss({given[0][:-5]}, {given[1]})"
    if name.endswith(".append") and name != "np.append":
        target = name.removesuffix(".append")
        yield "append assigned", f"{target} = {name}({listed})"
        yield "list + number", f"{target} += {listed}"
        yield "list in list", f"{name}([{listed}])"
        yield "replaced", f"{target} = {listed}"
    if name.endswith((".reshape", ".copy")):
        yield "no reshape", name.rpartition(".")[0]


def _of_dict(node: ast.Dict, text: Callable[[ast.AST], str]) -> Iterator[tuple[str, str]]:
    keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
    if not set(keys) <= set(KEYS) or len(keys) < 2:
        return
    values = list(map(text, node.values))

    def made(pairs: Sequence[tuple[str, str]]) -> str:
        return "{" + ", ".join(f'"{key}": {value}' for key, value in pairs) + "}"

    for at, spelt in enumerate(SPELT):
        yield (
            f"keys {at}",
            made([(spelt(key), value) for key, value in zip(keys, values, strict=True)]),
        )
    for end in range(1, len(keys)):
        kept = list(zip(keys, values, strict=True))[:end]
        yield "incomplete", made(kept)
        yield "None", made([*kept, *((key, "None") for key in keys[end:])])
        yield "zeros", made([*kept, *((key, "0.0") for key in keys[end:])])
        yield "ellipsis", made([*kept, *((key, "...") for key in keys[end:])])


def _of_function(
    source: str,
    function: ast.FunctionDef,
    span: Callable[[ast.AST], tuple[int, int]],
    text: Callable[[ast.AST], str],
) -> Iterator[Change]:
    _, end = span(function)
    body = span(function.body[0])[0]
    arguments = [argument.arg for argument in function.args.args]
    for argument in arguments:
        if argument in GLOBALS:
            made = re.sub(rf"\b{argument}\b(?!\s*=[^=])", GLOBALS[argument], source[body:end])
            yield "global", body, end, made
    if len(arguments) > 1 and not function.args.defaults:
        first, second = function.args.args[0], function.args.args[1]
        made = f"{text(second)}, {text(first)}"
        yield "def swapped", span(first)[0], span(second)[1], made
    names = {
        n.id
        for s in function.body
        for n in ast.walk(s)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and len(n.id) > 3
    }
    for name in sorted(names):
        for n in ast.walk(function):
            if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load):
                yield "misspelt", *span(n), name[:-2] + name[-1] + name[-2]
                break
    for statement in ast.walk(function):
        if isinstance(statement, ast.For) and len(statement.body) > 1:
            after = [s for s in function.body if s.lineno > (statement.end_lineno or 0)]
            if after and isinstance(after[0], ast.Return):
                indent = " " * (after[0].col_offset + 4)
                first, last = span(after[0])
                yield (
                    "return in loop",
                    first - after[0].col_offset,
                    last,
                    indent + source[first:last],
                )
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            called = text(statement.value.func)
            if called in ("forward", "loss", "backward", "update") and len(statement.targets) == 1:
                target = statement.targets[0]
                if isinstance(target, ast.Name) and target.id not in arguments:
                    tail = source[span(target)[0] : end]
                    if re.search(rf"\b{target.id}=", tail):
                        continue
                    made = re.sub(rf"\b{target.id}\b", called, tail)
                    yield "function hidden", span(target)[0], end, made
    last = function.body[-1]
    if isinstance(last, ast.Return) and len(function.body) > 2 and "params" in arguments:
        yield "stops", *span(last), f"raise NotImplementedError\n    {text(last)}"
        yield "stops", *span(last), f"np.ones(7) @ np.ones(4)\n    {text(last)}"
