"""The order of the rooms, and what may share a process with a submission or a student."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

import autograder
from autograder.exercise.protocol import PARAMS, PROTOCOL

PACKAGE = Path(autograder.__file__).parent
#: From the bottom up. A file imports from its own room and from those before it.
ROOMS = (
    "version record text interrupts faults files precision late report contents outputs sandbox course"
    " regular_file modules script notebook_json submission other_names exercise judge display grade"
    " student classroom nbgrader authoring cli"
).split()
#: The door, ``python -m autograder``, and where an old course looks, which are in no room.
DOORS = {"", "__main__", "settings"}


def module(path: Path) -> str:
    """``sandbox.plain`` for autograder/sandbox/plain.py, ``sandbox`` for its __init__.py."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {module(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(name: str) -> set[str]:
    """The modules of the package that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "autograder":
            package = str(node.module)[len("autograder.") :]
            # `from autograder.judge import compare` imports a module, `... import judge` a name.
            inner = {f"{package}.{alias.name}".lstrip(".") for alias in node.names}
            found |= inner & MODULES.keys() or {package}
        elif isinstance(node, ast.Import):
            found |= {a.name[len("autograder.") :] for a in node.names if "autograder" in a.name}
    return found - {name}


def room(name: str) -> str:
    return name.partition(".")[0]


def test_every_file_is_in_a_room() -> None:
    assert {room(name) for name in MODULES} - DOORS == set(ROOMS)


def test_imports_go_downward() -> None:
    position = {name: place for place, name in enumerate(ROOMS)}
    upward = {
        (name, other)
        for name in MODULES.keys() - DOORS
        for other in imports(name)
        if position.get(room(other), -1) > position[room(name)]
    }
    assert upward == set()


def test_there_are_no_cycles() -> None:
    graph = {name: imports(name) for name in MODULES.keys() - DOORS}
    assert list(graphlib.TopologicalSorter(graph).static_order())


@pytest.mark.parametrize(
    ("functions", "file"), [({"exec", "eval"}, "namespace"), ({"compile"}, "compiler")]
)
def test_only_the_namespace_runs_what_students_wrote(functions: set[str], file: str) -> None:
    """What executes a student's source text is one file, and what compiles it is another; the one
    other file that does either has the author's own solution, with mistakes made in it."""
    runs = {
        name
        for name, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in functions
    }
    assert runs == {f"sandbox.inside.{file}", "exercise.mutants"}


def test_the_worker_knows_no_expected_value() -> None:
    """What the fork server's program imports is in the sandbox, but for what writes text and
    tracebacks out."""
    reached: set[str] = set()
    todo = {"sandbox.inside.server"}
    while todo:
        name = todo.pop()
        reached.add(name)
        todo |= imports(name) - reached
    inside = {name for name in MODULES if name.startswith("sandbox.inside.")}
    wire = {name for name in MODULES if name.startswith("sandbox.wire.")}
    shared = {f"sandbox.{name}" for name in ("calls", "levels", "linux", "plain")} | wire
    assert reached == inside | shared | {"text", "faults", "record", "version"}


def test_no_file_but_the_protocol_names_a_function() -> None:
    """What a function is for is asked of its declaration, never of its name; and the judge knows no
    argument or result of one either."""
    results = {name for role in PROTOCOL.values() for name in _names(role.returns)}
    arguments = {PARAMS, *(name for role in PROTOCOL.values() for name in role.by)}
    named = {
        (name, node.value)
        for name, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and (
            node.value in PROTOCOL
            or (name.startswith("judge.") and node.value in results | arguments)
        )
    }
    kinds = {("report", "loss")}  # a kind of quantity, which happens to be named like its function
    assert {entry for entry in named if entry[0] != "exercise.protocol"} == kinds


def _names(returns: str | tuple[str, ...]) -> tuple[str, ...]:
    return (returns,) if isinstance(returns, str) else returns


def test_the_door_loads_numpy_and_the_standard_library_only() -> None:
    program = (
        "import sys, autograder; autograder.check; print(*{m.split('.')[0] for m in sys.modules})"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    foreign = set(loaded.stdout.split()) - sys.stdlib_module_names
    assert {name for name in foreign if not name.startswith("_")} == {"autograder", "numpy"}
