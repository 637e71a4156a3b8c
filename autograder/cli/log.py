"""``--log-json``: what a command does as JSON on standard error, an object on each line.

Whatever any part of the command says on standard error meanwhile becomes such a line as well, so
that a program can read all of it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

INFO, WARNING, ERROR = "info", "warning", "error"


def add_log(parser: argparse.ArgumentParser) -> None:
    """``--log-json``, which `opened` reads."""
    parser.add_argument(
        "--log-json",
        action="store_true",
        help="say on standard error what happens as JSON, an object on each line",
    )


class Log:
    """The log of a command; without a stream, nothing is written."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    @property
    def is_on(self) -> bool:
        """Whether events are written, so that sentences need not be."""
        return self._stream is not None

    def event(self, event: str, level: str = INFO, **fields: object) -> None:
        """Write an event with the fields that are not None."""
        if self._stream is None:
            return
        import json  # both are slow to load, and every command imports this file
        from datetime import UTC, datetime

        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        known = {name: value for name, value in fields.items() if value is not None}
        line = json.dumps({"time": now, "level": level, "event": event, **known})
        # A reader that is gone ends no run, as after a hangup.
        with contextlib.suppress(OSError):
            self._stream.write(f"{line}\n")
            self._stream.flush()

    def message(self, text: str, level: str = WARNING) -> None:
        """Write a sentence, or print it where events are not written."""
        if self.is_on:
            self.event("message", level, message=text)
        else:
            print(text, file=sys.stderr)


@contextlib.contextmanager
def opened(arguments: argparse.Namespace) -> Iterator[Log]:
    """The log of a command, which is also put into its ``arguments``."""
    arguments.log = log = Log(sys.stderr if getattr(arguments, "log_json", False) else None)
    if not log.is_on:
        yield log
        return
    lines = _Lines(log)
    with contextlib.redirect_stderr(lines):
        try:
            yield log
        finally:
            lines.close()


class _Lines(io.TextIOBase):
    """A stream whose lines are messages of a log."""

    def __init__(self, log: Log) -> None:
        self._log, self._begun = log, ""

    def write(self, text: str) -> int:
        """Write a message for each line that is complete."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in filter(None, lines):
            self._log.message(line)
        return len(text)

    def writable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Write what has no end yet."""
        if self._begun:
            self.write("\n")
        super().close()
