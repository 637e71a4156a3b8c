"""Right answers as notebooks and scripts, each with one thing done to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from autograder.submission import cell_source, grade_id
from tests.conftest import NAME, ROOT
from tests.helpers.attempts import solve

#: Edits the cells of a notebook, or the text of a script.
Edit = Callable[[Any], Any]


def notebook(edit: Edit) -> str:
    """The released notebook, solved, with its cells edited."""
    solved = solve(json.loads((ROOT / "assignments" / NAME / f"{NAME}.ipynb").read_text()))
    return json.dumps({**solved, "cells": edit(solved["cells"])})


def _code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source}


def above(source: str) -> Edit:
    """Lines above the first ones, which import numpy."""

    def work(cells: list[Any]) -> list[Any]:
        first = next(cell for cell in cells if cell["cell_type"] == "code")
        first["source"] = f"{source}\n{cell_source(first)}"
        return cells

    return work


def after(name: str, source: str) -> Edit:
    """One more cell below the cell of this name."""

    def work(cells: list[Any]) -> list[Any]:
        at = [grade_id(cell) for cell in cells].index(name) + 1
        return [*cells[:at], _code(source), *cells[at:]]

    return work


def at_the_end(source: str) -> Edit:
    """One more cell at the end."""
    return lambda cells: [*cells, _code(source)]


def inside(name: str, change: Callable[[str], str]) -> Edit:
    """Another text of one cell."""

    def work(cells: list[Any]) -> list[Any]:
        for cell in cells:
            if grade_id(cell) == name:
                cell["source"] = change(cell_source(cell))
        return cells

    return work


def before_def(name: str, source: str) -> Edit:
    """Lines of a script above the definition of a function."""
    return lambda script: script.replace(f"def {name}(", f"{source}\n\n\ndef {name}(", 1)


def without_marks(script: str) -> str:
    """A script of one cell."""
    return re.sub(r"(?m)^# ?%%.*\n", "", script)
