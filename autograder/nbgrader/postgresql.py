"""Connections to PostgreSQL that do not wait for a silent server without end."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg import waiting as psycopg_waiting

from autograder.nbgrader.database_errors import Failure
from autograder.nbgrader.waiting import Waiting

#: The seconds without a byte of an answer after which the user is told; after a third of the time
#: to wait, but no earlier, the connection is given up for a new one.
_SILENT = 3.0
#: The seconds between two looks at signals.
_INTERVAL = 0.1
_SLOW = Failure("does not answer", "see to its server")

#: Of a connection that is lost, one sentence of ours is told, and not what psycopg says besides.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

Result = TypeVar("Result")


class AnsweringConnection(psycopg.Connection[Any]):
    """A connection that is closed where its server does not answer, or the user interrupts.

    psycopg itself would wait without end, and after Ctrl-C for an answer to its cancellation. No
    cancellation is needed: the server undoes the transaction of a connection that was closed.
    """

    waiting = Waiting("")  # until it is connected

    def wait(self, gen: Generator[Any, Any, Result], *about: Any, **more: Any) -> Result:
        """Run a generator of psycopg's to its end."""
        answering = self._answered(gen)
        try:
            return psycopg_waiting.wait(answering, self.pgconn.socket, interval=_INTERVAL)
        except (KeyboardInterrupt, SystemExit, _NoAnswer):
            self.pgconn.finish()
            raise

    def _answered(self, gen: Generator[Any, Any, Result]) -> Generator[Any, Any, Result]:
        heard = time.monotonic()
        limit = max(_SILENT, self.waiting.timeout / 3)
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                silent = time.monotonic() - heard
                if ready:
                    heard = time.monotonic()
                elif silent > limit:
                    raise _NoAnswer(f"the server has not answered for {limit:g} seconds")
                elif silent > _SILENT:
                    self.waiting.tell(_SLOW)
                wanted = gen.send(ready)
        except StopIteration as end:
            result: Result = end.value
            return result


class _NoAnswer(psycopg.OperationalError):
    """A server that is there, but silent."""
