"""The journal of an assignment: a cache of the reports whose grades are recorded on the platform.

It is a SQLite database with one row for each student, added after the grade is recorded. A
transaction holds the rows of about a second: to sync each row to disk would take as long as
grading. A killed run loses at worst those rows, and these students are graded again. SQLite uses
its rollback journal here, not a WAL, which does not work on a network file system. The stored
reports let a second run skip what has not changed. What cannot be read is graded again.
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
from typing import Any, NamedTuple

from autograder.course import Course, CourseError
from autograder.faults import MachineFault, reason
from autograder.report import Report
from autograder.text import visible_text

FOLDER = ".autograder"
#: The application id and version in SQLite's header, which identify a journal of this format.
_APPLICATION, _VERSION = 0x67726164, 1
_SCHEMA = (
    "CREATE TABLE entry (student TEXT PRIMARY KEY, key TEXT NOT NULL, scores TEXT NOT NULL,"
    " report BLOB NOT NULL, printed TEXT NOT NULL)"
)
#: The key of a report that the next run replaces; no digest is this.
_CHANGED = "changed"
#: The seconds between commits, and to wait for another program's lock.
_COMMIT_SECONDS, _LOCK_SECONDS = 1.0, 10.0
_LOCK_STEP = 0.2
_DAMAGED = (
    "is damaged, or not a journal of this version of autograder. Run `autograder grade` first, "
    "which then grades everybody again; no grade is lost."
)
_NEWER = (
    "is a journal of a newer version of autograder. Update autograder, or move it away: the next "
    "run then grades everybody again, and no grade is lost."
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
#: What is raised by what is stored, when it is not what was stored.
_UNREADABLE = (ValueError, TypeError, AttributeError, LookupError)


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
    own transaction, so that a run which is grading is not blocked. One that cannot be read is
    named and left out. Raises `MachineFault` when the journal cannot be read.
    """
    path = journal_path(course, name)
    if not os.path.lexists(path):
        return
    with _as_fault(path), closing(_connect(path)) as database:
        if _is_new(database):
            return
        for student in _students(database):
            try:
                report = _report(database, student)
            except _UNREADABLE:
                wrong = f"the report of {student} cannot be read. Run `autograder grade {name}`."
                print(visible_text(f"{path}: {wrong}"), file=sys.stderr)
            else:
                if report is not None:
                    yield report


def graded_students(course: Course, name: str) -> list[str]:
    """Who has a report; raises `MachineFault` when the journal cannot be read."""
    path = journal_path(course, name)
    if not os.path.lexists(path):
        return []
    with _as_fault(path), closing(_connect(path)) as database:
        return [] if _is_new(database) else _students(database)


def _students(database: sqlite3.Connection) -> list[str]:
    found = database.execute("SELECT student FROM entry ORDER BY student").fetchall()
    return [student for (student,) in found]


def read_report(course: Course, name: str, student: str) -> Report | None:
    """A student's last report; None where there is none that can be read.

    Raises `MachineFault` when the journal cannot be read.
    """
    path = journal_path(course, name)
    if not os.path.lexists(path):
        return None
    with _as_fault(path), closing(_connect(path)) as database:
        if not _is_new(database):
            with suppress(*_UNREADABLE):
                return _report(database, student)
    return None


