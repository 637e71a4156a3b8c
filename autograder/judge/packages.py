"""The packages that answers need and that may be missing where they are graded: seen on the machine
of a student, who has them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from autograder.report import Problem
from autograder.sandbox.calls import Cell, Place
from autograder.sandbox.inside.environment import DIFFERENTIATING

#: What is there for certain, or is told otherwise.
_KNOWN = {*sys.stdlib_module_names, *DIFFERENTIATING, "numpy", "autograder"}
_DEFINES = ast.FunctionDef | ast.AsyncFunctionDef


def uncertain_packages(
    cells: Sequence[Cell], functions: Collection[str], folder: Path
) -> list[Problem]:
    """A problem for each package that one of the ``functions`` needs, or what it calls, and that is
    neither numpy, nor Python's own, nor a file in ``folder``."""
    if not any(_imports_more(cell.source, folder) for cell in cells if "import" in cell.source):
        return []
    imports: dict[str, tuple[str, Place]] = {}
    defined: dict[str, tuple[ast.AST, Place]] = {}
    for cell in cells:
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            nodes = list(ast.walk(ast.parse(cell.source)))
            tried = {each for node in nodes if isinstance(node, ast.Try) for each in ast.walk(node)}
            for node in nodes:
                place = Place(cell.label, getattr(node, "lineno", 1) + cell.first_line - 1)
                if isinstance(node, _DEFINES):
                    defined[node.name] = node, place
                if node not in tried:  # where there is something else to do without it
                    imports |= {name: (package, place) for name, package in _imported(node, folder)}
    found: dict[str, Problem] = {}
    for function in functions:
        for package, place in _needed(function, defined, imports, folder):
            text = (
                f"{place}: {function} needs the package {package}. Only numpy and Python's own "
                "modules are certain to be there when your work is graded. Do without it, or ask "
                "your instructor."
            )
            found.setdefault(package, Problem("uncertain-package", text, place.line, place.label))
    return list(found.values())


def _imports_more(source: str, folder: Path) -> bool:
    """Whether a source imports a package that may be missing, anywhere in it."""
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        return any(_imported(node, folder) for node in ast.walk(ast.parse(source)))
    return False


def _imported(node: ast.AST, folder: Path) -> list[tuple[str, str]]:
    """The names that an import binds, each with its package, but for those that are there."""
    found = []
    if isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            module = alias.name if isinstance(node, ast.Import) else node.module or ""
            package = module.partition(".")[0]
            if package not in _KNOWN and not (folder / f"{package}.py").exists():
                found.append((alias.asname or alias.name.partition(".")[0], package))
    return found


def _needed(
    function: str,
    defined: dict[str, tuple[ast.AST, Place]],
    imports: dict[str, tuple[str, Place]],
    folder: Path,
) -> Iterator[tuple[str, Place]]:
    """The packages of a function and of those that it calls, each with the place of its import."""
    seen, left = set(), [function.rpartition(".")[2]]  # a method goes by its own name here
    while left:
        name = left.pop()
        if name in seen or name not in defined:
            continue
        seen.add(name)
        for node in ast.walk(defined[name][0]):
            if isinstance(node, ast.Name):
                left.append(node.id)
                if node.id in imports:
                    yield imports[node.id]
            yield from ((package, imports[name][1]) for name, package in _imported(node, folder))
