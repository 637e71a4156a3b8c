"""How the tests themselves are laid out."""

from __future__ import annotations

import ast
from pathlib import Path

import autograder
from tests.conftest import ROOT

TESTS = ROOT / "tests"
#: Folders of what is read or run, and tests nothing.
OTHERS = {"helpers", "exercises", "hostile", "submissions"}


def imported(path: Path) -> set[str]:
    """Every part of the names that a file imports from the tests."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.level or str(node.module)[:5] == "tests"):
            found |= {*str(node.module).split("."), *(alias.name for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {
                part for a in node.names if a.name[:5] == "tests" for part in a.name.split(".")
            }
    return found


def test_no_test_module_imports_from_another() -> None:
    tests = list(TESTS.rglob("test_*.py"))
    modules = {path.stem for path in tests if not set(path.parts) & OTHERS}
    for path in [*TESTS.rglob("*.py")]:
        if not set(path.parts) & {"hostile", "submissions"}:
            assert not imported(path) & modules, path


def test_every_folder_is_a_room_of_the_package_or_for_the_whole() -> None:
    rooms = {path.parent.name for path in Path(autograder.__file__).parent.glob("*/__init__.py")}
    folders = {path.parent.name for path in TESTS.glob("*/__init__.py")}
    assert folders == rooms | {"curriculum", "faults", "helpers", "nbgraders_own", "whole"}
