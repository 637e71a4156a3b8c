"""The ``autograded/`` folder, from which nbgrader makes feedback.

It holds the submission as a notebook, with its test cells restored and the results in them, and the
files beside it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from autograder.classroom.handed_in import Timestamp
from autograder.course import CourseError
from autograder.faults import reason
from autograder.nbgrader.beside import choose, copy_files
from autograder.nbgrader.graded_notebook import graded_notebook
from autograder.nbgrader.release import Release
from autograder.nbgrader.timestamps import TIMESTAMP_FILE, canonical, read_timestamp
from autograder.report import Problem, Report
from autograder.submission import Submission, cell_source, grade_id


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

    Files of the release are not copied; the release's own versions are used. Raises `CourseError`
    when the folder cannot be read.
    """
    excluded = {*release.given, TIMESTAMP_FILE}
    try:
        names, left_out = choose(folder, release.limits, "the answer", excluded)
    except OSError as error:
        raise CourseError(f"{folder} cannot be read: {reason(error)}") from None
    return Beside(names, timestamp or read_timestamp(folder), left_out)


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
        copy_files(submitted, beside.names, folder, release.limits)
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
            if path.stem != destination.name and path.is_file() and not path.is_symlink():
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
    names = list(release.files)
    if release.shared is not None:
        with suppress(OSError):
            while names:
                os.link(release.shared / names[-1], folder / names[-1])
                names.pop()
    copy_files(release.folder, names, folder, release.limits)


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
            f"{destination} cannot be written: {error.strerror or error}. The old version is unchanged: "
            "free some space, or give yourself write permission, then run "
            f"`autograder grade {name}` again."
        ) from error
