"""What raised an exception in a submission's own code: the line, and what stood in it."""

from __future__ import annotations

import ast
import contextlib
import functools
import itertools
import linecache
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograder.sandbox.calls import Code
from autograder.sandbox.plain import MAX_TEXT

#: Of the parts of a line that are described.
MAX_OPERANDS = 4
#: A longer source is not parsed for a message.
MAX_SOURCE = 200_000
#: Built-in functions that may be named, whatever name the submission has for them.
_TYPES = (float, int, complex, bool, range)


#: What tests whether something is true, and the word for it.
_TESTS = {ast.If: "if", ast.IfExp: "if", ast.While: "while", ast.Assert: "assert"}
#: In the place of a word: a < b < c needs the truth value of a < b.
CHAIN = "a chain of comparisons"


class Frame(NamedTuple):
    """One of the submission's own frames on a traceback, and which instruction ran in it."""

    frame: types.FrameType
    instruction: int
    line: int


def innermost(error: BaseException, is_own: Callable[[types.FrameType], bool]) -> Frame | None:
    """The last frame of the submission's own on the traceback of an exception."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        if is_own(trace.tb_frame) and isinstance(trace.tb_lineno, int):
            found = Frame(trace.tb_frame, trace.tb_lasti, trace.tb_lineno)
        trace = trace.tb_next
    return found


#: What was compiled of the cells of one file, each with its first line and empty lines before it.
Sources = Sequence[tuple[int, str]]


def code_at(at: Frame, sources: Mapping[str, Sources]) -> Code | None:
    """What ran there; None where its text is not known. Whatever a submission did to what is asked
    here costs it this explanation only."""
    with contextlib.suppress(Exception):
        code = at.frame.f_code
        source = _source(at, sources.get(code.co_filename))
        line = source.split("\n")[at.line - 1].strip()[:MAX_TEXT]
        positions = next(itertools.islice(code.co_positions(), at.instruction // 2, None))
        with contextlib.suppress(Exception):
            return Code(line, *_described(source, positions, at.frame))
        return Code(line) if line else None
    return None


def _source(at: Frame, cells: Sources | None) -> str:
    """The text that ran; that of a notebook in this process is kept by IPython."""
    if cells is None:
        return "".join(linecache.getlines(at.frame.f_code.co_filename))
    return next(text for first, text in reversed(cells) if first <= at.line)


Positions = tuple[int | None, int | None, int | None, int | None]


def _described(
    source: str, positions: Positions, frame: types.FrameType
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What refused in the part of a source at these positions, and its operands."""
    if len(source) > MAX_SOURCE:
        return "", ()
    part, parent = _parts(source, positions)
    names = {**frame.f_builtins, **frame.f_globals, **frame.f_locals}
    refused, given = _word(part, parent), [part]
    if isinstance(part, ast.Call):
        refused, given = _function(_value(part.func, names)), part.args
    found: dict[str, str] = {}
    for node in itertools.chain.from_iterable(map(_operands, given)):
        value = _value(node, names) if len(found) < MAX_OPERANDS else _UNKNOWN
        if value is not _UNKNOWN:
            found[_text(source, node)] = _kind(value)
    return refused, tuple(found.items())


@functools.lru_cache(maxsize=64)  # to find a node's text, Python reads the source by character
def _text(source: str, node: ast.expr) -> str:
    return f"{ast.get_source_segment(source, node)}"[:MAX_TEXT]


@functools.lru_cache(maxsize=16)  # a function that raises does so at many calls
def _parts(source: str, positions: Positions) -> tuple[ast.expr, ast.AST]:
    """The expression at these positions, and what it is a part of. Of a statement that tests one,
    that is the expression."""
    line = positions[0] or 0
    parents: list[ast.AST] = [ast.parse(source)]
    for parent in parents:
        for node in ast.iter_child_nodes(parent):
            if not getattr(node, "lineno", 0) <= line <= getattr(node, "end_lineno", line):
                continue
            parents.append(node)
            if not isinstance(node, (ast.expr, ast.If, ast.While, ast.Assert)):
                continue
            start, end = (node.lineno, node.end_lineno), (node.col_offset, node.end_col_offset)
            if positions == (*start, *end):
                return (node, parent) if isinstance(node, ast.expr) else (node.test, node)
    raise LookupError


def _word(part: ast.expr, parent: ast.AST) -> str:
    """The word that needs the truth value of a part; "" if none does."""
    if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Not):
        return "not"
    for bool_op in (part, parent):
        if isinstance(bool_op, ast.BoolOp):
            return "and" if isinstance(bool_op.op, ast.And) else "or"
    if isinstance(part, ast.Compare) and len(part.ops) > 1:
        return CHAIN
    if isinstance(parent, (ast.If, ast.IfExp, ast.While, ast.Assert)) and parent.test is part:
        return _TESTS[type(parent)]
    return "if" if isinstance(parent, ast.comprehension) and part in parent.ifs else ""


def _function(value: Any) -> str:
    """The name of a function of Python's, "math.exp"; "" for any other."""
    if any(value is each for each in _TYPES):
        return str(value.__name__)
    if type(value) is not types.BuiltinFunctionType or not isinstance(value.__module__, str):
        return ""
    return (
        value.__name__ if value.__module__ == "builtins" else f"{value.__module__}.{value.__name__}"
    )


def _operands(node: ast.AST) -> Iterator[ast.expr]:
    """The names in an expression, and the entries that are taken of them."""
    if isinstance(node, (ast.Name, ast.Subscript)) and _value(node, None) is not _UNKNOWN:
        yield node
        return
    if isinstance(node, ast.Call):  # what it gives is not what it is given
        return
    for child in ast.iter_child_nodes(node):
        yield from _operands(child)


_UNKNOWN: Any = object()


def _value(node: ast.AST, names: Mapping[str, Any] | None) -> Any:
    """The value of a name, of an entry of a dict or of a part of a module, none of which runs code
    of the submission's; `_UNKNOWN` for others. Without ``names``: whether it may have one."""
    if isinstance(node, ast.Name):
        return None if names is None else names.get(node.id, _UNKNOWN)
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Subscript):
        whole, at = _value(node.value, names), _value(node.slice, names)
        if names is None:
            return at if whole is not _UNKNOWN else whole
        is_data = type(whole) in (dict, list, tuple, np.ndarray) and type(at) in (int, str)
        return whole[at] if is_data else _UNKNOWN
    if isinstance(node, ast.Attribute) and names is not None:
        whole = _value(node.value, names)
        if type(whole) is types.ModuleType:
            return whole.__dict__.get(node.attr, _UNKNOWN)
    return _UNKNOWN


def _kind(value: Any) -> str:
    """What a value is, in words."""
    if isinstance(value, np.ndarray):
        what = "np.matrix" if isinstance(value, np.matrix) else "an array"
        return f"{what} of shape {np.shape(value)}"
    if value is None:
        return "None"
    if isinstance(value, (float, int)) and not isinstance(value, bool):
        return "a number"
    if type(value) in (list, tuple):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {type(value).__name__}"
