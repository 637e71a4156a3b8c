"""The command ``autograder``, also as ``python -m autograder``."""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.faults import FORESEEN, NOT_DONE, REFUSED, Refusal, exit_status, kept, log_of
from autograder.sandbox.levels import LADDER, NONE
from autograder.text import visible_name
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
        status = int(arguments.run(arguments))
        print(end="", flush=True)  # here, where it is known what to say if it fails
        return status
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        sys.stdout = None
        return 0
    except Exception as error:
        print(_sentence(error, arguments), file=sys.stderr)
        if isinstance(error, OSError):  # which our own output may have met
            sys.stdout = None
        return exit_status(error)


def _sentence(error: Exception, arguments: argparse.Namespace) -> str:
    """What kept a command from being done, in one sentence. Only of what is no mistake of ours is
    that all; of anything else the traceback is kept, and the sentence says where."""
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return f"{REFUSED}{error.strerror or error}{where}."
    if isinstance(error, FORESEEN):
        return str(error)
    return f"{NOT_DONE}{kept(_log(arguments), visible_name(' '.join(sys.argv)), error)}"


def _log(arguments: argparse.Namespace) -> Path:
    """The log of the assignment in question, or of the course; where there is no course, a new
    file."""
    start = (getattr(arguments, "course", None) or Path()).resolve()
    for folder in (start, *start.parents):
        if (folder / "course.toml").is_file():
            name = getattr(arguments, "name", "")
            known = [path.name for path in (folder / "solutions").glob("*")]
            return log_of(folder, name if name in known else "autograder")
    import tempfile  # which takes its time to load

    try:
        descriptor, path = tempfile.mkstemp(".log", "autograder-")
    except OSError:
        return Path("autograder.log")
    os.close(descriptor)
    return Path(path)


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
    check.add_argument(
        "--hint",
        metavar="N",
        type=_number_of_hints,
        nargs="?",
        default=0,
        const=1,
        help="show the first N hints about a mistake that was named (default: 1)",
    )
    check.add_argument(
        "--html", metavar="FILE", help="write the report as a page to FILE (needs Jinja2)"
    )
    _add_json(check)
    check.set_defaults(run=_check)

    watch = commands.add_parser("watch", help="student: check a file again at every save")
    watch.add_argument("path", metavar="PATH", type=Path, help="a .ipynb or .py file")
    watch.set_defaults(run=_watch)

    adopt = commands.add_parser(
        "adopt", help="instructor: use autograder in a course that nbgrader has already"
    )
    adopt.add_argument(
        "folder",
        metavar="DIR",
        type=Path,
        nargs="?",
        default=Path(),
        help="where its nbgrader_config.py is (default: this folder)",
    )
    adopt.set_defaults(run=_command("adopt"))

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
    grade.add_argument(
        "--student",
        metavar="ID",
        action="append",
        default=[],
        help="grade only what this student handed in; can be given more than once",
    )
    grade.add_argument(
        "--force", action="store_true", help="grade again what has not changed since it was graded"
    )
    grade.add_argument(
        "--dry-run",
        action="store_true",
        help="write nothing; show whose score would change",
    )
    grade.add_argument(
        "--containment",
        metavar="RUNG",
        choices=(*LADDER, NONE),
        help=f"run submissions in no other way than this: {', '.join(LADDER)}, or {NONE} "
        "(default: the first of these that the machine has, but never none)",
    )
    _add_json(grade)
    _add_course(grade)
    grade.set_defaults(run=_command("grade"))

    report = commands.add_parser("report", help="instructor: the class at a glance, as a page")
    report.add_argument("name", metavar="NAME", help="the assignment")
    report.add_argument(
        "--hide-names",
        action="store_true",
        help="number the students, and leave out what is not for the class",
    )
    report.add_argument(
        "--into",
        metavar="DIR",
        type=Path,
        help="where to write it (default: report/NAME in the course's folder, "
        "report/NAME-without-names with --hide-names)",
    )
    _add_course(report)
    report.set_defaults(run=_command("report"))

    doctor = commands.add_parser("doctor", help="what this machine has, and what is missing")
    _add_course(doctor)
    doctor.set_defaults(run=_command("doctor"))

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


def _number_of_hints(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of hints; write the file's name before --hint"
        )
    return int(text)


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


def _check(arguments: argparse.Namespace) -> int:
    """The student's command, which is waited for: its work is short, so what goes before and comes
    after is kept short too."""
    # numpy would start threads that networks this small never use. The worker that grades has one.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()  # nothing of what is loaded is ever garbage
    from autograder.cli.check import check

    gc.freeze()
    gc.enable()
    try:
        return check(arguments)
    finally:
        gc.freeze()  # what is left need not be sorted before the process ends


def _watch(arguments: argparse.Namespace) -> int:
    from autograder.cli.watch import watch

    return watch(arguments)


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    """An instructor's command, imported when it is run: students need not have what it loads."""

    def run(arguments: argparse.Namespace) -> int:
        try:
            from autograder.cli import instructor

            return int(getattr(instructor, name)(arguments))
        except ModuleNotFoundError as error:
            if str(error.name).startswith("autograder"):
                raise
            raise Refusal(
                f"`autograder {name}` needs the package {error.name}: "
                "pip install 'backprop-autograder[instructor]'"
            ) from None

    return run


if __name__ == "__main__":
    sys.exit(main())
