"""A function of a student's as a change of the solution, in a form that may stand among an author's
files: nobody's name, no comment, and nothing but computing.

What stands in ``mistakes.py`` runs as the author's own code, outside any sandbox. So only what is
listed here passes; whatever else it could do, the author reads it before.
"""

from __future__ import annotations

import ast
import builtins
import io
import math
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from autograder.exercise.definitions import definitions, extent_of, used_names
from autograder.exercise.solution import Solution

#: A longer function is no draft that somebody would read.
MOST_LINES, MOST_CHARACTERS = 40, 2000
#: An id that is shorter occurs in other words.
_LEAST_ID = 3
_BUILTINS = set(
    "abs all any bool dict enumerate float int len list max min pow range reversed round sorted sum"
    " tuple zip".split()
)
#: What is read of arrays, dicts, lists and modules, besides functions of numbers, and what the
#: solution has of its own.
_ATTRIBUTES = set(
    "T accumulate all any append arange argmax argmin argsort array asarray astype at"
    " atleast_1d atleast_2d average broadcast_to clip column_stack concatenate copy"
    " count_nonzero cross cumprod cumsum diag diagonal dot dtype e einsum expand_dims extend"
    " eye fill flatten flip float32 float64 full full_like get hstack identity inf inner int32"
    " int64 items keys kron linalg linspace max mean median min nan nan_to_num ndim newaxis"
    " norm ones ones_like outer pad pi pop prod ravel reduce repeat reshape roll round shape"
    " size sort split squeeze stack std sum swapaxes take tensordot tile tolist trace"
    " transpose tril triu update values var vdot vstack where zeros zeros_like".split()
)
_NODES: tuple[type[ast.AST], ...] = (
    ast.FunctionDef,
    ast.Return,
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.For,
    ast.If,
    ast.Expr,
    ast.Pass,
    ast.Break,
    ast.Continue,
    ast.BoolOp,
    ast.NamedExpr,
    ast.BinOp,
    ast.UnaryOp,
    ast.Lambda,
    ast.IfExp,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Compare,
    ast.Call,
    ast.Constant,
    ast.Attribute,
    ast.Subscript,
    ast.Starred,
    ast.Name,
    ast.List,
    ast.Tuple,
    ast.Slice,
    ast.comprehension,
    ast.arguments,
    ast.arg,
    ast.keyword,
    ast.boolop,
    ast.operator,
    ast.unaryop,
    ast.cmpop,
    ast.expr_context,
)


class Unfit(Exception):
    """Why a function cannot be a change of the solution, as the end of a sentence."""


class Replacement(NamedTuple):
    """A text in a function of the solution, and what replaces it."""

    old: str
    new: str


def replacement(solution: Solution, name: str, code: str, students: Iterable[str]) -> Replacement:
    """The statements of the solution's function from the first to the last that is another one in a
    student's ``code``, and those that stand there, without comments.

    Raises `Unfit` where it is not a function like the solution's, does more than compute, is long,
    or names one of the ``students``.
    """
    try:
        return _replacement(solution, name, code, students)
    except RecursionError:
        raise Unfit("it is nested too deeply") from None


def _replacement(solution: Solution, name: str, code: str, students: Iterable[str]) -> Replacement:
    own, theirs = definitions(solution.source).get(name), _parsed(code, name)
    if not isinstance(own, ast.FunctionDef):
        raise Unfit("the solution has no such function")
    if _arguments(own) != _arguments(theirs):
        raise Unfit("its arguments have other names than in the solution")
    _Bare().visit(theirs)
    _require_computing(solution, theirs)
    _require_nobody(theirs, students)
    if ast.get_docstring(own) is not None:
        del own.body[0]
    if not own.body or own.body[0].lineno == own.lineno:
        raise Unfit("the solution's function has no lines of its own")
    first, last = _same(own.body, theirs.body)
    old, indent = _text(solution.source, own.body[first : len(own.body) - last])
    rest = theirs.body[first : len(theirs.body) - last]
    new = ast.unparse(ast.fix_missing_locations(ast.Module(rest, [])))
    if new.count("\n") >= MOST_LINES or len(new) > MOST_CHARACTERS:
        raise Unfit(f"it is longer than {MOST_LINES} lines")
    start, end = extent_of(solution.source, own)
    if solution.source[start:end].count(old) != 1:
        raise Unfit("what it changes occurs more than once in the solution's function")
    return Replacement(old, textwrap.indent(new, indent).removeprefix(indent))


