"""``autograder new-exercise``: an exercise for an author to change."""

from __future__ import annotations

import argparse

from autograder import interrupts
from autograder.authoring.kinds import KINDS, USUAL
from autograder.cli.arguments import add_course, course_of

HELP = "author: begin an exercise"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its name, what it begins like, and the course."""
    kinds = "; ".join(f"{kind}: {what}" for kind, what in KINDS.items())
    parser.add_argument("name", metavar="NAME", help="the exercise: a new folder of solutions/")
    parser.add_argument(
        "--like",
        metavar="KIND",
        default=USUAL,
        help=f"what it begins as. {kinds} (default: {USUAL})",
    )
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the exercise and print its files, and then the next command."""
    from autograder.authoring.begin import new_exercise

    course, name, like = course_of(arguments), arguments.name, arguments.like
    with interrupts.raised():
        print(*new_exercise(course, name, like), sep="\n")
    print(
        f"\nIt begins as {KINDS[like]}: change it into your own exercise.\n"
        f"Next: autograder build {name} && autograder build --check {name}"
    )
    return 0
