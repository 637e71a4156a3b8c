"""Reports into nbgrader: the gradebook's rows, and the ``autograded/`` folder that feedback is
made of."""

from __future__ import annotations

import contextlib
import copy
import json
import logging
import shutil
import stat
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import sqlalchemy.exc
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import parse_utc

from autograder import terminal
from autograder.course import Course, CourseError
from autograder.notebook import function_table
from autograder.report import FunctionReport, Report
from autograder.settings import find_programs
from autograder.sheet import Sheet
from autograder.submission import (
    Submission,
    cell_source,
    check_id,
    grade_id,
    load_notebook,
)

#: Larger files of a submission stay where they are.
MAX_COPIED = 10_000_000


@contextmanager
def nbgrader_quiet(doing: str) -> Iterator[None]:
    """Keep nbgrader's log away, and turn its errors into one sentence with what it logged."""
    records: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record.getMessage())

    logger = logging.getLogger("traitlets")
    handler, level, propagate = Keep(logging.ERROR), logger.level, logger.propagate
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
    with nbgrader_quiet("setting the due date"), open_gradebook(course) as gradebook:
        gradebook.update_or_create_assignment(name, duedate=due and parse_utc(due))


@contextmanager
def open_gradebook(course: Course) -> Iterator[Any]:
    """The course's gradebook."""
    find_programs()
    try:
        gradebook = Gradebook(course.gradebook_url, course.id)
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise CourseError(
            f"The gradebook {course.gradebook_url} cannot be opened: {_first_line(error)}"
        ) from error
    with gradebook:
        yield gradebook


@dataclass(frozen=True)
class Release:
    """The released notebook: what test cells are restored from, and answers compared with."""

    name: str
    folder: Path
    notebook: Mapping[str, Any]
    by_id: Mapping[str, Mapping[str, Any]]
    questions: Sequence[str]

    def unchanged(self, cell_id: str, source: str) -> bool:
        """Whether a cell is still as it was handed out."""
        return cell_source(self.by_id[cell_id]).strip() == source.strip()


