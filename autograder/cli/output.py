"""Files that a command writes reports to: never over something else."""

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
    """The file of ``--json`` or ``--html`` cannot be written, or holds something else."""


@contextlib.contextmanager
def json_lines(target: str | None) -> Iterator[TextIO | None]:
    """Where ``--json`` wants its lines: a file, standard output for ``-``, or nowhere.

    Raises `NotAReport` for a file that is no report of an earlier run: it is not overwritten.
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
    """A file to write, which is new, empty, or begins like those of an earlier run."""
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
