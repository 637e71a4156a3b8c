"""What was not written into the cells of a notebook that are given for it."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from autograder.exercise.answer_key import AnswerKey
from autograder.report import Problem
from autograder.submission import Submission, cell_source, check_id, grade_id
from autograder.text import listed

#: Lines for IPython, and comments.
_NO_PYTHON = r"(?m)^[ \t]*[%!?#].*|^.*\?[ \t]*$"
#: Statements that leave nothing behind.
_NOTHING = (ast.Expr, ast.Import, ast.ImportFrom, ast.Pass)


def in_locked_cells(submission: Submission, answer_key: AnswerKey) -> list[Problem]:
    """A problem for each test cell of a notebook in which a student wrote something: it is graded
    as it was released."""
    if not submission.path.endswith(".ipynb"):
        return []
    checks = {check_id(each.name): each.name for each in answer_key.checked}
    found = [(cell.label, checks.get(cell.title, ""), cell.source) for cell in submission.cells]
    return [
        Problem(
            "locked-cell",
            f"{label} is the locked check of {name}: what you wrote there is not graded. Put it "
            f"into the cell of {name}, above it.",
            cell=label,
        )
        for label, name, source in found
        if name and _leaves_something(source)
    ]


def _leaves_something(source: str) -> bool:
    try:
        statements = ast.parse(re.sub(_NO_PYTHON, "", source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return not all(isinstance(statement, _NOTHING) for statement in statements)


def unanswered(submission: Submission) -> list[Problem]:
    """The problem of cells for a text in which there is none yet."""
    places = [
        f"cell {number} ({grade_id(cell)})"
        for number, cell in enumerate(submission.raw, start=1)
        if _is_question(cell) and (not cell_source(cell).strip() or _is_as_released(cell))
    ]
    if not places:
        return []
    text = (
        f"There is no answer yet in {listed(places)}. Write it into the cell that is given for it; "
        "text in other cells may be overlooked."
    )
    return [Problem("unanswered", text)]


def _is_question(cell: Any) -> bool:
    if not isinstance(cell, dict) or cell.get("cell_type") != "markdown" or not grade_id(cell):
        return False
    told = cell["metadata"]["nbgrader"]
    return told.get("grade") is True and told.get("solution") is True


def _is_as_released(cell: Mapping[str, Any]) -> bool:
    """Whether nbgrader's checksum of the released cell is that of the cell as it is."""
    import hashlib  # slow to load, and needed for these cells only

    told = cell["metadata"]["nbgrader"]
    points = told.get("points")
    number = f"{float(points)}" if isinstance(points, (int, float)) else ""
    parts = [cell_source(cell), "markdown", "True", "True", "False", grade_id(cell), number]
    checksum = hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()
    return bool(told.get("checksum") == checksum)
