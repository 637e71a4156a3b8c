"""``autograder new-exercise``: an exercise for an author to change."""

from __future__ import annotations

import argparse

from autograder import interrupts
from autograder.cli.arguments import add_course, course_of

HELP = "author: begin an exercise"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its name, and the course."""
    parser.add_argument("name", metavar="NAME", help="the exercise: a new folder of solutions/")
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the exercise and print its files, and then the next command."""
    from autograder.authoring.begin import new_exercise

    course, name = course_of(arguments), arguments.name
    with interrupts.raised():
        print(*new_exercise(course, name), sep="\n")
    print(
        f"\nIt is one linear layer, which you change into your own exercise.\n"
        f"Next: autograder build {name} && autograder build --check {name}"
    )
    return 0
