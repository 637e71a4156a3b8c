"""``autograder new``: make a course, from nothing but what pip installs."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from autograder import interrupts
from autograder.authoring.shipped import shipped

HELP = "instructor: begin a course"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where, and with which exercises."""
    names = ", ".join(shipped()) or "linear_layer"
    parser.add_argument("folder", metavar="DIR", type=Path, help="the course's folder")
    parser.add_argument(
        "--exercise",
        metavar="NAME",
        action="append",
        default=[],
        help=f"an exercise to begin with: {names}; can be given more than once (default: all)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Make what is missing and print it, and then the next command."""
    from autograder.authoring import begin
    from autograder.cli.rights import chmod
    from autograder.course import load_course

    folder = arguments.folder
    with interrupts.raised():
        done = list(begin.new_course(folder, arguments.exercise))
    print(*(done or [f"There is nothing to do: {folder} is a course already."]), sep="\n")
    if command := chmod(folder):
        print(f"{folder} is open to others. Keep them out: {command}", file=sys.stderr)
    if not shipped():
        text = f"{begin.EXAMPLE} is an example whose answers everybody can read."
        print(f"{begin.NOT_INSTALLED} {text}", file=sys.stderr)
    go = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    has_exercises = bool(load_course(folder).assignments)
    print(f"\nNext: {go}autograder {'build' if has_exercises else 'new-exercise NAME'}")
    return 0