def _connect(path: Path) -> sqlite3.Connection:
    """Open the database, which has to exist. SQLite would follow a link, so that it is rejected."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise CourseError(f"{path} is not a regular file. Move it away.")
    address = f"{path.absolute().as_uri()}?mode=rw"
    wait = min(_LOCK_STEP, _LOCK_SECONDS)
    return sqlite3.connect(
        address, uri=True, timeout=wait, isolation_level=None, factory=_Connection
    )


class _Connection(sqlite3.Connection):
    """A connection that waits for a lock in steps: Ctrl-C does not interrupt SQLite's own wait."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Execute a statement."""
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                return super().execute(*arguments)
            except sqlite3.OperationalError as error:
                if _kind(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise


def _is_new(database: sqlite3.Connection) -> bool:
    """Whether the database is still empty; raises `ValueError` if it is not a journal, and
    `MachineFault` if it is one of a newer version."""
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == _APPLICATION and version > _VERSION:
        raise _Newer
    if tables and (application, version) != (_APPLICATION, _VERSION):
        raise ValueError("another database")
    return not tables


def _require_sound(database: sqlite3.Connection) -> None:
    """Raise `ValueError` if something is wrong with a page or with the table."""
    (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    columns = [column for _, column, *_ in database.execute("PRAGMA table_info(entry)")]
    if found != "ok" or columns != ["student", "key", "scores", "report", "printed"]:
        raise ValueError(f"damaged: {found}")


def _report(database: sqlite3.Connection, student: str) -> Report | None:
    """A student's report, with what the cells printed, which its JSON leaves out."""
    query = "SELECT report, printed FROM entry WHERE student = ?"
    found = database.execute(query, (student,)).fetchone()
    if found is None:
        return None
    # A path in it may have bytes that are not text.
    report = Report.from_json(found[0].decode("utf-8", "surrogatepass"))
    return replace(report, printed=json.loads(found[1]))


def _scores(report: Report) -> dict[str, float]:
    return {function.name: function.score for function in report.functions}


def _renamed(report: Report, student: str, new: str) -> Report:
    """A report in which ``new`` stands for a student, as whose it is and as a classmate."""
    functions = [f._replace(fits=new) if f.fits == student else f for f in report.functions]
    if report.student != student:
        return replace(report, functions=functions)
    folder = f"/submitted/{student}/"
    path = report.path.replace(folder, f"/submitted/{new}/")
    return replace(report, functions=functions, student=new, path=path)


class _Newer(Exception):
    """The journal has a newer version than this."""


@contextmanager
def _as_fault(path: Path) -> Iterator[None]:
    """Raise errors of the database as one sentence with the journal's path."""
    try:
        yield
    except _Newer:
        raise MachineFault(f"{path} {_NEWER}") from None
    except sqlite3.Error as error:
        trouble = _TROUBLES.get(_kind(error), f"cannot be used: {error}.")
        raise MachineFault(f"{path} {trouble}") from error
    except OSError as error:
        raise CourseError(f"{path} cannot be opened: {reason(error)}") from None
    except _UNREADABLE as error:
        raise MachineFault(f"{path} {_DAMAGED}") from error


def _kind(error: sqlite3.Error) -> int:
    # The lowest byte is the kind of error; the others are its details.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


class Journal(AbstractContextManager["Journal"]):
    """The journal, locked by one run at a time; a context manager."""

    def __init__(self, course: Course, name: str, timeout: float = 0.0) -> None:
        """Open it, waiting up to ``timeout`` seconds for another run's lock.

        A journal that is damaged is moved aside and begun anew, so that everybody is graded again.
        Raises `CourseError` when the lock is not released in time or a file cannot be opened, and
        `MachineFault` when the database cannot be used.
        """
        self.path = journal_path(course, name)
        self.known: dict[str, JournalEntry] = {}
        self._course = course
        make_folder(course)
        with _as_fault(self.path), ExitStack() as opened:
            # In a file of its own: on a network file system it could conflict with SQLite's locks.
            _lock(opened, _private(course, self.path.with_suffix(".lock")), name, timeout)
            self._connect()
            opened.callback(lambda: self._database.close())
            with self._anew_if_damaged():
                if _is_new(self._database):
                    self._make()
                _require_sound(self._database)
                self.known = self._read()
            self._opened = opened.pop_all()
        self._began = 0.0

    def __exit__(self, kind: type[BaseException] | None, *about: object) -> None:
        with self._opened:
            try:
                with _as_fault(self.path), self._anew_if_damaged():
                    self._commit()
            except (MachineFault, CourseError):
                if kind is None:  # otherwise what ended the run is told, perhaps the cause of both
                    raise

    def _connect(self) -> None:
        self._database = _connect(_private(self._course, self.path))

    @contextmanager
    def _anew_if_damaged(self) -> Iterator[None]:
        """Move a damaged journal aside and begin a new one."""
        try:
            yield
        except (*_UNREADABLE, sqlite3.DatabaseError) as error:
            if isinstance(error, sqlite3.Error) and _TROUBLES.get(_kind(error)) != _DAMAGED:
                raise
            self._database.close()
            # SQLite would restore a new database from what it wrote down of the old one.
            for ending in ("-journal", ""):
                with suppress(FileNotFoundError):
                    os.replace(f"{self.path}{ending}", f"{self.path}.damaged{ending}")
            print(
                f"{self.path} is damaged. It was moved to {self.path.name}.damaged, and everybody "
                "is graded again; no grade is lost.",
                file=sys.stderr,
            )
            self._connect()
            self._make()

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
        entries = {}
        for student, key, scores in rows:
            with suppress(*_UNREADABLE):
                entries[student] = JournalEntry(key, dict(json.loads(scores)))
        return entries

    def report(self, student: str) -> Report | None:
        """The report of a student, or None if there is none that can be read."""
        with _as_fault(self.path), self._anew_if_damaged(), suppress(*_UNREADABLE):
            return _report(self._database, student)
        return None

    def add(self, key: str, report: Report) -> None:
        """Add a report whose grade is recorded on the platform.

        Raises `MachineFault` when it cannot be written, as on a full disk; the grade stays.
        """
        with _as_fault(self.path), self._anew_if_damaged():
            if not self._database.in_transaction:
                self._database.execute("BEGIN IMMEDIATE")
            self._insert(key, report)
            if time.monotonic() >= self._began + _COMMIT_SECONDS:
                self._commit()
        self.known[report.student] = JournalEntry(key, _scores(report))

    def _insert(self, key: str, report: Report) -> None:
        data = report.to_json().encode("utf-8", "surrogatepass")
        scores, printed = json.dumps(_scores(report)), json.dumps(list(report.printed))
        row = (report.student, key, scores, data, printed)
        self._database.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?)", row)

    def remove(self, student: str) -> None:
        """Remove a student's report, and the student from what reports of classmates say."""
        self._change(student, "")

    def rename(self, student: str, new: str) -> None:
        """Give a student's report to another id. It counts as changed, since hidden instances
        depend on the id."""
        self._change(student, new)

    def _change(self, student: str, new: str) -> None:
        """Change the reports that name a student, in one transaction; without ``new`` there is none
        left."""
        name = json.dumps(student, ensure_ascii=False).encode("utf-8", "surrogatepass")
        named = "SELECT student, key FROM entry WHERE student = ? OR instr(report, CAST(? AS BLOB))"
        with _as_fault(self.path), self._anew_if_damaged():
            self._database.execute("BEGIN IMMEDIATE")
            for owner, key in self._database.execute(named, (student, name)).fetchall():
                report = None
                with suppress(*_UNREADABLE):
                    report = _report(self._database, owner)
                is_own = owner == student
                if is_own:
                    self._database.execute("DELETE FROM entry WHERE student = ?", (student,))
                if report is not None and (new or not is_own):
                    self._insert(_CHANGED if is_own else key, _renamed(report, student, new))
            self._commit()
            self.known = self._read()

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
