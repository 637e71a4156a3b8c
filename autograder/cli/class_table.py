"""What instructors see on a terminal: a progress bar, and the class as a table."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from autograder.classroom.run import Graded, Line
from autograder.late import Late
from autograder.text import points_text, visible_name, visible_text

#: Talk goes to standard error; standard output is for results.
_talk = Console(stderr=True, highlight=False)
#: So many are named one by one.
_NAMED = 10
_UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1))


def with_progress(results: Iterator[Graded], total: int) -> Iterator[Graded]:
    """Pass results on and show how many there are, where somebody can see it."""
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    seen = _talk.is_terminal
    with Progress(
        *columns, TimeElapsedColumn(), console=_talk, transient=True, disable=not seen
    ) as progress:
        task = progress.add_task("grading", total=total)
        for graded in results:
            progress.advance(task)
            yield graded


def class_lines(
    lines: Sequence[Line], width: int | None, feedback: Callable[[str], str] | None = None
) -> Iterator[str]:
    """A line for each student: score, what coming late costs where anybody did, where the feedback
    lies, and the first thing wrong.

    What is wrong is folded under its heading to fit a terminal of a ``width``; in a file, where
    there is none, every student stays on one line. (A table of rich takes longer to lay out than
    the class takes to grade, and more memory.)
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
        # Nothing that steers a terminal: part of it is a student's.
        name = visible_name(line.student)
        rows.append((name, *map(visible_text, (score, *more, line.wrong))))
    widths = [max(map(cell_len, column)) for column in list(zip(*rows, strict=True))[:-1]]
    indent = " " * sum(cells + 2 for cells in widths)
    room = max(20, width - len(indent)) if width else None
    for *start, wrong in rows:
        cells = [_padded(*each) for each in zip(start, widths, ("", "right", "", ""), strict=False)]
        parts = wrong.split("\n")
        if room:
            parts = [part for text in parts for part in textwrap.wrap(text, room)]
        yield "  ".join([*cells, f"\n{indent}".join(parts)]).rstrip()


def late_text(late: Late | None) -> str:
    """How late, and the points that it costs: ``3 days: -2.5``; "" for what is not late."""
    if late is None:
        return ""
    unit, seconds = next((u for u in _UNITS if late.seconds >= 2 * u[1]), _UNITS[-1])
    costs = f": -{points_text(late.points)}" if late.points else ""
    return f"{late.seconds / seconds:.0f} {unit}{costs}"


def _padded(text: str, cells: int, right: str) -> str:
    space = " " * (cells - cell_len(text))
    return space + text if right else text + space


def changes_table(lines: Iterable[Line]) -> Table:
    """A line for each student whose score would change."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column("student", no_wrap=True)
    for heading in ("score now", "would be"):
        table.add_column(heading, justify="right", no_wrap=True)
    for line in lines:
        if line.score is not None and line.score != line.before:
            now = "-" if line.before is None else points_text(line.before)
            _add_row(table, visible_name(line.student), now, points_text(line.score))
    return table


def _add_row(table: Table, *cells: str) -> None:
    # Text, not markup, and nothing that steers a terminal: part of it is a student's.
    table.add_row(*(Text(visible_text(cell)) for cell in cells))


def untimed(lines: Sequence[Line], assignment: str) -> str:
    """Of whom nobody knows when they handed in, in one line; "" where that is known of all."""
    names = [visible_name(line.student) for line in lines if line.untimed]
    if not names:
        return ""
    some = ", ".join(names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (
        f"Without a readable time of handing in, and so in time unless an earlier grading knew it: {some}{more}. "
        f"`autograder report {assignment}` says why."
    )


def summary(lines: Sequence[Line], dry_run: bool) -> str:
    """How a run went, in one line."""
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
