"""The journal of an assignment: what was graded and is kept on the platform, and from what.

A SQLite database with one row for each student, added when its grade is safe. A transaction holds
what is added within a second: to have the disk write each would take as long as grading does. A run
that was killed loses at worst those, which are graded again. (It is a rollback journal that SQLite
keeps beside it, and not a WAL, which a disk of the network cannot have.) Reports come back from it
as they were, so that a second run need not grade what has not changed.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from autograder.course import Course, CourseError
from autograder.faults import MachineFault
from autograder.report import Report

FOLDER = ".autograder"
#: By these SQLite's header tells that a file is a journal of ours, and of this form.
_APPLICATION, _VERSION = 0x67726164, 1
_SCHEMA = (
    "CREATE TABLE entry (student TEXT PRIMARY KEY, key TEXT NOT NULL, scores TEXT NOT NULL,"
    " report BLOB NOT NULL)"
)
#: How many seconds a transaction may last, and how many to wait for another program's.
_TOGETHER, _PATIENCE = 1.0, 10.0
_DAMAGED = (
    "is damaged, or no journal of this autograder. Move it away: everybody is graded again then, "
    "and no grade is lost."
)
_REFUSED = (
    "cannot be written. Give yourself the right to write it and its folder; no grade is lost."
)
_TROUBLES = {
    sqlite3.SQLITE_BUSY: "is locked by another program. Close it and run the command again.",
    sqlite3.SQLITE_FULL: "cannot be written: No space left on device. What was graded so far is "
    "kept; make room and run the command again.",
    sqlite3.SQLITE_READONLY: _REFUSED,
    sqlite3.SQLITE_PERM: _REFUSED,
    sqlite3.SQLITE_CANTOPEN: _REFUSED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}


class JournalEntry(NamedTuple):
    """What a run keeps of an entry in memory: a key, which stands for everything that the grade
    depends on, and the scores by function."""

    key: str
    scores: Mapping[str, float]


def journal_path(course: Course, name: str) -> Path:
    """Where an assignment's journal is."""
    return course.root / FOLDER / f"{name}.sqlite"


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


def _keep_to_ourselves(path: Path, mode: int) -> None:
    """Set the mode, also of what an earlier version left open; another grader's is left alone."""
    found = os.stat(path)
    if stat.S_IMODE(found.st_mode) & 0o777 != mode and found.st_uid == os.geteuid():
        os.chmod(path, found.st_mode & 0o7000 | mode)


def read_reports(course: Course, name: str) -> Iterator[Report]:
    """Everybody's last report, in the students' order and one at a time: a class need not fit into
    memory. A run that is grading meanwhile is not held up, since each is looked up by itself. None
    where nothing was graded."""
    path = journal_path(course, name)
    if not os.path.lexists(path):
        return
    with _as_fault(path), closing(_connect(path)) as database:
        if _is_new(database):
            return
        students = database.execute("SELECT student FROM entry ORDER BY student").fetchall()
        for (student,) in students:
            report = _report(database, student)
            if report is not None:
                yield report


def _connect(path: Path) -> sqlite3.Connection:
    """Open the database, which has to be there; SQLite would follow a link."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise CourseError(f"{path} is no regular file. Move it away.")
    address = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)


def _is_new(database: sqlite3.Connection) -> bool:
    """Whether nothing is in it yet; raises `ValueError` for what is no journal."""
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and (application, version) != (_APPLICATION, _VERSION):
        raise ValueError("another database")
    return not tables


def _report(database: sqlite3.Connection, student: str) -> Report | None:
    found = database.execute("SELECT report FROM entry WHERE student = ?", (student,)).fetchall()
    # A path may have bytes in it that are no text.
    return Report.from_json(found[0][0].decode("utf-8", "surrogatepass")) if found else None


@contextmanager
def _as_fault(path: Path) -> Iterator[None]:
    """What is wrong with a journal, in one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        # The lowest byte is the kind of error; the others are its details.
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise MachineFault(f"{path} {_TROUBLES.get(kind, f'cannot be used: {error}.')}") from error
    except OSError as error:
        raise CourseError(f"{path} cannot be opened: {error.strerror}.") from None
    except ValueError as error:
        raise MachineFault(f"{path} {_DAMAGED}") from error


class Journal(AbstractContextManager["Journal"]):
    """The journal, held by one run at a time; usable as a context manager."""

    def __init__(self, course: Course, name: str, patience: float = 0.0) -> None:
        """Open it, waiting so many seconds for another run that holds it; raises `CourseError`
        when that goes on holding it, or when it cannot be written."""
        self.path = journal_path(course, name)
        make_folder(course)
        with _as_fault(self.path), ExitStack() as opened:
            # Beside it, since SQLite's own locks and this one may be the same on a network's disk.
            _hold(opened, _private(course, self.path.with_suffix(".lock")), name, patience)
            _private(course, self.path)
            self._database = opened.enter_context(closing(_connect(self.path)))
            if _is_new(self._database):
                self._make()
            self.known = self._read()
            self._opened = opened.pop_all()
        self._began = 0.0

    def __exit__(self, *about: object) -> None:
        with self._opened, _as_fault(self.path):
            self._commit()

    def _make(self) -> None:
        for statement in (
            "BEGIN IMMEDIATE",
            f"PRAGMA application_id = {_APPLICATION}",
            f"PRAGMA user_version = {_VERSION}",
            _SCHEMA,
            "COMMIT",
        ):
            self._database.execute(statement)
        earlier = self.path.with_suffix(".jsonl")
        if earlier.exists():
            said = "is an earlier version's journal and is not read: everybody is graded again."
            print(f"{earlier} {said} Remove it.", file=sys.stderr)

    def _read(self) -> dict[str, JournalEntry]:
        # Else a transaction that outgrows its memory would keep readers waiting.
        self._database.execute("PRAGMA cache_spill = OFF")
        rows = self._database.execute("SELECT student, key, scores FROM entry")
        return {student: JournalEntry(key, json.loads(scores)) for student, key, scores in rows}

    def report(self, student: str) -> Report:
        """The report of a student who has an entry."""
        with _as_fault(self.path):
            report = _report(self._database, student)
        assert report is not None
        return report

    def add(self, key: str, report: Report) -> None:
        """Note a submission whose grade is kept.

        Raises `MachineFault` when the disk is full; the grade is kept all the same.
        """
        scores = {function.name: function.score for function in report.functions}
        data = report.to_json().encode("utf-8", "surrogatepass")
        row = (report.student, key, json.dumps(scores), data)
        with _as_fault(self.path):
            if not self._database.in_transaction:
                self._database.execute("BEGIN IMMEDIATE")
            self._database.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)", row)
            if time.monotonic() >= self._began + _TOGETHER:
                self._commit()
        self.known[report.student] = JournalEntry(key, scores)

    def _commit(self) -> None:
        self._began = time.monotonic()
        if not self._database.in_transaction:
            return
        try:
            self._database.execute("COMMIT")
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
            raise


def _private(course: Course, path: Path) -> Path:
    """A file that is its owner's only, made where there is none; no link is followed."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    if not path.is_symlink():
        _keep_to_ourselves(path, _allowed(course, 0o600))
    return path


def _hold(opened: ExitStack, path: Path, name: str, patience: float) -> None:
    """Hold the lock until ``opened`` is closed; raises `CourseError` when it is not to be had."""
    lock = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    opened.callback(os.close, lock)
    deadline = time.monotonic() + patience
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise CourseError(
                    f"{name} is being graded by another run right now. Wait for it, or stop it."
                ) from None
            time.sleep(0.1)
