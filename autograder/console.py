"""What instructors see on a terminal: a progress bar, and the class as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from autograder.batch import Graded
from autograder.terminal import points_text

#: Talk goes to standard error; standard output is for results.
_talk = Console(stderr=True, highlight=False)


def with_progress(results: Iterator[Graded], total: int) -> Iterator[Graded]:
    """Pass results on and show how many there are, where somebody can see it."""
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    with Progress(*columns, TimeElapsedColumn(), console=_talk, transient=True) as progress:
        task = progress.add_task("grading", total=total)
        for graded in results:
            progress.advance(task)
            yield graded


def class_table(kept: Iterable[Graded], feedback: Callable[[str], str] | None = None) -> Table:
    """A line for each student: score, the first thing wrong, and where the feedback lies."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column("student", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("first thing wrong")
    if feedback:
        table.add_column("feedback", overflow="fold")
    for graded in kept:
        # Text, not markup: part of it is a student's.
        if graded.report is None:
            row = [Text(graded.student), Text("-"), Text(graded.fault)]
        else:
            report = graded.report
            score = f"{points_text(report.score)}/{points_text(report.max_score)}"
            row = [Text(report.student), Text(score), Text(report.first_wrong)]
        if feedback:
            row.append(Text(feedback(graded.student)))
        table.add_row(*row)
    return table
