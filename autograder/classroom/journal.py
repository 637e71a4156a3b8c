"""The journal of an assignment: a cache of the reports whose grades are recorded on the platform.

It is a SQLite database with one row for each student, added after the grade is recorded. A
transaction holds the rows of about a second: to sync each row to disk would take as long as
grading. A killed run loses at worst those rows, and these students are graded again. SQLite uses
its rollback journal here, not a WAL, which does not work on a network file system. The stored
reports let a second run skip what has not changed.
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
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from autograder.course import Course, CourseError
from autograder.faults import MachineFault, reason
from autograder.report import Report

FOLDER = ".autograder"
#: The application id and version in SQLite's header, which identify a journal of this format.
_APPLICATION, _VERSION = 0x67726164, 1
_SCHEMA = (
    "CREATE TABLE entry (student TEXT PRIMARY KEY, key TEXT NOT NULL, scores TEXT NOT NULL,"
    " report BLOB NOT NULL, printed TEXT NOT NULL)"
)
#: The seconds between commits, and to wait for another program's lock.
_COMMIT_SECONDS, _LOCK_SECONDS = 1.0, 10.0
_DAMAGED = (
    "is damaged, or not a journal of this version of autograder. Move it away: the next run grades "
    "everybody again, and no grade is lost."
)
_REFUSED = (
    "cannot be written. Give yourself write permission for it and its folder, and room on its disk; "
    "no grade is lost."
)
_TROUBLES = {
    sqlite3.SQLITE_BUSY: "is locked by another program. Close it and run the command again.",
    sqlite3.SQLITE_FULL: "cannot be written: No space left on device. What was graded so far is "
    "kept; free some space and run the command again.",
    sqlite3.SQLITE_IOERR: "cannot be written: see whether its disk works and is not full, and whether your "
    "processes may write files of this size. What was graded so far is kept.",
    sqlite3.SQLITE_READONLY: _REFUSED,
    sqlite3.SQLITE_PERM: _REFUSED,
    sqlite3.SQLITE_CANTOPEN: _REFUSED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}


class JournalEntry(NamedTuple):
    """The part of an entry that a run holds in memory.

    ``key`` is a digest of everything that the grade depends on; ``scores`` are by function.
    """

    key: str
    scores: Mapping[str, float]


def journal_path(course: Course, name: str) -> Path:
    """The path of an assignment's journal."""
    return course.root / FOLDER / f"{name}.sqlite"


def make_folder(course: Course) -> Path:
    """The folder ``.autograder`` of a course, created if it does not exist.

    Only its owner may use it, and the group if the course's folder is writable for the group.
    Raises `CourseError` when it cannot be created.
    """
    folder = course.root / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _set_mode(folder, _allowed(course, 0o700))
    except OSError as error:
        raise CourseError(f"{folder} cannot be written: {reason(error)}") from None
    return folder


def _allowed(course: Course, mode: int) -> int:
    shared = course.root.stat().st_mode & stat.S_IWGRP
    return mode | mode >> 3 if shared else mode


def _set_mode(path: Path, mode: int) -> None:
    """Set the mode, also where an earlier version left another one, unless another user owns it."""
    found = os.stat(path)
    if stat.S_IMODE(found.st_mode) & 0o777 != mode and found.st_uid == os.geteuid():
        os.chmod(path, found.st_mode & 0o7000 | mode)


