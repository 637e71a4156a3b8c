"""nbgrader's commands, and a released notebook with right answers in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jupytext

from autograder.authoring.notebook import solved, solved_id
from autograder.submission import grade_id
from tests.conftest import NAME, ROOT


def nbgrader(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=check
    )


def solve(notebook: dict[str, Any]) -> dict[str, Any]:
    """A released notebook with the solution in its cells."""
    source = (ROOT / "solutions" / NAME / f"{NAME}.py").read_text()
    answers = {solved_id(c): solved(c) for c in jupytext.reads(source, fmt="py:percent").cells}
    for cell in notebook["cells"]:
        if grade_id(cell) in answers and grade_id(cell):
            cell["source"] = answers[grade_id(cell)]
    return notebook
