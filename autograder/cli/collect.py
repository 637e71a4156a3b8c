"""``autograder collect``: take in the work that was downloaded from another platform."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder import interrupts
from autograder.cli.arguments import add_course, course_of
from autograder.homes import COLLECTED

HELP = "instructor: take in work from Canvas, Moodle or Gradescope"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """For which assignment, from where, and who is who."""
    parser.add_argument("name", metavar="NAME", help="the assignment")
    parser.add_argument("source", metavar="SOURCE", type=Path, help="the zip, or it unpacked")
    parser.add_argument(
        "--roster",
        metavar="FILE",
        type=Path,
        help="the platform's own CSV with its students (default: the gradebook's students)",
    )
    parser.add_argument(
        "--from",
        metavar="HOME",
        dest="platform",
        choices=COLLECTED,
        default="",
        help=f"whose download it is: {', '.join(COLLECTED)} (default: as its names say)",
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="put other work that is there into downloaded/replaced/",
    )
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    """Collect, and say what was placed, and what was not; 2 where that is nothing."""
    from autograder.sandbox.levels import require_linux

    require_linux()
    from autograder.homes.collect import Asked, collect

    course, name = course_of(arguments), arguments.name
    asked = Asked(arguments.source, arguments.roster, arguments.platform, arguments.replace)
    with interrupts.raised():
        collected = collect(course, name, asked)
    for note in collected.notes:
        print(note, file=sys.stderr)
    placed, unchanged = len(collected.placed), len(collected.unchanged)
    print(f"{placed} collected, {unchanged} unchanged: {course.root / 'submitted'}/*/{name}")
    return 0 if placed or unchanged else 2
