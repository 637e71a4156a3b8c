"""A student's folder: which file in it is graded, and what the grade depends on."""

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
from autograder.exercise.answer_key import AnswerKey
from autograder.report import Problem
from autograder.submission import File, Submission, read_file, small_file
from autograder.text import visible_name


class Timestamp(NamedTuple):
    """When a submission was handed in: the ``time`` in UTC, without a time zone.

    ``missing`` is the reason when there is none, and ``data`` the content that was read.
    """

    data: bytes = b""
    time: datetime | None = None
    missing: str = ""


#: For a platform without times.
NO_TIME = Timestamp()


class HandedIn(NamedTuple):
    """Everything that a submission's grade depends on.

    Each file is read once, so that what is graded is what `key` was computed from, even if the
    folder changes meanwhile.
    """

    folder: Path
    answers: Sequence[File]
    timestamp: Timestamp
    hints: bytes | None

    def key(self, run_key: str, student: str) -> str:
        """A digest of it, the student and ``run_key``."""
        digest = hashlib.sha256(run_key.encode())
        for file in self.answers:
            parts = (Path(file.path).name, hashlib.sha256(file.data).hexdigest(), file.unreadable)
            digest.update(f"{parts}\n".encode())
        digest.update(f"{self.timestamp.data!r} {self.timestamp.missing} {self.hints!r}\n".encode())
        digest.update(student.encode("utf-8", "surrogateescape"))  # instances depend on it
        return digest.hexdigest()

    def submission(self, answer_key: AnswerKey) -> Submission:
        """The notebook or the script: the one with more functions written, or else the notebook.

        Students get both, work in one of them, and hand in the folder.
        """
        if not self.answers:
            return _nothing_handed_in(self.folder, answer_key.name)
        found = [file.parse() for file in self.answers]
        return max(found, key=lambda submission: written(submission, answer_key))


def read_folder(folder: Path, name: str, timestamp: Timestamp = NO_TIME) -> HandedIn:
    """Read a folder that was handed in; ``timestamp`` comes from the platform."""
    paths = (folder / f"{name}{ending}" for ending in (".ipynb", ".py"))
    return HandedIn(
        folder,
        [read_file(path) for path in paths if os.path.lexists(path)],
        timestamp,
        small_file(folder / HINTS_FILE, MAX_HINTS_BYTES),
    )


def choose_file(folder: Path, answer_key: AnswerKey) -> Submission:
    """The submission in a folder that is graded."""
    return read_folder(folder, answer_key.name).submission(answer_key)


def _nothing_handed_in(folder: Path, name: str) -> Submission:
    notebook = folder / f"{name}.ipynb"
    message = f"Neither {notebook.name} nor {name}.py was handed in"
    found = (path.name for path in folder.iterdir() if path.suffix in (".ipynb", ".py"))
    if other := min(found, default=""):
        message += f", but {visible_name(other)}: give it one of these names"
    return Submission(str(notebook), problems=(Problem("missing-file", f"{message}."),))


def written(submission: Submission, answer_key: AnswerKey) -> int:
    """How many functions are written: defined in a cell that is not a stub."""
    sources = [c.source for c in submission.cells if "raise NotImplementedError" not in c.source]
    return sum(
        any(f"def {function.name}(" in source for source in sources)
        for function in answer_key.checked
    )


def require_name(student: str, folder: Path, longest: int | None) -> None:
    """Raise `CourseError` for a student's id that the gradebook cannot store; ``longest`` is the
    most characters that it takes."""
    wrong = ""
    try:
        student.encode()
    except UnicodeEncodeError:
        wrong = "that is not valid UTF-8"
    if longest is not None and len(student) > longest:
        wrong = f"of {len(student)} characters, and the gradebook takes {longest}"
    if wrong:
        raise CourseError(f"{folder.parent} has a name {wrong}. Rename the folder.")