def load_release(course: Course, name: str) -> Release:
    """The released notebook of an assignment; raises `CourseError` when it was not built."""
    folder = course.released / name
    path = folder / f"{name}.ipynb"
    try:
        notebook = load_notebook(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CourseError(f"{path}: {error}. Run `autograder build {name}`.") from None
    by_id = {grade_id(cell): cell for cell in notebook["cells"] if grade_id(cell)}
    questions = [
        key
        for key, cell in by_id.items()
        if cell["metadata"]["nbgrader"]["grade"] and cell["metadata"]["nbgrader"]["solution"]
    ]
    return Release(name, folder, notebook, by_id, questions)


def require_known(course: Course, sheet: Sheet) -> None:
    """Raise `CourseError` unless the gradebook knows the assignment's cells, with these points."""
    name = sheet.name
    with nbgrader_quiet("looking up the assignment"), open_gradebook(course) as gradebook:
        try:
            for function in sheet.functions:
                cell = gradebook.find_grade_cell(check_id(function.name), name, name)
                if cell.max_score != function.max_score:
                    raise CourseError(
                        f"{function.name} is worth {function.max_score:g} points now, and "
                        f"{cell.max_score:g} in the gradebook. Run `autograder build {name}` first."
                    )
        except MissingEntry:
            raise CourseError(
                f"The gradebook {course.gradebook_url} does not know {name}. "
                f"Run `autograder build {name}` first."
            ) from None


def write_autograded(
    report: Report, submission: Submission, release: Release, submitted: Path, destination: Path
) -> Mapping[str, Any]:
    """Write ``autograded/<student>/<assignment>``; the notebook that lies there now."""
    notebook = graded_notebook(report, submission, release)
    temporary = destination.with_name(f".{destination.name}.writing")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    _copy_regular_files(submitted, temporary)
    _copy_regular_files(release.folder, temporary)
    path = temporary / f"{release.name}.ipynb"
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8", errors="replace")
    shutil.rmtree(destination, ignore_errors=True)
    temporary.rename(destination)
    return notebook


def _copy_regular_files(source: Path, destination: Path) -> None:
    """Copy small regular files; no links, which could lead anywhere, and no notebooks."""
    for entry in sorted(source.iterdir()):
        status = entry.lstat()
        small = stat.S_ISREG(status.st_mode) and status.st_size <= MAX_COPIED
        if small and entry.suffix != ".ipynb":
            target = destination / entry.name
            target.unlink(missing_ok=True)
            with contextlib.suppress(PermissionError):  # a file nobody may read is no answer
                shutil.copyfile(entry, target)


def graded_notebook(report: Report, submission: Submission, release: Release) -> dict[str, Any]:
    """The submission as a notebook, its test cells restored, with what was found in them."""
    functions = {check_id(function.name): function for function in report.functions}
    cells: list[dict[str, Any]] = []
    seen: set[str] = set()
    submitted = _submitted_cells(submission, release)
    for position, cell in reversed(list(enumerate(submitted))):
        cells.insert(0, _clean_cell(cell, release, seen, f"submitted-{position}"))
    for cell_id, cell in release.by_id.items():
        if cell_id not in seen:
            cells.append(copy.deepcopy(dict(cell)))
    for cell in cells:
        cell_id = grade_id(cell)
        if cell_id in functions:
            cell["outputs"] = _outputs(functions[cell_id])
        elif cell_id in release.by_id and cell["cell_type"] == "code" and _is_test(cell):
            cell["outputs"] = [_text_output(report.first_wrong), _score_output(0.0)]
    if report.problems:
        cells.insert(0, _note(report))
    return {**copy.deepcopy(dict(release.notebook)), "cells": cells}


def _submitted_cells(submission: Submission, release: Release) -> list[Any]:
    """The cells of what was graded, or none when it could not be read."""
    if submission.problems:
        return []
    if submission.path.endswith(".ipynb"):
        return list(load_notebook(submission.text)["cells"])
    cells = []
    try:
        script = jupytext.reads(submission.text, fmt="py:percent").cells
    except Exception:  # whatever jupytext makes of a student's markers, the code is there
        return [{"cell_type": "code", "source": cell.source} for cell in submission.cells]
    for cell in script:
        title = str(cell.metadata.get("title"))
        metadata = release.by_id[title]["metadata"] if title in release.by_id else {}
        cells.append({"cell_type": cell.cell_type, "metadata": metadata, "source": cell.source})
    return cells


def _clean_cell(cell: Any, release: Release, seen: set[str], free_id: str) -> dict[str, Any]:
    """A cell of nbformat 4.5 made of nothing but source and the release's own metadata.

    Of two cells with the same id the last one keeps it, as with nbgrader; a test cell is the
    released one, whatever the student made of it.
    """
    cell = cell if isinstance(cell, dict) else {}
    cell_id = grade_id(cell)
    if cell_id in release.by_id and cell_id not in seen:
        seen.add(cell_id)
        clean = copy.deepcopy(dict(release.by_id[cell_id]))
        if not _is_test(clean):
            clean["source"] = cell_source(cell)
        return clean
    kind = cell.get("cell_type")
    kind = kind if kind in ("code", "markdown", "raw") else "raw"
    clean = {
        "cell_type": kind,
        "id": free_id,
        "metadata": {},
        "source": cell_source(cell),
    }
    return {**clean, "execution_count": None, "outputs": []} if kind == "code" else clean


def _is_test(cell: Mapping[str, Any]) -> bool:
    metadata = cell["metadata"]["nbgrader"]
    return bool(metadata["grade"]) and not metadata["solution"]


def _outputs(function: FunctionReport) -> list[dict[str, Any]]:
    """What was found, as a table and as text, and then the score where nbgrader reads it."""
    text = "\n".join(terminal.function_lines(function, terminal.Style(False)))
    shown = {"text/html": function_table(function), "text/plain": text}
    return [
        {"output_type": "display_data", "data": shown, "metadata": {}},
        _score_output(function.score),
    ]


def _text_output(text: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}


def _score_output(score: float) -> dict[str, Any]:
    return {
        "output_type": "execute_result",
        "data": {"text/plain": repr(float(score))},
        "metadata": {},
        "execution_count": None,
    }


def _note(report: Report) -> dict[str, Any]:
    """What was wrong with the file as a whole, in front of everything."""
    lines = [f"    {line}" for p in report.problems for line in p.message.splitlines()]
    source = "**What was wrong with the file**\n\n" + "\n".join(lines)
    return {"cell_type": "markdown", "id": "problems", "metadata": {}, "source": source}


def write_grades(
    course: Course, report: Report, notebook: Mapping[str, Any], release: Release, submitted: Path
) -> None:
    """Write a report's scores and comments into the gradebook.

    A test cell's score is the function's, between 0 and its points. A question is left for a person
    unless nothing was answered. Marks given by hand stay, and are flagged to be looked at again.
    """
    sources = {grade_id(cell): cell_source(cell) for cell in notebook["cells"]}
    functions = {check_id(function.name): function for function in report.functions}
    with nbgrader_quiet("writing grades"), open_gradebook(course) as gradebook:
        gradebook.update_or_create_student(report.student)
        timestamp = read_timestamp(submitted)
        known = {} if timestamp is None else {"timestamp": timestamp}
        submission = gradebook.update_or_create_submission(release.name, report.student, **known)
        for submitted_notebook in submission.notebooks:
            for grade in submitted_notebook.grades:
                grade.auto_score = _score(grade, functions, release, sources)
                grade.needs_manual_grade = grade.auto_score is None or (
                    grade.manual_score is not None
                )
            for comment in submitted_notebook.comments:
                comment.auto_comment = _comment(comment.name, functions, release, sources)
        gradebook.db.commit()


def _score(
    grade: Any,
    functions: Mapping[str, FunctionReport],
    release: Release,
    sources: Mapping[str, str],
) -> float | None:
    if grade.name in release.questions:
        source = sources.get(grade.name, "")
        return 0.0 if not source.strip() or release.unchanged(grade.name, source) else None
    function = functions.get(grade.name)
    # `min` and `max` in this order also turn a NaN into 0.
    return min(max(0.0, function.score), float(grade.max_score)) if function else 0.0


def _comment(
    cell_id: str,
    functions: Mapping[str, FunctionReport],
    release: Release,
    sources: Mapping[str, str],
) -> str | None:
    """The reason under a solution cell. nbgrader renders comments as Markdown with HTML in it, so
    the text, part of which is a student's, is an indented code block."""
    source = sources.get(cell_id, "")
    if not source.strip() or release.unchanged(cell_id, source):
        return "No response."
    function = functions.get(check_id(cell_id))
    failure = function.first_failure if function else None
    if failure is None:
        return None
    lines = [f"{failure.name}:", *failure.message.splitlines()]
    return "\n".join(f"    {line}" for line in lines)


def read_timestamp(folder: Path) -> Any:
    """When a submission was handed in, as nbgrader noted it; None when that cannot be told."""
    path = folder / "timestamp.txt"
    try:
        text = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
        return parse_utc(text) if text else None
    except (OSError, ValueError, OverflowError):
        return None
