"""Reads a student's file without running it: its cells of source, and problems of the file."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import sys
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from io import BytesIO, FileIO
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from autograder.contents import is_notebook, not_a_notebook, right_ending, something_else
from autograder.faults import refused
from autograder.outputs import MAX_CELLS, BreaksOff, TooLarge, without_outputs
from autograder.report import Problem
from autograder.sandbox.calls import Cell
from autograder.text import visible_name

#: Bytes of a file, most of which may be a notebook's outputs: these are skipped, not kept.
MAX_BYTES = 200_000_000
#: Bytes of a script, or of a notebook without its outputs, which are never read.
MAX_SOURCE = 4_000_000
#: JSON objects and lists of a notebook. A few bytes of JSON become hundreds of bytes in memory.
MAX_OBJECTS = 200_000
_PIECE = 1_000_000
#: The header that jupytext writes to a script. It has some dozens of lines; the limit keeps a match
#: of millions from taking memory for each.
SCRIPT_HEADER = re.compile(r"\A\s*# ---\n(?:#.*\n){0,500}?# ---(?:\n+|\Z)")
#: So many modules are read beside an answer, and so much of each.
MAX_MODULES, MAX_MODULE = 20, 100_000
#: A file of such a name is not what an import of it means.
_TAKEN = {*sys.stdlib_module_names, "numpy", "autograder"}
#: Where a cell of a script begins, in jupytext's format or in nbconvert's.
_CELL_MARK = re.compile(r"^# ?(?:%%(?P<rest>.*)|In\[[ \d]*\]:[ \t\r]*)$", re.MULTILINE)
#: The encodings that a script may declare. Some others take time that grows with the square.
_ENCODING = re.compile(r"(?:iso-?8859|latin|cp\d|windows|mac|koi8|gb|big5|shift|euc|utf-8)[\w-]*")


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


def read_file(path: Path) -> File:
    """Read a file. What is wrong with a bad one is in the result.

    Raises `PermissionError` if the reader has no permission, which is not the file's fault.
    """
    try:
        with _opened(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > MAX_BYTES:
                raise _Unreadable(_too_large(str(path), size))
            return _read(str(path), iter(lambda: stream.read(_PIECE), b""))
    except _Unreadable as error:
        return File(str(path), unreadable=str(error))


def _read(path: str, pieces: Iterable[bytes]) -> File:
    """What is graded of a file. A large one is never whole in memory."""
    digest = hashlib.sha256()

    def seen() -> Iterator[bytes]:
        left = MAX_BYTES  # the file may grow meanwhile
        for piece in pieces:
            digest.update(piece[:left])
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
    return File(path, data, reason, digest.hexdigest())


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


def read_submission(path: Path) -> Submission:
    """Read a ``.py`` or ``.ipynb`` file, as `read_file` does."""
    return read_file(path).parse()


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


def _is_large(path: str, data: bytes) -> bool:
    """Whether parsing the whole file could take too much memory."""
    return len(data) > MAX_SOURCE or (path.endswith(".ipynb") and _objects(data) > MAX_OBJECTS)


def _objects(data: bytes) -> int:
    return data.count(b"{") + data.count(b"[")


def _decode(path: str, data: bytes) -> str:
    if b"\0" in data:
        raise _Unreadable("The file is binary, neither a notebook nor a Python script.")
    try:
        return data.decode(_encoding(data) if path.endswith(".py") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Unreadable(
            f"The file is not text in UTF-8 (line {line}); save it as UTF-8."
        ) from None


def _encoding(data: bytes) -> str:
    """The encoding of a script: what it declares, as for Python, or UTF-8."""
    with suppress(SyntaxError):
        declared, _ = tokenize.detect_encoding(BytesIO(data).readline)
        if _ENCODING.fullmatch(declared):
            return declared
    return "utf-8-sig"


def load_notebook(text: str) -> dict[str, Any]:
    """Parse a notebook's JSON; raises `ValueError` with a sentence if it is not one of format 4."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(not_a_notebook(text) or _damaged(text, error)) from None
    if isinstance(notebook, dict) and notebook.get("nbformat") in (1, 2, 3):
        raise ValueError(
            f"The notebook is in the old format {notebook['nbformat']}. "
            "Open it in Jupyter and save it again."
        )
    if isinstance(notebook, dict) and isinstance(notebook.get("cells"), list):
        return notebook
    parts = notebook.values() if isinstance(notebook, dict) else notebook
    if any(_has_cells(part) for part in (parts if isinstance(parts, Iterable) else ())):
        raise ValueError(
            "The notebook is wrapped in other JSON, as a server sends it. Download it in Jupyter "
            "(File, Download), and hand that in."
        )
    raise ValueError("The file is JSON but not a notebook: it has no cells.")


def _has_cells(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("cells"), list)


def _damaged(text: str, error: Exception) -> str:
    where = ""
    if isinstance(error, json.JSONDecodeError):
        breaks_off = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        where = f" (line {error.lineno}){', where it breaks off' if breaks_off else ''}"
    return (
        f"The notebook is damaged: it is not valid JSON{where}. "
        "Open it in Jupyter, or restore a checkpoint, and save it again."
    )


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
    """Split a percent-format script, so that a syntax error costs its own cell only."""
    if is_notebook(text):
        raise _Unreadable(
            "The file is a notebook, not a script. Give it a name that ends in .ipynb."
        )
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
            title, start = (mark["rest"] or "").strip(), mark.end() + 1
    return cells


def _require_few(cells: int) -> None:
    if cells > MAX_CELLS:
        raise _Unreadable(f"The file has more than {MAX_CELLS} cells; {MAX_CELLS} is the limit.")


def read_modules(folder: Path, answer: str) -> Mapping[str, str]:
    """The sources of the modules beside an ``answer``, by name. Links, large files and what is not
    text are left out."""
    modules = {}
    names = sorted({path.stem for path in folder.glob("*.py")} - {*_TAKEN, answer})
    for name in [name for name in names if name.isidentifier()][:MAX_MODULES]:
        data = small_file(folder / f"{name}.py", MAX_MODULE)
        with suppress(UnicodeDecodeError):
            modules[name] = (data or b"").decode("utf-8-sig")
    return modules
