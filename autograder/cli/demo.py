"""``autograder demo``: a whole course on a made-up class, which ends with its table."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.cli.arguments import add_course, all_names, course_of

HELP = "a whole course run on a made-up class"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of which course, and where."""
    parser.add_argument(
        "--into",
        metavar="DIR",
        type=Path,
        help="where to run it (default: build/demo in the course's folder)",
    )
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the course; 0 when every step worked."""
    from autograder.sandbox.levels import require_linux

    require_linux()
    from autograder.cli import demo_course  # made of what only Linux has

    course = course_of(arguments)
    all_names(course)
    return demo_course.run(course, arguments.into or course.root / "build" / "demo")
