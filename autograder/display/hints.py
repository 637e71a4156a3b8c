"""Hints about mistakes, shown one by one on request, and the number shown.

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
from autograder.report import DIFFERS, FunctionReport, Named, Report
from autograder.text import listed

HINTS_FILE = "hints.json"
#: More than any mistake has.
MOST = 20
MAX_BYTES = 10_000
#: So many quantities are named in a hint.
MOST_NAMED = 6


def ladder(report: FunctionReport, hints: Sequence[str]) -> list[str]:
    """The hints about a named mistake, of which each says more: first a question, then where to
    look in the student's own work, then what to do."""
    return [*hints[:1], *_where(report), *hints[1:]]


def _where(report: FunctionReport) -> list[str]:
    """Where the mistake is: the line that it is suspected in, or the step of the chain."""
    if report.suspect is not None:
        line, wrong = report.suspect
        return [f"Look at {line}: `{line.text}`. {_why(report.name, wrong)}"]
    values = next((check for check in report.checks if check.key == "values"), None)
    rows = values.rows if values else ()
    at = next((at for at, row in enumerate(rows) if row.note == DIFFERS), None)
    if at is None:
        return []
    first, right = rows[at].entry, [row.entry for row in rows if row.note != DIFFERS]
    before = rows[at - 1].entry if at > 0 else ""
    # The entries of a dict are computed one from the other; new versions of arguments are not.
    if "[" in before and before.split("[")[0] == first.split("[")[0] and before[:4] != "new ":
        return [f"Look at the step from {before}, which is right, to {first}, which is not."]
    if right:
        return [f"Look at {first}: {listed(right)} {_are(right)} right already."]
    if report.line is not None and report.line.text:
        return [f"Look at {report.line}: `{report.line.text}`, and at what leads to it."]
    return [f"Look at where {first} is computed: it comes first, and is wrong already."]


def _why(function: str, wrong: Sequence[str]) -> str:
    """Why a line is suspected."""
    if not wrong:
        return f"{function} stopped there."
    if list(wrong) == [function]:
        return "The result is made there."
    more = [f"{len(wrong) - MOST_NAMED} more"] if len(wrong) > MOST_NAMED else []
    names = listed([*wrong[:MOST_NAMED], *more])
    return f"{names} {_are(wrong)} computed with it, and nothing that is right is."


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def hint_lines(
    report: FunctionReport, answer_key: AnswerKey, shown: int, request: str
) -> list[str]:
    """The first ``shown`` hints about each mistake, and how to ask for the next one.

    ``request`` is how to ask, with ``{}`` in the place of a number; "" leaves that line out.
    """
    if report.is_done or report.status == "missing":
        return []
    if not (report.mistakes or report.in_part or report.on_request):
        is_function = answer_key.function(report.name) is not None
        return [_no_hint(report)] if shown > 0 and is_function else []
    lines = []
    ladders = hints_of(report, answer_key)
    for number, hints in enumerate(ladders, start=1):
        about = f"({number}) " if len(ladders) > 1 else ""
        texts = enumerate(hints[: max(0, shown)], start=1)
        lines += [f"{about}Hint {at} of {len(hints)}: {text}" for at, text in texts]
    return [*lines, *asking(report, answer_key, shown, request)]


def asking(report: FunctionReport, answer_key: AnswerKey, shown: int, request: str) -> list[str]:
    """How to ask for the hint after so many, if there is one; see `hint_lines`."""
    if not request or most_hints(report, answer_key) <= shown:
        return []
    more = "gives the next hint" if shown > 0 else "gives a hint"
    return [f"{request.format(max(0, shown) + 1)} {more}."]


def hints_of(report: FunctionReport, answer_key: AnswerKey) -> list[list[str]]:
    """The hints about each mistake."""
    known = {name: mistake.hints for name, mistake in answer_key.known.items()}
    told = [*report.mistakes, *report.in_part]
    named = [ladder(report, known[mistake.id]) for mistake in told]
    return [*named, *(naming_ladder(report, known.get(m.id, ()), m) for m in report.on_request)]


def naming_ladder(report: FunctionReport, hints: Sequence[str], mistake: Named) -> list[str]:
    """The hints about a mistake that no check names: a question, where to look, its name, and what
    to do. Where to look is known of the first mistake only."""
    where = _where(report) if mistake is report.on_request[0] else []
    return [*hints[:1], *where, mistake.message, *hints[1:]]


def _no_hint(report: FunctionReport) -> str:
    """Why there is no hint. Mistakes are recognised by the wrong numbers that they give."""
    if report.waits_for:
        return "There is no hint before what it needs is right: fix that first."
    if any(row.note == DIFFERS for check in report.checks for row in check.rows):
        return "There is no hint: no known mistake gives these numbers."
    return f"There is no hint: hints are about wrong numbers, and {report.name} gave none."


def without_hints(report: Report) -> str:
    """Why a file has no hint at all."""
    if all(function.is_done for function in report.functions):
        return "There is no hint: nothing is wrong."
    return "There is no hint yet: hints are about wrong numbers, and nothing gave any."


def most_hints(report: FunctionReport, answer_key: AnswerKey) -> int:
    """The largest number of hints about any of the mistakes."""
    return max(map(len, hints_of(report, answer_key)), default=0)


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
