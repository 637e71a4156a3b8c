"""What kept a submission from being graded: one line, and a log for what nobody foresaw."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from autograder.course import Course
from autograder.faults import FORESEEN, keep, kept, log_of
from autograder.text import visible_name


def fault_line(course: Course, name: str, path: Path, error: Exception) -> str:
    """An error in one line; the traceback of one that nobody foresaw goes to the assignment's log,
    which the line names."""
    if isinstance(error, FORESEEN):
        return f"it could not be graded: {error}"
    said = kept(log_of(course.root, name), visible_name(str(path)), error)
    return f"it could not be graded: {said}"


class FaultLog(logging.Handler):
    """Adds to an assignment's log what is raised while a submission is judged, and costs only a
    function's points; ``path`` is the submission's."""

    def __init__(self, course: Course, name: str) -> None:
        super().__init__(logging.ERROR)
        self._log = log_of(course.root, name)
        self.path = Path()

    def emit(self, record: logging.LogRecord) -> None:
        """Add the traceback; a disk that is full is no reason to stop grading."""
        error = record.exc_info and record.exc_info[1]
        if isinstance(error, Exception):
            with contextlib.suppress(OSError):
                keep(self._log, visible_name(str(self.path)), error)
