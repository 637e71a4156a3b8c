"""The public door: which names it has, and what importing it loads."""

from __future__ import annotations

import inspect
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import autograder
from autograder.cli.main import COMMANDS
from tests.conftest import NAME, ROOT

LOADED = """
import json, sys
before = set(sys.modules)
import {modules}
print(json.dumps(sorted({{name.partition(".")[0] for name in set(sys.modules) - before}})))
"""


def loaded_by(modules: str, folder: Path | None = None) -> set[str]:
    """The top-level packages outside the standard library that importing these loads."""
    code = LOADED.format(modules=modules)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout)) - sys.stdlib_module_names


def test_importing_the_package_loads_nothing_besides() -> None:
    assert loaded_by("autograder") == {"autograder"}


def test_what_it_exports_loads_numpy_only() -> None:
    assert loaded_by("autograder.exercise.declaration, autograder.student") == {
        "autograder",
        "numpy",
    }


def test_help_loads_nothing_besides() -> None:
    commands = (f"autograder.cli.{name.replace('-', '_')}" for name in COMMANDS)
    assert loaded_by(", ".join(["autograder.cli.main", *commands])) == {"autograder"}


def test_a_command_does_not_load_the_others() -> None:
    program = "from autograder.cli.main import main; main(['rename', '--help'])"
    code = f"import sys\ntry:\n    {program}\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    loaded = set(done.stderr.split())
    others = {f"autograder.cli.{name.replace('-', '_')}" for name in COMMANDS if name != "rename"}
    assert "autograder.cli.rename" in loaded
    assert not loaded & others


@pytest.mark.parametrize("command", ["check", "check --help"])
def test_the_students_command_loads_numpy_only(command: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "assignments" / NAME, tmp_path, dirs_exist_ok=True)
    (tmp_path / "run.py").write_text(
        "import contextlib, os\n"
        "from autograder.cli.main import main\n"
        "with open(os.devnull, 'w') as out, contextlib.redirect_stdout(out):\n"
        "    with contextlib.suppress(SystemExit):\n"
        f"        main([*{command.split()}, {str(tmp_path / NAME)!r} + '.py'])\n"
    )
    found = loaded_by("run", tmp_path) - {"submission"}  # as what a student wrote is called
    assert found == {"autograder", "run", *(() if "--help" in command else ["numpy"])}


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


def test_an_old_configuration_is_told_what_to_write() -> None:
    """In one sentence: nbgrader shows a traceback of any other exception, and goes on."""
    with pytest.raises(SystemExit, match=r"Write there: from autograder\.nbgrader\.config import"):
        exec("from autograder.settings import configure")
