"""The source notebook of a solution: the nbgrader metadata of each cell.

The author sets no metadata by hand. A code cell with a solution region is one that students fill
in. A cell ``check(name)`` is the test of that function. A markdown cell with ``question="..."`` is
answered in words.
"""

from __future__ import annotations

import re
from typing import Any

import jupytext
import nbformat

from autograder.exercise.error import EXERCISE, TEXT, ExerciseError
from autograder.exercise.solution import Solution
from autograder.submission import check_id

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
#: A method may be named in quotation marks, too.
_CHECK = re.compile(r"""^check\((?:(["'])([\w.]+)\1|([\w.]+))\)\s*$""")
_DEFINED = re.compile(r"^(?:def (\w+)\(|class (\w+)\b)", re.MULTILINE)
_OPTION = re.compile(r"^(\d+)\. ", re.MULTILINE)
#: The file name of a picture. An address has a colon, and does not match.
_PICTURE = re.compile(r"!\[[^]]*\]\(([^):\s]+)\)")
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def source_notebook(solution: Solution) -> Any:
    """The source notebook of a solution; raises `ExerciseError` if cells are missing or wrong."""
    notebook = jupytext.reads(solution.source, fmt="py:percent")
    notebook.metadata = nbformat.from_dict({"kernelspec": _KERNEL})
    for position, cell in enumerate(notebook.cells):
        role = _role(cell, solution)
        cell.metadata = nbformat.from_dict({"nbgrader": role} if role else {})
        cell.id = role["grade_id"] if role else f"cell-{position}"
    _every_function_has_its_cells(notebook, solution)
    _every_choice_has_its_options(notebook, solution)
    _every_picture_is_released(notebook, solution)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def as_script(notebook: Any) -> str:
    """A released notebook as a percent-format script; a cell's title is its nbgrader id."""
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.metadata = nbformat.from_dict({"title": grade_id} if grade_id else {})
    notebook.metadata = nbformat.from_dict(
        {"jupytext": {"notebook_metadata_filter": "-all", "cell_metadata_filter": "title,-all"}}
    )
    return str(jupytext.writes(notebook, fmt="py:percent"))


def solved_id(cell: Any) -> str:
    """The nbgrader id of a cell that students fill in, or "" for other cells."""
    if cell.cell_type == "code" and BEGIN in cell.source:
        defined = _DEFINED.search(cell.source)
        return defined[1] or defined[2] if defined else ""
    return str(cell.metadata.get("question", ""))


def solved(cell: Any) -> str:
    """The source of a solution's cell without `BEGIN` and `END`."""
    lines = cell.source.split("\n")
    return "\n".join(line for line in lines if line.strip() not in (BEGIN, END))


def _role(cell: Any, solution: Solution) -> dict[str, Any] | None:
    """A cell's nbgrader metadata, or None. Adds the hidden tests to the source of a test cell."""
    test = _CHECK.match(cell.source)
    if cell.cell_type == "code" and test:
        name = test[2] or test[3]
        points = {f.name: f.max_score for f in solution.exercise.checked}.get(name)
        if points is None:
            raise ExerciseError(
                f"check({name}): exercise.py declares no function {name!r}.",
                *(TEXT, f"check({name})"),
            )
        shown = cell.source.strip()
        # A method may be another one of the class, which its own name does not say.
        hidden = f'"{name}"' if "." in name else name
        cell.source = (
            f"{shown}\n### BEGIN HIDDEN TESTS\ncheck({hidden}, hidden=True)\n### END HIDDEN TESTS"
        )
        return _metadata(check_id(name), grade=True, solution=False, points=points)
    if cell.source.count(BEGIN) != cell.source.count(END):
        first = cell.source.partition("\n")[0]
        raise ExerciseError(
            f"The cell {first!r} needs as many {END!r} as {BEGIN!r}.", *(TEXT, first)
        )
    cell_id = solved_id(cell)
    if cell.cell_type == "code":
        if BEGIN in cell.source and not cell_id:
            first = cell.source.partition("\n")[0]
            raise ExerciseError(
                f"The cell {first!r} has {BEGIN!r} in it, and defines no function.", *(TEXT, first)
            )
        return _metadata(cell_id, grade=False, solution=True) if cell_id else None
    question = cell_id
    if not question:
        return None
    if question not in solution.exercise.questions:
        raise ExerciseError(
            f"question {question!r} has no points in exercise.py.",
            *(TEXT, f'question="{question}"'),
        )
    points = solution.exercise.questions[question]
    return _metadata(question, grade=True, solution=True, points=points)


def _metadata(grade_id: str, grade: bool, solution: bool, points: float = 0.0) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": grade,
        "solution": solution,
        "locked": grade and not solution,
        "task": False,
    }
    return {**metadata, "points": points} if grade else metadata


def _every_function_has_its_cells(notebook: Any, solution: Solution) -> None:
    ids = [cell.id for cell in notebook.cells]
    # A method stands in the cell of its class.
    required = [
        (cell_id, (kind, name))
        for kind, name in solution.exercise.declared
        for cell_id in (name.partition(".")[0], check_id(name))
    ]
    required += [(name, (EXERCISE, "questions")) for name in solution.exercise.questions]
    for name, about in required:
        if ids.count(name) != 1:
            raise ExerciseError(
                f"{solution.name}.py needs exactly one cell for {name!r}, "
                f"and has {ids.count(name)}.",
                *about,
            )


def _every_choice_has_its_options(notebook: Any, solution: Solution) -> None:
    ids = [cell.id for cell in notebook.cells]
    for choice in solution.exercise.choices:
        options = _OPTION.findall(notebook.cells[ids.index(choice.name) - 1].source)
        if options != [str(n) for n in range(1, len(choice.reasons) + 1)]:
            raise ExerciseError(
                f"choice {choice.name!r}: it has {len(choice.reasons)} reasons, and the cell above "
                f"its function {len(options)} numbered options.",
                *("Choice", choice.name),
            )


def _every_picture_is_released(notebook: Any, solution: Solution) -> None:
    shown = (name for cell in notebook.cells for name in _PICTURE.findall(cell.source))
    for name in shown:
        if name not in solution.exercise.files:
            raise ExerciseError(
                f"{solution.name}.py shows {name!r}, which does not stand in files.",
                *(TEXT, f"]({name})"),
            )
