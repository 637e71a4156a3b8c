"""The order of imports: downward only, and no cycles."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import autograder

PACKAGE = Path(autograder.__file__).parent
#: From the bottom up. A module imports only from the layers below its own.
LAYERS = [
    {
        "again",
        "calls",
        "crashes",
        "plain",
        "outputs",
        "late",
        "exercise",
        "items",
        "keyboard",
        "report",
        "signature",
        "version",
    },
    {"limits"},
    {
        "sandbox.ladder",
        "sandbox.kernel",
        "sandbox.surroundings",
        "course",
        "messages",
        "wire",
        "graph",
        "xray",
        "curve",
    },
    {"submission", "sandbox.inside", "sandbox.containment", "closing"},
    {"release"},
    {"feedback"},
    {"converter"},
    {"settings"},
    {
        "sheet",
        "sandbox.process",
        "sandbox.forks",
        "database",
        "stock",
        "pool",
        "timestamps",
    },
    {
        "advice",
        "hints",
        "mutants",
        "penalties",
        "sandbox.server",
        "sandbox.worker",
        "inbound",
        "journal",
        "spreadsheet",
    },
    {"terminal", "solution", "marks", "faults"},
    {"changes", "checking", "notebook", "checks", "health", "roster", "adopt"},
    {"student", "gradebook", "autograded", "export", "plugins", "pages", "attention"},
    {"commands", "watch", "grade", "build", "autograder", "classpage"},
    {"answers", "mutation", "owners"},
    {"grader", "prove"},
    {"batch"},
    {"console", "reporting"},
    {"demo"},
    {"grading"},
    {"instructor"},
    {"__main__"},
]


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    if parts[0] == "checks":
        return "checks"
    if parts == ("__init__",):
        return "autograder"
    return ".".join(part for part in parts if part != "__init__")


def imports(path: Path) -> set[str]:
    """The modules of the package that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            # `from autograder import messages` imports a module, `... import check` the door.
            found |= {
                _module(f"{node.module}.{alias.name}") or _module(str(node.module))
                for alias in node.names
            }
        elif isinstance(node, ast.Import):
            found |= {_module(alias.name) for alias in node.names}
    return {name for name in found if name} - {module_name(path), "sandbox"}


def _module(dotted: str) -> str | None:
    """The module of the package that a dotted name stands for, if it is one."""
    package, *parts = dotted.split(".")
    if package != "autograder":
        return None
    candidate = PACKAGE.joinpath(*parts)
    if parts and candidate.with_suffix(".py").is_file():
        return module_name(candidate.with_suffix(".py"))
    folder = candidate / "__init__.py"
    return module_name(folder) if folder.is_file() else None


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def test_every_module_has_a_layer() -> None:
    known = set().union(*LAYERS) | {"sandbox"}
    assert {module_name(path) for path in files()} == known


def test_imports_go_downward() -> None:
    level = {name: position for position, layer in enumerate(LAYERS) for name in layer}
    wrong = [
        f"{module_name(path)} imports {other}"
        for path in files()
        for other in imports(path)
        if module_name(path) in level and level[other] >= level[module_name(path)]
    ]
    assert wrong == []


def test_there_are_no_cycles() -> None:
    graph: dict[str, set[str]] = {}
    for path in files():
        graph.setdefault(module_name(path), set()).update(imports(path))
    list(graphlib.TopologicalSorter(graph).static_order())


def test_only_inside_runs_what_students_wrote() -> None:
    """What executes a student's source text is one file; the other one that executes any has the
    author's own solution to run, with mistakes made in it."""
    runs = [
        path.name
        for path in files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"exec", "eval", "compile"}
    ]
    assert set(runs) == {"inside.py", "mutants.py"}


def test_the_worker_knows_no_expected_value() -> None:
    """Neither the fork server's program nor what it imports reaches checks, sheets or solutions."""
    reached, todo = set(), ["sandbox.server"]
    by_name = {module_name(path): path for path in files()}
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += imports(by_name[name])
    programs = ("server", "containment", "kernel", "ladder", "process", "inside", "surroundings")
    assert reached == {f"sandbox.{name}" for name in programs} | {"calls", "plain", "wire"}
