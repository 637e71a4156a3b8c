"""What a student handed in: which file of a folder is graded, and what its grade depends on."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from autograder.course import CourseError
from autograder.display.hints import HINTS_FILE
from autograder.display.hints import MAX_BYTES as MAX_HINTS_BYTES
from autograder.exercise.answer_key import Sheet
from autograder.report import Problem
from autograder.submission import File, Submission, read_file, small_file
from autograder.text import visible_name


class Timestamp(NamedTuple):
    """When something was handed in: the time in UTC, without a time zone, or else why nobody knows.
    ``data`` is what says so."""

    data: bytes = b""
    time: datetime | None = None
    missing: str = ""


#: What a platform says that knows nothing of it.
NO_TIME = Timestamp()


class HandedIn(NamedTuple):
    """All that a submission's grade depends on, each file read once: what is graded is what the key
    stands for, even where somebody writes into the folder meanwhile."""

    folder: Path
    answers: Sequence[File]
    timestamp: Timestamp
    hints: bytes | None

    def key(self, run_key: str, student: str) -> str:
        """A digest of it."""
        digest = hashlib.sha256(run_key.encode())
        for file in self.answers:
            told = (Path(file.path).name, hashlib.sha256(file.data).hexdigest(), file.unreadable)
            digest.update(f"{told}\n".encode())
        digest.update(f"{self.timestamp.data!r} {self.timestamp.missing} {self.hints!r}\n".encode())
        digest.update(student.encode("utf-8", "surrogateescape"))  # instances are theirs
        return digest.hexdigest()

    def submission(self, sheet: Sheet) -> Submission:
        """The notebook or the script: the one with more written in it, the notebook in doubt.

        A student gets both, works in one, and hands in the folder.
        """
        if not self.answers:
            return _nothing_handed_in(self.folder, sheet.name)
        found = [file.parse() for file in self.answers]
        return max(found, key=lambda submission: written(submission, sheet))


def read_folder(folder: Path, name: str, timestamp: Timestamp = NO_TIME) -> HandedIn:
    """Read what was handed in, at a time that the platform knows."""
    paths = (folder / f"{name}{ending}" for ending in (".ipynb", ".py"))
    return HandedIn(
        folder,
        [read_file(path) for path in paths if os.path.lexists(path)],
        timestamp,
        small_file(folder / HINTS_FILE, MAX_HINTS_BYTES),
    )


def choose_file(folder: Path, sheet: Sheet) -> Submission:
    """What is graded of a folder."""
    return read_folder(folder, sheet.name).submission(sheet)


def _nothing_handed_in(folder: Path, name: str) -> Submission:
    notebook = folder / f"{name}.ipynb"
    message = f"Neither {notebook.name} nor {name}.py was handed in"
    others = sorted(path.name for path in folder.iterdir() if path.suffix in (".ipynb", ".py"))
    if others:
        message += f", but {visible_name(others[0])}: give it one of these names"
    return Submission(str(notebook), problems=(Problem("missing-file", f"{message}."),))


def written(submission: Submission, sheet: Sheet) -> int:
    """How many functions are written: defined somewhere, and not in the stub's cell."""
    sources = [c.source for c in submission.cells if "raise NotImplementedError" not in c.source]
    return sum(
        any(f"def {function.name}(" in source for source in sources) for function in sheet.checked
    )


def require_text(student: str, folder: Path) -> None:
    """Raise `CourseError` for a name that no gradebook takes: it costs its own line, not the run."""
    try:
        student.encode()
    except UnicodeEncodeError:
        told = f"{folder.parent} has a name that is not text in UTF-8. Rename the folder."
        raise CourseError(told) from None
