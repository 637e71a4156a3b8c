"""Errors of grading: one line for a submission, and a log with the traceback of each bug."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from autograder.course import Course
from autograder.faults import append_traceback, log_fault, log_of, sentence
from autograder.text import visible_name

#: How the line of a submission begins that has no report.
NOT_GRADED = "it could not be graded: "


def fault_line(course: Course, name: str, path: Path, error: Exception) -> str:
    """An error in one line. For an unexpected one, which is a bug, the traceback goes to the
    assignment's log, and the line names the log."""
    if said := sentence(error):
        return f"{NOT_GRADED}{said}"
    if isinstance(error, MemoryError):
        return f"{NOT_GRADED}this machine has too little memory for the grader itself"
    logged = log_fault(log_of(course.root, name), visible_name(str(path)), error)
    return f"{NOT_GRADED}{logged}"


class FaultLog(logging.Handler):
    """Adds to an assignment's log the tracebacks of errors that cost only a function's points.

    ``path`` is that of the submission being judged.
    """

    def __init__(self, course: Course, name: str) -> None:
        super().__init__(logging.ERROR)
        self._log = log_of(course.root, name)
        self.path = Path()

    def emit(self, record: logging.LogRecord) -> None:
        """Add the traceback; a failure to write it, as on a full disk, does not stop grading."""
        error = record.exc_info and record.exc_info[1]
        if isinstance(error, Exception):
            with contextlib.suppress(OSError):
                append_traceback(self._log, visible_name(str(self.path)), error)