def _parsed(code: str, name: str) -> ast.FunctionDef:
    try:
        node = definitions(textwrap.dedent(code)).get(name.rpartition(".")[2])
    except (SyntaxError, ValueError):
        node = None
    if not isinstance(node, ast.FunctionDef) or node.decorator_list:
        raise Unfit("it is no plain function")
    return node


def _arguments(node: ast.FunctionDef) -> list[str]:
    found = node.args
    named = [*found.posonlyargs, *found.args, *found.kwonlyargs]
    others = [f"*{each.arg}" for each in (found.vararg, found.kwarg) if each]
    return [each.arg for each in named] + others


class _Bare(ast.NodeTransformer):
    """Removes docstrings, other texts that nothing is done with, and annotations."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = super().generic_visit(node)
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block:
                rest = [each for each in block if not isinstance(each, ast.Pass)]
                setattr(node, name, rest or [ast.Pass()])
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        return ast.Pass() if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return ast.Pass()
        return ast.copy_location(ast.Assign([node.target], self.visit(node.value)), node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)


def _require_computing(solution: Solution, node: ast.FunctionDef) -> None:
    """Raise `Unfit` unless a function can do nothing but compute with what the solution has."""
    inside = list(ast.walk(node))
    for each in inside:
        if not isinstance(each, _NODES):
            raise Unfit(f"it has a statement or an expression of the kind {type(each).__name__}")
        if isinstance(each, ast.Attribute) and not _is_of(solution, each):
            raise Unfit(f"it uses .{each.attr}")
    functions = {each for each in definitions(solution.source) if "." not in each}
    modules = {n for n, value in solution.functions.items() if value is np or value is math}
    known = functions | modules | _BUILTINS
    arguments = {each.arg for each in node.args.args}
    used = used_names(node) - {node.name}
    for name in sorted(used - known):
        raise Unfit(f"it uses {name}, which the solution does not have")
    bound = {n for each in inside for n in _bound(each)} - {*arguments, "_"}
    # A name that some part of it binds may stand for another thing elsewhere in it.
    for name in sorted(bound & ({*dir(builtins), *solution.functions} - known)):
        raise Unfit(f"it has a variable {name}, which is something else already")


def _is_of(solution: Solution, attribute: ast.Attribute) -> bool:
    """Whether an attribute is a function of numbers, or one that the solution uses in the same way
    and numpy does not have."""
    name, is_stored = attribute.attr, isinstance(attribute.ctx, ast.Store)
    if name.startswith("_"):
        return False
    own = [e for e in ast.walk(ast.parse(solution.source)) if isinstance(e, ast.Attribute)]
    known = any(e.attr == name and (isinstance(e.ctx, ast.Store) or not is_stored) for e in own)
    if is_stored or (known and not hasattr(np, name)):
        return known and not hasattr(np, name)
    is_number = isinstance(getattr(np, name, None), np.ufunc) or callable(getattr(math, name, None))
    return name in _ATTRIBUTES or is_number


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.FunctionDef):
        yield node.name


def _require_nobody(node: ast.FunctionDef, students: Iterable[str]) -> None:
    texts = {name.lower() for each in ast.walk(node) for name in _bound(each)}
    texts |= {
        each.value.lower()
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }
    ids = [student.lower() for student in students if len(student) >= _LEAST_ID]
    if any(student in text for student in ids for text in texts):
        raise Unfit("a name in it has a student's in it")


def _same(own: Sequence[ast.stmt], theirs: Sequence[ast.stmt]) -> tuple[int, int]:
    """How many statements are the same at the beginning and at the end; one is left on both
    sides."""
    most = min(len(own), len(theirs)) - 1
    pairs = [(ast.dump(one), ast.dump(other)) for one, other in zip(own, theirs, strict=False)]
    first = _alike(pairs[:most])
    ends = zip(reversed(own), reversed(theirs), strict=False)
    last = _alike([(ast.dump(one), ast.dump(other)) for one, other in ends][: most - first])
    return first, last


def _alike(pairs: Sequence[tuple[str, str]]) -> int:
    return next((at for at, (one, other) in enumerate(pairs) if one != other), len(pairs))


def _text(source: str, body: Sequence[ast.stmt]) -> tuple[str, str]:
    """Statements as they stand in a source, and how far they are indented."""
    lines = io.StringIO(source, newline="").readlines()
    first, last = body[0], body[-1]
    assert last.end_lineno is not None and last.end_col_offset is not None
    found = lines[first.lineno - 1 : last.end_lineno]
    indent = found[0][: len(found[0]) - len(found[0].lstrip())]
    found[-1] = found[-1].encode()[: last.end_col_offset].decode()
    return "".join(found).removeprefix(indent), indent
