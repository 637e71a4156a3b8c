"""What kept a submission from being graded: one sentence, and for what nobody foresaw a log."""

from __future__ import annotations

import contextlib
import logging
import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from autograder.classroom.journal import FOLDER
from autograder.classroom.pool import ProcessEnded
from autograder.course import Course, CourseError
from autograder.sandbox.levels import WorkerFault
from autograder.text import visible_name, visible_text
from autograder.version import VERSION

#: Errors that say by themselves what to do.
FORESEEN = (CourseError, WorkerFault, ProcessEnded, OSError)
#: What an error says may hold what a submission returned.
MAX_TRACE = 50_000


def told(course: Course, name: str, path: Path, error: Exception) -> str:
    """An error in one line; the traceback of one that nobody foresaw goes to a log of the
    assignment, which the line names."""
    if isinstance(error, FORESEEN):
        return f"it could not be graded: {error}"
    log = course.root / FOLDER / f"{name}.log"
    what = f"it could not be graded: a fault of autograder's own ({type(error).__name__})"
    try:
        _append(log, path, error)
    except OSError as refused:
        return f"{what}; its traceback could not be written to {log}: {refused.strerror}."
    return f"{what}, whose traceback is in {log}."


class FaultLog(logging.Handler):
    """Adds to an assignment's log what is raised while a submission is judged, and costs only a
    function's points; ``path`` is the submission's."""

    def __init__(self, course: Course, name: str) -> None:
        super().__init__(logging.ERROR)
        self._log = course.root / FOLDER / f"{name}.log"
        self.path = Path()

    def emit(self, record: logging.LogRecord) -> None:
        """Add the traceback; a disk that is full is no reason to stop grading."""
        error = record.exc_info and record.exc_info[1]
        if isinstance(error, Exception):
            with contextlib.suppress(OSError):
                _append(self._log, self.path, error)


def _append(log: Path, path: Path, error: Exception) -> None:
    """Add an entry at once: several processes write to the log. It is for its owner only."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    trace = "".join(traceback.format_exception(error, limit=-50))
    text = f"{now} autograder {VERSION}: {visible_name(str(path))}\n{trace[-MAX_TRACE:]}\n"
    log.parent.mkdir(exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    descriptor = os.open(log, flags, 0o600)
    try:
        os.write(descriptor, visible_text(text).encode("utf-8", "backslashreplace"))
    finally:
        os.close(descriptor)
