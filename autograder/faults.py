"""Whose fault it is that something cannot be done, in one sentence; a traceback for what nobody
foresaw."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.text import visible_text
from autograder.version import VERSION

#: What an error says may hold what a submission returned.
MAX_TRACE = 50_000


class Fault(Exception):
    """A fault of the machine or of ours; the message says what to do."""


class Refusal(Exception):
    """It cannot be done as we were asked; the message names what to change."""


class MachineFault(Fault):
    """All is sound, but the machine refuses: a full disk, a database that is locked."""


#: How a sentence begins that a command ends with, and that tells of no refusal.
REFUSED, NOT_DONE = "The machine refused: ", "This could not be done: "
OURS = "a fault of autograder's own"
#: Errors that say by themselves what to do. Any other one is a mistake in our code.
FORESEEN = (Fault, Refusal, OSError)


def exit_status(error: Exception) -> int:
    """What a command that ends with it exits with."""
    return 2 if isinstance(error, Refusal) else 1


def log_of(root: Path, name: str) -> Path:
    """Where tracebacks of an assignment are kept in a course's folder, or of a command that is not
    about one."""
    return root / ".autograder" / f"{name}.log"


def kept(log: Path, about: str, error: Exception) -> str:
    """What to say of an error that nobody foresaw, whose traceback is added to a log."""
    what = f"{OURS} ({type(error).__name__})"
    try:
        keep(log, about, error)
    except OSError as refused:
        return f"{what}; its traceback could not be written to {log}: {refused.strerror}."
    return f"{what}, whose traceback is in {log}."


def keep(log: Path, about: str, error: BaseException) -> None:
    """Add a traceback to a log, at once: several processes write to it. It is its owner's only."""
    import traceback  # which is hardly ever needed, and takes its time to load
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
