"""What ``autograder remove`` and ``autograder rename`` share."""

from __future__ import annotations

import argparse
import contextlib
import sys

from autograder import interrupts
from autograder.cli.arguments import course_of
from autograder.faults import Refusal
from autograder.text import visible_name


def add_yes(parser: argparse.ArgumentParser) -> None:
    """``--yes``: do not ask."""
    parser.add_argument("--yes", action="store_true", help="do it without asking")


def run_change(arguments: argparse.Namespace, old: str, new: str | None = None) -> int:
    """Say where a student is removed or renamed, ask, and do it."""
    from autograder.sandbox.levels import require_linux

    require_linux()
    from autograder.nbgrader.student_change import make, require_possible
    from autograder.nbgrader.students import Change

    if new == "":
        raise Refusal("The new id is empty.")
    course, change = course_of(arguments), Change(old, new or "")
    old, new = visible_name(old), visible_name(change.new)
    what = f"This renames {old} to {new} in" if new else f"This removes {old} from"
    with interrupts.raised():
        places = require_possible(course, change)
        print(f"{what}:", *places, sep="\n  ", flush=True)
        _confirm(arguments.yes)
        print(*make(course, change), "Done.", sep="\n")
    return 0


def _confirm(yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refusal("Nothing was changed: run it with --yes.")
    answer = ""
    with contextlib.suppress(EOFError):
        answer = input("Go on? [y/N] ")
    if answer.strip().lower() not in ("y", "yes"):
        raise Refusal("Nothing was changed.")
