"""What a database's error means: what is wrong, what to do, and whether waiting may help."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from autograder.course import COURSE_FILE
from autograder.faults import MachineFault


class GradebookUnavailable(MachineFault):
    """The gradebook could not be reached or written; the transaction was rolled back."""


@dataclass(frozen=True)
class Failure:
    """A database error: what is wrong, the remedy, and whether a retry may help (``transient``).

    Without a ``remedy`` the data is at fault, not the database. ``rejected`` means that a value of
    the data does not fit into its column. ``detail`` is the database's own message.
    """

    what: str
    remedy: str = ""
    transient: bool = False
    rejected: bool = False
    detail: str = ""


_LOCKED = Failure("is locked by another program", "close that program", transient=True)
_READ_ONLY = Failure(
    "cannot be written by this user", "give yourself write permission for it and its folder"
)
_FULL = Failure("has no space left on its disk", "free some space")
_NO_CONNECTION = Failure("has no connection left", "close another program", transient=True)
_OVERLOADED = Failure("answers too late", "wait until its server has less to do", transient=True)
_DAMAGED = Failure("is damaged; restore it from a backup")

_SQLITE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: Failure(
        "cannot be written to its disk", "make sure that the disk has space"
    ),
    sqlite3.SQLITE_CANTOPEN: Failure(
        "cannot be opened", "give yourself write permission for it and its folder"
    ),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: Failure("is not a database; restore it from a backup"),
}
#: Of values that their column cannot hold, and of rows that break a rule of the schema.
_SQLITE_REJECTS = (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG)
#: By SQLSTATE, or by the class that it begins with.
_POSTGRESQL = {
    "25006": Failure("is read-only now", "make its server writable"),
    "40": _LOCKED,  # deadlocks and serialization failures
    "42501": Failure(
        "may not be used by this user",
        "run `autograder build` as the owner of its tables, then grant the user SELECT, INSERT "
        "and UPDATE on them",
    ),
    "53": _OVERLOADED,
    "53100": _FULL,
    "53300": _NO_CONNECTION,
    "55": _LOCKED,
    "57014": _OVERLOADED,  # the server's statement_timeout
    "58": Failure("cannot be written to its disk", "make sure that its server's disk has space"),
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
#: Errors of a server that refuses the connection; a retry does not help.
_REFUSALS = ("does not exist", "authentication failed", "no password supplied", "pg_hba.conf")
#: Errors of a connection have no SQLSTATE.
_TOO_MANY = ("too many", "connection slots")


def failure_of(error: BaseException) -> Failure | None:
    """What an error means, SQLAlchemy's or its driver's; None if it is not a database's."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    text = first_line(error)
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause, text)
    if not isinstance(error, DBAPIError) and not hasattr(cause, "sqlstate"):
        return None
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or ""
    # The programming interface of databases gives errors these names, whatever the driver.
    names = {kind.__name__ for kind in type(cause).__mro__}
    broken = isinstance(error, DBAPIError) and error.connection_invalidated
    unreachable = broken or ("OperationalError" in names and not state)
    return _of_postgresql(state, text, unreachable, bool(names & {"DataError", "IntegrityError"}))


def _of_sqlite(error: sqlite3.Error, text: str) -> Failure:
    # The lowest byte is the kind of error; the others are its details.
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    rejected = kind in _SQLITE_REJECTS or isinstance(error, sqlite3.DataError)
    return _SQLITE.get(kind, Failure(f"rejected the data: {text}", rejected=rejected))


def _of_postgresql(state: str, text: str, unreachable: bool, rejected: bool) -> Failure:
    found = _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    if found:
        return found
    if any(words in text for words in _REFUSALS):
        return Failure(f"refuses the connection: {text}", f"correct `gradebook` in {COURSE_FILE}")
    if not state and any(words in text for words in _TOO_MANY):
        return _NO_CONNECTION
    if unreachable or state.startswith(("08", "57P")):
        return Failure("cannot be reached", "start its server", transient=True, detail=text)
    return Failure(f"rejected the data: {text}", rejected=rejected)


def first_line(error: BaseException) -> str:
    """The first line of the database's own error message, without the statement."""
    cause: BaseException = error
    if isinstance(error, SQLAlchemyError):
        cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__
