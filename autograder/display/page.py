"""A student's report as one HTML file without requests and scripts.

`autograder.display.html` escapes all text in it.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any

import jinja2
from markupsafe import Markup

from autograder.display import diagram, loss_plot
from autograder.display.headline import headline
from autograder.display.hints import ladder, naming_ladder
from autograder.display.html import environment
from autograder.display.said import parts
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.computation import network, recorder, right_losses, right_network
from autograder.files import NewFiles
from autograder.report import FunctionReport, Losses, Report

#: The beginning of every page; ``--html`` overwrites no file that begins otherwise.
BEGINNING = "<!DOCTYPE html>\n<!-- autograder/page/1 -->\n"
#: Names that can be file names. What looks like a digest may belong to another student.
_PLAIN_NAME = re.compile(r"(?!student-[0-9a-f]{16}$)[A-Za-z0-9_@+][A-Za-z0-9._@+-]{0,99}")


def student_page(report: Report, answer_key: AnswerKey, printed: str = "", note: str = "") -> str:
    """The page of one report. Title, hints and first visible instance come from ``answer_key``;
    ``printed`` is the submission's output, and ``note`` is shown below the score."""
    return template("student.html").render(
        beginning=Markup(BEGINNING),  # noqa: S704  # a constant
        report=report,
        title=answer_key.title,
        **parts_of(report, answer_key),
        printed=printed,
        note=note,
    )


def parts_of(report: Report | None, answer_key: AnswerKey | None) -> dict[str, Any]:
    """What the templates make the parts of: the file's name, hints, and what the figures show."""
    if report is None or answer_key is None:
        return {"file": "", "hints": {}, "traces": (), "losses": None}
    return {
        "file": PurePath(report.path).name,
        "hints": _hints(report, answer_key),
        "traces": _traces(report, answer_key),
        "losses": _losses(report, answer_key),
    }


def write_pages(
    new: NewFiles, folder: str, reports: Iterable[Report], answer_key: AnswerKey
) -> list[str]:
    """Add a page for each report to new files, below a folder; returns their names in order.

    Raises `OSError` if a page cannot be written.
    """
    written = []
    for report in reports:
        name = f"{folder}/{page_name(report.student)}"
        new.add(name, student_page(report, answer_key, "".join(report.printed)))
        written.append(name)
    return written


def page_name(student: str) -> str:
    """The file name of a student's page: their name, or a digest if it cannot be a file name."""
    if _PLAIN_NAME.fullmatch(student):
        return f"{student}.html"
    digest = hashlib.sha256(student.encode("utf-8", "surrogateescape")).hexdigest()
    return f"student-{digest[:16]}.html"


def _traces(report: Report, answer_key: AnswerKey) -> list[tuple[str, diagram.Trace, str]]:
    """The traces of the report, each with its function and the label of its instance; or the right
    one of the network if all of it is right."""
    found = [(each.name, each.trace, each.instance) for each in report.functions if each.trace]
    names = [function.name for function in network(answer_key.functions)]
    computed = [f for f in report.functions if f.name in names]
    if found or not computed or not all(map(_is_right, computed)):
        return found
    trace, instance = right_network(answer_key)
    return [(names[-1], trace, instance)] if trace else []


def _losses(report: Report, answer_key: AnswerKey) -> Losses | None:
    records = recorder(answer_key)
    train = next((f for f in report.functions if records and f.name == records[0]), None)
    if train is None:
        return None
    return train.losses or (right_losses(answer_key) if _is_right(train) else None)


def _is_right(function: FunctionReport) -> bool:
    return any(check.key == "values" and check.passed for check in function.checks)


def _hints(report: Report, answer_key: AnswerKey) -> dict[str, Sequence[str]]:
    """The hints about the mistakes, by their ids; about a slip by the name of its function."""
    known = answer_key.known
    found: dict[str, Sequence[str]] = {}
    for function in report.functions:
        for mistake in (*function.mistakes, *function.in_part):
            if mistake.id in known:
                found[mistake.id] = ladder(function, known[mistake.id].hints)
        for mistake in function.on_request:
            hints = known[mistake.id].hints if mistake.id in known else ()
            found[mistake.id or function.name] = naming_ladder(function, hints, mistake)
    return found


@functools.cache
def template(name: str) -> jinja2.Template:
    """A template of a page, with the figures as filters."""
    return environment(
        "autograder.display",
        caption=diagram.caption,
        # The figures escape the names in them.
        diagram=lambda trace: Markup(diagram.figure(trace)),  # noqa: S704
        headline=headline,
        parts=parts,
        loss_plot=lambda losses: Markup(loss_plot.figure(losses)),  # noqa: S704
    ).get_template(name)
