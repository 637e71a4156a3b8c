"""The class page: one self-contained HTML file, and a CSV of the same table."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import itertools
import math
from collections.abc import Mapping, Sequence
from importlib import resources
from statistics import fmean, median
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from autograder.classroom.item_analysis import chance
from autograder.classroom.needs_attention import Need
from autograder.classroom.overview import Roster, StudentRow, short
from autograder.classroom.shared_numbers import Shared
from autograder.classroom.totals import FIRST, MORE, POINTS, Found, shared
from autograder.course import Course
from autograder.display.html import environment
from autograder.report import FunctionReport
from autograder.submission import check_id
from autograder.text import harmless, points_text
from autograder.version import VERSION

PAGE, TABLE = "index.html", "class.csv"
#: Identifies a page of ours; it is near the beginning of the file.
GENERATOR = "autograder"
#: The maximum number of bars of the histogram, and their widths in points, times a power of ten.
_BARS, _WIDTHS = 12, (1, 2, 5)
#: Columns of the CSV and of the page that have the same name, where anybody has a value.
_OPTIONAL = ("attempts", "hints")


class Bar(NamedTuple):
    """A bar of the histogram: a range of points, and the number of students in it."""

    low: float
    high: float
    students: int


def class_page(
    course: Course,
    name: str,
    roster: Roster,
    needs: Sequence[Need],
    linked: Mapping[str, str],
    complete: bool,
    by_hand: float = 0.0,
    shared: Sequence[Shared] = (),
) -> str:
    """The page of an assignment's class.

    ``linked`` holds the addresses of the students' own pages. Unless ``complete``, the page says
    that the gradebook could not be read. ``by_hand`` is the points of questions that a person
    marks, which the scores do not include. ``shared`` are the groups that share wrong numbers.
    """
    script = _file("class.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    scores = [student.score for student in roster.students]
    most = max(student.max_score for student in roster.students)
    pages = environment(
        "autograder.classroom",
        percent=_percent,
        number=_number,
        cell=_cell,
        chance=chance,
        short=short,
        breakable=_breakable,
    )
    return pages.get_template("class.html").render(
        course=course,
        name=name,
        generator=GENERATOR,
        version=VERSION,
        roster=roster,
        needs=needs,
        shared=shared,
        checks=roster.checks(),
        most=most,
        bars=bars(scores, most),
        quartiles=np.percentile(scores, [25, 50, 75]).tolist(),
        mean=fmean(scores),
        seconds=median(student.seconds for student in roster.students),
        slowest=max(roster.students, key=lambda student: student.seconds),
        known=_known(roster),
        linked=linked,
        complete=complete,
        by_hand=by_hand,
        table=TABLE,
        style=Markup(_file("class.css")),  # noqa: S704
        script=Markup(script),  # noqa: S704
        digest=digest,
    )


def _known(roster: Roster) -> list[str]:
    """The optional columns of the table that have a value for some student."""
    optional = ("total", "late", "penalty", *_OPTIONAL)
    students = roster.everybody
    known = [c for c in optional if any(getattr(s, c) is not None for s in students)]
    totals = [student.total for student in students if student.total]
    by_hand = any(total.waiting or total.by_hand is not None for total in totals)
    return [*known, *(["by_hand"] if by_hand else [])]


def _file(name: str) -> str:
    return (
        resources.files("autograder.classroom")
        .joinpath("templates", name)
        .read_text(encoding="utf-8")
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if math.isfinite(share) else "–"


def _number(value: float) -> str:
    """A number with two decimals; a dash for NaN."""
    return f"{value:.2f}".replace("-", "−") if math.isfinite(value) else "–"


def _breakable(name: str) -> Markup:
    """A name that may go on in the next line after an underscore."""
    return Markup("_<wbr>").join(name.split("_"))


def _cell(function: FunctionReport | None) -> str:
    """A function's mark and points, and its status when it could not be judged."""
    if function is None:
        return "–"
    mark = {"passed": "✓", "partial": "◐"}.get(function.status, "✗")
    why = "" if function.status in ("passed", "partial", "failed") else f" {function.status}"
    return f"{mark} {points_text(function.score)}{why}"


def bars(scores: Sequence[float], most: float) -> list[Bar]:
    """The histogram of scores from 0 to ``most``, in round steps; the last bar may be narrower.

    A score at the border of two bars counts in the upper one.
    """
    most = most or 1.0
    widths = (width * 10.0**power for power in itertools.count(-3) for width in _WIDTHS)
    step = next(width for width in widths if most <= _BARS * width)
    ends = [*np.arange(0.0, most - step / 1000, step), most]
    counts, _ = np.histogram(scores, bins=ends)
    return [Bar(*each) for each in zip(ends, ends[1:], counts.tolist(), strict=False)]


def class_csv(roster: Roster) -> str:
    """The table of the page as CSV, with text escaped that a spreadsheet would run as a formula.

    What `nbgrader export` writes too has the same name here.
    """
    checks = [check_id(name) for name in roster.functions]
    known = [column for column in _OPTIONAL if column in _known(roster)]
    columns = [
        *("student_id", *POINTS, *checks, *FIRST, *MORE),
        *(f"{name} status" for name in roster.functions),
        *("mistakes", *known, "seconds"),
    ]
    stream = io.StringIO(newline="")
    table = csv.DictWriter(stream, columns)
    table.writeheader()
    for student in roster.everybody:
        row = _row(student, known)
        table.writerow({key: harmless(value) for key, value in row.items() if key in columns})
    return stream.getvalue()


def _row(student: StudentRow, known: Sequence[str]) -> dict[str, object]:
    row: dict[str, object] = {"student_id": student.id}
    if (total := student.total) is not None:
        points = (total.raw_score, total.penalty, total.score, total.max_score)
        row |= zip(POINTS, points, strict=True)
    found = Found.from_functions(student.functions, student.wrong) if student.is_graded else None
    row |= shared(total, found)
    row |= {f"{function.name} status": function.status for function in student.functions}
    row["mistakes"] = " ".join(mistake.id for mistake in student.mistakes)
    row |= {column: getattr(student, column) for column in known}
    row["seconds"] = round(student.seconds, 4) if student.is_graded else None
    return row
