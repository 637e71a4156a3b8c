"""Whose fault it is that something cannot be done, in one sentence; a logged traceback for
unexpected errors."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


#: Bytes for which there is room where a check runs out of memory for what a value made it want.
_ROOM = 100_000_000

#: How a command's final error message begins, unless it is a `Refusal`.
REFUSED, NOT_DONE = "The machine refused: ", "This could not be done: "
OURS = "an internal error of autograder"
#: What a machine refuses whatever it is asked to do, and the remedy.
_REMEDIES = {
    errno.ENOSPC: "Free some space",
    errno.EDQUOT: "Free some space, or have your quota raised",
    errno.EFBIG: "Let your processes write larger files (`ulimit -f`)",
    errno.EROFS: "Make this disk writable",
    errno.EIO: "See whether this disk still works",
    errno.EMFILE: "Let your processes open more files (`ulimit -n`)",
    errno.ENFILE: "Close other programs, which have too many files open",
    errno.ENOMEM: "Close other programs, which need too much memory",
}
#: The kinds of errors of SQLite and of PostgreSQL that are one of these.
_DATABASES = {13: errno.ENOSPC, 10: errno.EIO, "53100": errno.ENOSPC}
#: An error in a text, as a log or a list of `shutil.Error` has it, and the words of databases.
_WRITTEN_OUT = r"\[Errno (\d+)\] [^:\n]*(?:: (?:'[^'\n]*' -> )?'([^'\n]*)')?"
_SAID = {
    "database or disk is full": OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "the database"),
    "disk I/O error": OSError(errno.EIO, os.strerror(errno.EIO), "the database"),
    **{os.strerror(number): OSError(number, os.strerror(number)) for number in _REMEDIES},
}


def exit_status(error: Exception) -> int:
    """The exit status of a command that ends with this error: 2 for a `Refusal`, unless the machine
    caused it, and otherwise 1."""
    return 2 if isinstance(error, Refusal) and refused(error) is None else 1


def refused(error: object) -> OSError | None:
    """What the machine refused, if that is behind an error: the error itself, or one that it was
    raised from or that it holds, as those of libraries do. A logged text is one as well."""
    for each in _behind(error):
        if isinstance(each, OSError) and each.errno in _REMEDIES:
            return each
        code = getattr(each, "sqlite_errorcode", None)
        kind = _DATABASES.get(getattr(each, "pgcode", None) if code is None else code & 0xFF)
        if kind is not None:
            return OSError(kind, os.strerror(kind), "the database")
        if isinstance(each, str) and (found := _in_text(each)):
            return found
    return None


def _in_text(text: str) -> OSError | None:
    for number, path in re.findall(_WRITTEN_OUT, text):
        if int(number) in _REMEDIES:
            return OSError(int(number), os.strerror(int(number)), path or None)
    return next((error for words, error in _SAID.items() if words in text), None)


def _behind(error: object) -> Iterator[object]:
    """An error and all that it holds, each once."""
    seen: set[int] = set()
    todo: list[Any] = [error]
    while todo:
        each = todo.pop(0)
        if id(each) not in seen:
            seen.add(id(each))
            yield each
        if isinstance(each, BaseException):
            inner = (each.__cause__, each.__context__, getattr(each, "orig", None), *each.args)
            todo += [part for part in inner if id(part) not in seen]
        elif isinstance(each, (list, tuple)):
            todo += [part for part in each if id(part) not in seen]


def sentence(error: Exception) -> str:
    """The message of a foreseen error, or of one that the machine caused, in one line; "" for a
    bug."""
    if isinstance(error, (Fault, Refusal)):
        return str(error)
    cause = refused(error) or error
    if not isinstance(cause, OSError):
        return ""
    place = cause.filename2 or cause.filename  # of two, the second one was to be written
    where = f"{place}: " if place else ""
    return f"{REFUSED}{where}{reason(cause)}"


def reason(error: OSError) -> str:
    """Why the machine refused something, as the end of a message, and the remedy."""
    remedy = _REMEDIES.get(error.errno or 0)
    what = error.strerror or " ".join(str(error).split())
    return f"{what}." + (f" {remedy}, and run this again." if remedy else "")


def is_machines(error: Exception) -> bool:
    """Whether an exception while a value is checked is the machine's fault, and not the value's: a
    `MemoryError` is where there is no memory for anything."""
    if not isinstance(error, MemoryError):
        return isinstance(error, (Fault, OSError))
    import mmap  # imported late: rarely needed

    with contextlib.suppress(OSError):
        mmap.mmap(-1, _ROOM).close()
        return False
    return True


def log_of(root: Path, name: str) -> Path:
    """The log of tracebacks in a course's folder; ``name`` is an assignment's, or "autograder" for
    commands that are not about one."""
    return root / ".autograder" / f"{name}.log"


def log_fault(log: Path, about: str, error: Exception) -> str:
    """Add the traceback of an unexpected error to a log; returns the end of a message about it."""
    what = f"{OURS} ({type(error).__name__})"
    try:
        append_traceback(log, about, error)
    except OSError as refusal:
        return f"{what}; its traceback could not be written to {log}: {reason(refusal)}"
    return f"{what}, whose traceback is in {log}."


def append_traceback(log: Path, about: str, error: BaseException) -> None:
    """Append a traceback to a log in a single write, since several processes write to it. Only the
    owner may read the log."""
    import traceback  # imported late: slow to load and rarely needed
    from datetime import UTC, datetime

    now = datetime.now(UTC).isoformat(timespec="seconds")
    trace = "".join(traceback.format_exception(error, limit=-50))
    append_text(log, f"{now} autograder {VERSION}: {about}\n{trace[-MAX_TRACE:]}\n")


def append_text(log: Path, text: str) -> None:
    """Append to a log in a single write; only the owner may read it."""
    log.parent.mkdir(mode=0o700, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(log, flags, 0o600)
    try:
        os.write(descriptor, visible_text(text).encode("utf-8", "backslashreplace"))
    finally:
        os.close(descriptor)
