"""The command line: its commands, and the message and exit status when one fails.

A command imports what it needs when it runs. So students need not install what instructors need,
and ``--help`` is fast.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from autograder import interrupts
from autograder.cli import log
from autograder.faults import NOT_DONE, Refusal, exit_status, log_fault, log_of, sentence
from autograder.text import visible_name
from autograder.version import VERSION

#: In the order of ``--help``. Each module of `autograder.cli` has ``HELP``, ``add_arguments`` and
#: ``run``.
COMMANDS = (
    *("check", "watch", "new", "adopt", "new-exercise", "build", "grade", "mark", "report"),
    *("alike", "audit", "pack", "export", "collect", "remove", "rename", "doctor", "demo"),
)
EPILOG = """
exit status: 0 done (check: all visible checks pass), 1 something fails (grade: a fault of the
machine), 2 it could not be run as asked
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    words = sys.argv[1:] if argv is None else argv
    # The others are read where they are listed only.
    asked = [command for command in words[:1] if command in COMMANDS]
    arguments = parser(asked or COMMANDS).parse_args(words)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # rather than fail to encode
            stream.reconfigure(errors="backslashreplace")
    with log.opened(arguments) as events:
        began = time.monotonic()
        status = _run(arguments, events)
        events.event(
            "ended",
            command=arguments.command,
            exit_status=status,
            milliseconds=round(1000 * (time.monotonic() - began)),
        )
    return status


def _run(arguments: argparse.Namespace, events: log.Log) -> int:
    """Run the command of the arguments and return its exit status."""
    events.event("began", command=arguments.command, autograder=VERSION)
    try:
        # Outside of `raised` a signal ends the process at once, with a plain sentence.
        with interrupts.raised() if events.is_on else contextlib.nullcontext():
            status = int(arguments.run(arguments))
        print(end="", flush=True)  # a write error is handled below
        return status
    except KeyboardInterrupt:
        interrupts.tell()
        return interrupts.STATUS
    except BrokenPipeError:
        # The reader of the pipe stopped early, which is no error.
        sys.stdout = None
        return 0
    except Exception as error:
        if interrupts.came():  # what was interrupted may raise anything
            interrupts.tell()
            return interrupts.STATUS
        error = _module_missing(error, arguments.command)
        events.message(_sentence(error, arguments), log.ERROR)
        if isinstance(error, OSError):  # standard output may be what failed
            sys.stdout = None
        return exit_status(error)


def parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """The argument parser with these commands."""
    whole = argparse.ArgumentParser(
        prog="autograder",
        description="Exercises in backpropagation that say which value is wrong.",
        epilog=EPILOG,
        formatter_class=_Formatter,
    )
    whole.add_argument("--version", action="version", version=f"autograder {VERSION}")
    # Its own way to find the name loads modules that take a while.
    commands = whole.add_subparsers(
        prog="autograder", metavar="COMMAND", dest="command", required=True
    )
    for name in names:
        command = importlib.import_module(f"autograder.cli.{name.replace('-', '_')}")
        each = commands.add_parser(name, help=command.HELP, formatter_class=_Formatter)
        command.add_arguments(each)
        each.set_defaults(run=command.run)
    return whole


class _Formatter(argparse.HelpFormatter):
    """As wide as usual. argparse makes one for each argument, and `shutil`, which it asks for the
    width, is slow to load."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    with contextlib.suppress(ValueError):
        if (columns := int(os.environ.get("COLUMNS", "0"))) > 0:
            return columns
    with contextlib.suppress(OSError):
        return os.get_terminal_size().columns or 80
    return 80


def _module_missing(error: Exception, command: str) -> Exception:
    """Turn the import error of a missing package into a refusal; return other errors unchanged."""
    missing = isinstance(error, ModuleNotFoundError) and str(error.name)
    if not missing or missing.partition(".")[0] == "autograder":
        return error
    needs = f"`autograder {command}` needs"
    if missing in sys.stdlib_module_names:
        return Refusal(f"{needs} Python's module {missing}, which {sys.platform} has not.")
    extra = "alike" if missing.partition(".")[0] == "sklearn" else "instructor"
    return Refusal(f"{needs} the package {missing}: pip install 'backprop-autograder[{extra}]'")


def _sentence(error: Exception, arguments: argparse.Namespace) -> str:
    """The error message, one sentence. The traceback of an unforeseen error is logged, and
    the message names the log."""
    if said := sentence(error):
        return said
    return f"{NOT_DONE}{log_fault(_log(arguments), visible_name(' '.join(sys.argv)), error)}"


def _log(arguments: argparse.Namespace) -> Path:
    """The log of the assignment or of the course; outside a course, a new file. This does not read
    course.toml, which may be what failed."""
    start = (getattr(arguments, "course", None) or Path()).resolve()
    for folder in (start, *start.parents):
        if (folder / "course.toml").is_file():
            name = getattr(arguments, "name", "")
            known = [path.name for path in (folder / "solutions").glob("*")]
            return log_of(folder, name if name in known else "autograder")
    import tempfile  # slow to import

    try:
        descriptor, path = tempfile.mkstemp(".log", "autograder-")
    except OSError:
        return Path("autograder.log")
    os.close(descriptor)
    return Path(path)
