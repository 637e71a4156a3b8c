"""Whose fault it is that something cannot be done, in one sentence; a logged traceback for
unexpected errors."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.text import visible_text
from autograder.version import VERSION

#: Characters of a traceback, whose message may contain what a submission returned.
MAX_TRACE = 50_000


class Fault(Exception):
    """A fault of the machine or of autograder; the message says what to do."""


class Refusal(Exception):
    """A request that cannot be carried out as given; the message names what to change."""


class MachineFault(Fault):
    """The machine fails, temporarily or not: a full disk, a locked database."""


#: How a command's final error message begins, unless it is a `Refusal`.
REFUSED, NOT_DONE = "The machine refused: ", "This could not be done: "
OURS = "an internal error of autograder"
#: Errors whose messages say what to do. Any other one is a bug in autograder.
FORESEEN = (Fault, Refusal, OSError)


def exit_status(error: Exception) -> int:
    """The exit status of a command that ends with this error: 2 for a `Refusal`, otherwise 1."""
    return 2 if isinstance(error, Refusal) else 1


def log_of(root: Path, name: str) -> Path:
    """The log of tracebacks in a course's folder; ``name`` is an assignment's, or "autograder" for
    commands that are not about one."""
    return root / ".autograder" / f"{name}.log"


def log_fault(log: Path, about: str, error: Exception) -> str:
    """Add the traceback of an unexpected error to a log; returns the end of a message about it."""
    what = f"{OURS} ({type(error).__name__})"
    try:
        append_traceback(log, about, error)
    except OSError as refused:
        return f"{what}; its traceback could not be written to {log}: {refused.strerror}."
    return f"{what}, whose traceback is in {log}."


def append_traceback(log: Path, about: str, error: BaseException) -> None:
    """Append a traceback to a log in a single write, since several processes write to it. Only the
    owner may read the log."""
    import traceback  # imported late: slow to load and rarely needed
    from datetime import UTC, datetime

    now = datetime.now(UTC).isoformat(timespec="seconds")
    trace = "".join(traceback.format_exception(error, limit=-50))
    text = f"{now} autograder {VERSION}: {about}\n{trace[-MAX_TRACE:]}\n"
    log.parent.mkdir(mode=0o700, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(log, flags, 0o600)
    try:
        os.write(descriptor, visible_text(text).encode("utf-8", "backslashreplace"))
    finally:
        os.close(descriptor)
