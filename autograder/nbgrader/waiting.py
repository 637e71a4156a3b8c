"""Waits for a gradebook that is locked or cannot be reached, and says so."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from autograder.nbgrader.database_errors import Failure, failure_of

#: The seconds for which an operation waits: longer than a backup or a restart of a server takes.
TIMEOUT = 90.0
#: The seconds between two attempts, and after which the user is told of the waiting.
_PAUSE, _SILENT = 0.1, 2.0

Result = TypeVar("Result")


class Waiting:
    """The waiting for one gradebook, of which the user is told once."""

    def __init__(self, where: str, timeout: float | None = None) -> None:
        self.where = where
        self.timeout = TIMEOUT if timeout is None else timeout
        self._told = False
        #: How many operations had to be repeated.
        self.repeated = 0

    def retry(self, work: Callable[[], Result], errors: type[Exception]) -> Result:
        """The result of ``work``, which is retried when the database may soon be available.

        The sleep is Python's, and not the database's, so that a signal ends it.
        """
        began, is_first = time.monotonic(), True
        while True:
            try:
                return work()
            except errors as error:
                waited = time.monotonic() - began
                failure = failure_of(error)
                if failure is None or not failure.transient or waited + _PAUSE > self.timeout:
                    raise
                if waited > _SILENT:
                    self.tell(failure)
            self.repeated += is_first
            is_first = False
            time.sleep(_PAUSE)

    def tell(self, failure: Failure) -> None:
        """Say on standard error who waits, for what, and how to stop; only the first time."""
        if self._told:
            return
        self._told = True
        start = "\r\x1b[K" if sys.stderr.isatty() else ""  # over a progress bar
        remedy = failure.remedy[:1].upper() + failure.remedy[1:]
        with suppress(OSError):
            print(
                f"{start}autograder is waiting for the gradebook {self.where}, which "
                f"{failure.what}: {self.timeout:g} seconds at most. {remedy}, or press Ctrl-C to "
                "stop.",
                file=sys.stderr,
                flush=True,
            )
