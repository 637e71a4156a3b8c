"""A graded submission as a notebook: its test cells restored, with the results in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.display import terminal
from autograder.display.notebook import function_table
from autograder.nbgrader.pictures import Attached, Pictures
from autograder.nbgrader.release import Release
from autograder.outputs import MAX_ATTACHED
from autograder.report import FunctionReport, Report
from autograder.sandbox.calls import Cell
from autograder.script import SCRIPT_HEADER
from autograder.submission import Submission, cell_source, check_id, grade_id, released_kinds

#: The text after `# %%`: the cell's title, its type and metadata.
_MARK = re.compile(
    r"%*\s*(?P<title>[^\[{=]*?)\s*(?:\[(?P<kind>markdown|md|raw)\]\s*)?(?:[\w.-]+\s*=.*|\{.*)?"
)
_KINDS = {None: "code", "markdown": "markdown", "md": "markdown", "raw": "raw"}
_MAX_TITLE = 500
#: The id of the first cell, which tells the problems of the file.
PROBLEMS = "problems"
_QUOTES = ('"""', "'''")


def graded_notebook(report: Report, submission: Submission, release: Release) -> dict[str, Any]:
    """The submission as a notebook, with its test cells restored and the results in them."""
    functions = {check_id(function.name): function for function in report.functions}
    cells: list[dict[str, Any]] = []
    seen: set[str] = set()
    pictures = Pictures(MAX_ATTACHED)
    submitted = submitted_cells(submission, release, report.printed)
    attached = [pictures.of(cell, cell["place"]) for cell in submitted]
    for position, cell in reversed(list(enumerate(submitted))):
        clean = _clean_cell(cell, release, seen, f"submitted-{position}")
        if attached[position] and clean["cell_type"] == "markdown":
            clean["attachments"] = {**clean.get("attachments", {}), **attached[position]}
        elif attached[position]:
            cells.insert(0, _picture_cell(attached[position], f"pictures-{position}"))
        cells.insert(0, clean)
    for cell_id, cell in release.by_id.items():
        if cell_id not in seen:
            cells.append(dict(cell))
    for cell in cells:
        cell_id = grade_id(cell)
        if cell_id in functions:
            cell["outputs"] = _outputs(functions[cell_id])
        elif cell_id in release.by_id and cell["cell_type"] == "code" and _is_test(cell):
            cell["outputs"] = [_text_output(report.first_wrong), _score_output(0.0)]
    if report.problems:
        cells.insert(0, _note(report))
    return {**release.notebook, "cells": cells}


