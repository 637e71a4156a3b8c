"""``autograder watch``: check a file again at every save."""

from __future__ import annotations

import argparse

from autograder.cli.arguments import add_file

HELP = "student: check a file again at every save"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which file to watch."""
    add_file(parser)


def run(arguments: argparse.Namespace) -> int:
    """Watch the file until the student quits."""
    from autograder.cli.watcher import watch

    return watch(arguments.path)
