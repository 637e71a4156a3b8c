"""A submission's source, read and never run."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property, lru_cache
from typing import Any

from autograder.record import record
from autograder.sandbox.calls import Cell, Place
from autograder.text import visible_text

#: Longer cells, and what comes after so much of a file, are not read: a tree takes far more memory
#: than its text. Functions with more characters or nodes are not searched, since each is written
#: hundreds of times.
MAX_SOURCE, MAX_READ = 50_000, 200_000
MAX_WRITTEN, MAX_NODES = 10_000, 2_000
#: The most characters of a student's line, or of an expression, that a sentence quotes.
MAX_QUOTED = 90
#: So many nodes are kept with their text.
MOST_TEXTS = 500
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@record
class Written:
    """A function as the student wrote it at top level, or a method in the class ``of``, and the
    cell that it stands in."""

    node: ast.FunctionDef
    cell: Cell
    of: ast.ClassDef | None = None

    def line(self, line: int) -> int:
        """A line of the cell, as its number in the file."""
        return self.cell.first_line + line - 1

    def place(self, line: int) -> str:
        """A line of the cell: where it stands and what it says."""
        where = Place(self.cell.label, self.line(line))
        lines = self.cell.source.split("\n")
        text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        return f"{where}, `{quoted(text)}`"

    @property
    def arguments(self) -> list[str]:
        """The names of its arguments, in order."""
        return [argument.arg for argument in self.node.args.args]

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of its body, in the order of the source."""
        return [node for statement in self.node.body for node in _walk(statement)]

    @cached_property
    def body(self) -> list[ast.stmt]:
        """Its statements, without a docstring."""
        first, *others = self.node.body
        is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        return others if others and is_text else self.node.body

    @cached_property
    def texts(self) -> list[str]:
        """Its statements as Python writes them."""
        return [ast.unparse(statement) for statement in self.body]

    @cached_property
    def statement_of(self) -> dict[int, int]:
        """By the identity of a node, the position of the statement that it is in."""
        return {id(n): at for at, statement in enumerate(self.body) for n in _walk(statement)}

    @cached_property
    def arguments_text(self) -> str:
        """Its arguments as Python writes them."""
        return ast.unparse(self.node.args)

    @cached_property
    def parents(self) -> dict[int, ast.AST]:
        """By the identity of a node below the function, the one that it is a part of."""
        return {id(part): node for node in _walk(self.node) for part in _parts(node)}

    @cached_property
    def calls(self) -> set[str]:
        """The names of the functions that it calls."""
        return {called(n) for n in self.nodes if isinstance(n, ast.Call) and is_plain(n)}

    @cached_property
    def local(self) -> set[str]:
        """The names that are bound in it."""
        names = {n.id for n in self.nodes if isinstance(n, ast.Name) and not is_load(n)}
        names |= {
            argument.arg
            for n in self._functions
            for argument in ast.walk(n.args)
            if isinstance(argument, ast.arg)
        }
        names |= {n.name for n in self.nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
        names |= {
            alias.asname or alias.name.partition(".")[0]
            for n in self.nodes
            if isinstance(n, (ast.Import, ast.ImportFrom))
            for alias in n.names
        }
        stated = {name for n in self.nodes if isinstance(n, ast.Global) for name in n.names}
        return names - stated

    @property
    def _functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda]:
        return [self.node, *(n for n in self.nodes if isinstance(n, FUNCTION))]

    @cached_property
    def outside(self) -> list[ast.Name]:
        """The names that it reads and does not bind, without those of Python itself."""
        return [
            node
            for node in self.nodes
            if isinstance(node, ast.Name)
            and is_load(node)
            and node.id not in self.local
            and not hasattr(builtins, node.id)
        ]


@record
class Source:
    """The functions of a submission by name, its methods, and what else its top level binds."""

    functions: Mapping[str, Written]
    variables: frozenset[str]
    others: frozenset[str]
    methods: Mapping[str, Written] = field(default_factory=dict)

    def written(self, name: str) -> Written | None:
        """A function, or a method, ``Value.backward``; None if there is none that can be read."""
        return self.functions.get(name) or self.methods.get(name)

    @property
    def names(self) -> set[str]:
        """All names of the top level."""
        return {*self.functions, *self.variables, *self.others}


