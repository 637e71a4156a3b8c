"""The ``autograded/`` folder, which nbgrader makes feedback of: the submission as a notebook, its
test cells restored, with what was found in them, and the files beside it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from autograder import terminal
from autograder.course import CourseError
from autograder.notebook import function_table
from autograder.release import Release, small_files
from autograder.report import FunctionReport, Report
from autograder.submission import (
    Cell,
    Submission,
    cell_source,
    check_id,
    grade_id,
)

#: jupytext writes it in front of a script.
_SCRIPT_HEADER = re.compile(r"\A\s*# ---\n(?:#.*\n)*?# ---(?:\n+|\Z)")
#: What follows `# %%`: the cell's title, what kind of cell it is, and metadata.
_MARK = re.compile(
    r"%*\s*(?P<title>[^\[{=]*?)\s*(?:\[(?P<kind>markdown|md|raw)\]\s*)?(?:[\w.-]+\s*=.*|\{.*)?"
)
_KINDS = {None: "code", "markdown": "markdown", "md": "markdown", "raw": "raw"}
_MAX_TITLE = 500
_QUOTED = re.compile(r"[rR]?(\"\"\"|\'\'\')\n?(?P<text>.*?)\n?\1", re.DOTALL)


def write_autograded(
    report: Report, submission: Submission, release: Release, submitted: Path, destination: Path
) -> dict[str, str]:
    """Write ``autograded/<student>/<assignment>``; the sources of the notebook's cells by their
    nbgrader ids.

    What lay there is replaced as a whole, but for other notebooks: whenever this is killed, the
    folder is the old one, or the new one, or the old one beside its place, from where the next call
    puts it back.
    Raises `CourseError` when it cannot be written; the old one is there then.
    """
    notebook = graded_notebook(report, submission, release)
    try:
        # The release's files are its own, whatever a student made of them.
        files = small_files(submitted, release.files)
    except OSError as error:
        raise CourseError(f"{submitted} cannot be read: {error.strerror}.") from None
    files[f"{release.name}.ipynb"] = _notebook_bytes(notebook)
    with _told(destination, release.name):
        _replace(destination, files, release)
    return {grade_id(cell): cell_source(cell) for cell in notebook["cells"]}


def _notebook_bytes(notebook: Mapping[str, Any]) -> bytes:
    try:
        return msgspec.json.format(msgspec.json.encode(notebook), indent=1) + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair is no text
        text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        return text.encode("utf-8", "replace")


def _replace(destination: Path, files: Mapping[str, bytes], release: Release) -> None:
    """Make a folder of files, and of the release's, in the place of what is there, but for other
    notebooks."""
    new = destination.with_name(f".{destination.name}.writing")
    old = destination.with_name(f".{destination.name}.replaced")
    destination.parent.mkdir(parents=True, exist_ok=True)
    if not destination.exists() and old.exists():
        old.rename(destination)  # somebody was killed between the two renames below
    _remove(new)
    _remove(old)
    # A folder cannot be renamed over another one.
    replaced = destination.exists()
    # Other notebooks of the assignment are nbgrader's, which graded them.
    found = destination.glob("*.ipynb") if replaced else ()
    others = {path.name: path.read_bytes() for path in found}
    try:
        new.mkdir()
        for name, data in {**others, **files}.items():
            (new / name).write_bytes(data)
        _add_released(release, new)
        if replaced:
            destination.rename(old)
        new.rename(destination)
    except OSError:
        if replaced and not destination.exists():
            old.rename(destination)
        _remove(new)
        raise
    _remove(old)


def _add_released(release: Release, folder: Path) -> None:
    """Add the release's files: by links, since they are the same for everybody and take up more
    than all else; as copies where that cannot be done, as on another disk."""
    for name, data in release.files.items():
        with suppress(OSError):
            if release.shared is not None:
                os.link(release.shared / name, folder / name)
                continue
        (folder / name).write_bytes(data)


def _remove(path: Path) -> None:
    """Remove what is there, as far as that can be done."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _told(destination: Path, name: str) -> Iterator[None]:
    """What the file system refused, in a sentence that names the place."""
    try:
        yield
    except OSError as error:
        raise CourseError(
            f"{destination} cannot be written: {error.strerror}. What was there is still there: "
            f"make room, or give yourself the right to write, then run `autograder grade {name}` "
            "again."
        ) from error


def graded_notebook(report: Report, submission: Submission, release: Release) -> dict[str, Any]:
    """The submission as a notebook, its test cells restored, with what was found in them."""
    functions = {check_id(function.name): function for function in report.functions}
    cells: list[dict[str, Any]] = []
    seen: set[str] = set()
    submitted = _submitted_cells(report, submission, release)
    for position, cell in reversed(list(enumerate(submitted))):
        cells.insert(0, _clean_cell(cell, release, seen, f"submitted-{position}"))
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
    """The cells of what was graded, each with what it printed; none when it could not be read."""
    if submission.problems:
        return []
    printed = iter(report.printed)
    if submission.path.endswith(".ipynb"):
        return [
            # Whatever a student calls so.
            {**cell, "printed": next(printed, "") if cell.get("cell_type") == "code" else ""}
            for cell in (cell if isinstance(cell, dict) else {} for cell in submission.raw)
        ]
    cells = [{**notebook_cell(cell), "printed": next(printed, "")} for cell in submission.cells]
    for cell in cells:
        released = release.by_id.get(cell.pop("title"))
        cell["metadata"] = released["metadata"] if released else {}
    return [cell for cell in cells if cell["source"]]


def notebook_cell(cell: Cell) -> dict[str, Any]:
    """A cell of a script as one of a notebook, with its title, as jupytext would read it.

    A magic command that is commented out stays so: what is shown is what was graded.
    """
    source = "\n".join(line.removesuffix("\r") for line in cell.source.split("\n"))
    # A title of megabytes is none, and would take its time to match.
    mark = _MARK.fullmatch(cell.title) if len(cell.title) <= _MAX_TITLE else None
    kind = _KINDS[mark["kind"]] if mark else "code"
    if kind != "code":
        source = _uncommented(source)
    elif not cell.title:
        source = _SCRIPT_HEADER.sub("", source)
    title = mark["title"] if mark else cell.title
    return {"cell_type": kind, "title": title, "source": source.rstrip("\n")}


def _uncommented(source: str) -> str:
    """The text of a markdown cell: behind `# ` on every line, or in a string of many lines."""
    quoted = _QUOTED.fullmatch(source.strip())
    if quoted:
        return quoted["text"]
    return "\n".join(
        line.removeprefix("# ") if line.startswith("# ") else line.removeprefix("#")
        for line in source.split("\n")
    )


def _clean_cell(
    cell: Mapping[str, Any], release: Release, seen: set[str], free_id: str
) -> dict[str, Any]:
    """A cell of nbformat 4.5 made of nothing but source, what it printed, and the release's own
    metadata.

    Of two cells with the same id the last one keeps it, as with nbgrader; a test cell is the
    released one, whatever the student made of it.
    """
    cell_id = grade_id(cell)
    if cell_id in release.by_id and cell_id not in seen:
        seen.add(cell_id)
        clean = dict(release.by_id[cell_id])  # what is in it is shared, and only read
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
    """What was found, as a table and as text, and then the score where nbgrader reads it."""
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
    """What was wrong with the file as a whole, in front of everything."""
    lines = [f"    {line}" for p in report.problems for line in p.message.splitlines()]
    source = "**What was wrong with the file**\n\n" + "\n".join(lines)
    return {"cell_type": "markdown", "id": "problems", "metadata": {}, "source": source}
