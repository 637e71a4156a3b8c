"""``autograder check``: run the visible checks. Imports numpy and the standard library only."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from typing import TYPE_CHECKING

from autograder import interrupts
from autograder.cli.arguments import add_file, add_json

if TYPE_CHECKING:
    from autograder.exercise.answer_key import AnswerKey
    from autograder.report import Report

HELP = "student: run the visible checks on a file"
MAX_PRINTED_LINES = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, and what to show and write."""
    add_file(parser)
    parser.add_argument("--values", action="store_true", help="show every value side by side")
    parser.add_argument(
        "--hint",
        metavar="N",
        type=_number_of_hints,
        nargs="?",
        default=0,
        const=1,
        help="show the first N hints about a mistake that was named (default: 1)",
    )
    parser.add_argument(
        "--html", metavar="FILE", help="write the report as a page to FILE (needs Jinja2)"
    )
    add_json(parser)


def _number_of_hints(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of hints; write the file's name before --hint"
        )
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Print what the visible checks find. The exit status is 0 if all pass, else 1.

    A student waits for it, so starting and ending the process is kept short as well.
    """
    # numpy would start threads that networks this small never use. The grading worker has one.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()  # no module that is imported becomes garbage
    import autograder.student  # noqa: F401

    gc.freeze()
    gc.enable()
    interrupts.leave_to_system()
    try:
        return _check(arguments)
    finally:
        gc.freeze()  # skip the collection when the process ends


def _check(arguments: argparse.Namespace) -> int:
    from autograder.cli.output import json_lines
    from autograder.display import terminal
    from autograder.display.hints import hint_lines, note_hints, without_hints
    from autograder.student import check_file

    if arguments.html is not None:
        _require_pages()
    report, answer_key, printed = check_file(arguments.path, digest=arguments.json is not None)
    style = terminal.Style.of(sys.stdout)
    request = f"`autograder check {report.path} --hint {{}}`"
    notes = {f.name: hint_lines(f, answer_key, arguments.hint, request) for f in report.functions}
    for function in report.functions:
        note_hints(arguments.path.parent, function, answer_key, arguments.hint)
    # Files first: printing fails with a broken pipe if the reader stops early.
    if arguments.html is not None:
        _write_page(arguments.html, report, answer_key, printed)
    with json_lines(arguments.json) as lines:
        if lines is not None:
            lines.write(report.to_json() + "\n")
    log = sys.stderr if arguments.json == "-" else sys.stdout
    if log is sys.stdout:
        print(terminal.report_text(report, answer_key, style, arguments.values, notes))
        if arguments.hint and not any(notes.values()):
            print(without_hints(report))
    if printed:
        first = printed.splitlines()[:MAX_PRINTED_LINES]
        print("\nPrinted while it was checked, from the beginning:", *first, sep="\n  ", file=log)
    return 0 if all(function.is_done for function in report.functions) else 1


def _require_pages() -> None:
    from autograder.cli.output import NotAReport

    try:
        import autograder.display.page  # noqa: F401
    except ModuleNotFoundError as error:
        raise NotAReport(f"--html needs the package {error.name}: pip install Jinja2") from None


def _write_page(target: str, report: Report, answer_key: AnswerKey, printed: str) -> None:
    from autograder.cli.output import output
    from autograder.display import page as pages
    from autograder.display.terminal import hidden_note

    note = hidden_note(answer_key, {function.name for function in report.functions})
    with output("--html", target, pages.BEGINNING.encode()) as stream:
        stream.write(pages.student_page(report, answer_key, printed, note))
