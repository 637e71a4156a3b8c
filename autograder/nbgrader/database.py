"""nbgrader's database: reads and transactions, with retries.

nbgrader's own programming interface takes seconds to import and opens the database again for every
submission. Only the tables with grades are declared here, as in nbgrader. The schema is checked
when the database is opened; with another schema nothing is read or written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

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
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DBAPIError

from autograder.classroom.platform import NotRecorded
from autograder.course import COURSE_FILE, Course, CourseError
from autograder.nbgrader.database_errors import (
    Failure,
    GradebookUnavailable,
    failure_of,
    first_line,
)
from autograder.nbgrader.engine import make_engine, unavailable
from autograder.nbgrader.waiting import Waiting

#: The newest of nbgrader's alembic revisions, and the only supported one.
SCHEMA = "e43177bfe90b"
#: The seconds for which a statement waits for a lock of PostgreSQL's.
_LOCK = 1.0

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
    Column("manual_comment", Text()),
)
_alembic_version = Table("alembic_version", MetaData(), Column("version_num", String(32)))

Result = TypeVar("Result")


class Database:
    """nbgrader's database of a course; a context manager.

    A database that is locked or cannot be reached is retried for ``timeout`` seconds; other errors
    are raised at once. Raises `CourseError` for a database that is not nbgrader's, and
    `GradebookUnavailable` for one that cannot be used.
    """

    def __init__(
        self, course: Course, name: str, timeout: float | None = None, command: str = ""
    ) -> None:
        self._name = name
        #: What to run again after a fault.
        self._command = command or f"autograder grade {name}"
        self._url = _parse(course)
        #: The address, without its password.
        self.where = self._url.render_as_string(hide_password=True)
        self._waiting = Waiting(self.where, timeout)
        self._engine = _engine(self._url, self._waiting)
        self._path = course.gradebook_file
        self._file: tuple[int, int] | None = None

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
    def unknown(self) -> CourseError:
        """The error to raise when the assignment, or a cell of it, is not in the database."""
        return CourseError(
            f"The gradebook {self.where} does not know {self._name}. "
            f"Run `autograder build {self._name}` first."
        )

    @property
    def repeated(self) -> int:
        """How many reads and writes had to be repeated, since the database was not available."""
        return self._waiting.repeated

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """The result of ``work``, which is retried when the database is not available."""
        return self._with_retries(work, {})

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """The result of ``work``, which runs in one transaction.

        It is retried when the database is not available. The connection may break while the commit
        is confirmed, so that ``work`` has to be idempotent.
        """
        # Locks at once, so that no other program writes between our reads and writes.
        return self._with_retries(work, {"sqlite": "BEGIN IMMEDIATE"})

    def _with_retries(
        self, work: Callable[[Connection], Result], begin: Mapping[str, str]
    ) -> Result:
        first = {"postgresql": f"SET LOCAL lock_timeout = {1000 * _LOCK:.0f}", **begin}
        statement = first.get(self._url.get_backend_name())
        try:
            return self._waiting.retry(lambda: self._attempt(work, statement), DBAPIError)
        except DBAPIError as error:  # SQLAlchemy's other errors are bugs of ours
            self._require_file()  # that it is gone is more than that it cannot be written
            failure = failure_of(error)
            assert failure is not None
            raise self._as_fault(failure) from error

    def _attempt(self, work: Callable[[Connection], Result], begin: str | None) -> Result:
        self._require_file()
        with self._engine.connect() as connection:
            try:
                if begin:
                    connection.exec_driver_sql(begin)
                result = work(connection)
                connection.commit()
            except BaseException:
                # After a commit that failed, SQLite's transaction is still open.
                connection.invalidate()
                raise
        self._require_file()
        return result

    def _as_fault(self, failure: Failure) -> CourseError | GradebookUnavailable:
        if failure.remedy:
            again = f"run `{self._command}` again"
            return unavailable(self._waiting, failure, again)
        error = NotRecorded if failure.rejected else CourseError
        return error(f"The gradebook {self.where} {failure.what}.")

    def _require_file(self) -> None:
        """Raise an error if the file does not exist, since SQLite would create an empty one, or is
        no longer the one that was opened, since SQLite would go on writing to that one."""
        if self._path is None:
            return
        found = None
        try:
            status = os.stat(self._path)
            found = status.st_dev, status.st_ino
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError:
            return  # SQLite will report why it cannot open it
        if found is None and self._file is None:
            raise CourseError(
                f"There is no gradebook {self.where}. Run `autograder build {self._name}` first."
            )
        self._file = self._file or found
        if self._file != found:
            raise GradebookUnavailable(
                f"The gradebook {self.where} was {'replaced' if found else 'deleted or moved'} "
                "while it was in use, and nothing more is written. Put it where it was, or make "
                f"it with `autograder build {self._name}`, then run `{self._command}` again."
            )

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


def same_database(url: str, other: str, folder: Path) -> bool:
    """Whether two addresses are of the same database; a relative path is from a folder."""
    return _absolute(url, folder) == _absolute(other, folder)


def _absolute(text: str, folder: Path) -> URL | None:
    try:
        url = make_url(text)
    except ArgumentError:
        return None
    if url.get_backend_name() != "sqlite" or not url.database:
        return url
    return url.set(database=os.path.realpath(folder / url.database))


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


def _engine(url: URL, waiting: Waiting) -> Engine:
    try:
        return make_engine(url, waiting)
    except ImportError as error:
        raise CourseError(
            f"A gradebook in PostgreSQL needs the package {error.name or 'psycopg'}: "
            "pip install 'backprop-autograder[postgresql]'"
        ) from None
    except ArgumentError as error:
        raise CourseError(f"{COURSE_FILE}: gradebook: {first_line(error)}.") from None
