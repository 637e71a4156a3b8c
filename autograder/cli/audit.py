"""``autograder audit``: who graded what, with what, and what that changed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from autograder.cli.arguments import add_course, course_of
from autograder.text import points_text, visible_name

if TYPE_CHECKING:
    from autograder.nbgrader.audit import Entry

HELP = "instructor: who graded what, and what that changed"
#: Characters of a digest that are shown.
_SHORT = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of which assignment, and of whom."""
    parser.add_argument("name", metavar="NAME", help="the assignment")
    parser.add_argument(
        "--student", metavar="ID", default="", help="only of this one, who may have been removed"
    )
    parser.add_argument(
        "--json", action="store_true", help="an object on each line, with all that is known"
    )
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the entries, the oldest first."""
    from autograder.nbgrader import audit

    course, name = course_of(arguments), arguments.name
    found = False
    for entry in audit.read(course, name, arguments.student):
        found = True
        if arguments.json:
            print(entry.to_json())
        else:
            print(*_lines(entry), sep="\n")
    if not found:
        course.assignment(name)
        of = f" of {visible_name(arguments.student)}" if arguments.student else ""
        print(f"The audit has nothing{of} in {name}.", file=sys.stderr)
    return 0


def _lines(entry: Entry) -> Iterator[str]:
    """An entry in a line, and below it what changed."""
    head = f"{visible_name(entry.time)}  {visible_name(entry.student)}  {visible_name(entry.event)}"
    by = f"by {visible_name(entry.who)}"
    if entry.score_after is None:
        yield f"{head} {by}"
        return
    before, after = _points(entry.score_before), _points(entry.score_after)
    score = f"{after}, as before" if before == after else f"{before} -> {after}"
    if entry.score_before is None:
        score = f"{after}, the first time"
    yield (
        f"{head} {score}, {by}, autograder {visible_name(entry.autograder)}, "
        f"exercise {visible_name(entry.exercise_sha256[:_SHORT])}, "
        f"key {visible_name(entry.key_fingerprint[:_SHORT])}"
    )
    if entry.score_before is not None:
        for cell, (old, new) in entry.changed.items():
            yield f"    {visible_name(cell)}: {_points(old)} -> {_points(new)}"
    if entry.flagged:
        yield f"    flagged: {visible_name(', '.join(entry.flagged))}"


def _points(score: float | None) -> str:
    return "-" if score is None else points_text(score)
