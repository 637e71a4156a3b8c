"""``autograder build``: make ``assignments/`` from ``solutions/``, or prove the exercises."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograder import interrupts
from autograder.cli.arguments import add_course, all_names, course_of
from autograder.cli.log import ERROR, INFO, Log, add_log
from autograder.faults import Refusal

if TYPE_CHECKING:
    from autograder.course import Course

HELP = "author: make assignments/ from solutions/"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which assignments, and whether to build or to prove them."""
    parser.add_argument("names", metavar="NAME", nargs="*", help="assignments (default: all)")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; prove that every exercise is sound"
    )
    parser.add_argument(
        "--combinations",
        type=_number,
        metavar="N",
        help="with --check: so many pairs of mistakes are tried across functions, so many in one "
        "function, and as many triples (default: 100)",
    )
    _add_mistakes(parser)
    add_log(parser)
    add_course(parser)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of combinations")
    return int(text)


def _add_mistakes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mistakes", action="store_true", help="write no assignment; the exercise's known mistakes"
    )
    parser.add_argument(
        "--from",
        dest="source",
        metavar="REPORT",
        help="with --mistakes: add drafts of mistakes that several students share and that have no "
        "name; from the class that was graded last (report), or a file of grade --json",
    )


def run(arguments: argparse.Namespace) -> int:
    """Build, or prove with ``--check``, or list with ``--mistakes``. The exit status is 1 if a
    proof fails."""
    # A process runs for each core: threads of numpy would only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    course = course_of(arguments)
    names = arguments.names or all_names(course)
    if arguments.source:
        return _learn(course, names, arguments)
    if arguments.mistakes:
        return _list(course, names)
    if not arguments.check:
        return _build(course, names, arguments.log)
    return _prove(course, names, arguments.combinations, arguments.log)


def _list(course: Course, names: Sequence[str]) -> int:
    from autograder.authoring.mistake_list import mistake_lines

    with interrupts.raised():
        for name in names:
            for line in mistake_lines(course, name):
                print(line)
    return 0


def _learn(course: Course, names: Sequence[str], arguments: argparse.Namespace) -> int:
    from autograder.cli.learned import learn

    if not arguments.mistakes or arguments.check:
        raise Refusal("--from REPORT goes with --mistakes, and without --check.")
    with interrupts.raised():
        for name in names:
            learn(course, name, arguments.source)
    return 0


def _build(course: Course, names: Sequence[str], log: Log) -> int:
    from autograder.authoring.build import build

    with interrupts.raised():
        for name in names:
            paths = build(course, name)
            log.event("built", assignment=name, files=len(paths))
            for path in paths:
                print(path.relative_to(course.root))
    name = names[0] if len(names) == 1 else "NAME"
    print(f"\nNext: nbgrader release_assignment {name}, or hand out assignments/{name}/ yourself")
    return 0


def _prove(course: Course, names: Sequence[str], combinations: int | None, log: Log) -> int:
    from autograder.sandbox.levels import require_linux

    require_linux()
    from autograder.authoring.naming_proofs import COMBINATIONS
    from autograder.authoring.proofs import proofs  # imports what only Linux has

    sound, count = True, COMBINATIONS if combinations is None else combinations
    with interrupts.raised():
        for name in names:
            for proof in proofs(course, name, count):
                sound = sound and proof.holds
                level = INFO if proof.holds else ERROR
                log.event("proof", level, assignment=name, holds=proof.holds, text=proof.text)
                print(f"{'ok  ' if proof.holds else 'FAIL'} {name}: {proof.text}", flush=True)
    return 0 if sound else 1
