"""``autograder report``: write the class page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder import interrupts
from autograder.cli.arguments import add_course, course_of
from autograder.cli.log import add_log

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
    parser.add_argument(
        "--json",
        metavar="FILE",
        help="write who shares wrong numbers to FILE, a group per line; - is standard output, "
        "without the page's path",
    )
    add_log(parser)
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the page, and print its path and who shares wrong numbers."""
    from autograder.sandbox.levels import require_linux

    require_linux()
    from autograder.classroom.shared_numbers import SCHEMA, Shared
    from autograder.classroom.write_page import write_class  # imports what only Linux has
    from autograder.cli.class_table import shared_lines
    from autograder.cli.output import json_lines
    from autograder.nbgrader.platform import Nbgrader

    course, name = course_of(arguments), arguments.name
    ending = "-without-names" if arguments.hide_names else ""
    folder = arguments.into or course.root / "report" / f"{name}{ending}"
    with interrupts.raised(), json_lines(arguments.json, SCHEMA) as lines:
        groups: list[Shared] = []
        platform, hide = Nbgrader(course, name), arguments.hide_names
        page = write_class(course, name, platform, folder, hide, groups.extend)
        if lines is not None:
            lines.writelines(f"{group.to_json(name)}\n" for group in groups)
    arguments.log.event("written", assignment=name, path=str(page))
    if arguments.json != "-":
        print(page)
    for line in shared_lines(groups, name):
        print(line, file=sys.stderr)
    return 0
