"""nbgrader's database: reads and transactions, with retries.

nbgrader's own programming interface takes seconds to import and opens the database again for every
submission. Only the tables with grades are declared here, as in nbgrader. The schema is checked
when the database is opened; with another schema nothing is read or written.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    Float,
    Interval,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from autograder.course import COURSE_FILE, Course, CourseError
from autograder.faults import MachineFault

#: The newest of nbgrader's alembic revisions, and the only supported one.
SCHEMA = "e43177bfe90b"
#: The seconds to wait for a database that is locked or cannot be reached.
TIMEOUT = 10.0
#: The seconds between two attempts, and for which one attempt may wait for a lock.
_PAUSE, _LOCK = 0.1, 1.0

_tables = MetaData()
assignment = Table(
    "assignment",
    _tables,
    Column("id", String(32), primary_key=True),
    Column("name", String(128)),
    Column("duedate", DateTime()),
)
notebook = Table(
    "notebook",
    _tables,
    Column("id", String(32), primary_key=True),
    Column("name", String(128)),
    Column("assignment_id", String(32)),
)
base_cell = Table(
    "base_cell",
    _tables,
    Column("id", String(32), primary_key=True),
    Column("name", String(128)),
    Column("notebook_id", String(32)),
    Column("type", String(50)),
)
grade_cells = Table(
    "grade_cells",
    _tables,
    Column("id", String(32), primary_key=True),
    Column("max_score", Float()),
)
task_cells = Table(
    "task_cells",
    _tables,
    Column("id", String(32), primary_key=True),
    Column("max_score", Float()),
)
student = Table("student", _tables, Column("id", String(128), primary_key=True))
submitted_assignment = Table(
    "submitted_assignment",
    _tables,
    Column("id", String(32), primary_key=True),
    Column("assignment_id", String(32)),
    Column("student_id", String(128)),
    Column("timestamp", DateTime()),
    Column("extension", Interval()),
)
submitted_notebook = Table(
    "submitted_notebook",
    _tables,
    Column("id", String(32), primary_key=True),
    Column("assignment_id", String(32)),
    Column("notebook_id", String(32)),
    Column("flagged", Boolean()),
    Column("late_submission_penalty", Float(0)),  # as nbgrader declares it
)
grade = Table(
    "grade",
    _tables,
    Column("id", String(32), primary_key=True),
    Column("notebook_id", String(32)),
    Column("cell_id", String(32)),
    Column("auto_score", Float()),
    Column("manual_score", Float()),
    Column("extra_credit", Float()),
    Column("needs_manual_grade", Boolean()),
)
comment = Table(
    "comment",
    _tables,
    Column("id", String(32), primary_key=True),
    Column("notebook_id", String(32)),
    Column("cell_id", String(32)),
    Column("auto_comment", Text()),
)
_alembic_version = Table("alembic_version", MetaData(), Column("version_num", String(32)))

Result = TypeVar("Result")


class GradebookUnavailable(MachineFault):
    """The gradebook could not be reached or written; the transaction was rolled back."""


class Database:
    """nbgrader's database of a course; a context manager.

    A database that is locked or cannot be reached is retried for ``timeout`` seconds; other errors
    are raised at once. Raises `CourseError` for a database that is not nbgrader's, and
    `GradebookUnavailable` for one that cannot be used.
    """

    def __init__(self, course: Course, name: str, timeout: float = TIMEOUT) -> None:
        self._name = name
        self._timeout = timeout
        self._url = _parse(course)
        self._engine = _engine(self._url, timeout)
        if self._url.get_backend_name() == "sqlite":
            event.listen(self._engine, "do_connect", self._require_file)

    def __enter__(self) -> Database:
        try:
            self.read(self._check_schema)
        except BaseException:
            self._engine.dispose()
            raise
        return self

    def __exit__(self, *about: object) -> None:
        self._engine.dispose()

    @property
    def where(self) -> str:
        """The database's address, without its password."""
        return self._url.render_as_string(hide_password=True)

    @property
    def unknown(self) -> CourseError:
        """The error to raise when the assignment, or a cell of it, is not in the database."""
        return CourseError(
            f"The gradebook {self.where} does not know {self._name}. "
            f"Run `autograder build {self._name}` first."
        )

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """The result of ``work``, which is retried when the database is not available."""
        return self._with_retries(work, "")

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """The result of ``work``, which runs in one transaction.

        It is retried when the database is not available. The connection may break while the commit
        is confirmed, so that ``work`` has to be idempotent.
        """
        begin = {
            # Locks at once, so that no other program writes between our reads and writes.
            "sqlite": "BEGIN IMMEDIATE",
            "postgresql": f"SET LOCAL lock_timeout = {1000 * _LOCK:.0f}",
        }
        return self._with_retries(work, begin[self._url.get_backend_name()])

    def _with_retries(self, work: Callable[[Connection], Result], begin: str) -> Result:
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                with self._engine.connect() as connection:
                    if begin:
                        connection.exec_driver_sql(begin)
                    result = work(connection)
                    connection.commit()
                    return result
            except DBAPIError as error:  # SQLAlchemy's other errors are bugs of ours
                failure = _failure(error)
                if not failure.transient or time.monotonic() + _PAUSE > deadline:
                    raise self._as_fault(failure) from error
            time.sleep(_PAUSE)

    def _as_fault(self, failure: _Failure) -> CourseError | GradebookUnavailable:
        waited = f" (after {self._timeout:g} seconds)" if failure.transient else ""
        if not failure.remedy:
            return CourseError(f"The gradebook {self.where} {failure.what}.")
        return GradebookUnavailable(
            f"The gradebook {self.where} {failure.what}{waited}. Nothing is lost, and nothing is "
            f"half written: {failure.remedy}, then run `autograder grade {self._name}` again."
        )

    def _require_file(self, *_: Any) -> None:
        """Raise `CourseError` if the file does not exist: SQLite would create an empty one."""
        try:
            os.stat(str(self._url.database))
        except (FileNotFoundError, NotADirectoryError):
            raise CourseError(
                f"There is no gradebook {self.where}. Run `autograder build {self._name}` first."
            ) from None
        except OSError:
            pass  # SQLite will report why it cannot open it

    def _check_schema(self, connection: Connection) -> None:
        tables = inspect(connection)
        found = set(tables.get_table_names())
        if not found:
            raise self.unknown
        if "alembic_version" not in found or not {"assignment", "grade"} <= found:
            raise CourseError(
                f"{self.where} is a database, but not nbgrader's. "
                f"Correct `gradebook` in {COURSE_FILE}."
            )
        versions = set(connection.scalars(select(_alembic_version.c.version_num)))
        columns = tables.get_multi_columns(filter_names=list(_tables.tables))
        there = {(key[1], column["name"]) for key, all_ in columns.items() for column in all_}
        needed = {(t.name, column.name) for t in _tables.tables.values() for column in t.columns}
        if versions != {SCHEMA} or not needed <= there:
            raise CourseError(
                f"The gradebook {self.where} has nbgrader's schema {', '.join(sorted(versions))}, "
                f"but autograder supports only {SCHEMA}. If it is older, run "
                "`nbgrader db upgrade`; if it is newer, upgrade autograder."
            )


