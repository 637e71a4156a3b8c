"""One form for what numpy and Python can spell in several ways."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from hashlib import blake2b

#: Modules whose name before a dot is left out: ``np.exp``, ``math.exp`` and ``exp`` are one.
MODULES = frozenset({"np", "numpy", "math", "linalg", "scipy", "special"})
#: The names of functions and of operators for the same computation.
SAME = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "true_divide": "/",
    "floor_divide": "//",
    "power": "**",
    "pow": "**",
    "float_power": "**",
    "dot": "@",
    "matmul": "@",
    "multiply.outer": "outer",
    "mod": "%",
    "remainder": "%",
    "negative": "neg",
    "fabs": "abs",
    "absolute": "abs",
    "transpose": "T",
    "swapaxes": "T",
    "concat": "concatenate",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "equal": "==",
    "not_equal": "!=",
    "amax": "max",
    "amin": "min",
    "asarray": "array",
    "asanyarray": "array",
    "deepcopy": "copy",
    "ravel": "flatten",
    "size": "len",
    "shape": "len",
}
OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.BitAnd: "&",
    ast.USub: "neg",
    ast.UAdd: "pos",
    ast.Invert: "~",
    ast.Not: "not",
    ast.And: "and",
    ast.Or: "or",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
#: Comparisons that are written the other way round.
MIRRORED = {">": "<", ">=": "<="}
#: Their operands have no order.
UNORDERED = frozenset({"+", "*", "==", "!=", "and", "or", "&", "|"})
#: Characters of a name or a constant.
_LONGEST = 64


def operator_name(node: ast.AST) -> str:
    """The sign of an operator's node."""
    return OPERATORS.get(type(node), type(node).__name__)


def flat(name: str, operands: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """The operands of nested products or sums."""
    for each in operands:
        if isinstance(each, ast.BinOp) and operator_name(each.op) == name:
            yield from flat(name, [each.left, each.right])
        else:
            yield each


def is_module(node: ast.expr) -> bool:
    """Whether an expression is a module, as ``np`` or ``np.linalg``."""
    match node:
        case ast.Name(id=name):
            return name in MODULES
        case ast.Attribute(value=value, attr=name):
            return name in MODULES and is_module(value)
    return False


def constant(value: object) -> str:
    """A constant: 1 and 1.0 are one."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return repr(float(value))
        except OverflowError:
            return "inf"
    return short(repr(value))


def short(text: str) -> str:
    """A text, or its digest if it is long: what stands once in the code may be a part of many
    fragments."""
    return text if len(text) <= _LONGEST else digest(text)


def digest(text: str) -> str:
    """What stands for a text of any length."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
