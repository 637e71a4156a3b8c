"""The public door: which names it has, and what importing it loads."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys

import autograder

LOADED = """
import json, sys
before = set(sys.modules)
import {modules}
print(json.dumps(sorted({{name.partition(".")[0] for name in set(sys.modules) - before}})))
"""


def loaded_by(modules: str) -> set[str]:
    """The top-level packages outside the standard library that importing these loads."""
    code = LOADED.format(modules=modules)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout)) - sys.stdlib_module_names


def test_importing_the_package_loads_nothing_besides() -> None:
    assert loaded_by("autograder") == {"autograder"}


def test_what_it_exports_loads_numpy_only() -> None:
    assert loaded_by("autograder.exercise.declaration, autograder.student") == {
        "autograder",
        "numpy",
    }


def test_the_students_command_loads_numpy_only() -> None:
    assert loaded_by("autograder.__main__, autograder.cli.check") == {"autograder", "numpy"}


def test_the_detector_sees_what_it_should() -> None:
    assert "rich" in loaded_by("autograder, rich")


def test_exported_names_are_sorted_documented_and_there() -> None:
    assert sorted(autograder.__all__) == autograder.__all__
    assert len(autograder.__all__) <= 14
    for name in autograder.__all__:
        assert inspect.getdoc(getattr(autograder, name)), name


def test_everything_public_is_documented() -> None:
    """Modules, classes and functions without an underscore say what they are for."""
    import importlib
    import pkgutil

    for info in pkgutil.walk_packages(autograder.__path__, "autograder."):
        module = importlib.import_module(info.name)
        assert module.__doc__, info.name
        for name, item in vars(module).items():
            public = not name.startswith("_") and getattr(item, "__module__", "") == info.name
            if public and (inspect.isclass(item) or inspect.isfunction(item)):
                assert item.__doc__, f"{info.name}.{name}"
