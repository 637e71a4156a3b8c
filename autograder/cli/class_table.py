"""The output of ``autograder grade`` on a terminal: a progress bar, and the class as a table."""

from __future__ import annotations

import sys
import textwrap
import time
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from autograder.classroom.graded import Graded, Line
from autograder.classroom.shared_numbers import Shared, shared_numbers
from autograder.late import Late
from autograder.text import points_text, visible_name, visible_text

#: How many students `untimed` lists by name.
_NAMED = 10
_BAR = 30
_CLEAR_LINE = "\r\x1b[K"
_UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1))


def with_progress(results: Iterator[Graded], total: int) -> Iterator[Graded]:
    """Yield the results. If standard error is a terminal, show a progress bar."""
    if not sys.stderr.isatty():
        yield from results
        return
    started = time.monotonic()
    try:
        for done, graded in enumerate(results, start=1):
            bar = "#" * (_BAR * done // total)
            seconds = f"{time.monotonic() - started:.0f} s"
            print(f"\rgrading [{bar:<{_BAR}}] {done}/{total}  {seconds}", end="", file=sys.stderr)
            sys.stderr.flush()
            yield graded
    finally:
        print(_CLEAR_LINE, end="", file=sys.stderr, flush=True)


def class_lines(
    lines: Sequence[Line], width: int = 0, feedback: Callable[[str], str] | None = None
) -> Iterator[str]:
    """A line for each student: score, lateness if anybody was late, where the feedback is, the
    first thing wrong, and notes about the file.

    The last column is wrapped to fit a terminal of ``width`` columns. A width of 0 means no limit.
    """
    anybody_late = any(line.late for line in lines)
    more = [*(["late"] if anybody_late else ()), *(["feedback"] if feedback else ())]
    rows = [("student", "score", *more, "first thing wrong")]
    for line in lines:
        score = "-"
        if line.score is not None:
            score = f"{points_text(line.score)}/{points_text(line.max_score)}"
        more = [late_text(line.late)] if anybody_late else []
        more += [feedback(line.student)] if feedback else []
        # No control characters: some of this text comes from students.
        name = visible_name(line.student)
        last = "\n".join(filter(None, (line.wrong, *(f"Note: {note}" for note in line.notes))))
        rows.append((name, *map(visible_text, (score, *more, last))))
    before = list(_aligned([row[:-1] for row in rows], right={1}))
    indent = " " * (_cells(before[0]) + 2)
    room = max(20, width - len(indent)) if width else None
    for start, (*_, wrong) in zip(before, rows, strict=True):
        parts = wrong.split("\n")
        if room:
            parts = [part for line in parts for part in textwrap.wrap(line, room)]
        text = f"\n{indent}".join(parts)
        yield f"{start}  {text}".rstrip()


def late_text(late: Late | None) -> str:
    """How late, and the points deducted: ``3 days: -2.5``; "" if not late."""
    if late is None:
        return ""
    unit, seconds = next((u for u in _UNITS if late.seconds >= 2 * u[1]), _UNITS[-1])
    costs = f": -{points_text(late.points)}" if late.points else ""
    return f"{late.seconds / seconds:.0f} {unit}{costs}"


def change_lines(lines: Iterable[Line]) -> Iterator[str]:
    """A line for each student whose score would change, below a heading; no lines if there are
    none."""
    rows = [
        (
            visible_name(line.student),
            "-" if line.before is None else points_text(line.before),
            points_text(line.score),
        )
        for line in lines
        if line.score is not None and line.score != line.before
    ]
    if rows:
        yield from _aligned([("student", "score now", "would be"), *rows], right={1, 2})


def _aligned(rows: Sequence[Sequence[str]], right: Collection[int]) -> Iterator[str]:
    """The rows as lines with aligned columns; those in ``right`` are aligned to the right."""
    widths = [max(map(_cells, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(
            " " * (width - _cells(text)) + text
            if at in right
            else text + " " * (width - _cells(text))
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        )


def _cells(text: str) -> int:
    """The width of a text in columns of a terminal."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.category(char) in ("Mn", "Me") for char in text)


def untimed(lines: Sequence[Line], assignment: str) -> str:
    """Who has no known time of submission, in one line; "" if nobody."""
    names = [visible_name(line.student) for line in lines if line.untimed]
    if not names:
        return ""
    some = ", ".join(names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (
        "Without a readable time of handing in, and so in time unless an earlier grading knew it: "
        f"{some}{more}. `autograder report {assignment}` says why."
    )


def to_mark(waiting: Mapping[str, Sequence[str]], advice: str) -> str:
    """How many answers wait for a person, and what to do, in one line; "" if none do."""
    count = sum(map(len, waiting.values()))
    if not count:
        return ""
    answers, wait = ("1 answer", "waits") if count == 1 else (f"{count} answers", "wait")
    students = "1 student" if len(waiting) == 1 else f"{len(waiting)} students"
    return f"{answers} of {students} {wait} for a person. {advice}"


def shared_lines(groups: Sequence[Shared], assignment: str) -> Iterator[str]:
    """A line for each of the largest groups of students that share wrong numbers, below a heading;
    no lines if there are none."""
    if not groups:
        return
    yield "The same wrong numbers, by a mistake that has no name:"
    for group in groups[:_NAMED]:
        example = group.path or group.students[0]
        yield f"  {group.function}: {group.title}, as in {visible_name(example)}"
    if len(groups) > _NAMED:
        yield f"  and {len(groups) - _NAMED} smaller groups"
    yield f"`autograder build --mistakes {assignment} --from report` makes known mistakes of them."


def shared_note(lines: Sequence[Line], assignment: str) -> str:
    """What most students got wrong in the same way that has no name, in one line; "" if none."""
    groups = shared_numbers((line.student, line.unexplained) for line in lines)
    if not groups:
        return ""
    more = f"; there are {len(groups) - 1} more such groups" if len(groups) > 2 else ""
    more = "; there is another such group" if len(groups) == 2 else more
    return (
        f"{groups[0].function}: {groups[0].title}, by a mistake that has no name{more}. "
        f"`autograder report {assignment}` shows who."
    )


def summary(lines: Sequence[Line], dry_run: bool) -> str:
    """A run in one line: how many were graded, unchanged or not graded."""
    faults = sum(line.score is None for line in lines)
    unchanged = sum(line.unchanged for line in lines)
    parts = [f"{len(lines) - faults - unchanged} {'looked at' if dry_run else 'graded'}"]
    if unchanged:
        parts.append(f"{unchanged} unchanged since they were graded (--force grades them again)")
    if faults:
        parts.append(f"{faults} not graded")
    if dry_run:
        parts.append("nothing was written")
    return f"{'; '.join(parts)}."
