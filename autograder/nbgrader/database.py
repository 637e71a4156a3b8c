"""nbgrader's database, opened for reading and writing rows: patient where waiting helps, and
nothing half written.

nbgrader's own programming interface opens the database anew for every submission, and costs seconds
to import. Here are only the tables that grades go to, as nbgrader declares them. Whether they are
still so is checked when the database is opened: with another schema nothing is read or written.
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

#: The newest of nbgrader's alembic revisions, and the only one that is written to.
SCHEMA = "e43177bfe90b"
#: How long to wait for a database that is locked or away, in seconds.
PATIENCE = 10.0
#: The pause between two tries, and how long one try may wait for a lock, in seconds.
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
    Column("late_submission_penalty", Float(0)),  # nbgrader has it so
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
    """The gradebook could not be reached or written; nothing of the transaction is in it."""


class Database:
    """nbgrader's database of a course, open. Use it in a ``with``.

    A database that is locked or cannot be reached is tried again for ``patience`` seconds; whatever
    waiting does not mend is told at once. Raises `CourseError` for a database that is not nbgrader's.
    """

    def __init__(self, course: Course, name: str, patience: float = PATIENCE) -> None:
        self._name = name
        self._patience = patience
        self._url = _parse(course)
        self._engine = _engine(self._url, patience)
        if self._url.get_backend_name() == "sqlite":
            event.listen(self._engine, "do_connect", self._only_what_is_there)

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
        """What to raise when the assignment, or a cell of it, is not in the database."""
        return CourseError(
            f"The gradebook {self.where} does not know {self._name}. "
            f"Run `autograder build {self._name}` first."
        )

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """What ``work`` reads; it is called again when the database was not to be had."""
        return self._patiently(work, "")

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Do ``work`` in one transaction, all of it or nothing.

        It is called again when the database was not to be had, and once more even when the
        connection broke while its end was being told, so it has to write the same when repeated.
        """
        begin = {
            # Asked for at once, so that no other program writes between what is read and written.
            "sqlite": "BEGIN IMMEDIATE",
            "postgresql": f"SET LOCAL lock_timeout = {1000 * _LOCK:.0f}",
        }
        return self._patiently(work, begin[self._url.get_backend_name()])

    def _patiently(self, work: Callable[[Connection], Result], begin: str) -> Result:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                with self._engine.connect() as connection:
                    if begin:
                        connection.exec_driver_sql(begin)
                    result = work(connection)
                    connection.commit()
                    return result
            except DBAPIError as error:  # what SQLAlchemy refuses is a fault of ours
                trouble = _trouble(error)
                if not trouble.passes or time.monotonic() + _PAUSE > deadline:
                    raise self._as_fault(trouble) from error
            time.sleep(_PAUSE)

    def _as_fault(self, trouble: _Trouble) -> CourseError | GradebookUnavailable:
        waited = f", and was for {self._patience:g} seconds" if trouble.passes else ""
        if not trouble.remedy:
            return CourseError(f"The gradebook {self.where} {trouble.what}.")
        return GradebookUnavailable(
            f"The gradebook {self.where} {trouble.what}{waited}. Nothing is lost and nothing half "
            f"written: {trouble.remedy}, then run `autograder grade {self._name}` again."
        )

    def _only_what_is_there(self, *_: Any) -> None:
        """SQLite would make a new and empty database of a name that is not there."""
        try:
            os.stat(str(self._url.database))
        except (FileNotFoundError, NotADirectoryError):
            raise CourseError(
                f"There is no gradebook {self.where}. Run `autograder build {self._name}` first."
            ) from None
        except OSError:
            pass  # SQLite will say why it cannot open it

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
                f"not {SCHEMA}, which is the only one that grades are written to. If it is older, "
                "run `nbgrader db upgrade`; if it is newer, autograder has to be upgraded."
            )


def _parse(course: Course) -> URL:
    """The database's address; raises `CourseError` where it can be none of nbgrader's."""
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


def _engine(url: URL, patience: float) -> Engine:
    """SQLAlchemy's engine, which keeps a connection open, and waits no longer than it should."""
    options: dict[str, Any] = {"timeout": min(_LOCK, patience), "isolation_level": None}
    if url.get_backend_name() == "postgresql":
        # A server that vanished from the network would else be waited for without end.
        seconds = max(2, round(patience))
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
class _Trouble:
    """What is wrong with a database, what to do, and whether it may pass by itself.

    Without a ``remedy`` it is not the database that is wrong, but what was to be written.
    """

    what: str
    remedy: str = ""
    passes: bool = False


_LOCKED = _Trouble("is locked by another program", "close that program", passes=True)
_READ_ONLY = _Trouble(
    "may not be written by this user", "give yourself the right to write it and its folder"
)
_FULL = _Trouble("has no room left on its disk", "make room")
_AWAY = _Trouble("cannot be reached", "start its server", passes=True)

_SQLITE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _Trouble("cannot be written to its disk", "see that the disk has room"),
    sqlite3.SQLITE_CANTOPEN: _Trouble(
        "cannot be opened", "give yourself the right to write it and its folder"
    ),
    sqlite3.SQLITE_CORRUPT: _Trouble("is damaged; restore it from a backup"),
    sqlite3.SQLITE_NOTADB: _Trouble("is not a database; restore it from a backup"),
}
_POSTGRESQL = {
    "25006": _Trouble("takes no changes now", "make its server writable"),
    "40001": _LOCKED,
    "40P01": _LOCKED,
    "42501": _Trouble("may not be written by this user", "grant the user INSERT and UPDATE"),
    "53100": _FULL,
    "53300": _Trouble("has no connection left", "close another program", passes=True),
    "55P03": _LOCKED,
}
#: What a server says that is there and will not let us in; waiting does not help.
_REFUSALS = ("does not exist", "authentication failed", "no password supplied", "pg_hba.conf")


def _trouble(error: DBAPIError) -> _Trouble:
    text = _first_line(error)
    other = _Trouble(f"refused what was to be written: {text}")
    if isinstance(error.orig, sqlite3.Error):
        # The lowest byte is the kind of error; the others are its details.
        return _SQLITE.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF, other)
    state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    if any(words in text for words in _REFUSALS):
        return _Trouble(f"refuses us: {text}", f"correct `gradebook` in {COURSE_FILE}")
    away = isinstance(error, OperationalError) and (not state or state.startswith(("08", "57P")))
    if away or error.connection_invalidated:
        return _AWAY
    return other


def _first_line(error: SQLAlchemyError) -> str:
    """What the database said, without the statement that it said it of."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(said).strip().splitlines()
    return lines[0] if lines else type(said).__name__
