"""Hints about named mistakes, shown one by one on request, and the number shown.

If an assignment sets ``count_hints`` in course.toml, the numbers are stored by function in
``hints.json`` beside the notebook, and submitted with it. Students can edit that file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.exercise.answer_key import AnswerKey
from autograder.files import write_file
from autograder.report import DIFFERS, FunctionReport, Report

HINTS_FILE = "hints.json"
#: More than any mistake has.
MOST = 20
MAX_BYTES = 10_000


def hint_lines(
    report: FunctionReport, answer_key: AnswerKey, shown: int, request: str
) -> list[str]:
    """The first ``shown`` hints about each named mistake, and how to ask for the next one.

    ``request`` is how to ask, with ``{}`` in the place of a number; "" leaves that line out.
    """
    if report.is_done or report.status == "missing":
        return []
    if not report.mistakes:
        is_function = answer_key.function(report.name) is not None
        return [_no_hint(report)] if shown > 0 and is_function else []
    lines = []
    for number, mistake in enumerate(report.mistakes, start=1):
        about = f"({number}) " if len(report.mistakes) > 1 else ""
        hints: Sequence[str] = answer_key.known[mistake.id].hints
        texts = enumerate(hints[: max(0, shown)], start=1)
        lines += [f"{about}Hint {at} of {len(hints)}: {text}" for at, text in texts]
    if request and most_hints(report, answer_key) > shown:
        more = "gives the next hint" if shown > 0 else "gives a hint"
        lines.append(f"{request.format(max(0, shown) + 1)} {more}.")
    return lines


def _no_hint(report: FunctionReport) -> str:
    """Why there is no hint. Mistakes are recognised by the wrong numbers that they give."""
    if report.waits_for:
        return "There is no hint before what it calls is right: fix that first."
    if any(row.note == DIFFERS for check in report.checks for row in check.rows):
        return "There is no hint: no known mistake gives these numbers."
    return f"There is no hint: hints are about wrong numbers, and {report.name} gave none."


def most_hints(report: FunctionReport, answer_key: AnswerKey) -> int:
    """The largest number of hints about any of the named mistakes."""
    return max((len(answer_key.known[mistake.id].hints) for mistake in report.mistakes), default=0)


def note_hints(folder: Path, report: FunctionReport, answer_key: AnswerKey, shown: int) -> None:
    """Store the largest number of hints shown for a function, if the assignment counts hints.
    Nothing is stored in a read-only folder."""
    shown = min(shown, most_hints(report, answer_key), MOST)
    if shown < 1 or not answer_key.count_hints:
        return
    counts = read_hints(folder)
    counts[report.name] = max(shown, counts.get(report.name, 0))
    try:
        write_file(folder / HINTS_FILE, json.dumps(counts) + "\n")
    except OSError:
        return  # which must not prevent the hint


def read_hints(folder: Path) -> dict[str, int]:
    """The stored numbers by function; none if there is no valid file. Portable: students run it."""
    path = folder / HINTS_FILE
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
            return {}
        return parse_hints(path.read_bytes())
    except OSError:
        return {}


def parse_hints(data: bytes | None) -> dict[str, int]:
    """The numbers in a ``hints.json``; none if it is missing or invalid."""
    try:
        counts = json.loads(data or b"")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(counts, dict):
        return {}
    return {
        name: count for name, count in counts.items() if type(count) is int and 0 < count <= MOST
    }


def with_hints(report: Report, counts: Mapping[str, int]) -> Report:
    """The report with the number of hints shown for each function."""
    functions = [f._replace(hints=counts.get(f.name, 0)) for f in report.functions]
    return replace(report, functions=functions)
