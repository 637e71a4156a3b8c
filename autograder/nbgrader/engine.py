"""SQLAlchemy's engines, for us and for nbgrader, with timeouts."""

from __future__ import annotations

import logging
import sqlite3
from typing import Any

import sqlalchemy
from sqlalchemy import URL, Engine, event, make_url

from autograder.nbgrader.database_errors import Failure, GradebookUnavailable, failure_of
from autograder.nbgrader.waiting import Waiting

#: The seconds for which SQLite itself waits for a lock, in which it hears no signal.
_SQLITE_WAIT = 0.2
#: Seconds for libpq: without them, a server that vanished from the network would block forever.
_CONNECT, _UNHEARD = 3, 10
_LIBPQ = {
    "connect_timeout": _CONNECT,
    "tcp_user_timeout": 1000 * _UNHEARD,
    "keepalives_idle": _UNHEARD,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "client_encoding": "utf8",  # so that it is the server that rejects a character
}


def make_engine(url: URL, waiting: Waiting) -> Engine:
    """An engine for `Database`, which waits and retries itself."""
    if url.get_backend_name() == "sqlite":
        options = {"timeout": min(_SQLITE_WAIT, waiting.timeout), "isolation_level": None}
        engine = sqlalchemy.create_engine(url, connect_args=options)
    else:
        engine = sqlalchemy.create_engine(url, connect_args=_for_libpq(url))
        if url.get_driver_name() == "psycopg":
            event.listen(engine, "do_connect", lambda *about: _connect(waiting, *about[2:]))
    if isinstance(engine.pool.logger, logging.Logger):  # of another kind where it echoes
        engine.pool.logger.addFilter(_is_no_interrupt)
    return engine


def _is_no_interrupt(record: logging.LogRecord) -> bool:
    """Whether a connection was not closed or reset for another reason than a signal, which is
    raised to whoever runs the command: SQLAlchemy logs it with its traceback, too."""
    kind = record.exc_info[0] if record.exc_info else None
    return kind is None or not issubclass(kind, KeyboardInterrupt)


def _for_libpq(url: URL) -> dict[str, Any]:
    if not url.get_driver_name().startswith("psycopg"):
        return {}
    return {key: value for key, value in _LIBPQ.items() if key not in url.query}


def _connect(waiting: Waiting, arguments: Any, options: Any) -> Any:
    from autograder.nbgrader.postgresql import AnsweringConnection  # psycopg need not be installed

    connection = AnsweringConnection.connect(*arguments, **options)
    connection.waiting = waiting
    return connection


def nbgraders_engine(address: Any, **options: Any) -> Engine:
    """An engine for nbgrader's own code, which neither waits nor retries.

    A statement is retried by itself: nothing is done by one that found a lock. What cannot be done
    is raised as `GradebookUnavailable`, a sentence. In a server, as formgrader's, it is nbgrader's
    own engine: a server that waits answers nobody.
    """
    url = make_url(address)
    if _in_a_server():
        return sqlalchemy.create_engine(url, **options)
    waiting = Waiting(url.render_as_string(hide_password=True))
    if url.get_backend_name() == "sqlite":
        about = {"timeout": _SQLITE_WAIT, "factory": _waiting_connection(waiting)}
        engine = sqlalchemy.create_engine(url, connect_args=about, **options)
    elif url.get_driver_name() == "psycopg":
        engine = sqlalchemy.create_engine(url, connect_args=_for_libpq(url), **options)
        event.listen(engine, "do_connect", lambda *about: _connect_anyhow(waiting, *about[2:]))
    else:
        return sqlalchemy.create_engine(url, **options)

    @event.listens_for(engine, "handle_error")
    def _(context: Any) -> None:
        failure = failure_of(context.sqlalchemy_exception or context.original_exception)
        if failure is not None and failure.remedy:
            raise unavailable(waiting, failure, "run the command again")

    return engine


def _in_a_server() -> bool:
    import asyncio  # slow to load, and nbgrader has loaded it

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _connect_anyhow(waiting: Waiting, arguments: Any, options: Any) -> Any:
    import psycopg

    connection = waiting.retry(
        lambda: _connect(waiting, arguments, options), psycopg.OperationalError
    )
    connection.execute(f"SET lock_timeout = {1000 * waiting.timeout:.0f}")
    connection.commit()
    return connection


def _waiting_connection(waiting: Waiting) -> type[sqlite3.Connection]:
    class WaitingCursor(sqlite3.Cursor):
        def execute(self, *about: Any) -> Any:
            return waiting.retry(lambda: super(WaitingCursor, self).execute(*about), _SqliteError)

        def executemany(self, *about: Any) -> Any:
            return waiting.retry(
                lambda: super(WaitingCursor, self).executemany(*about), _SqliteError
            )

    class WaitingConnection(sqlite3.Connection):
        def __init__(self, *about: Any, **more: Any) -> None:
            super().__init__(*about, **more)
            # Only the first statement of a transaction and its commit may then find a lock.
            self.execute("PRAGMA cache_spill = OFF")

        def cursor(self, factory: Any = WaitingCursor) -> Any:
            return super().cursor(factory)

        def commit(self) -> None:
            waiting.retry(super().commit, _SqliteError)

    return WaitingConnection


_SqliteError = sqlite3.OperationalError


def unavailable(waiting: Waiting, failure: Failure, again: str) -> GradebookUnavailable:
    """The error of a gradebook that cannot be used; ``again`` is what to do after its remedy."""
    waited = f" (after {waiting.timeout:g} seconds)" if failure.transient else ""
    detail = f": {failure.detail}" if failure.detail else ""
    return GradebookUnavailable(
        f"The gradebook {waiting.where} {failure.what}{waited}{detail}. Nothing is lost, and "
        f"nothing is half written: {failure.remedy}, then {again}."
    )
