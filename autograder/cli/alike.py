"""``autograder alike``: which submissions of a class look alike, as a question."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import interrupts
from autograder.cli.arguments import add_course, course_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograder.alike.write import Written

HELP = "instructor: which submissions look alike, side by side"
SCHEMA = "autograder/alike/1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which assignment, and where to write the pages."""
    parser.add_argument("name", metavar="NAME", help="the assignment")
    parser.add_argument(
        "--into",
        metavar="DIR",
        type=Path,
        help="where to write the pages (default: report/NAME-alike in the course's folder)",
    )
    parser.add_argument(
        "--json",
        metavar="FILE",
        help="write the pairs to FILE, one per line; - is standard output, without the page's path",
    )
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the pages, print the path of the first, and say how many pairs stand out."""
    from autograder.sandbox.levels import require_linux

    require_linux()
    from autograder.alike.write import write_alike  # imports what only Linux has, and scikit-learn
    from autograder.cli.output import json_lines
    from autograder.nbgrader.platform import Nbgrader

    course, name = course_of(arguments), arguments.name
    folder = arguments.into or course.root / "report" / f"{name}-alike"
    with interrupts.raised(), json_lines(arguments.json, SCHEMA) as lines:
        written = write_alike(course, name, Nbgrader(course, name), folder)
        if lines is not None:
            lines.writelines(f"{line}\n" for line in _json_lines(name, written))
    if arguments.json != "-":
        print(written.page)
    for line in summary(written):
        print(line, file=sys.stderr)
    return 0


def summary(written: Written) -> Iterator[str]:
    """What was found, in a few lines."""
    if number := sum(map(len, written.identical)):
        yield f"Students who handed in the same file as another: {number}; the page says who."
    above, compared = len(written.likeness.above), written.likeness.compared
    if not compared:
        yield "Too few submissions to say what is rare in the class; nothing was compared."
    elif above == 1:
        yield f"1 of {compared:,} pairs stands out: read both texts, and ask both students."
    elif above:
        yield f"{above} of {compared:,} pairs stand out: read both texts, and ask both students."
    else:
        yield f"None of {compared:,} pairs stands out."
    if number := len(written.numbers or ()):
        yield f"Numbers that fit another student's instances: {number}."
    if number := len(written.left_out):
        yield f"Submissions that could not be compared, or not as a whole: {number}; the page says why."


def _json_lines(name: str, written: Written) -> Iterator[str]:
    for pair in written.likeness.above:
        numbers = [
            {"student": each.student, "function": each.function, "owner": each.owner}
            for each in written.numbers or ()
            if each.students == pair.students
        ]
        data = {
            "schema": SCHEMA,
            "assignment": name,
            "students": [pair.one, pair.two],
            "rarity": pair.rarity,
            "numbers": numbers,
        }
        yield json.dumps(data, ensure_ascii=False)
