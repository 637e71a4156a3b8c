"""nbgrader's commands, and a released notebook with right answers in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jupytext

from autograder.authoring.notebook import solved, solved_id
from autograder.submission import grade_id
from tests.conftest import NAME, ROOT
from tests.helpers import loaded


def nbgrader(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """One of nbgrader's commands."""
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = loaded.run(arguments, folder, environment)
    if check:
        done.check_returncode()
    return done


def tracebacks(stderr: str) -> list[str]:
    """The tracebacks in what a command said.

    Without the one that ipykernel may write as it ends: where the kernel of a teacher's own
    notebook closes its sockets first, its other thread finds none to answer on."""
    parts = re.split(r"^(?=.*Traceback \(most recent call last\))", stderr, flags=re.MULTILINE)[1:]
    ending = "ipykernel/kernelbase.py", "zmq.error.ZMQError: Socket operation on non-socket"
    return [part for part in parts if not all(sign in part for sign in ending)]


def solve(notebook: dict[str, Any], root: Path = ROOT, name: str = NAME) -> dict[str, Any]:
    """A released notebook with the solution in its cells."""
    source = (root / "solutions" / name / f"{name}.py").read_text()
    answers = {solved_id(c): solved(c) for c in jupytext.reads(source, fmt="py:percent").cells}
    for cell in notebook["cells"]:
        if grade_id(cell) in answers and grade_id(cell):
            cell["source"] = answers[grade_id(cell)]
    return notebook
