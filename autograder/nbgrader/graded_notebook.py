"""A graded submission as a notebook: its test cells restored, with the results in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from autograder.display import terminal
from autograder.display.notebook import function_table
from autograder.nbgrader.release import PICTURES, Release
from autograder.report import FunctionReport, Report
from autograder.sandbox.calls import Cell
from autograder.submission import Submission, cell_source, check_id, grade_id

#: The header that jupytext writes to a script. It has some dozens of lines; the limit keeps a match
#: of millions from taking memory for each.
_SCRIPT_HEADER = re.compile(r"\A\s*# ---\n(?:#.*\n){0,500}?# ---(?:\n+|\Z)")
#: The text after `# %%`: the cell's title, its type and metadata.
_MARK = re.compile(
    r"%*\s*(?P<title>[^\[{=]*?)\s*(?:\[(?P<kind>markdown|md|raw)\]\s*)?(?:[\w.-]+\s*=.*|\{.*)?"
)
_KINDS = {None: "code", "markdown": "markdown", "md": "markdown", "raw": "raw"}
_MAX_TITLE = 500
#: The limit for a notebook's attachments, in characters of base64; the types of pictures allowed.
MAX_ATTACHED = 10_000_000
_ATTACHED = sorted({*PICTURES.values()})
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
#: The id of the first cell, which tells the problems of the file.
PROBLEMS = "problems"
_QUOTES = ('"""', "'''")


def graded_notebook(report: Report, submission: Submission, release: Release) -> dict[str, Any]:
    """The submission as a notebook, with its test cells restored and the results in them."""
    functions = {check_id(function.name): function for function in report.functions}
    cells: list[dict[str, Any]] = []
    seen: set[str] = set()
    pictures = _Pictures()
    submitted = _submitted_cells(report, submission, release)
    for position, cell in reversed(list(enumerate(submitted))):
        clean = _clean_cell(cell, release, seen, f"submitted-{position}")
        attached = pictures.of(cell) if clean["cell_type"] == "markdown" else {}
        if attached:
            clean["attachments"] = {**clean.get("attachments", {}), **attached}
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


def _submitted_cells(
    report: Report, submission: Submission, release: Release
) -> list[dict[str, Any]]:
    """The graded cells, each with the text it printed; none if the file could not be read."""
    if submission.problems:
        return []
    printed = iter(report.printed)
    if submission.path.endswith(".ipynb"):
        return [
            # Anything that is not a cell becomes an empty one.
            {**cell, "printed": next(printed, "") if cell.get("cell_type") == "code" else ""}
            for cell in (cell if isinstance(cell, dict) else {} for cell in submission.raw)
        ]
    cells = [{**notebook_cell(cell), "printed": next(printed, "")} for cell in submission.cells]
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
        source = _SCRIPT_HEADER.sub("", source)
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


class _Pictures:
    """The pictures that students pasted into cells: of harmless types, and up to a limit."""

    def __init__(self) -> None:
        self._left = MAX_ATTACHED

    def of(self, cell: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        """The allowed pictures among a cell's attachments."""
        attachments = cell.get("attachments")
        if not isinstance(attachments, dict):
            return {}
        pictures = {}
        for name, bundle in attachments.items():
            found = self._picture(bundle) if isinstance(bundle, dict) else {}
            if found:
                pictures[name] = found
        return pictures

    def _picture(self, bundle: Mapping[str, Any]) -> dict[str, str]:
        for kind in _ATTACHED:
            data = bundle.get(kind)
            if isinstance(data, list):  # the format allows a list of lines
                data = "".join(line for line in data if isinstance(line, str))
            if not isinstance(data, str) or len(data) > self._left or not _BASE64.fullmatch(data):
                continue
            self._left -= len(data)
            return {kind: data}
        return {}


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
    source = "**Problems with the file**\n\n" + "\n".join(lines)
    return {"cell_type": "markdown", "id": PROBLEMS, "metadata": {}, "source": source}
