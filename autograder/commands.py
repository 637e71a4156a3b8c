"""``autograder check``: what a student runs. Loads numpy and the standard library only."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from typing import TextIO

from autograder import terminal
from autograder.student import CannotCheck, check_file

MAX_PRINTED_LINES = 20


def check(arguments: argparse.Namespace) -> int:
    """Print what the visible checks find; 0 all pass, 1 something fails, 2 cannot be read."""
    try:
        report, sheet, printed = check_file(arguments.path)
    except CannotCheck as error:
        print(error, file=sys.stderr)
        return 2
    text = terminal.report_text(report, sheet, terminal.Style.of(sys.stdout), arguments.values)
    if arguments.json != "-":
        print(text)
        if printed:
            first = printed.splitlines()[:MAX_PRINTED_LINES]
            print("\nPrinted while it was checked, from the beginning:", *first, sep="\n  ")
    try:
        with json_lines(arguments.json) as lines:
            if lines is not None:
                lines.write(report.to_json() + "\n")
    except OSError as error:
        print(f"{arguments.json} cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    return 0 if all(function.status == "passed" for function in report.functions) else 1


@contextlib.contextmanager
def json_lines(target: str | None) -> Iterator[TextIO | None]:
    """Where ``--json`` wants its lines: a file, standard output for ``-``, or nowhere."""
    if target is None:
        yield None
    elif target == "-":
        yield sys.stdout
        sys.stdout.flush()
    else:
        with open(target, "w", encoding="utf-8", errors="backslashreplace") as stream:
            yield stream
