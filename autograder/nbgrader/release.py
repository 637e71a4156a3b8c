"""The released notebook, from which test cells are restored and with which answers are compared."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.course import Course, CourseError
from autograder.nbgrader.beside import MAX_COPIED, choose, copy_files
from autograder.notebook_json import load_notebook
from autograder.regular_file import small_file
from autograder.sandbox.limits import Limits
from autograder.submission import cell_source, grade_id

#: The types of pictures that are shown, by suffix.
PICTURES = {
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}


@dataclass(frozen=True)
class Release:
    """A release, read once for a whole class, and immutable.

    ``given`` are the names of its files, and ``files`` of those that go with graded notebooks;
    ``left_out`` tells of others. The folder ``shared``, if there is one, has copies to link to.
    """

    name: str
    folder: Path
    notebook: Mapping[str, Any]
    by_id: Mapping[str, Mapping[str, Any]]
    questions: Sequence[str]
    given: Collection[str]
    files: Sequence[str]
    left_out: str = ""
    limits: Limits = field(default_factory=Limits)
    shared: Path | None = None

    def unchanged(self, cell_id: str, source: str) -> bool:
        """Whether a cell's source is as it was handed out."""
        return cell_source(self.by_id[cell_id]).strip() == source.strip()

    def unanswered(self, cell_id: str, source: str) -> bool:
        """Whether a cell is empty or as it was handed out."""
        return not source.strip() or self.unchanged(cell_id, source)


def load_release(course: Course, name: str) -> Release:
    """The release of an assignment; raises `CourseError` if it was not built."""
    folder = course.released / name
    path = folder / f"{name}.ipynb"
    try:
        notebook = load_notebook(path.read_text(encoding="utf-8"))
        given = frozenset(os.listdir(folder))
        files, left_out = choose(folder, course.limits, "the released notebook")
    except (OSError, ValueError) as error:
        raise CourseError(f"{path}: {error}. Run `autograder build {name}`.") from None
    by_id = {grade_id(cell): cell for cell in notebook["cells"] if grade_id(cell)}
    questions = [
        key
        for key, cell in by_id.items()
        if cell["metadata"]["nbgrader"]["grade"] and cell["metadata"]["nbgrader"]["solution"]
    ]
    return Release(name, folder, notebook, by_id, questions, given, files, left_out, course.limits)


def released_pictures(folder: Path) -> dict[str, str]:
    """The pictures in a release's folder by name, as data URLs."""
    found = {}
    for path in sorted(folder.glob("*")):
        kind = PICTURES.get(path.suffix.lower())
        data = small_file(path, MAX_COPIED) if kind else None
        if data is not None:
            found[path.name] = f"data:{kind};base64,{base64.b64encode(data).decode()}"
    return found


def with_shared(release: Release, folder: Path) -> Release:
    """The release with its files copied to a folder to link to, unless that cannot be written.

    The copies are read-only: a write to one student's link, as by a notebook that is run again in
    its place, would change everybody's.
    """
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
        copy_files(release.folder, release.files, folder, release.limits)
        for path in folder.iterdir():
            path.chmod(0o444)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)  # leave the space to the journal
        return release
    return replace(release, shared=folder)
