"""``autograder demo``: run a whole course on a made-up class, and print the class table."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder import interrupts
from autograder.cli.arguments import add_course, all_names, course_of

HELP = "a whole course run on a made-up class"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which course to copy, and where to run the copy."""
    parser.add_argument(
        "--into",
        metavar="DIR",
        type=Path,
        help="where to run it (default: build/demo in the course's folder)",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="grade a class in every exercise of the course, and print a line for each",
    )
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the demo; raises on the first step that fails."""
    from autograder.sandbox.levels import require_linux

    require_linux()
    from autograder.cli import demo_course  # imports what only Linux has

    course = course_of(arguments)
    all_names(course)
    with interrupts.raised():
        run_demo = demo_course.run_all if arguments.all else demo_course.run
        return run_demo(course, arguments.into or course.root / "build" / "demo")