def read_source(cells: Sequence[Cell]) -> Source:
    """What the cells define. Those that are no Python, or too long, are left out."""
    functions: dict[str, Written] = {}
    variables: set[str] = set()
    others: set[str] = set()
    read = 0
    methods: dict[str, Written] = {}
    for cell in cells:
        read += len(cell.source)
        lines = cell.source.split("\n")
        for statement in _statements(cell) if read <= MAX_READ else ():
            if isinstance(statement, ast.FunctionDef):
                functions.pop(statement.name, None)
                if not statement.decorator_list and _is_short(statement, lines):
                    functions[statement.name] = Written(statement, cell)
                others.add(statement.name)
                variables.discard(statement.name)
            elif isinstance(statement, (ast.Import, ast.ImportFrom, ast.ClassDef)):
                others |= set(_bound(statement))
                if isinstance(statement, ast.ClassDef) and not _extends_itself(statement):
                    begin = f"{statement.name}."
                    methods = {n: w for n, w in methods.items() if not n.startswith(begin)}
                methods.update(_methods(statement, cell, lines))
            else:
                variables |= {
                    node.id
                    for node in _walk(statement)
                    if isinstance(node, ast.Name) and not is_load(node)
                }
    return Source(functions, frozenset(variables), frozenset(others), methods)


def _extends_itself(statement: ast.ClassDef) -> bool:
    """Whether a class is written in several cells, each of which extends the one before it."""
    return any(isinstance(base, ast.Name) and base.id == statement.name for base in statement.bases)


def _methods(
    statement: ast.stmt, cell: Cell, lines: Sequence[str]
) -> Iterator[tuple[str, Written]]:
    if not isinstance(statement, ast.ClassDef):
        return
    for node in statement.body:
        is_plain = isinstance(node, ast.FunctionDef) and not node.decorator_list
        if isinstance(node, ast.FunctionDef) and is_plain and _is_short(node, lines):
            yield f"{statement.name}.{node.name}", Written(node, cell, statement)


def _statements(cell: Cell) -> list[ast.stmt]:
    if len(cell.source) > MAX_SOURCE:
        return []
    try:
        with warnings.catch_warnings():  # of what is no mistake of syntax, as in 2(y - t)
            warnings.simplefilter("ignore")
            return ast.parse(cell.source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _is_short(function: ast.FunctionDef, lines: Sequence[str]) -> bool:
    written = sum(map(len, lines[function.lineno - 1 : function.end_lineno]))
    if written > MAX_WRITTEN:
        return False
    # No character makes more nodes than the name `a`: a statement, a name, and that it is read.
    return 3 * written <= MAX_NODES or len(_walk(function)) <= MAX_NODES


def _bound(statement: ast.Import | ast.ImportFrom | ast.ClassDef) -> Iterator[str]:
    if isinstance(statement, ast.ClassDef):
        yield statement.name
        return
    for alias in statement.names:
        yield alias.asname or alias.name.partition(".")[0]


def _walk(node: ast.AST) -> list[ast.AST]:
    """A node and all below it, in the order of the source."""
    found: list[ast.AST] = []
    waiting = [node]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += reversed(_parts(node))
    return found


def _parts(node: ast.AST) -> list[ast.AST]:
    """The nodes right below one: `ast.iter_child_nodes` takes twice the time."""
    parts: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            parts.append(value)
        elif isinstance(value, list):
            parts += [item for item in value if isinstance(item, ast.AST)]
    return parts


def is_load(node: ast.Name) -> bool:
    """Whether a name is read there, not bound."""
    return isinstance(node.ctx, ast.Load)


def quoted(text: str) -> str:
    """A student's text in a sentence: on one line, not longer than fits."""
    text = visible_text(" ".join(text.split()))
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}..."


@lru_cache(MOST_TEXTS)
def text_of(node: ast.AST) -> str:
    """A node as Python writes it: most are asked for twice, and none is changed in between."""
    # What writes a statement asks for its line.
    return ast.unparse(ast.fix_missing_locations(node) if isinstance(node, ast.stmt) else node)


def code(node: ast.AST) -> str:
    """An expression as most people write it: with double quotation marks."""
    text = text_of(node)
    return quoted(text if '"' in text else text.replace("'", '"'))


def same_code(one: Any, other: Any) -> bool:
    """Whether two trees, or parts of nodes, say the same."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same_code, one, other))
    if not isinstance(one, ast.AST):
        return bool(one == other)
    return all(same_code(getattr(one, f, None), getattr(other, f, None)) for f in one._fields)


def is_call(node: ast.AST, *names: str) -> bool:
    """Whether a node calls numpy's function, or an array's method, of one of these names."""
    return isinstance(node, ast.Call) and called(node) in names and not is_plain(node)


def is_plain(call: ast.Call) -> bool:
    """Whether it calls a name, not an attribute."""
    return isinstance(call.func, ast.Name)


def called(call: ast.Call) -> str:
    """The last name of what is called; "" if it has none."""
    func = call.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
