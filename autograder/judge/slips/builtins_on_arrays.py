"""Functions for single numbers that were given arrays, sums and means, and rounding."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from autograder.judge.slips.edits import Asked, Edit, numpy_call
from autograder.judge.slips.source import called, code, is_call, is_plain

#: Python's functions, and numpy's that do the same element by element.
ENTRYWISE = {"max": "maximum", "min": "minimum", "pow": "power", "abs": "abs"}
ROUND = ("int", "round")
SUMS = ("sum", "mean")
#: What arrays of integers do, and how their types are written.
_CUTS = "an array of integers cuts what is put into it to whole numbers"
_INTEGERS = re.compile(r"\b(?:u?int|long|u?short|byte)|\bnp\.u?int|^[\"'][iu]\d?")


def single_numbers(asked: Asked) -> Iterator[Edit]:
    """``math.exp``, ``max``, ``sum``, ``float``, ``int`` and ``round`` of an array."""
    for node in asked.written.nodes:
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = called(node)
        if _module(node) in ("math", "cmath"):
            new = numpy_call(ENTRYWISE.get(name, name), *node.args)
            text = f"`{code(node.func)}` takes a single number; numpy's takes an array"
            yield Edit(node, new, f"{text}. Write `{code(new)}`.", "math")
        elif _module(node) == "np" and name in ("max", "min") and len(node.args) == 2:
            new = numpy_call(ENTRYWISE[name], *node.args)
            text = f"np.{name} looks for one number in one array; np.{ENTRYWISE[name]} compares two"
            yield Edit(node, new, f"{text}. Write `{code(new)}`.", f"np.{name}")
        elif is_plain(node) and name in ENTRYWISE:
            new = numpy_call(ENTRYWISE[name], *node.args)
            text = f"Python's `{name}` compares whole arrays; np.{ENTRYWISE[name]} goes element by element"
            yield Edit(node, new, f"{text}. Write `{code(new)}`.", name)
        elif is_plain(node) and name in SUMS:
            new = numpy_call(name, *node.args)
            text = f"Python's `{name}` adds up the first axis only"
            yield Edit(node, new, f"{text}. Write `{code(new)}`.", name)
        elif (is_plain(node) and name in (*ROUND, "float")) or name in ("round", "around", "rint"):
            inner = node.args[0] if is_plain(node) or _module(node) == "np" else node.func.value  # type: ignore[attr-defined]
            what = "makes a single number of it" if name == "float" else "cuts digits off"
            text = f"`{name}(...)` {what}: leave it out, and write `{code(inner)}`."
            yield Edit(node, inner, text, name)


def one_too_many(asked: Asked) -> Iterator[Edit]:
    """A function of one array that should not be there, such as ``np.abs``."""
    for node in asked.written.nodes:
        if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
            continue
        if is_plain(node) or _module(node) == "np":
            text = f"`{code(node.func)}(...)` is one step too many: leave it out"
            new = node.args[0]
            yield Edit(node, new, f"{text}, and write `{code(new)}`.", f"no {called(node)}")


def sums(asked: Asked) -> Iterator[Edit]:
    """A sum for a mean, a mean for a sum, one where there should be none, and a wrong axis."""
    for node in asked.written.nodes:
        if not isinstance(node, ast.Call) or not is_call(node, *SUMS, "max", "average"):
            continue
        assert isinstance(node.func, ast.Attribute)
        name, other = node.func.attr, "mean" if node.func.attr == "sum" else "sum"
        summed = node.args[0] if _module(node) == "np" and node.args else node.func.value
        axes = node.args[1:] if _module(node) == "np" else node.args
        if axes or node.keywords:
            new: ast.expr = ast.Call(node.func, [summed] if _module(node) == "np" else [], [])
            text = f"`{code(node)}` goes along one axis only, or keeps it"
            yield Edit(node, new, f"{text}. Write `{code(new)}`.", "axis")
        func = ast.Attribute(node.func.value, other, ast.Load())
        new = ast.Call(func, node.args, node.keywords)
        text = f"this is the {name}; the {other} is meant. Write `{code(new)}`."
        yield Edit(node, new, text, name, whole=True)  # a part is a multiple by chance
        text = f"`{name}` makes one number of several that have to stay apart: leave it out"
        yield Edit(node, summed, f"{text}, and write `{code(summed)}`.", "no sum")


def whole_numbers(asked: Asked) -> Iterator[Edit]:
    """Arrays of integers, in which every result is cut to a whole number, or of short numbers."""
    for node in asked.written.nodes:
        if is_call(node, "astype"):
            assert isinstance(node, ast.Call)
            assert isinstance(node.func, ast.Attribute)
            new: ast.expr = node.func.value
            yield Edit(node, new, f"{_loses(node.args)}: leave `.astype` out.", "integers")
        elif isinstance(node, ast.Call) and _module(node) == "np":
            types = [k for k in node.keywords if k.arg == "dtype"]
            if types:
                new = ast.Call(node.func, node.args, [k for k in node.keywords if k not in types])
                why = _loses([k.value for k in types])
                yield Edit(node, new, f"{why}: leave `dtype` out, as in `{code(new)}`.", "integers")
            elif called(node) in ("array", "zeros_like", "full", "arange", "asarray"):
                dtype = ast.keyword("dtype", ast.Name("float", ast.Load()))
                new = ast.Call(node.func, node.args, [*node.keywords, dtype])
                yield Edit(node, new, f"{_CUTS}: write `{code(new)}`.", "integers")
            elif called(node) in ("zeros", "ones", "empty") and len(node.args) == 2:
                new = ast.Call(node.func, node.args[:1], node.keywords)
                yield Edit(node, new, f"{_loses(node.args[1:])}: write `{code(new)}`.", "integers")


def _loses(types: Sequence[ast.expr]) -> str:
    """What is lost in an array of one of these types."""
    written = " ".join(map(code, types))
    if not written or _INTEGERS.search(written):
        return _CUTS
    return f"numbers lose digits in an array of type `{written}`"


def _module(call: ast.Call) -> str:
    func = call.func
    value = func.value if isinstance(func, ast.Attribute) else None
    name = value.id if isinstance(value, ast.Name) else ""
    return "np" if name == "numpy" else name
