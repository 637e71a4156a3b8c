"""What the student calls a value or a place in the solution.

Names of the solution's own are never said. What can be said are arguments and their keys, keys of
results, functions that are declared, and whatever the unsolved copy says already.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Set
from typing import Any

from autograder.exercise.definitions import Definition
from autograder.exercise.function import Function
from autograder.exercise.generated.assigned import (
    assigned,
    assigned_in,
    entry_names,
    own_nodes,
    path_in,
    returned_parts,
    used,
)
from autograder.sandbox.plain import Path

_REGION = re.compile(r"### BEGIN SOLUTION.*?### END SOLUTION", re.DOTALL)
_WORD = re.compile(r"[^\W\d]\w*")
#: What functions of numpy give, in words.
WORDS: Mapping[str, str] = {
    "abs": "the absolute value",
    "absolute": "the absolute value",
    "argmax": "the position of the largest",
    "concatenate": "the joined arrays",
    "cos": "the cosine",
    "exp": "the exponential function",
    "log": "the logarithm",
    "max": "the maximum",
    "maximum": "the larger of the two",
    "mean": "the mean",
    "min": "the minimum",
    "minimum": "the smaller of the two",
    "outer": "the outer product",
    "sin": "the sine",
    "sqrt": "the square root",
    "sum": "the sum",
    "tanh": "the hyperbolic tangent",
    "zeros": "the zeros",
    "zeros_like": "the zeros",
}


def sayable(source: str, declared: Iterable[str], paths: Iterable[Path]) -> frozenset[str]:
    """The words that sentences may use as names: those of the unsolved copy, the names of what is
    ``declared``, and the keys on ``paths`` in arguments and results."""
    words = set(_WORD.findall(_REGION.sub("", source)))
    words |= {word for name in declared for word in name.split(".")}
    return frozenset(words | {each for path in paths for each in path if isinstance(each, str)})


class Naming:
    """The names for what is in one function."""

    def __init__(
        self, function: Function, node: Definition, helpers: Set[str], words: Set[str]
    ) -> None:
        """``helpers`` are the functions that students have, or write; ``words`` are what may be
        said."""
        self._function, self._node, self._words = function, node, words
        self.helpers = helpers & words
        own = node.args.args if isinstance(node, ast.FunctionDef) else []
        self._arguments = {*function.arguments, *(each.arg for each in own)}
        self._targets = list(assigned(node))
        self._entries = dict(entry_names(node))
        self._results = self._returned()
        self._reached = self._reaching()

    def value(self, node: ast.AST) -> str:
        """The student's name for what an expression is, in quotes or in words; "" for none."""
        found = self._value(node, set())
        return (
            found
            if all(w in self._words for q in found.split("`")[1::2] for w in _names(q))
            else ""
        )

    def place(
        self, node: ast.AST, statement: ast.stmt, inside: Iterable[ast.AST]
    ) -> tuple[str, bool]:
        """Where in the student's results an expression stands, as the beginning of a sentence, and
        whether what is computed there has a name. ``inside`` is all that the expression stands in,
        from the innermost on."""
        inside = list(inside)
        paths, name = self._path_of(node, statement, inside)
        whole = f"In `{self._function.name}`"
        first = self._said(paths) if paths else ""
        if isinstance(statement, ast.For) or not first:
            return self._attribute(statement) or (whole, False)
        if name and self._results.get(name):
            more = self._reached.get(name, set()) - set(self._results[name])
            return f"In {first}{self._following(more)}", True
        if name:
            # Where one value is returned, its name is that of the function.
            return (f"In {first}" if () in (paths or ()) else f"In a step before {first}"), False
        return f"In {first}", True

    def _attribute(self, statement: ast.stmt) -> tuple[str, bool] | None:
        """The place of a statement that changes an attribute of an argument."""
        target: ast.AST | None = getattr(statement, "target", None)
        if isinstance(statement, ast.Assign):
            target = statement.targets[0]
        name = self.value(target) if isinstance(target, ast.Attribute) else ""
        return (f"In {name}", True) if name.startswith("`") else None

    def _following(self, paths: Iterable[Path]) -> str:
        """What else is wrong by what is wrong in one part of the result."""
        named = sorted({self._quoted(path) for path in paths})
        if not named:
            return ""
        if len(named) > 2:
            return " (and what follows from it)"
        return f" (and so in {' and '.join(named)})"

    def _quoted(self, path: Path) -> str:
        named = self._function.named(path)
        new, _, rest = named.rpartition("new ")
        return f"the new `{rest}`" if new != named and named.startswith("new ") else f"`{named}`"

    def _said(self, paths: Iterable[Path]) -> str:
        named = sorted({self._quoted(path) for path in paths})
        if not named or len(named) > 2:
            is_named = isinstance(self._function.returns, str) and self._function.returns
            named = [self._quoted(()) if is_named else f"`{self._function.named_whole}`"]
        text = " and ".join(named)
        return (
            text if all(w in self._words for q in text.split("`")[1::2] for w in _names(q)) else ""
        )

    def _path_of(
        self, node: ast.AST, statement: ast.stmt, inside: list[ast.AST]
    ) -> tuple[Iterable[Path] | None, str]:
        """The parts of the result that an expression is in, and the local name that it is computed
        for first, if any."""
        if isinstance(statement, ast.Return):
            path = path_in(statement, [node, *inside])
            return ([] if self._is_own(path) else [path]), ""
        for names, value in assigned_in(statement):
            value = value.value if isinstance(value, ast.Starred) else value
            if value is node or value in inside:
                name, keys = names
                direct = [(*path, *keys) for path in self._results.get(name, [])]
                if keys and direct:
                    return direct, ""
                return direct or self._reached.get(name, set()), name
        return None, ""

    def _value(self, node: ast.AST, seen: set[str]) -> str:
        if isinstance(node, ast.Constant):
            number: Any = node.value
            return f"{number:g}" if type(number) in (int, float) else ""
        if isinstance(node, ast.Name):
            return self._named(node.id, seen)
        if isinstance(node, ast.Subscript):
            return self._entry(node, seen)
        if isinstance(node, ast.Attribute):
            base = self._value(node.value, seen)
            words = {"T": "the transpose of", "size": "the number of entries of"}
            if not base.startswith("`") or node.attr == "shape":
                return ""
            is_word = node.attr in words
            return f"{words[node.attr]} {base}" if is_word else f"`{base[1:-1]}.{node.attr}`"
        if isinstance(node, ast.Call):
            return self._called(node, seen)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            base = self._value(node.operand, seen)
            return f"minus {base}" if base.startswith("`") else ""
        return ""

    def _named(self, name: str, seen: set[str]) -> str:
        if name in self._arguments:
            return f"`{name}`"
        for path in self._results.get(name, ()):
            return self._quoted(path)
        if name in seen:
            return ""
        if name in self._entries:
            base = self._value(self._entries[name], {*seen, name})
            return f"the entry of {base}" if base.startswith("`") else ""
        values = [value for (target, keys), value in self._targets if target == name and not keys]
        if len(values) != 1:
            return ""
        if isinstance(values[0], (ast.Name, ast.Subscript, ast.Call, ast.Attribute)):
            found = self._value(values[0], {*seen, name})
            is_same = not isinstance(values[0], ast.Call) or "(...)" in found
            return found if is_same else ""
        return ""

    def _entry(self, node: ast.Subscript, seen: set[str]) -> str:
        base = self._value(node.value, seen)
        if not base:
            return ""
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            quoted = base.startswith("`") and base.endswith("`")
            return f'`{base[1:-1]}["{node.slice.value}"]`' if quoted else ""
        if isinstance(node.slice, ast.Tuple) and all(map(_is_whole_axis, node.slice.elts)):
            return base
        is_part = isinstance(node.slice, (ast.Slice, ast.Tuple))
        entry = "matching entry" if isinstance(node.slice, ast.Name) else "entry"
        return f"the {'part' if is_part else entry} of {base}" if base.startswith("`") else ""

    def _called(self, node: ast.Call, seen: set[str]) -> str:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in self.helpers:
            return f"`{name}(...)`"
        if name == "len" and len(node.args) == 1:
            base = self._value(node.args[0], seen)
            return f"the length of {base}" if base else ""
        return WORDS.get(node.func.attr, "") if isinstance(node.func, ast.Attribute) else ""

    def _is_own(self, path: Path) -> bool:
        """Whether a part of the result is one that each answer makes in its own way."""
        at, parts = path[0] if path else None, self._function.parts
        return isinstance(at, int) and at < len(parts) and parts[at] in self._function.own

    def _returned(self) -> dict[str, list[Path]]:
        """Under which paths of the result each local name is returned."""
        found: dict[str, list[Path]] = {}
        for node in own_nodes(self._node):
            if isinstance(node, ast.Return) and node.value is not None:
                for path, value in returned_parts(node.value):
                    is_local = isinstance(value, ast.Name) and value.id not in self._arguments
                    if isinstance(value, ast.Name) and is_local and not self._is_own(path):
                        found.setdefault(value.id, []).append(path)
        for (name, keys), value in [*self._targets]:
            if keys and isinstance(value, ast.Name) and value.id not in found:
                found.setdefault(value.id, []).extend((*p, *keys) for p in found.get(name, ()))
        return {name: paths for name, paths in found.items() if paths}

    def _reaching(self) -> dict[str, set[Path]]:
        """The parts of the result that are computed with each local name."""
        found = {name: set(paths) for name, paths in self._results.items()}
        for node in own_nodes(self._node):
            if isinstance(node, ast.Return) and node.value is not None:
                for path, value in returned_parts(node.value):
                    for name in used(value) if not self._is_own(path) else ():
                        found.setdefault(name, set()).add(path)
        for _ in range(len(self._targets)):
            before = {name: set(paths) for name, paths in found.items()}
            for (target, keys), value in self._targets:
                paths = {(*p, *keys) for p in self._results.get(target, ())} if keys else set()
                for name in used(value):
                    found.setdefault(name, set()).update(paths or found.get(target, set()))
            if found == before:
                break
        return found


def _is_whole_axis(index: ast.expr) -> bool:
    """Whether an index takes all of an axis, or makes one of length 1."""
    if isinstance(index, ast.Slice):
        return index.lower is index.upper is index.step is None
    return isinstance(index, ast.Constant) and index.value in (None, ...)


def _names(text: str) -> list[str]:
    return _WORD.findall(text)
