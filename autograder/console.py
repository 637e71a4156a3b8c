"""What instructors see on a terminal: a progress bar, and the class as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from autograder.batch import Graded, Line
from autograder.terminal import points_text
from autograder.wire import visible_text

#: Lines of a table that are laid out together.
AT_ONCE = 100
#: Talk goes to standard error; standard output is for results.
_talk = Console(stderr=True, highlight=False)


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


def class_tables(
    lines: Sequence[Line], feedback: Callable[[str], str] | None = None
) -> Iterator[Table]:
    """A line for each student: score, the first thing wrong, and where the feedback lies.

    A large class comes in several tables of the same widths, to be printed one below the other:
    laying out one of thousands of lines takes more memory than grading them.
    """
    longest = max((len(visible_text(line.student)) for line in lines), default=0)
    for first in range(0, max(1, len(lines)), AT_ONCE):
        table = Table(header_style="bold", box=None, pad_edge=False, show_header=first == 0)
        table.add_column("student", no_wrap=True, min_width=longest)
        table.add_column("score", justify="right", no_wrap=True, min_width=7)
        table.add_column("first thing wrong")
        if feedback:
            table.add_column("feedback", overflow="fold")
        for line in lines[first : first + AT_ONCE]:
            score = "-"
            if line.score is not None:
                score = f"{points_text(line.score)}/{points_text(line.max_score)}"
            more = [feedback(line.student)] if feedback else []
            _add_row(table, line.student, score, line.wrong, *more)
        yield table


def changes_table(lines: Iterable[Line]) -> Table:
    """A line for each student whose score would change."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column("student", no_wrap=True)
    for heading in ("score now", "would be"):
        table.add_column(heading, justify="right", no_wrap=True)
    for line in lines:
        if line.score is not None and line.score != line.before:
            now = "-" if line.before is None else points_text(line.before)
            _add_row(table, line.student, now, points_text(line.score))
    return table


def _add_row(table: Table, *cells: str) -> None:
    # Text, not markup, and nothing that steers a terminal: part of it is a student's.
    table.add_row(*(Text(visible_text(cell)) for cell in cells))


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
