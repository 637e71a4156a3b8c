"""``autograder report``: write the class page."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder import interrupts
from autograder.cli.arguments import add_course, course_of

HELP = "instructor: the class at a glance, as a page"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which assignment, and where to write the page."""
    parser.add_argument("name", metavar="NAME", help="the assignment")
    parser.add_argument(
        "--hide-names",
        action="store_true",
        help="number the students, and leave out what is not for the class",
    )
    parser.add_argument(
        "--into",
        metavar="DIR",
        type=Path,
        help="where to write it (default: report/NAME in the course's folder, "
        "report/NAME-without-names with --hide-names)",
    )
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the page, and print its path."""
    from autograder.sandbox.levels import require_linux

    require_linux()
    from autograder.classroom.write_page import write_class  # imports what only Linux has
    from autograder.nbgrader.platform import Nbgrader

    course, name = course_of(arguments), arguments.name
    ending = "-without-names" if arguments.hide_names else ""
    folder = arguments.into or course.root / "report" / f"{name}{ending}"
    with interrupts.raised():
        print(write_class(course, name, Nbgrader(course, name), folder, arguments.hide_names))
    return 0
