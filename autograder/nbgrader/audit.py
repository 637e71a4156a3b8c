"""The audit: a table beside nbgrader's own in the gradebook, a row for each grade that was written.

A row is added in the transaction that writes the grade, so that there is none without the other.
Rows are only added: the database refuses to change or delete one. Only the student's id changes,
when a student is renamed or removed, since nothing may name who is gone.
"""

from __future__ import annotations

import json
import os
import socket
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Identity,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.schema import CreateTable

from autograder.course import Course
from autograder.nbgrader.database import Database
from autograder.nbgrader.removed import digest_of
from autograder.report import Report

#: Of a line of `autograder audit --json`.
SCHEMA = "autograder/audit/1"
GRADED, RENAMED, REMOVED = "graded", "renamed", "removed"
#: What stands for a student who was removed, before a digest of the id.
GONE = "removed:"
#: nbgrader's migrations know nothing of it, and leave it as it is.
_audit = Table(
    "autograder_audit",
    MetaData(),
    Column("number", Integer, Identity(), primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("time", String(32), nullable=False),
    Column("who", Text, nullable=False),
    Column("event", String(16), nullable=False),
    Column("assignment", Text, nullable=False),
    Column("student", Text, nullable=False),
    Column("score_before", Float),
    Column("score_after", Float),
    Column("changed", Text, nullable=False),
    Column("flagged", Text, nullable=False),
    Column("submission_sha256", String(64), nullable=False),
    Column("autograder", Text, nullable=False),
    Column("exercise_sha256", String(64), nullable=False),
    Column("containment", Text, nullable=False),
    Column("key_fingerprint", Text, nullable=False),
    sqlite_autoincrement=True,
)
_FIXED = [column.name for column in _audit.columns if column.name != "student"]
_SAID = "the audit is only added to"
_REFUSE = f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
_ON = "ON autograder_audit"
_THERE = "EXISTS (SELECT 1 FROM autograder_audit WHERE"
#: What keeps rows as they are, by database. SQLite replaces a row without the triggers of DELETE:
#: a row that would replace one is not added, which is no error of our own, repeated. And values are
#: compared, since SQLite's other names of a key, as `rowid`, are no columns of an UPDATE OF.
_KEPT = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS autograder_audit_same BEFORE UPDATE {_ON} WHEN "
        f"{' OR '.join(f'NEW.{name} IS NOT OLD.{name}' for name in _FIXED)} {_REFUSE}",
        f"CREATE TRIGGER IF NOT EXISTS autograder_audit_delete BEFORE DELETE {_ON} {_REFUSE}",
        f"CREATE TRIGGER IF NOT EXISTS autograder_audit_again BEFORE INSERT {_ON} WHEN {_THERE} id = NEW.id) "
        "BEGIN SELECT RAISE(IGNORE); END",
        f"CREATE TRIGGER IF NOT EXISTS autograder_audit_number BEFORE INSERT {_ON} "
        f"WHEN {_THERE} number = NEW.number) {_REFUSE}",
        f"CREATE TRIGGER IF NOT EXISTS autograder_audit_last AFTER INSERT {_ON} "
        f"WHEN NEW.number < 1 OR {_THERE} number > NEW.number) {_REFUSE}",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION autograder_audit_keep() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_SAID}'; END $$",
        f"CREATE OR REPLACE TRIGGER autograder_audit_keep BEFORE UPDATE OF {', '.join(_FIXED)} "
        f"OR DELETE OR TRUNCATE {_ON} EXECUTE FUNCTION autograder_audit_keep()",
    ],
}
#: Of PostgreSQL's lock under which one of several runs makes the table.
_LOCK = 0x61756469
#: A transaction whose commit was not confirmed is repeated, and its row is the same.
_GIVEN = [column.name for column in _audit.columns if column.name != "number"]
_ADD = text(
    f"INSERT INTO autograder_audit ({', '.join(_GIVEN)}) "  # noqa: S608  (names of ours)
    f"VALUES ({', '.join(f':{name}' for name in _GIVEN)}) ON CONFLICT DO NOTHING"
)


class Changed(NamedTuple):
    """What a grade did to a student's scores: the automatic score ``before``, None when there was
    none, and ``after``; ``cells`` has both of each cell that changed, and ``flagged`` the cells
    whose mark, given by hand, was flagged for another look."""

    before: float | None
    after: float
    cells: Mapping[str, tuple[float | None, float | None]] = MappingProxyType({})
    flagged: Sequence[str] = ()

    @classmethod
    def between(
        cls,
        before: Mapping[str, float | None] | None,
        after: Mapping[str, float | None],
        flagged: Sequence[str] = (),
    ) -> Changed:
        """From the scores by cell, ``before`` None where the student had none."""
        known = before or {}
        cells = {
            cell: (known.get(cell), score)
            for cell, score in after.items()
            if score != known.get(cell)
        }
        total = None if before is None else _total(before)
        return cls(total, _total(after), cells, tuple(flagged))


