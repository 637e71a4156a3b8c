"""The database of a journal: SQLite's file, and what goes wrong with it in one sentence."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.course import CourseError
from autograder.faults import MachineFault, reason

#: The application id and version in SQLite's header, which identify a journal of this format.
_APPLICATION, _VERSION = 0x67726164, 1
_SCHEMA = (
    "CREATE TABLE entry (student TEXT PRIMARY KEY, key TEXT NOT NULL, scores TEXT NOT NULL,"
    " report BLOB NOT NULL, printed TEXT NOT NULL)"
)
#: The seconds to wait for another program's lock, and between two attempts.
LOCK_SECONDS, _LOCK_STEP = 10.0, 0.2
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
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError)


def connect(path: Path) -> sqlite3.Connection:
    """Open the database, which has to exist. SQLite would follow a link, so that it is rejected."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise CourseError(f"{path} is not a regular file. Move it away.")
    address = f"{path.absolute().as_uri()}?mode=rw"
    wait = min(_LOCK_STEP, LOCK_SECONDS)
    return sqlite3.connect(
        address, uri=True, timeout=wait, isolation_level=None, factory=_Connection
    )


class _Connection(sqlite3.Connection):
    """A connection that waits for a lock in steps: Ctrl-C does not interrupt SQLite's own wait."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Execute a statement."""
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                return super().execute(*arguments)
            except sqlite3.OperationalError as error:
                if _kind(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise


def make(database: sqlite3.Connection) -> None:
    """Make an empty database a journal without entries."""
    for statement in (
        "BEGIN IMMEDIATE",
        f"PRAGMA application_id = {_APPLICATION}",
        f"PRAGMA user_version = {_VERSION}",
        _SCHEMA,
        "COMMIT",
    ):
        database.execute(statement)


def is_new(database: sqlite3.Connection) -> bool:
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


def require_sound(database: sqlite3.Connection) -> None:
    """Raise `ValueError` if something is wrong with a page or with the table."""
    (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    columns = [column for _, column, *_ in database.execute("PRAGMA table_info(entry)")]
    if found != "ok" or columns != ["student", "key", "scores", "report", "printed"]:
        raise ValueError(f"damaged: {found}")


class _Newer(Exception):
    """The journal has a newer version than this."""


@contextmanager
def as_fault(path: Path) -> Iterator[None]:
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
    except UNREADABLE as error:
        raise MachineFault(f"{path} {_DAMAGED}") from error


def is_damage(error: Exception) -> bool:
    """Whether an error means that the journal is damaged."""
    return not isinstance(error, sqlite3.Error) or _TROUBLES.get(_kind(error)) == _DAMAGED


def _kind(error: sqlite3.Error) -> int:
    # The lowest byte is the kind of error; the others are its details.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
