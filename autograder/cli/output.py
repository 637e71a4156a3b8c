"""Files that a command writes reports to. Only earlier reports are overwritten."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from autograder.faults import Refusal, reason
from autograder.files import whole_file
from autograder.report import SCHEMA


class NotAReport(Refusal):
    """The file of ``--json`` or ``--html`` cannot be written, or is not an earlier report."""


@contextlib.contextmanager
def json_lines(target: str | None, schema: str = SCHEMA) -> Iterator[TextIO | None]:
    """The stream for ``--json``: a file, standard output for ``-``, or None without the option.
    What is written begins with this ``schema``.

    Raises `NotAReport` instead of overwriting a file that has no such lines.
    """
    if target is None:
        yield None
    elif target == "-":
        yield sys.stdout
        sys.stdout.flush()
    else:
        with output("--json", target, f'{{"schema": "{schema}"'.encode()) as stream:
            yield stream


@contextlib.contextmanager
def output(option: str, target: str, beginning: bytes) -> Iterator[TextIO]:
    """A file to write, which must be new, empty or begin with ``beginning``. It is replaced at the
    end, if all could be written.

    Raises `NotAReport` otherwise.
    """
    path = Path(target)
    with contextlib.ExitStack() as opened:
        try:
            _require_beginning(option, path, beginning)
            stream = opened.enter_context(whole_file(path))
        except OSError as error:
            raise NotAReport(f"{option}: {target} cannot be written: {reason(error)}") from None
        yield io.TextIOWrapper(stream, "utf-8", "backslashreplace", write_through=True)


def _require_beginning(option: str, path: Path, beginning: bytes) -> None:
    if path.is_file():
        with open(path, "rb") as stream:
            if stream.read(len(beginning)) not in (b"", beginning):
                raise NotAReport(
                    f"{option}: {path} is there and holds something else; name another file."
                )