def read_reports(course: Course, name: str) -> Iterator[Report]:
    """Everybody's last report, in the order of the students; nothing where nobody was graded.

    Reports are read one at a time, since those of a class may not fit into memory, and each in its
    own transaction, so that a run which is grading is not blocked. Raises `MachineFault` when the
    journal cannot be read.
    """
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
    """Open the database, which has to exist. SQLite would follow a link, so that it is rejected."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise CourseError(f"{path} is not a regular file. Move it away.")
    address = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=_LOCK_SECONDS, isolation_level=None)


def _is_new(database: sqlite3.Connection) -> bool:
    """Whether the database is still empty; raises `ValueError` if it is not a journal."""
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and (application, version) != (_APPLICATION, _VERSION):
        raise ValueError("another database")
    return not tables


def _report(database: sqlite3.Connection, student: str) -> Report | None:
    """A student's report, with what the cells printed, which its JSON leaves out."""
    query = "SELECT report, printed FROM entry WHERE student = ?"
    found = database.execute(query, (student,)).fetchone()
    if found is None:
        return None
    # A path in it may have bytes that are not text.
    report = Report.from_json(found[0].decode("utf-8", "surrogatepass"))
    return replace(report, printed=json.loads(found[1]))


@contextmanager
def _as_fault(path: Path) -> Iterator[None]:
    """Raise errors of the database as one sentence with the journal's path."""
    try:
        yield
    except sqlite3.Error as error:
        # The lowest byte is the kind of error; the others are its details.
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise MachineFault(f"{path} {_TROUBLES.get(kind, f'cannot be used: {error}.')}") from error
    except OSError as error:
        raise CourseError(f"{path} cannot be opened: {reason(error)}") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise MachineFault(f"{path} {_DAMAGED}") from error


class Journal(AbstractContextManager["Journal"]):
    """The journal, locked by one run at a time; a context manager."""

    def __init__(self, course: Course, name: str, timeout: float = 0.0) -> None:
        """Open it, waiting up to ``timeout`` seconds for another run's lock.

        Raises `CourseError` when the lock is not released in time or a file cannot be opened, and
        `MachineFault` when the database cannot be used.
        """
        self.path = journal_path(course, name)
        make_folder(course)
        with _as_fault(self.path), ExitStack() as opened:
            # In a file of its own: on a network file system it could conflict with SQLite's locks.
            _lock(opened, _private(course, self.path.with_suffix(".lock")), name, timeout)
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
            warning = "is an earlier version's journal and is not read: everybody is graded again."
            print(f"{earlier} {warning} Remove it.", file=sys.stderr)

    def _read(self) -> dict[str, JournalEntry]:
        # Without this, a transaction larger than the cache would block readers.
        self._database.execute("PRAGMA cache_spill = OFF")
        rows = self._database.execute("SELECT student, key, scores FROM entry")
        entries = {student: JournalEntry(key, json.loads(scores)) for student, key, scores in rows}
        if not all(isinstance(entry.scores, dict) for entry in entries.values()):
            raise ValueError("scores of another kind")
        return entries

    def report(self, student: str) -> Report:
        """The report of a student who has an entry."""
        with _as_fault(self.path):
            report = _report(self._database, student)
        assert report is not None
        return report

    def add(self, key: str, report: Report) -> None:
        """Add a report whose grade is recorded on the platform.

        Raises `MachineFault` when it cannot be written, as on a full disk; the grade stays.
        """
        scores = {function.name: function.score for function in report.functions}
        data = report.to_json().encode("utf-8", "surrogatepass")
        row = (report.student, key, json.dumps(scores), data, json.dumps(list(report.printed)))
        with _as_fault(self.path):
            if not self._database.in_transaction:
                self._database.execute("BEGIN IMMEDIATE")
            self._database.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?)", row)
            if time.monotonic() >= self._began + _COMMIT_SECONDS:
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
    """A file with the mode of the folder, created if it does not exist; links are not followed."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    if not path.is_symlink():
        _set_mode(path, _allowed(course, 0o600))
    return path


def _lock(opened: ExitStack, path: Path, name: str, timeout: float) -> None:
    """Hold the lock until ``opened`` is closed; raises `CourseError` after ``timeout`` seconds."""
    lock = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    opened.callback(os.close, lock)
    deadline = time.monotonic() + timeout
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise CourseError(
                    f"{name} is being graded by another run right now. Wait for it, or stop it."
                ) from None
            time.sleep(0.1)
