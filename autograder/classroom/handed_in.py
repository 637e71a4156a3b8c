"""A student's folder: which file in it is graded, and what the grade depends on."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from autograder.classroom.versions import Released, choose
from autograder.course import CourseError
from autograder.display.hints import HINTS_FILE
from autograder.display.hints import MAX_BYTES as MAX_HINTS_BYTES
from autograder.exercise.answer_key import AnswerKey
from autograder.modules import read_modules
from autograder.other_names import ENDINGS, copies, found_instead
from autograder.regular_file import small_file
from autograder.report import Problem
from autograder.submission import File, Submission, read_file


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
    folder changes meanwhile. ``copies`` are files with names like those of the answers, and
    ``instead`` tells of all that may have the work in it.
    """

    folder: Path
    answers: Sequence[File]
    timestamp: Timestamp
    hints: bytes | None
    copies: Sequence[File] = ()
    instead: str = ""
    modules: Mapping[str, str] = MappingProxyType({})

    def key(self, run_key: str, student: str) -> str:
        """A digest of it, the student and ``run_key``."""
        digest = hashlib.sha256(run_key.encode())
        for file in [*self.answers, *self.copies]:
            parts = (Path(file.path).name, file.sha256, file.unreadable)
            digest.update(f"{parts}\n".encode())
        digest.update(f"{self.instead}\n".encode("utf-8", "surrogateescape"))
        digest.update(f"{self.timestamp.data!r} {self.timestamp.missing} {self.hints!r}\n".encode())
        digest.update(repr([*self.modules.items()]).encode())
        digest.update(student.encode("utf-8", "surrogateescape"))  # instances depend on it
        return digest.hexdigest()

    def submission(self, answer_key: AnswerKey, released: Released | None = None) -> Submission:
        """The notebook or the script: the one with more functions written, or else the one with
        other work in it, or else the notebook.

        Students get both, work in one of them, and hand in the folder. ``released`` is what they
        got. Where they worked in neither, a file under another name is asked for.
        """
        name = answer_key.name
        if not self.answers:
            but = f", but {self.instead}" if self.instead else ""
            message = f"Neither {name}.ipynb nor {name}.py was handed in{but}."
            return self._missing(name, message)
        released = released or Released()
        changed = [file for file in self.answers if file.sha256 not in released.digests]
        if len(changed) == 1 and not self.instead:
            return changed[0].parse()._replace(modules=self.modules)
        found = [file.parse() for file in self.answers]
        copies = [file.parse() for file in self.copies]
        submission, work = choose(found, copies, answer_key, released)
        if self.instead and not work.own and not work.written:
            untouched = " and ".join(Path(each.path).name for each in found)
            are = "is" if len(found) == 1 else "are"
            message = f"{untouched} {are} as handed out, but there is {self.instead}."
            return self._missing(name, message)
        return submission._replace(modules=self.modules)

    def _missing(self, name: str, message: str) -> Submission:
        path = str(self.folder / f"{name}.ipynb")
        return Submission(path, problems=(Problem("missing-file", message),))


def read_folder(
    folder: Path, name: str, timestamp: Timestamp = NO_TIME, given: Collection[str] = ()
) -> HandedIn:
    """Read a folder that was handed in; ``timestamp`` comes from the platform, and ``given`` are
    the files that were handed out."""
    paths = (folder / f"{name}{ending}" for ending in ENDINGS)
    answers = [read_file(path) for path in paths if os.path.lexists(path)]
    return HandedIn(
        folder,
        answers,
        timestamp,
        small_file(folder / HINTS_FILE, MAX_HINTS_BYTES),
        [read_file(path) for path in copies(folder, name, given)] if answers else [],
        found_instead(folder, name, given, anything=not answers),
        read_modules(folder, name),
    )


def choose_file(
    folder: Path, answer_key: AnswerKey, released: Released | None = None
) -> Submission:
    """The submission in a folder that is graded."""
    released = released or Released()
    handed_in = read_folder(folder, answer_key.name, given=released.files)
    return handed_in.submission(answer_key, released)


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
