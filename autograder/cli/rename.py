"""``autograder rename``: give a student another id."""

from __future__ import annotations

import argparse

from autograder.cli.arguments import add_course
from autograder.cli.student_change import add_yes, run_change

HELP = "instructor: give a student another id"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose id is changed, and to what."""
    parser.add_argument("old", metavar="OLD", help="the student's id")
    parser.add_argument("new", metavar="NEW", help="the new one, which nobody has")
    add_yes(parser)
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    """Say what is renamed, ask, and rename it."""
    return run_change(arguments, arguments.old, arguments.new)
