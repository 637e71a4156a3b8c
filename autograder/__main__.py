"""The command ``autograder``, also as ``python -m autograder``."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.version import VERSION

EPILOG = """
exit status: 0 done (check: all visible checks pass), 1 something fails (grade: a fault of the
machine), 2 it could not be run as asked
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    arguments = _parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # no sign is worth a failure
            stream.reconfigure(errors="backslashreplace")
    try:
        return int(arguments.run(arguments))
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        sys.stdout = None
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder",
        description="Exercises in backpropagation that say which value is wrong.",
        epilog=EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"autograder {VERSION}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    check = commands.add_parser("check", help="student: run the visible checks on a file")
    check.add_argument("path", metavar="PATH", type=Path, help="a .ipynb or .py file")
    check.add_argument("--values", action="store_true", help="show every value side by side")
    _add_json(check)
    check.set_defaults(run=_command("check"))

    build = commands.add_parser("build", help="author: make assignments/ from solutions/")
    build.add_argument("names", metavar="NAME", nargs="*", help="assignments (default: all)")
    build.add_argument(
        "--check", action="store_true", help="write nothing; prove that every exercise is sound"
    )
    _add_course(build)
    build.set_defaults(run=_command("build"))

    grade = commands.add_parser("grade", help="instructor: grade what was collected")
    grade.add_argument("name", metavar="NAME", help="the assignment")
    grade.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=Path,
        help="grade just these files, without the gradebook",
    )
    _add_json(grade)
    _add_course(grade)
    grade.set_defaults(run=_command("grade"))

    demo = commands.add_parser("demo", help="a whole course run on a made-up class")
    demo.add_argument(
        "--into",
        metavar="DIR",
        type=Path,
        help="where to run it (default: build/demo in the course's folder)",
    )
    _add_course(demo)
    demo.set_defaults(run=_command("demo"))
    return parser


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", metavar="FILE", help="write one report per line to FILE; - is standard output"
    )


def _add_course(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--course",
        metavar="DIR",
        type=Path,
        help="the course's folder (default: here or the nearest one above that has course.toml)",
    )


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    """A command that is imported when it is run: `check` loads no more than a student has."""

    def run(arguments: argparse.Namespace) -> int:
        if name == "check":
            from autograder.commands import check as command
        else:
            try:
                from autograder import instructor
            except ModuleNotFoundError as error:
                print(
                    f"`autograder {name}` needs the package {error.name}: "
                    "pip install 'backprop-autograder[instructor]'",
                    file=sys.stderr,
                )
                return 2
            command = getattr(instructor, name)
        return int(command(arguments))

    return run


if __name__ == "__main__":
    sys.exit(main())