@dataclass(frozen=True)
class Entry:
    """A row of the audit; ``time`` is in UTC, and scores are automatic ones."""

    time: str
    who: str
    event: str
    assignment: str
    student: str
    score_before: float | None = None
    score_after: float | None = None
    changed: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    flagged: Sequence[str] = ()
    submission_sha256: str = ""
    autograder: str = ""
    exercise_sha256: str = ""
    containment: str = ""
    key_fingerprint: str = ""

    def to_json(self) -> str:
        """A line of ``autograder audit --json``."""
        return json.dumps({"schema": SCHEMA, **asdict(self)})


def new_id() -> str:
    """The id of a row, drawn before its transaction, which may be repeated."""
    return uuid.uuid4().hex


def graded(report: Report, change: Changed, key_fingerprint: str) -> Entry:
    """The entry of a grade that is being written."""
    return Entry(
        _now(),
        who(),
        GRADED,
        report.assignment,
        report.student,
        change.before,
        change.after,
        change.cells,
        change.flagged,
        report.sha256,
        report.autograder,
        report.exercise_sha256,
        report.containment,
        key_fingerprint,
    )


def add(connection: Connection, row: str, entry: Entry) -> None:
    """Add an entry, with the id ``row``, in the transaction of a connection."""
    values = asdict(entry)
    values |= {name: json.dumps(values[name]) for name in ("changed", "flagged")}
    connection.execute(_ADD, {"id": row, **values})


def require_table(connection: Connection) -> None:
    """Make the table in the transaction of a connection, if the gradebook has none, or one that
    does not keep its rows."""
    if _is_kept(connection):
        return
    kind = connection.dialect.name
    if kind == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    # A table that another run made meanwhile need not be in what this transaction sees.
    connection.execute(CreateTable(_audit, if_not_exists=True))
    for statement in _KEPT[kind]:
        connection.exec_driver_sql(statement)


def make_table(course: Course, name: str) -> None:
    """Make the table, if the gradebook has none: who builds the course may, who grades need not."""
    with Database(course, name, command=f"autograder build {name}") as database:
        if not database.read(_is_kept):
            database.write(require_table)


def change_student(connection: Connection, row: str, old: str, new: str) -> None:
    """Give a student's rows to the id ``new``, or without one to nobody, and note that."""
    if not _has_table(connection):
        return
    now_as = new or gone(old)
    theirs = update(_audit).where(_audit.c.student == old).values(student=now_as)
    if connection.execute(theirs).rowcount:
        event = RENAMED if new else REMOVED
        add(connection, row, Entry(_now(), who(), event, "", now_as))


def read(course: Course, name: str, student: str = "") -> Iterator[Entry]:
    """The entries of an assignment, the oldest first, with those that tell that one of its students
    was renamed or removed; of one ``student`` only, if given, who may have been removed.

    Raises `CourseError` or `GradebookUnavailable` where the gradebook cannot be read.
    """
    with Database(course, name, command=f"autograder audit {name}") as database:
        rows = database.read(lambda connection: _rows(connection, name, student))
    for row in rows:
        values = {key: value for key, value in row.items() if key not in ("number", "id")}
        values |= {key: json.loads(values[key]) for key in ("changed", "flagged")}
        yield Entry(**values)


def gone(student: str) -> str:
    """What stands for a student who was removed."""
    return f"{GONE}{digest_of(student)[:16]}"


def who() -> str:
    """The account that runs this, and the machine."""
    try:
        import pwd

        name = pwd.getpwuid(os.geteuid()).pw_name
    except (ImportError, KeyError):  # in a container the account may have no name
        name = str(os.geteuid()) if hasattr(os, "geteuid") else "unknown"
    return f"{name}@{socket.gethostname()}"


def _rows(connection: Connection, name: str, student: str) -> list[dict[str, Any]]:
    if not _has_table(connection):
        return []
    of_name = select(_audit.c.student).where(_audit.c.assignment == name)
    query = select(_audit).order_by(_audit.c.number)
    query = query.where(
        (_audit.c.assignment == name)
        | ((_audit.c.assignment == "") & _audit.c.student.in_(of_name))
    )
    if student:
        query = query.where(_audit.c.student.in_([student, gone(student)]))
    return [dict(row) for row in connection.execute(query).mappings()]


def _has_table(connection: Connection) -> bool:
    return bool(inspect(connection).has_table(_audit.name))


def _is_kept(connection: Connection) -> bool:
    """Whether there is the table with its triggers: an earlier version made fewer in SQLite."""
    if connection.dialect.name != "sqlite":
        return _has_table(connection)
    query = text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN :names")
    names = [statement.split()[5] for statement in _KEPT["sqlite"]]
    query = query.bindparams(bindparam("names", names, expanding=True))
    return connection.execute(query).scalar() == len(names)


def _total(scores: Mapping[str, float | None]) -> float:
    return sum(score or 0.0 for score in scores.values())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
