"""``autograder adopt``: make an existing nbgrader course an autograder course as well."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder import interrupts

HELP = "instructor: use autograder in a course that nbgrader has already"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which course to adopt."""
    parser.add_argument(
        "folder",
        metavar="DIR",
        type=Path,
        nargs="?",
        default=Path(),
        help="where its nbgrader_config.py is (default: this folder)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Adopt the course and print what was added. Idempotent: the exit status is 0 either way."""
    from autograder.nbgrader.adopt import adopt

    folder = arguments.folder.resolve()
    with interrupts.raised():
        done = list(adopt(folder))
    print(*(done or [f"There is nothing to do: {folder} has been adopted."]), sep="\n")
    return 0
