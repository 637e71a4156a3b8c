"""``autograder adopt``: add what we need to a course of nbgrader's, and say what was added."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "instructor: use autograder in a course that nbgrader has already"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which course."""
    parser.add_argument(
        "folder",
        metavar="DIR",
        type=Path,
        nargs="?",
        default=Path(),
        help="where its nbgrader_config.py is (default: this folder)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Adopt the course; 0 also where there is nothing to do."""
    from autograder.nbgrader.adopt import adopt

    folder = arguments.folder.resolve()
    done = list(adopt(folder))
    print(*(done or [f"There is nothing to do: {folder} has been adopted."]), sep="\n")
    return 0
