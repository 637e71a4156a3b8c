"""The ``autograded/`` folder, which nbgrader makes feedback of: the submission as a notebook, its
test cells restored, with what was found in them, and the files beside it."""

from __future__ import annotations

import heapq
import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from autograder.course import CourseError
from autograder.display import terminal
from autograder.display.notebook import function_table
from autograder.nbgrader.release import MAX_COPIED, PICTURES, Release
from autograder.nbgrader.timestamps import TIMESTAMP_FILE, Timestamp, read_timestamp
from autograder.report import FunctionReport, Problem, Report
from autograder.submission import Cell, Submission, cell_source, check_id, grade_id, regular_file
from autograder.text import visible_name

#: jupytext writes it in front of a script. It has some dozens of lines; millions would take memory
#: for each to match.
_SCRIPT_HEADER = re.compile(r"\A\s*# ---\n(?:#.*\n){0,500}?# ---(?:\n+|\Z)")
#: What follows `# %%`: the cell's title, what kind of cell it is, and metadata.
_MARK = re.compile(
    r"%*\s*(?P<title>[^\[{=]*?)\s*(?:\[(?P<kind>markdown|md|raw)\]\s*)?(?:[\w.-]+\s*=.*|\{.*)?"
)
_KINDS = {None: "code", "markdown": "markdown", "md": "markdown", "raw": "raw"}
_MAX_TITLE = 500
#: How many files beside an answer are copied at most, and how many bytes together.
MAX_FILES, MAX_TOGETHER = 500, 50_000_000
_PIECE, _MAX_SHOWN = 1_000_000, 60
#: How much may be attached to a notebook's cells, in characters of base64; which kinds of pictures.
MAX_ATTACHED = 10_000_000
_ATTACHED = sorted({*PICTURES.values()})
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
_QUOTES = ('"""', "'''")


class Beside(NamedTuple):
    """What lies beside an answer and goes with it: the ``names`` of files, and when it was handed
    in. ``left_out`` says which files do not, "" where all do."""

    names: Sequence[str]
    timestamp: Timestamp
    left_out: str = ""

    def told(self, report: Report) -> Report:
        """The report, with what is left out."""
        if not self.left_out:
            return report
        return replace(report, problems=[*report.problems, Problem("not-copied", self.left_out)])


def look_beside(folder: Path, release: Release, timestamp: Timestamp | None = None) -> Beside:
    """Choose among the files of a folder: as many as go together, the smallest first; no links, no
    notebooks, and none of the release's, which are its own whatever a student made of them.

    However many there are, only a few are held in memory. Raises `CourseError` where the folder
    cannot be read.
    """
    found, largest = 0, (-1, "")

    def sizes() -> Iterator[tuple[int, str]]:
        nonlocal found, largest
        for size in _sizes_beside(folder, {*release.files, TIMESTAMP_FILE}):
            found, largest = found + 1, max(largest, size)
            yield size

    try:
        smallest = heapq.nsmallest(MAX_FILES, sizes())
    except OSError as error:
        raise CourseError(f"{folder} cannot be read: {error.strerror}.") from None
    together = accumulate(size for size, _ in smallest)
    names = [
        name
        for (size, name), sum_ in zip(smallest, together, strict=True)
        if size <= MAX_COPIED and sum_ <= MAX_TOGETHER
    ]
    left_out = _left_out(found - len(names), largest[1]) if len(names) < found else ""
    return Beside(names, timestamp or read_timestamp(folder), left_out)


