"""Reads a student's file without running it: its cells of source, and problems of the file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import FileIO
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from autograder.contents import MAX_CELLS, is_notebook, not_a_notebook, right_ending, something_else
from autograder.faults import refused
from autograder.notebook_json import load_notebook
from autograder.report import Problem
from autograder.sandbox.calls import Cell
from autograder.script import script_cells, script_encoding
from autograder.text import visible_name

#: Bytes of a file, most of which may be a notebook's outputs: these are skipped, not kept.
MAX_BYTES = 200_000_000
#: Bytes of a script, or of a notebook without its outputs, which are never read.
MAX_SOURCE = 4_000_000
#: JSON objects and lists of a notebook. A few bytes of JSON become hundreds of bytes in memory.
MAX_OBJECTS = 200_000
_PIECE = 1_000_000


class Submission(NamedTuple):
    """The content of a file. If it could not be read, ``problems`` says why.

    ``raw`` holds all cells of a notebook, as parsed JSON. ``notes`` is what else to say of a file
    that is graded. ``modules`` are the sources of those that were handed in beside it, by name.
    """

    path: str
    sha256: str = ""
    raw: Sequence[Any] = ()
    cells: Sequence[Cell] = ()
    problems: Sequence[Problem] = ()
    notes: Sequence[Problem] = ()
    modules: Mapping[str, str] = MappingProxyType({})


class File(NamedTuple):
    """A file that was read once: what is graded of it, or why it cannot be, and its digest."""

    path: str
    data: bytes = b""
    unreadable: str = ""
    sha256: str = ""

    def parse(self) -> Submission:
        """The content of the file."""
        try:
            if self.unreadable:
                raise _Unreadable(self.unreadable)
            text = _decode(self.path, self.data)
            raw = _raw_cells(text) if self.path.endswith(".ipynb") else ()
            cells = (
                _code_cells(raw) if self.path.endswith(".ipynb") else _script_cells(self.path, text)
            )
        except _Unreadable as error:
            problem = Problem("unreadable", str(error))
            return Submission(self.path, self.sha256, problems=(problem,))
        return Submission(self.path, self.sha256, raw, cells)


def read_file(path: Path, digest: bool = True) -> File:
    """Read a file. What is wrong with a bad one is in the result, and the file's SHA-256, unless
    there is to be no ``digest``.

    Raises `PermissionError` if the reader has no permission, which is not the file's fault.
    """
    try:
        with _opened(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > MAX_BYTES:
                raise _Unreadable(_too_large(str(path), size))
            return _read(str(path), iter(lambda: stream.read(_PIECE), b""), digest)
    except _Unreadable as error:
        return File(str(path), unreadable=str(error))


def _read(path: str, pieces: Iterable[bytes], digest: bool = True) -> File:
    """What is graded of a file. A large one is never whole in memory."""
    if digest:
        from hashlib import sha256  # slow to load

        added = sha256()
    else:
        added = None

    def seen() -> Iterator[bytes]:
        left = MAX_BYTES  # the file may grow meanwhile
        for piece in pieces:
            if added:
                added.update(piece[:left])
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                return

    rest = seen()
    data = b""
    while len(data) <= MAX_SOURCE and (piece := next(rest, b"")):
        data += piece
    try:
        data = _graded(path, data, rest)
    except _Unreadable as error:
        data, reason = b"", str(error)
    else:
        reason = ""
    for _ in rest:
        pass  # all of it counts for the digest
    return File(path, data, reason, added.hexdigest() if added else "")


def _graded(path: str, data: bytes, rest: Iterator[bytes]) -> bytes:
    """What is graded of a file that begins with ``data``."""
    if not path.endswith((".ipynb", ".py")):
        right = right_ending(Path(path).name)
        rename = f" Give it the name {visible_name(right)}." if right else ""
        raise _Unreadable(f"The file is neither a notebook (.ipynb) nor a script (.py).{rename}")
    if other := something_else(path, data):
        raise _Unreadable(other)
    if not _is_large(path, data):
        return data
    if path.endswith(".py"):
        size = len(data) + sum(map(len, rest))
        raise _Unreadable(
            f"The script has {size / 1e6:.1f} MB; {MAX_SOURCE / 1e6:.0f} MB is the limit."
        )
    from autograder.outputs import BreaksOff, TooLarge, without_outputs  # slow to load

    try:
        data = without_outputs(chain([data], rest), MAX_SOURCE)
    except TooLarge as error:
        raise _Unreadable(
            f"The notebook without its outputs has {error.size / 1e6:.1f} MB; "
            f"{MAX_SOURCE / 1e6:.0f} MB is the limit."
        ) from None
    except BreaksOff:
        raise _Unreadable(
            "The notebook is damaged: it breaks off in the middle. "
            "Open it in Jupyter, or restore a checkpoint, and save it again."
        ) from None
    except ValueError:
        what = (
            "The file is large, and cannot be read as a notebook at that size. "
            "Clear the notebook's outputs and save it again."
        )
        raise _Unreadable(not_a_notebook(data.decode(errors="replace")) or what) from None
    if _objects(data) > MAX_OBJECTS:
        raise _Unreadable(
            f"The notebook without its outputs has more than {MAX_OBJECTS} objects and lists in it. "
            "Clear the notebook's metadata and attachments, and save it again."
        )
    return data


def _too_large(path: str, size: int) -> str:
    what = "Clear the notebook's outputs and save it again."
    if not path.endswith(".ipynb"):
        what = "Hand in the notebook (.ipynb) or the script (.py) itself."
    return f"The file has {size / 1e6:.0f} MB; {MAX_BYTES / 1e6:.0f} MB is the limit. {what}"


def read_submission(path: Path, digest: bool = True) -> Submission:
    """Read a ``.py`` or ``.ipynb`` file, as `read_file` does."""
    return read_file(path, digest).parse()


def parse_submission(path: str, data: bytes) -> Submission:
    """Parse a submission; the extension of ``path`` says whether it is a notebook or a script."""
    return _read(path, [data]).parse()


class _Unreadable(Exception):
    """Why a file cannot be graded, as a sentence for the student."""


def _opened(path: Path) -> FileIO:
    """A regular file only, open for reading: a link could lead to another user's file, and a pipe
    may never end."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise _Unreadable("The file does not exist.") from None
    except OSError as error:
        if isinstance(error, PermissionError) or refused(error):
            raise  # the grader lacks permission, or the machine: not the student's fault
        reason = "it is a link" if path.is_symlink() else error.strerror
        raise _Unreadable(f"The file cannot be opened: {reason}.") from None
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode):
        return FileIO(descriptor)
    os.close(descriptor)
    if stat.S_ISDIR(status.st_mode):
        raise _Unreadable("This is a folder; hand in the .ipynb or .py file in it.")
    raise _Unreadable("This is not a regular file.")