def _parse(course: Course) -> URL:
    """The database's address; raises `CourseError` if it is invalid."""
    where = f"{course.root / COURSE_FILE}: gradebook"
    try:
        url = make_url(course.gradebook_url)
    except ArgumentError:
        raise CourseError(f"{where} is not the address of a database.") from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise CourseError(f"{where} must begin with sqlite:// or postgresql://.")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise CourseError(f"{where} names no file, and would keep nothing.")
    return url


def _engine(url: URL, timeout: float) -> Engine:
    """SQLAlchemy's engine, with timeouts."""
    options: dict[str, Any] = {"timeout": min(_LOCK, timeout), "isolation_level": None}
    if url.get_backend_name() == "postgresql":
        # Without timeouts, a server that vanished from the network would block forever.
        seconds = max(2, round(timeout))
        waits = {"connect_timeout": seconds, "tcp_user_timeout": 1000 * seconds}
        options = {key: value for key, value in waits.items() if key not in url.query}
    try:
        return create_engine(url, connect_args=options)
    except ImportError as error:
        raise CourseError(
            f"A gradebook in PostgreSQL needs the package {error.name or 'psycopg'}: "
            "pip install 'backprop-autograder[postgresql]'"
        ) from None
    except ArgumentError as error:
        raise CourseError(f"{COURSE_FILE}: gradebook: {_first_line(error)}.") from None


@dataclass(frozen=True)
class _Failure:
    """A database error: what is wrong, the remedy, and whether a retry may help (``transient``).

    Without a ``remedy`` the data is at fault, not the database.
    """

    what: str
    remedy: str = ""
    transient: bool = False


_LOCKED = _Failure("is locked by another program", "close that program", transient=True)
_READ_ONLY = _Failure(
    "cannot be written by this user", "give yourself write permission for it and its folder"
)
_FULL = _Failure("has no space left on its disk", "free some space")
_UNREACHABLE = _Failure("cannot be reached", "start its server", transient=True)

_SQLITE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _Failure(
        "cannot be written to its disk", "make sure that the disk has space"
    ),
    sqlite3.SQLITE_CANTOPEN: _Failure(
        "cannot be opened", "give yourself write permission for it and its folder"
    ),
    sqlite3.SQLITE_CORRUPT: _Failure("is damaged; restore it from a backup"),
    sqlite3.SQLITE_NOTADB: _Failure("is not a database; restore it from a backup"),
}
_POSTGRESQL = {
    "25006": _Failure("is read-only now", "make its server writable"),
    "40001": _LOCKED,
    "40P01": _LOCKED,
    "42501": _Failure("cannot be written by this user", "grant the user INSERT and UPDATE"),
    "53100": _FULL,
    "53300": _Failure("has no connection left", "close another program", transient=True),
    "55P03": _LOCKED,
}
#: Errors of a server that refuses the connection; a retry does not help.
_REFUSALS = ("does not exist", "authentication failed", "no password supplied", "pg_hba.conf")


def _failure(error: DBAPIError) -> _Failure:
    text = _first_line(error)
    other = _Failure(f"rejected the data: {text}")
    if isinstance(error.orig, sqlite3.Error):
        # The lowest byte is the kind of error; the others are its details.
        return _SQLITE.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF, other)
    state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    if any(words in text for words in _REFUSALS):
        return _Failure(f"refuses the connection: {text}", f"correct `gradebook` in {COURSE_FILE}")
    unreachable = isinstance(error, OperationalError) and (
        not state or state.startswith(("08", "57P"))
    )
    if unreachable or error.connection_invalidated:
        return _UNREACHABLE
    return other


def _first_line(error: SQLAlchemyError) -> str:
    """The first line of the database's own error message, without the statement."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__
