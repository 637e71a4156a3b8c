"""``autograder mark``: mark written answers with the keyboard."""

from __future__ import annotations

import argparse
import signal
import sys

from autograder import interrupts
from autograder.cli.arguments import add_course, course_of
from autograder.faults import Refusal

HELP = "instructor: mark the answers in words, all of a question on one page"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which assignment, and what the page shows."""
    parser.description = (
        "Open the address that is printed, and type: points, Enter, points, Enter. Each mark is in "
        "the gradebook at once. Ctrl-C ends it."
    )
    parser.add_argument("name", metavar="NAME", help="the assignment")
    parser.add_argument("--names", action="store_true", help="show whose answer it is")
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help="the port (default: any that is free)"
    )
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve the page until Ctrl-C."""
    from autograder.sandbox.levels import require_linux

    require_linux()
    from autograder.nbgrader.hand_marks import HandMarks
    from autograder.nbgrader.mark_server import MarkServer
    from autograder.nbgrader.students import require_unchanging

    course, name = course_of(arguments), arguments.name
    require_unchanging(course)
    with interrupts.raised(), HandMarks(course, name) as marks:
        try:
            server = MarkServer(course, name, marks, arguments.port, arguments.names)
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or "it is no port"
            raise Refusal(f"Port {arguments.port} cannot be used: {why}.") from None
        with server:
            print(f"{server.waiting()} answers wait. Open {server.address}", flush=True)
            print("Only this machine can; Ctrl-C ends it.", file=sys.stderr, flush=True)
            try:
                server.serve_forever()
            except KeyboardInterrupt as interrupt:
                if interrupts.number_of(interrupt) != signal.SIGINT:
                    raise
            print(f"\n{server.saved} saved.")
            if server.saved:
                print(f"`nbgrader generate_feedback {name} --force` shows them to students.")
    return 0
