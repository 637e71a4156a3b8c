"""One form for what numpy and Python can spell in several ways."""

from __future__ import annotations

import ast

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


def operator_name(node: ast.AST) -> str:
    """The sign of an operator's node."""
    return OPERATORS.get(type(node), type(node).__name__)