def _sizes_beside(folder: Path, besides: Collection[str]) -> Iterator[tuple[int, str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name in besides or name.endswith(".ipynb"):
                continue
            with suppress(FileNotFoundError):
                if entry.is_file(follow_symlinks=False):
                    yield entry.stat(follow_symlinks=False).st_size, name


def _left_out(files: int, largest: str) -> str:
    name = visible_name(largest if len(largest) <= _MAX_SHOWN else f"{largest[:_MAX_SHOWN]}…")
    which = (
        f"The file {name} beside the answer was"
        if files == 1
        else (f"{files} files beside the answer were")
    )
    among = "" if files == 1 else f" The largest one is {name}."
    return (
        f"{which} not copied to the graded notebook: at most {MAX_FILES} files are, of at most "
        f"{MAX_COPIED / 1e6:.0f} MB each and {MAX_TOGETHER / 1e6:.0f} MB together.{among}"
    )


def write_autograded(
    report: Report,
    submission: Submission,
    release: Release,
    submitted: Path,
    destination: Path,
    beside: Beside | None = None,
) -> dict[str, str]:
    """Write ``autograded/<student>/<assignment>``; the sources of the notebook's cells by their
    nbgrader ids.

    What lay there is replaced as a whole, but for other notebooks: whenever this is killed, the
    folder is the old one, or the new one, or the old one beside its place, from where the next call
    puts it back.
    Raises `CourseError` when it cannot be written; the old one is there then.
    """
    beside = beside or look_beside(submitted, release)
    notebook = graded_notebook(report, submission, release)
    files = {f"{release.name}.ipynb": _notebook_bytes(notebook)}
    # What nbgrader cannot read would stop its next command.
    if beside.timestamp.canonical:
        files[TIMESTAMP_FILE] = beside.timestamp.canonical

    def fill(folder: Path) -> None:
        for name, data in files.items():
            (folder / name).write_bytes(data)
        _copy(submitted, beside.names, folder)
        _add_released(release, folder)

    with _told(destination, release.name):
        _replace(destination, fill)
    return {grade_id(cell): cell_source(cell) for cell in notebook["cells"]}


def _notebook_bytes(notebook: Mapping[str, Any]) -> bytes:
    try:
        return msgspec.json.format(msgspec.json.encode(notebook), indent=1) + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair is no text
        text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        return text.encode("utf-8", "replace")


def _copy(folder: Path, names: Sequence[str], into: Path) -> None:
    """Copy files, a piece at a time, and no more of them than was looked for: whoever lets one grow
    meanwhile gets a part of it."""
    left = MAX_TOGETHER
    for name in names:
        source = regular_file(folder / name)
        if source is None:  # it may not be read, or was taken away
            continue
        with source, open(into / name, "wb") as target:
            room = min(left, MAX_COPIED)
            while room and (piece := source.read(min(room, _PIECE))):
                target.write(piece)
                room, left = room - len(piece), left - len(piece)


def _replace(destination: Path, fill: Callable[[Path], None]) -> None:
    """Have a folder filled, and put it in the place of what is there, whose other notebooks it
    keeps."""
    new = destination.with_name(f".{destination.name}.writing")
    old = destination.with_name(f".{destination.name}.replaced")
    destination.parent.mkdir(parents=True, exist_ok=True)
    if not destination.exists() and old.exists():
        old.rename(destination)  # somebody was killed between the two renames below
    _remove(new)
    _remove(old)
    # A folder cannot be renamed over another one.
    replaced = destination.exists()
    try:
        new.mkdir()
        # Other notebooks of the assignment are nbgrader's, which graded them.
        for path in destination.glob("*.ipynb") if replaced else ():
            shutil.copyfile(path, new / path.name)
        fill(new)
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
    source = cell.source.replace("\r\n", "\n").removesuffix("\r")
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
    text = source.strip()
    text = text[1:] if text[:1] in ("r", "R") else text
    if len(text) >= 6 and text[:3] == text[-3:] and text[:3] in _QUOTES:
        return text[3:-3].removeprefix("\n").removesuffix("\n")
    # Whole, since lines would be a million objects. No text has a NUL, which stands for a mark that
    # was seen: of `# # x`, one is taken off.
    marked = f"\n{source}".replace("\n# ", "\n\0").replace("\n#", "\n\0")
    return marked.replace("\n\0", "\n").removeprefix("\n")


def _clean_cell(
    cell: Mapping[str, Any], release: Release, seen: set[str], free_id: str
) -> dict[str, Any]:
    """A cell of nbformat 4.5 made of nothing but source, what it printed, and the release's own
    metadata and attachments.

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


class _Pictures:
    """The pictures that students pasted into their cells: of kinds that a browser only shows, and
    only so much of them as a person may have to load."""

    def __init__(self) -> None:
        self._left = MAX_ATTACHED

    def of(self, cell: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        """A cell's attachments, as far as they are such."""
        attachments = cell.get("attachments")
        if not isinstance(attachments, dict):
            return {}
        kept = {}
        for name, bundle in attachments.items():
            found = self._picture(bundle) if isinstance(bundle, dict) else {}
            if found:
                kept[name] = found
        return kept

    def _picture(self, bundle: Mapping[str, Any]) -> dict[str, str]:
        for kind in _ATTACHED:
            data = bundle.get(kind)
            if isinstance(data, list):  # as the format allows
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
