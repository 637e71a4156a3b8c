"""The next step: one line below a check, chosen from its report."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.exercise.answer_key import AnswerKey
from autograder.report import DIFFERS, FunctionReport, Problem, Report

HAND_IN = (
    "All visible checks pass. Answer what else is asked, save, and hand in the folder as your "
    "course does it."
)
LAST = (
    "This was the last check. If all are right, answer what else is asked, save, and hand in the "
    "folder as your course does it."
)
#: By the status of a function that returned nothing.
_STEPS = {
    "missing": "write {}.",
    "error": "fix what stopped {}.",
    "timeout": "find what takes so long in {}: a loop that does not end?",
    "memory": "find what grows in {}.",
}


def next_step(report: Report) -> str:
    """The next step after a check of a file. A syntax error comes first, since other failures may
    follow from it; then a wrong file; then the first function that is not right."""
    unread = report.problem("syntax-error")
    if unread:
        return f"Next: fix the syntax error{_place(unread)}."
    if report.problem("other-file"):
        return f"Next: check the file in which you wrote the functions of {report.assignment}."
    return next_of(report.functions)


def next_of(functions: Sequence[FunctionReport]) -> str:
    """The next step after a check of all functions."""
    wrong = next((f for f in functions if not f.is_done), None)
    return _fix(wrong) if wrong else HAND_IN


def _place(problem: Problem) -> str:
    return f" in {problem.cell}, line {problem.line}" if problem.cell else ""


def next_after(reports: Sequence[FunctionReport], answer_key: AnswerKey) -> str:
    """The next step after a check of one function, the last of the ``reports``.

    The functions that it calls come first, since a mistake there shows in both. After a choice,
    ``reports`` holds choices only.
    """
    checked = reports[-1]
    names = [each.name for each in answer_key.checked]
    at = names.index(checked.name)
    function = answer_key.function(checked.name)
    calls = function.calls if function else ()
    called = [report for report in reports if report.name in calls]
    wrong = [report for report in [*called, checked, *reports] if not report.is_done]
    if wrong:
        return _fix(wrong[0]) + " Run its cell again, then its check."
    if at + 1 < len(names):
        return f"Next: write {names[at + 1]}, and run its check."
    return HAND_IN if len(reports) == len(names) else LAST


def is_own(reports: Sequence[FunctionReport], step: str) -> bool:
    """Whether a step of `next_after` is about the checked function, which is not right."""
    return not reports[-1].is_done and step.startswith(_fix(reports[-1]))


def _fix(report: FunctionReport) -> str:
    step = _STEPS.get(report.status, "fix {}: start with its first failed check.")
    failure = report.first_failure
    differs = [row.entry for row in failure.rows if row.note == DIFFERS] if failure else []
    if differs and differs[0] != report.name:
        step = f"look at how {{}} computes {differs[0]}."
    return f"Next: {step.format(report.name)}"
