"""Reads a student's file without running it: its cells of source, and problems of the file."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Mapping, Sequence
from io import FileIO
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from autograder.faults import refused
from autograder.report import Problem
from autograder.sandbox.calls import Cell

MAX_BYTES = 20_000_000
#: Bytes of a script, or of a notebook without its outputs, which are never read.
MAX_SOURCE = 4_000_000
#: JSON objects and lists of a notebook. A few bytes of JSON become hundreds of bytes in memory.
MAX_OBJECTS = 200_000
#: Each cell becomes one of the graded notebook, which a person has to open.
MAX_CELLS = 10_000
_CELL_MARK = re.compile(r"^# ?%%(?P<rest>.*)$", re.MULTILINE)


class Submission(NamedTuple):
    """The content of a file. If it could not be read, ``problems`` says why.

    ``raw`` holds all cells of a notebook, as parsed JSON.
    """

    path: str
    sha256: str = ""
    raw: Sequence[Any] = ()
    cells: Sequence[Cell] = ()
    problems: Sequence[Problem] = ()


class File(NamedTuple):
    """The bytes of a file, or why it is unreadable. It is read only once."""

    path: str
    data: bytes = b""
    unreadable: str = ""

    def parse(self) -> Submission:
        """The content of the file."""
        if self.unreadable:
            return Submission(self.path, problems=(Problem("unreadable", self.unreadable),))
        return parse_submission(self.path, self.data)


def read_file(path: Path) -> File:
    """Read a file. What is wrong with a bad one is in the result.

    Raises `PermissionError` if the reader has no permission, which is not the file's fault.
    """
    try:
        return File(str(path), _read_bytes(path))
    except _Unreadable as error:
        return File(str(path), unreadable=str(error))


def read_submission(path: Path) -> Submission:
    """Read a ``.py`` or ``.ipynb`` file, as `read_file` does."""
    return read_file(path).parse()


def parse_submission(path: str, data: bytes) -> Submission:
    """Parse a submission; the extension of ``path`` says whether it is a notebook or a script."""
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        if not path.endswith((".ipynb", ".py")):
            raise _Unreadable("The file is neither a notebook (.ipynb) nor a script (.py).")
        if _is_large(path, data):
            data = _small(path, data)
        text = _decode(data)
        raw = _raw_cells(text) if path.endswith(".ipynb") else ()
        cells = _code_cells(raw) if path.endswith(".ipynb") else _script_cells(path, text)
    except _Unreadable as error:
        return Submission(path, sha256, problems=(Problem("unreadable", str(error)),))
    return Submission(path, sha256, raw, cells)


class _Unreadable(Exception):
    """Why a file cannot be graded, as a sentence for the student."""


def _read_bytes(path: Path) -> bytes:
    """Read a regular file only: a link could lead to another user's file, and a pipe may never
    end."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise _Unreadable("The file does not exist.") from None
    except OSError as error:
        if isinstance(error, PermissionError) or refused(error):
            raise  # the grader lacks permission, or the machine: not the student's fault
        reason = "it is a link" if path.is_symlink() else error.strerror
        raise _Unreadable(f"The file cannot be opened: {reason}.") from None
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise _Unreadable("This is a folder; hand in the .ipynb or .py file in it.")
        if not stat.S_ISREG(status.st_mode):
            raise _Unreadable("This is not a regular file.")
        if status.st_size > MAX_BYTES:
            raise _Unreadable(
                f"The file has {status.st_size / 1e6:.0f} MB; {MAX_BYTES / 1e6:.0f} MB is the "
                "limit. Clear the notebook's outputs and save it again."
            )
        with os.fdopen(os.dup(descriptor), "rb") as stream:
            return stream.read(MAX_BYTES)
    finally:
        os.close(descriptor)


def small_file(path: Path, limit: int) -> bytes | None:
    """The bytes of a regular file of at most ``limit`` bytes; None if there is none, or nobody lets
    us read it. Links are not followed. Raises `OSError` if the machine cannot read it."""
    stream = regular_file(path)
    if stream is None:
        return None
    with stream:
        size = os.fstat(stream.fileno()).st_size
        return stream.read(size) if size <= limit else None


def regular_file(path: Path) -> FileIO | None:
    """A regular file, open for reading; None if there is none, or nobody lets us read it. Links are
    not followed. Raises `OSError` if the machine cannot open it."""
    try:
        stream = FileIO(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK))
    except OSError as error:
        if refused(error):
            raise
        return None
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.close()
    return None


