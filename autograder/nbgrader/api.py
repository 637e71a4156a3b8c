"""Calls of nbgrader's own code, with its log suppressed and its errors as one sentence."""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

import sqlalchemy.exc
from nbgrader.api import Gradebook, InvalidEntry, app_log
from nbgrader.apps import NbGrader
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from nbgrader.utils import parse_utc
from traitlets import TraitError

from autograder.course import Course, CourseError
from autograder.faults import MachineFault, refused, sentence
from autograder.nbgrader.config import find_programs

CONFIG_FILE = "nbgrader_config.py"
_PACKAGE = Path(__file__).parents[1]


@contextmanager
def nbgrader_quiet(doing: str) -> Iterator[None]:
    """Suppress nbgrader's log, and raise its errors as `CourseError` with the line it logged, or as
    `MachineFault` if the machine caused them."""
    records: list[str] = []
    faults: list[MachineFault] = []
    try:
        with (
            warnings.catch_warnings(),
            _kept(logging.getLogger("traitlets"), records, faults),
            _kept(app_log, records, faults),  # to which nbgrader's gradebook writes tracebacks
        ):
            # SQLAlchemy warns about nbgrader's own code, which we cannot change.
            warnings.simplefilter("ignore", sqlalchemy.exc.SAWarning)
            yield
    except (NbGraderException, sqlalchemy.exc.SQLAlchemyError, InvalidEntry) as error:
        if faults:
            raise faults[0] from None
        if cause := refused([error, records]):
            raise MachineFault(f"{doing} failed. {sentence(cause)}") from error
        if isinstance(error, NbGraderException):
            raise CourseError(f"{doing} failed: {_summary(records) or error}") from error
        raise CourseError(f"{doing} failed in the gradebook: {_first_line(error)}") from error


@contextmanager
def _kept(logger: logging.Logger, records: list[str], faults: list[MachineFault]) -> Iterator[None]:
    """Keep a logger's errors, and the faults that are told in them; show none of its messages."""

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record.getMessage())
            if isinstance(handled := sys.exception(), MachineFault):
                faults.append(handled)

    handlers, level, propagate = logger.handlers, logger.level, logger.propagate
    disabled, logger.disabled = logger.disabled, False  # alembic disables it
    logger.handlers = [Keep(logging.ERROR)]
    logger.propagate = False
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.handlers = handlers
        logger.setLevel(level)
        logger.propagate = propagate
        logger.disabled = disabled


def _summary(records: list[str]) -> str:
    """The most useful logged line: the last of a traceback, or else the first error."""
    tracebacks = [text for text in records if text.startswith("Traceback")]
    lines = tracebacks[0].strip().splitlines()[-1:] if tracebacks else records[:1]
    return lines[0].strip() if lines else ""


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def set_due_date(course: Course, name: str) -> None:
    """Copy the due date from ``course.toml`` to the gradebook."""
    due = course.assignment(name).due
    find_programs()
    with (
        nbgrader_quiet("setting the due date"),
        Gradebook(course.gradebook_url, course.id) as gradebook,
    ):
        gradebook.update_or_create_assignment(name, duedate=due and parse_utc(due))


def read_settings(folder: Path) -> NbGrader:
    """An nbgrader application with the settings of a folder, which has to be the current one.

    Raises `CourseError` when a configuration file cannot be run. An exception of our own code is
    raised as it is.
    """
    app = NbGrader(raise_config_file_errors=True)
    try:
        app.initialize([])
    except (Exception, SystemExit) as error:
        if _is_ours(error):
            raise
        raise CourseError(f"{folder / CONFIG_FILE} cannot be run: {_reason(error)}.") from error
    return app


def _is_ours(error: BaseException) -> bool:
    """Whether our code, called by the configuration file, raised an unexpected exception."""
    ours = False
    trace = error.__traceback__.tb_next if error.__traceback__ else None
    for frame, _ in traceback.walk_tb(trace):
        file = Path(frame.f_code.co_filename)
        ours = file.name != CONFIG_FILE and (ours or file.is_relative_to(_PACKAGE))
    return ours and not isinstance(error, SystemExit)


def _reason(error: BaseException) -> str:
    """An exception of a configuration file: its type, its message and the line."""
    if isinstance(error, SystemExit) and isinstance(error.__context__, TraitError):
        error = error.__context__  # traitlets exits after an invalid setting
    lines = [
        line
        for frame, line in traceback.walk_tb(error.__traceback__)
        if Path(frame.f_code.co_filename).name == CONFIG_FILE
    ]
    message = " ".join(str(error).split())
    if isinstance(error, SyntaxError):
        message, lines = error.msg, [error.lineno or 1]
    elif isinstance(error, SystemExit) and isinstance(error.code, str):
        return message.removesuffix(".")  # a sentence, as of `configure`
    where = f" (line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}: {message}{where}"


def gradebook_told(course: Course) -> str:
    """The gradebook's address in nbgrader's settings, as it is written there.

    Raises `CourseError` when a configuration file cannot be run.
    """
    with chdir(course.root):
        return str(CourseDirectory(parent=read_settings(course.root)).db_url)


def exchange_root(course: Course) -> Path:
    """The folder of nbgrader's exchange, from its settings or its default.

    Raises `CourseError` when a configuration file cannot be run.
    """
    with chdir(course.root):
        app = read_settings(course.root)
        return Path(Exchange(coursedir=CourseDirectory(parent=app), parent=app).root)
