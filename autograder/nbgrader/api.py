"""nbgrader's own code, called quietly: its errors as one sentence, its log kept away."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

import sqlalchemy.exc
from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from nbgrader.utils import parse_utc

from autograder.course import Course, CourseError
from autograder.nbgrader.config import find_programs

CONFIG_FILE = "nbgrader_config.py"


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


def read_settings(folder: Path) -> NbGrader:
    """The settings that nbgrader's commands find when they are given in this folder, which has to
    be the current one, as an application that has them. Raises `CourseError` where they cannot be
    run."""
    app = NbGrader(raise_config_file_errors=True)
    try:
        app.initialize([])
    except (Exception, SystemExit) as error:
        said = " ".join(str(error).split())
        raise CourseError(f"{folder / CONFIG_FILE} cannot be run: {said}.") from error
    return app


def exchange_root(course: Course) -> Path:
    """Where nbgrader's exchange lies: any of its settings may say so, and it has a default.

    Raises `CourseError` where the settings cannot be run.
    """
    with chdir(course.root):
        app = read_settings(course.root)
        return Path(Exchange(coursedir=CourseDirectory(parent=app), parent=app).root)
