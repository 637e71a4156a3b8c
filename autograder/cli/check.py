"""``autograder check``: what a student runs. Loads numpy and the standard library only."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TextIO

from autograder.display import terminal
from autograder.display.hints import hint_lines, note_hints
from autograder.exercise.answer_key import Sheet
from autograder.faults import Refusal
from autograder.report import SCHEMA, Report
from autograder.student import check_file

MAX_PRINTED_LINES = 20
_BEGINNING = f'{{"schema": "{SCHEMA}"'.encode()


def check(arguments: argparse.Namespace) -> int:
    """Print what the visible checks find; 0 all pass, 1 something fails, 2 cannot be read."""
    if arguments.html is not None:
        _require_pages()
    report, sheet, printed = check_file(arguments.path)
    style = terminal.Style.of(sys.stdout)
    request = f"`autograder check {report.path} --hint {{}}`"
    notes = {f.name: hint_lines(f, sheet, arguments.hint, request) for f in report.functions}
    for function in report.functions:
        note_hints(arguments.path.parent, function, sheet, arguments.hint)
    # Before anything is printed: who reads that may have seen enough after a line.
    if arguments.html is not None:
        _write_page(arguments.html, report, sheet, printed)
    with json_lines(arguments.json) as lines:
        if lines is not None:
            lines.write(report.to_json() + "\n")
    talk = sys.stderr if arguments.json == "-" else sys.stdout
    if talk is sys.stdout:
        print(terminal.report_text(report, sheet, style, arguments.values, notes))
    if printed:
        first = printed.splitlines()[:MAX_PRINTED_LINES]
        print("\nPrinted while it was checked, from the beginning:", *first, sep="\n  ", file=talk)
    return 0 if all(function.is_done for function in report.functions) else 1


def _require_pages() -> None:
    try:
        import autograder.display.page  # noqa: F401
    except ModuleNotFoundError as error:
        raise NotAReport(f"--html needs the package {error.name}: pip install Jinja2") from None


def _write_page(target: str, report: Report, sheet: Sheet, printed: str) -> None:
    from autograder.display import page as pages

    note = terminal.hidden_note(sheet, {function.name for function in report.functions})
    with _output("--html", target, pages.BEGINNING.encode()) as stream:
        stream.write(pages.student_page(report, sheet, printed, note))


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
        with _output("--json", target, _BEGINNING) as stream:
            yield stream


@contextlib.contextmanager
def _output(option: str, target: str, beginning: bytes) -> Iterator[TextIO]:
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
