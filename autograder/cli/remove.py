"""``autograder remove``: take a student out of the course."""

from __future__ import annotations

import argparse

from autograder.cli.arguments import add_course
from autograder.cli.student_change import add_yes, run_change

HELP = "instructor: remove a student from the course"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Who is removed."""
    parser.add_argument("student", metavar="STUDENT", help="the student's id")
    add_yes(parser)
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    """Say what is removed, ask, and remove it."""
    return run_change(arguments, arguments.student)
