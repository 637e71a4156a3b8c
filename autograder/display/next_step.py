"""The next step: one line below a check, chosen from its report."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.exercise.answer_key import AnswerKey
from autograder.report import FunctionReport, Problem, ProblemKind, Report
from autograder.text import listed

HAND_IN = (
    "All visible checks pass. Answer what else is asked, save, and hand in the folder as your "
    "course does it."
)
LAST = (
    "This was the last check. If all are right, answer what else is asked, save, and hand in the "
    "folder as your course does it."
)
#: Problems that only the grade would show.
ON_THIS_MACHINE: tuple[ProblemKind, ...] = ("uncertain-package", "not-allowed")
#: By the status of a function that returned nothing.
_STEPS = {
    "missing": "write {}.",
    "error": "fix what stopped {}.",
    "timeout": "find what takes so long in {}: a loop that does not end?",
    "memory": "find what grows in {}.",
}


#: What a message says of a missing package.
_PACKAGE = r"there is no package (\w+) "
#: Causes of which a failure's message tells, each with the step; ``{0}`` is the function.
_CAUSES = [
    (
        _PACKAGE,
        "do without the package {1} in {0}, or ask your instructor to install it.",
    ),
    (
        r"(\w+) is [^.\n]+ since (.+)\. Give",
        "give the value in {2} another name than {1}.",
    ),
    (r"stopped: \w+ was deleted in (.+)\. Delete", "delete {1}."),
    (r"(\w+) was deleted in (.+)\. Delete", "delete {2}: {0} needs {1}."),
    (r"since its cell stopped above", "mend what stopped the cell of {0} above its def line."),
    (r"is defined inside \w+,", "begin the def line of {0} at the left margin."),
    (r"needs ([\w.]+), which is not written yet", "write {1}: {0} needs it."),
    (r"has no value, since (.+) did not run to its end", "look at {1}, whose result {0} needs."),
]


def next_step(report: Report) -> str:
    """The next step after a check of a file. A syntax error comes first, since other failures may
    follow from it; then a wrong file; then the first function that is not right."""
    unread = report.problem("syntax-error")
    if unread:
        return f"Next: fix the syntax error{_place(unread)}."
    if report.problem("other-file"):
        return f"Next: check the file in which you wrote the functions of {report.assignment}."
    locked = report.problem("locked-cell")
    if locked and any(function.status == "missing" for function in report.functions):
        return f"Next: {locked.message}"
    if not all(function.is_done for function in report.functions):
        return next_of(report.functions)
    for kind in (*ON_THIS_MACHINE, "unanswered"):
        if last := report.problem(kind):
            return f"Next: {last.message}"
    packages = [re.search(_PACKAGE, problem.message) for problem in report.problems]
    without = listed(list(dict.fromkeys(found[1] for found in packages if found)))
    return HAND_IN.replace("pass.", f"pass, without {without}.") if without else HAND_IN


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
        return _fix(_root(wrong[0], reports)) + " Run its cell again, then its check."
    if at + 1 < len(names):
        return f"Next: write {names[at + 1]}, and run its check."
    return HAND_IN if len(reports) == len(names) else LAST


def is_own(reports: Sequence[FunctionReport], step: str) -> bool:
    """Whether a step of `next_after` is about the checked function, which is not right."""
    return not reports[-1].is_done and step.startswith(_fix(reports[-1]))


def _root(report: FunctionReport, reports: Sequence[FunctionReport]) -> FunctionReport:
    """The function that has to be right first, before one that waits for it."""
    by_name = {each.name: each for each in reports}
    seen = {report.name}
    while waits := [n for n in report.waits_for if n in by_name and n not in seen]:
        report = by_name[waits[0]]
        seen.add(report.name)
    return report


def _fix(report: FunctionReport) -> str:
    step = _STEPS.get(report.status, "fix {}: start with its first failed check.")
    failure = report.first_failure
    first = report.first_differing(failure.rows) if failure else None
    if first and first.entry != report.name:
        step = f"look at how {{}} computes {first.entry}."
    for cause, what in _CAUSES:
        found = re.search(cause, failure.message) if failure else None
        if found:
            return f"Next: {what.format(report.name, *found.groups())}"
    return f"Next: {step.format(report.name)}"
