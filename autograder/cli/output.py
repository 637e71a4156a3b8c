"""Files that a command writes reports to. Only earlier reports are overwritten."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TextIO

from autograder.faults import Refusal
from autograder.report import SCHEMA

_BEGINNING = f'{{"schema": "{SCHEMA}"'.encode()


class NotAReport(Refusal):
    """The file of ``--json`` or ``--html`` cannot be written, or is not an earlier report."""


@contextlib.contextmanager
def json_lines(target: str | None) -> Iterator[TextIO | None]:
    """The stream for ``--json``: a file, standard output for ``-``, or None without the option.

    Raises `NotAReport` instead of overwriting a file that is not an earlier report.
    """
    if target is None:
        yield None
    elif target == "-":
        yield sys.stdout
        sys.stdout.flush()
    else:
        with output("--json", target, _BEGINNING) as stream:
            yield stream


@contextlib.contextmanager
def output(option: str, target: str, beginning: bytes) -> Iterator[TextIO]:
    """A file to write, which must be new, empty or begin with ``beginning``.

    Raises `NotAReport` otherwise.
    """
    try:
        stream = open(target, "a+", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
    except OSError as error:
        raise NotAReport(f"{option}: {target} cannot be written: {error.strerror}.") from None
    with stream:
        if os.path.isfile(target):
            stream.seek(0)
            if stream.buffer.read(len(beginning)) not in (b"", beginning):
                raise NotAReport(
                    f"{option}: {target} is there and holds something else; name another file."
                )
            stream.truncate(0)
        yield stream
