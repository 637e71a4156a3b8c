"""What tests run in a fork of a loaded process ends as where a shell starts it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import loaded

CONFIG = """import os, sys
sys.argv[0] = os.path.basename(sys.argv[0])
print(os.getcwd(), sys.argv, sys.path[0], os.environ["MINE"], "X" in os.environ, sys.stdin.read())
"""


@pytest.mark.parametrize("command", ["autograde nothing", "db student list"])
def test_it_is_as_from_a_shell(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nbgrader_config.py").write_text(CONFIG)
    monkeypatch.setenv("X", "not for it")
    environment = {"HOME": str(tmp_path), "PATH": str(Path(sys.executable).parent), "MINE": "é"}
    environment |= {"PYTHONWARNINGS": "ignore", "LANG": "C.UTF-8"}
    other = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command.split()],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    (tmp_path / "gradebook.db").unlink(missing_ok=True)
    found = loaded.run(command.split(), tmp_path, environment)
    assert other.returncode == (command == "autograde nothing")
    assert str(tmp_path) in found.stdout + found.stderr
    assert [found.returncode, found.stdout, found.stderr] == [
        other.returncode,
        other.stdout,
        other.stderr,
    ]