def _picture_cell(attached: Attached, cell_id: str) -> dict[str, Any]:
    """A cell that shows the pictures of the one before, which can show none."""
    named = {
        f"picture-{number}": bundle for number, bundle in enumerate(attached.values(), start=1)
    }
    source = "\n\n".join(f"![{name}](attachment:{name})" for name in named)
    cell = {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": source}
    return {**cell, "attachments": named}


def submitted_cells(
    submission: Submission, release: Release, printed: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The graded cells, each with its place in words and the text it printed; none if the file
    could not be read."""
    if submission.problems:
        return []
    texts = iter(printed)
    if submission.path.endswith(".ipynb"):
        return [
            # Anything that is not a cell becomes an empty one.
            {
                **(cell if isinstance(cell, dict) else {}),
                "cell_type": kind,
                "printed": next(texts, "") if kind == "code" else "",
                "place": f"cell {number}",
            }
            for number, (cell, kind) in enumerate(
                zip(submission.raw, released_kinds(submission.raw), strict=True), start=1
            )
        ]
    cells = [
        {**notebook_cell(cell), "printed": next(texts, ""), "place": f"line {cell.first_line}"}
        for cell in submission.cells
    ]
    for cell in cells:
        released = release.by_id.get(cell.pop("title"))
        cell["metadata"] = released["metadata"] if released else {}
    return [cell for cell in cells if cell["source"]]


def notebook_cell(cell: Cell) -> dict[str, Any]:
    """A script's cell as a notebook's, with its title, as jupytext converts it.

    A commented magic command stays commented: the notebook shows what was graded.
    """
    source = cell.source.replace("\r\n", "\n").removesuffix("\r")
    # A title of megabytes would take long to match.
    mark = _MARK.fullmatch(cell.title) if len(cell.title) <= _MAX_TITLE else None
    kind = _KINDS[mark["kind"]] if mark else "code"
    if kind != "code":
        source = _uncommented(source)
    elif not cell.title:
        source = SCRIPT_HEADER.sub("", source)
    title = mark["title"] if mark else cell.title
    return {"cell_type": kind, "title": title, "source": source.rstrip("\n")}


def _uncommented(source: str) -> str:
    """The text of a markdown cell: after `# ` on every line, or in a triple-quoted string."""
    text = source.strip()
    text = text[1:] if text[:1] in ("r", "R") else text
    if len(text) >= 6 and text[:3] == text[-3:] and text[:3] in _QUOTES:
        return text[3:-3].removeprefix("\n").removesuffix("\n")
    # Not line by line, which could be a million objects. NUL marks a removed `# `, since text has
    # none: only the first is removed of `# # x`.
    marked = f"\n{source}".replace("\n# ", "\n\0").replace("\n#", "\n\0")
    return marked.replace("\n\0", "\n").removeprefix("\n")


def _clean_cell(
    cell: Mapping[str, Any], release: Release, seen: set[str], free_id: str
) -> dict[str, Any]:
    """A cell of nbformat 4.5 with only its source, its printed text, and the release's metadata and
    attachments.

    Of two cells with the same id the last one keeps it, as in nbgrader. A test cell is replaced by
    the released one.
    """
    cell_id = grade_id(cell)
    if cell_id in release.by_id and cell_id not in seen:
        seen.add(cell_id)
        clean = dict(release.by_id[cell_id])  # shallow: nested values are shared, and not changed
        if not _is_test(clean):
            clean["source"] = cell_source(cell)
    else:
        kind = cell.get("cell_type")
        kind = kind if kind in ("code", "markdown", "raw") else "raw"
        clean = {"cell_type": kind, "id": free_id, "metadata": {}, "source": cell_source(cell)}
        if kind == "code":
            clean["execution_count"] = None
    if clean["cell_type"] == "code":
        stream = {"output_type": "stream", "name": "stdout", "text": cell["printed"]}
        clean["outputs"] = [stream] if cell["printed"] else []
    return clean


def _is_test(cell: Mapping[str, Any]) -> bool:
    metadata = cell["metadata"]["nbgrader"]
    return bool(metadata["grade"]) and not metadata["solution"]


def _outputs(function: FunctionReport) -> list[dict[str, Any]]:
    """The results as a table and as text, then the score where nbgrader reads it."""
    text = "\n".join(terminal.function_lines(function, terminal.Style(False)))
    shown = {"text/html": function_table(function), "text/plain": text}
    return [
        {"output_type": "display_data", "data": shown, "metadata": {}},
        _score_output(function.score),
    ]


def _text_output(text: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}


def _score_output(score: float) -> dict[str, Any]:
    return {
        "output_type": "execute_result",
        "data": {"text/plain": repr(float(score))},
        "metadata": {},
        "execution_count": None,
    }


def _note(report: Report) -> dict[str, Any]:
    """A first cell with the problems of the file as a whole."""
    lines = [f"    {line}" for p in report.problems for line in p.message.splitlines()]
    wrong = any(problem.kind != "not-copied" for problem in report.problems)
    title = "Problems with the file" if wrong else "Files that were not copied"
    source = f"**{title}**\n\n" + "\n".join(lines)
    return {"cell_type": "markdown", "id": PROBLEMS, "metadata": {}, "source": source}
