"""A report as lines, one for each check: what every platform shows, and its student may see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from autograder.judge import choices
from autograder.judge.finding import REACHES
from autograder.report import FunctionReport, Report
from autograder.text import visible_text

#: The checks that a student cannot run.
HIDDEN = frozenset({"hidden", REACHES, choices.KEY})
#: Characters of a message: platforms limit the size of a result.
MAX_MESSAGE = 5_000


class Line(NamedTuple):
    """A check of a function, or what is wrong with the whole file. ``passed`` is None where it was
    not run; ``is_hidden`` means that a student cannot run it. ``number`` counts functions, and in
    each its checks."""

    number: str
    name: str
    passed: bool | None
    score: float
    max_score: float
    message: str
    is_hidden: bool = False


def lines(report: Report) -> list[Line]:
    """The lines of a report. Where nothing could be judged, there is one that says why."""
    if not report.functions:
        return [Line("1", report.assignment, False, 0.0, report.max_score, problems(report))]
    numbered = enumerate(report.functions, start=1)
    return [line for number, function in numbered for line in _of_function(number, function)]


def problems(report: Report) -> str:
    """What is wrong with the file as a whole, a sentence on each line."""
    return _cut("\n".join(problem.message for problem in report.problems))


def beside_lines(report: Report) -> str:
    """What to say of the file beside its lines, which say it where nothing could be judged."""
    return problems(report) if report.functions else ""


def _of_function(number: int, function: FunctionReport) -> Iterator[Line]:
    named = "\n".join(mistake.message for mistake in function.mistakes)
    for at, check in enumerate(function.checks, start=1):
        message = check.message
        if check is function.first_failure and named and named not in message:
            message = f"{named}\n{message}"
        yield Line(
            f"{number}.{at}",
            f"{function.name}: {check.name}",
            check.passed,
            check.score,
            check.max_score,
            _cut(message),
            check.key in HIDDEN,
        )


def _cut(message: str) -> str:
    text = visible_text(message)
    return text if len(text) <= MAX_MESSAGE else f"{text[:MAX_MESSAGE]}…"
