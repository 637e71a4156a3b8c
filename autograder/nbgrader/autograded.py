"""The ``autograded/`` folder, from which nbgrader makes feedback.

It holds the submission as a notebook, with its test cells restored and the results in them, and the
files beside it."""

from __future__ import annotations

import heapq
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from autograder.classroom.handed_in import Timestamp
from autograder.course import CourseError
from autograder.nbgrader.graded_notebook import graded_notebook
from autograder.nbgrader.release import MAX_COPIED, Release
from autograder.nbgrader.timestamps import TIMESTAMP_FILE, canonical, read_timestamp
from autograder.report import Problem, Report
from autograder.submission import Submission, cell_source, grade_id, regular_file
from autograder.text import visible_name

#: The maximum number of files beside a notebook that are copied, and their bytes together.
MAX_FILES, MAX_TOGETHER = 500, 50_000_000
_PIECE, _MAX_SHOWN = 1_000_000, 60


class Beside(NamedTuple):
    """The files beside a submission that are copied, by name, and the submission time.

    ``left_out`` is a sentence about files that are not copied, or "".
    """

    names: Sequence[str]
    timestamp: Timestamp
    left_out: str = ""

    def add_to(self, report: Report) -> Report:
        """The report, with a problem for the files that are left out."""
        if not self.left_out:
            return report
        return replace(report, problems=[*report.problems, Problem("not-copied", self.left_out)])


def look_beside(folder: Path, release: Release, timestamp: Timestamp | None = None) -> Beside:
    """Choose the files of a folder to copy, the smallest first, up to the limits.

    Links, notebooks and files of the release are not copied; the release's own versions are used.
    Memory does not grow with the number of files. Raises `CourseError` when the folder cannot be
    read.
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


def _sizes_beside(folder: Path, excluded: Collection[str]) -> Iterator[tuple[int, str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name in excluded or name.endswith(".ipynb"):
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
    """Write ``autograded/<student>/<assignment>``; the notebook's cell sources by nbgrader id.

    The folder is replaced as a whole; its other notebooks are kept. If this is killed, the folder
    is the old one or the new one, or the old one is beside it and the next call moves it back.
    Raises `CourseError` when it cannot be written; the old folder is then restored.
    """
    beside = beside or look_beside(submitted, release)
    notebook = graded_notebook(report, submission, release)
    files = {f"{release.name}.ipynb": _notebook_bytes(notebook)}
    # A timestamp that nbgrader cannot read would make its next command fail.
    if timestamp := canonical(beside.timestamp):
        files[TIMESTAMP_FILE] = timestamp

    def fill(folder: Path) -> None:
        for name, data in files.items():
            (folder / name).write_bytes(data)
        _copy(submitted, beside.names, folder)
        _add_released(release, folder)

    with _os_errors_as_course_errors(destination, release.name):
        _replace(destination, fill)
    return {grade_id(cell): cell_source(cell) for cell in notebook["cells"]}


def _notebook_bytes(notebook: Mapping[str, Any]) -> bytes:
    try:
        return msgspec.json.format(msgspec.json.encode(notebook), indent=1) + b"\n"
    except UnicodeEncodeError:  # a lone surrogate
        text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        return text.encode("utf-8", "replace")


def _copy(folder: Path, names: Sequence[str], into: Path) -> None:
    """Copy files in pieces and within the limits: one that grows meanwhile is copied in part."""
    left = MAX_TOGETHER
    for name in names:
        source = regular_file(folder / name)
        if source is None:  # not readable, or removed
            continue
        with source, open(into / name, "wb") as target:
            room = min(left, MAX_COPIED)
            while room and (piece := source.read(min(room, _PIECE))):
                target.write(piece)
                room, left = room - len(piece), left - len(piece)


def _replace(destination: Path, fill: Callable[[Path], None]) -> None:
    """Replace a folder by a new one that ``fill`` fills; its other notebooks are kept."""
    new = destination.with_name(f".{destination.name}.writing")
    old = destination.with_name(f".{destination.name}.replaced")
    destination.parent.mkdir(parents=True, exist_ok=True)
    if not destination.exists() and old.exists():
        old.rename(destination)  # an earlier run was killed between the renames below
    _remove(new)
    _remove(old)
    # A folder cannot be renamed over a folder that is not empty, so that two renames are needed.
    replaced = destination.exists()
    try:
        new.mkdir()
        # Other notebooks of the assignment are graded by nbgrader.
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
    """Add the release's files as hard links, since they are the same for everybody and large.

    They are copied where that fails, as across file systems.
    """
    for name, data in release.files.items():
        with suppress(OSError):
            if release.shared is not None:
                os.link(release.shared / name, folder / name)
                continue
        (folder / name).write_bytes(data)


def _remove(path: Path) -> None:
    """Remove a folder, as far as possible, or a file."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _os_errors_as_course_errors(destination: Path, name: str) -> Iterator[None]:
    """Raise errors of the file system as `CourseError` with the folder and what to do."""
    try:
        yield
    except OSError as error:
        raise CourseError(
            f"{destination} cannot be written: {error.strerror}. The old version is unchanged: "
            "free some space, or give yourself write permission, then run "
            f"`autograder grade {name}` again."
        ) from error