def _small(path: str, data: bytes) -> bytes:
    """A large file reduced to a size that can be parsed: a notebook without its outputs. A script
    cannot be reduced."""
    what = "script"
    if path.endswith(".ipynb"):
        what = "notebook without its outputs"
        try:
            from autograder.outputs import without_outputs
        except ImportError:  # a student's machine may have only numpy
            return data
        try:
            data = without_outputs(data)
        except ValueError:
            raise _Unreadable(
                f"The file has {len(data) / 1e6:.0f} MB, and cannot be read as a notebook at that "
                "size. Clear the notebook's outputs and save it again."
            ) from None
    if len(data) > MAX_SOURCE:
        raise _Unreadable(
            f"The {what} has {len(data) / 1e6:.1f} MB; {MAX_SOURCE / 1e6:.0f} MB is the limit."
        )
    if _is_large(path, data):
        raise _Unreadable(f"The {what} has more than {MAX_OBJECTS} objects and lists in it.")
    return data


def _is_large(path: str, data: bytes) -> bool:
    """Whether parsing the whole file could take too much memory."""
    if len(data) > MAX_SOURCE:
        return True
    return path.endswith(".ipynb") and data.count(b"{") + data.count(b"[") > MAX_OBJECTS


def _decode(data: bytes) -> str:
    if not data.strip():
        raise _Unreadable("The file is empty.")
    if b"\0" in data:
        raise _Unreadable("The file is binary, neither a notebook nor a Python script.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Unreadable(
            f"The file is not text in UTF-8 (byte {error.start}); save it as UTF-8."
        ) from None


def load_notebook(text: str) -> dict[str, Any]:
    """Parse a notebook's JSON; raises `ValueError` with a sentence if it is not one of format 4."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(
            f"The notebook is damaged: it is not valid JSON{where}. "
            "Open it in Jupyter, or restore a checkpoint, and save it again."
        ) from None
    if isinstance(notebook, dict) and notebook.get("nbformat") in (1, 2, 3):
        raise ValueError(
            f"The notebook is in the old format {notebook['nbformat']}. "
            "Open it in Jupyter and save it again."
        )
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("The file is JSON but not a notebook: it has no cells.")
    return notebook


def cell_source(cell: Mapping[str, Any]) -> str:
    """A notebook cell's text, which may be one string or a list of lines in the file."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    source = source if isinstance(source, str) else ""
    return source.encode("utf-8", "replace").decode()  # replaces unpaired surrogates


def grade_id(cell: Mapping[str, Any]) -> str:
    """The nbgrader id of a notebook cell, or ""."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    value = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return value if isinstance(value, str) else ""


def check_id(function: str) -> str:
    """The nbgrader id of the cell that checks a function."""
    return f"check-{function}"


def _raw_cells(text: str) -> list[Any]:
    try:
        cells: list[Any] = load_notebook(text)["cells"]
    except ValueError as error:
        raise _Unreadable(str(error)) from None
    _require_few(len(cells))
    return cells


def _code_cells(raw: Sequence[Any]) -> list[Cell]:
    cells = [
        Cell(cell_source(cell), f"cell {number}", title=grade_id(cell))
        for number, cell in enumerate(raw, start=1)
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    ]
    if not any(cell.source.strip() for cell in cells):
        raise _Unreadable("The notebook has no code.")
    return cells


def _script_cells(path: str, text: str) -> list[Cell]:
    """Split a percent-format script, so that a syntax error costs its own cell only."""
    label = Path(path).name
    cells: list[Cell] = []
    title, first, start = "", 1, 0
    for mark in chain(_CELL_MARK.finditer(text), [None]):
        end = len(text) if mark is None else max(start, mark.start() - 1)
        source = text[start:end]
        if source.strip():
            _require_few(len(cells) + 1)
            cells.append(Cell(source, label, first, title))
        if mark is not None:
            first += text.count("\n", start, mark.start()) + 1
            title, start = mark["rest"].strip(), mark.end() + 1
    return cells


def _require_few(cells: int) -> None:
    if cells > MAX_CELLS:
        raise _Unreadable(f"The file has more than {MAX_CELLS} cells; {MAX_CELLS} is the limit.")