def _is_large(path: str, data: bytes) -> bool:
    """Whether parsing the whole file could take too much memory."""
    return len(data) > MAX_SOURCE or (path.endswith(".ipynb") and _objects(data) > MAX_OBJECTS)


def _objects(data: bytes) -> int:
    return data.count(b"{") + data.count(b"[")


def _decode(path: str, data: bytes) -> str:
    if b"\0" in data:
        raise _Unreadable("The file is binary, neither a notebook nor a Python script.")
    try:
        return data.decode(script_encoding(data) if path.endswith(".py") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Unreadable(
            f"The file is not text in UTF-8 (line {line}); save it as UTF-8."
        ) from None


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


def released_kinds(raw: Sequence[Any]) -> list[str]:
    """The type of each cell. That of an answer or a test is what was released, whatever a student
    made of it; of two cells with the same id the last one keeps it, as in nbgrader."""
    kinds, seen = [], set()
    for cell in reversed(raw):
        cell = cell if isinstance(cell, dict) else {}
        kind, name = cell.get("cell_type"), grade_id(cell)
        if name and name not in seen:
            seen.add(name)
            released = cell["metadata"]["nbgrader"].get("cell_type")
            kind = released if released in ("code", "markdown") else kind
        kinds.append(kind if isinstance(kind, str) else "")
    return kinds[::-1]


def check_id(function: str) -> str:
    """The nbgrader id of the cell that checks a function. No such id may have a dot in it."""
    return f"check-{function.replace('.', '-')}"


def checked_name(cell_id: str) -> str:
    """The function that the cell with this nbgrader id checks."""
    return cell_id.removeprefix(check_id("")).replace("-", ".")


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
        for number, (cell, kind) in enumerate(zip(raw, released_kinds(raw), strict=True), start=1)
        if kind == "code"
    ]
    if not any(cell.source.strip() and not is_notebook(cell.source) for cell in cells):
        raise _Unreadable(_no_code(raw))
    return cells


def _no_code(raw: Sequence[Any]) -> str:
    for number, cell in enumerate(raw, start=1):
        if isinstance(cell, dict) and is_notebook(cell_source(cell)):
            return (
                f"The notebook has no code: cell {number} holds the text of a whole notebook. Save "
                "that text as a file that ends in .ipynb, open it in Jupyter, and hand it in."
            )
    return "The notebook has no code."


def _script_cells(path: str, text: str) -> list[Cell]:
    if is_notebook(text):
        raise _Unreadable(
            "The file is a notebook, not a script. Give it a name that ends in .ipynb."
        )
    cells: list[Cell] = []
    for cell in script_cells(text, Path(path).name):
        _require_few(len(cells) + 1)
        cells.append(cell)
    return cells


def _require_few(cells: int) -> None:
    if cells > MAX_CELLS:
        raise _Unreadable(f"The file has more than {MAX_CELLS} cells; {MAX_CELLS} is the limit.")
