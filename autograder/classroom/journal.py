"""The journal of an assignment: what was graded and written into the gradebook, and from what.

One line of JSON for each submission, added when its grade is safe in the gradebook. A run that was
killed leaves at worst a line that is cut off, which is not read. Reports come back from it as they
were, so that a second run need not grade what has not changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

import msgspec

from autograder.course import Course, CourseError
from autograder.faults import MachineFault
from autograder.report import Report

FOLDER = ".autograder"


class Entry(msgspec.Struct, frozen=True):
    """A submission as it was graded; ``key`` stands for everything that the grade depends on."""

    student: str
    key: str
    report: Report


class Known(NamedTuple):
    """What is kept of an entry in memory: its key, the scores by function, and where it stands."""

    key: str
    scores: Mapping[str, float]
    position: int


_decoder = msgspec.json.Decoder(Entry)


def journal_path(course: Course, name: str) -> Path:
    """Where an assignment's journal is."""
    return course.root / FOLDER / f"{name}.jsonl"


def make_folder(course: Course) -> Path:
    """The folder of what is known of students' work, made where it is not there. It is its owner's
    only; where the course's folder is a group's, to write in, it is that group's as well. Raises
    `CourseError` where it cannot be made."""
    folder = course.root / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _keep_to_ourselves(folder, _allowed(course, 0o700))
    except OSError as error:
        raise CourseError(f"{folder} cannot be written: {error.strerror}.") from None
    return folder


def _allowed(course: Course, mode: int) -> int:
    shared = course.root.stat().st_mode & stat.S_IWGRP
    return mode | mode >> 3 if shared else mode


def _keep_to_ourselves(path: Path | int, mode: int) -> None:
    """Set the mode, also of what an earlier version left open; another grader's is left alone."""
    found = os.stat(path)
    if stat.S_IMODE(found.st_mode) & 0o777 != mode and found.st_uid == os.geteuid():
        os.chmod(path, found.st_mode & 0o7000 | mode)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def read_reports(course: Course, name: str) -> Iterator[Report]:
    """Everybody's last report, in the students' order and one at a time: a class need not fit into
    memory. A run that is grading meanwhile is not held up. None where nothing was graded."""
    try:
        stream = open(journal_path(course, name), "rb")  # noqa: SIM115
    except FileNotFoundError:
        return
    with stream:
        last: dict[str, int] = {}
        position = 0
        for line in stream:
            entry = _decoded(line)
            if entry is not None:
                last[entry.student] = position
            position += len(line)
        for student in sorted(last):
            stream.seek(last[student])
            entry = _decoded(stream.readline())
            if entry is not None:  # it was there, but a run may just rewrite the journal
                yield entry.report


def _decoded(line: bytes) -> Entry | None:
    """The entry of a line; None for a line that is cut off, or of another version."""
    with contextlib.suppress(msgspec.MsgspecError, ValueError, RecursionError):
        return _decoder.decode(line)
    return None


class Journal(AbstractContextManager["Journal"]):
    """The journal, held by one run at a time; usable as a context manager."""

    def __init__(self, course: Course, name: str, patience: float = 0.0) -> None:
        """Open it, waiting so many seconds for another run that holds it; raises `CourseError`
        when that goes on holding it, or when it cannot be written."""
        self.path = journal_path(course, name)
        #: By student; of several entries the last one counts.
        self.known: dict[str, Known] = {}
        try:
            make_folder(course)
            # What is added is on its way at once, and what is read is looked up now and then.
            self._file = open(self.path, "ab", buffering=0, opener=_private)  # noqa: SIM115
            _keep_to_ourselves(self._file.fileno(), _allowed(course, 0o600))
            self._reader = open(self.path, "rb")  # noqa: SIM115
        except OSError as error:
            raise CourseError(f"{self.path} cannot be written: {error.strerror}.") from None
        if not self._held_within(patience):
            self._file.close()
            self._reader.close()
            raise CourseError(
                f"{name} is being graded by another run right now. Wait for it, or stop it."
            )
        self._read()

    def __exit__(self, *about: object) -> None:
        self._file.close()
        self._reader.close()

    def _held_within(self, patience: float) -> bool:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except OSError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(0.1)

    def _read(self) -> None:
        lines = position = 0
        line = b"\n"
        for line in self._reader:
            entry = _decoded(line)
            if entry is not None:
                self._note(entry, position)
            lines, position = lines + 1, position + len(line)
        if lines > 2 * len(self.known) + 100:
            self._rewrite()
        elif not line.endswith(b"\n"):
            self._file.write(b"\n")  # after a line that was cut off

    def _note(self, entry: Entry, position: int) -> None:
        scores = {function.name: function.score for function in entry.report.functions}
        self.known[entry.student] = Known(entry.key, scores, position)

    def _rewrite(self) -> None:
        """Leave out what was overtaken. A run that is killed meanwhile loses entries, not grades:
        what they stand for is graded again."""
        entries = [self._entry(known.position) for known in self.known.values()]
        self._file.truncate(0)
        for entry in entries:
            self.add(entry)

    def _entry(self, position: int) -> Entry:
        self._reader.seek(position)
        return _decoder.decode(self._reader.readline())

    def report(self, student: str) -> Report:
        """The report of a student who has an entry."""
        return self._entry(self.known[student].position).report

    def add(self, entry: Entry) -> None:
        """Note a submission whose grade is in the gradebook.

        Raises `MachineFault` when the disk is full; the grade is written all the same.
        """
        try:
            self._note(entry, self._file.seek(0, os.SEEK_END))
            rest = memoryview(msgspec.json.encode(entry) + b"\n")
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise MachineFault(
                f"{self.path} cannot be written: {os.strerror(error.errno or 0)}. "
                "What was graded so far is in the gradebook; make room and run the command again."
            ) from None
