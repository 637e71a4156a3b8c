"""nbgrader's own code, called quietly: its errors as one sentence, its log kept away."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy.exc
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import parse_utc

from autograder.course import Course, CourseError
from autograder.settings import find_programs


@contextmanager
def nbgrader_quiet(doing: str) -> Iterator[None]:
    """Keep nbgrader's log away, and turn its errors into one sentence with what it logged."""
    records: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record.getMessage())

    logger = logging.getLogger("traitlets")
    handler, level, propagate = Keep(logging.ERROR), logger.level, logger.propagate
    disabled, logger.disabled = logger.disabled, False  # alembic leaves it so
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.ERROR)
    others = [other for other in logger.handlers if other is not handler]
    for other in others:
        logger.removeHandler(other)
    try:
        with warnings.catch_warnings():
            # SQLAlchemy warns of how nbgrader builds its rows; nobody here can change that.
            warnings.simplefilter("ignore", sqlalchemy.exc.SAWarning)
            yield
    except NbGraderException as error:
        raise CourseError(f"{doing} failed: {_said(records) or error}") from error
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise CourseError(f"{doing} failed at the gradebook: {_first_line(error)}") from error
    finally:
        logger.removeHandler(handler)
        for other in others:
            logger.addHandler(other)
        logger.setLevel(level)
        logger.propagate = propagate
        logger.disabled = disabled


def _said(records: list[str]) -> str:
    """The line that tells most: the end of a traceback, or else the first error."""
    tracebacks = [text for text in records if text.startswith("Traceback")]
    lines = tracebacks[0].strip().splitlines()[-1:] if tracebacks else records[:1]
    return lines[0].strip() if lines else ""


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def set_due_date(course: Course, name: str) -> None:
    """Put the due date of ``course.toml`` into the gradebook."""
    due = course.assignment(name).due
    find_programs()
    with (
        nbgrader_quiet("setting the due date"),
        Gradebook(course.gradebook_url, course.id) as gradebook,
    ):
        gradebook.update_or_create_assignment(name, duedate=due and parse_utc(due))
