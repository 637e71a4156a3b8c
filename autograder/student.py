"""The student's interface: `check` in a notebook, and the visible checks of a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from autograder.display import terminal
from autograder.display.hints import hint_lines, note_hints
from autograder.display.next_step import next_after
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.mutants import Mutants
from autograder.exercise.visible import VISIBLE_FILE, VisibleFileError, read_visible
from autograder.faults import Refusal
from autograder.grade import grade_submission
from autograder.judge.checks import require_known
from autograder.judge.judge import judge
from autograder.report import FunctionReport, Report
from autograder.sandbox.in_process import InProcess, InProcessSandbox
from autograder.submission import read_submission
from autograder.text import visible_name

SECONDS = 10.0


class CannotCheck(Refusal):
    """A file cannot be checked; the message says why and what to do."""


#: Characters per line in the window of nbgrader's Validate button.
WINDOW = 78


class CheckFailed(Exception):
    """A visible check failed; the message is the table of checks."""

    def __init__(self, shown: Shown) -> None:
        """Keep the table, which replaces the traceback."""
        super().__init__(str(shown))
        self.shown = shown

    def _render_traceback_(self) -> list[str]:
        failure = self.shown.report.first_failure
        what = f" ({failure.name})" if failure else ""
        why = failure.message.splitlines() if failure else []
        fold = terminal.Style(False, width=WINDOW).fold
        why = [part for line in why for part in fold(line, 0)]
        return [f"CheckFailed: {self.shown.report.name} is not right yet{what}.", *why]


class Shown:
    """The result of `check` for one function: a table in a notebook, text elsewhere.

    While nbgrader grades, the text is only the score, which nbgrader reads from it.
    """

    def __init__(
        self, reports: Sequence[FunctionReport], answer_key: AnswerKey, hint: int = 0
    ) -> None:
        """Keep the last of the reports, and its note with so many hints."""
        self.report = report = reports[-1]
        notes = hint_lines(report, answer_key, hint, f"check({report.name}, hint={{}})")
        if not answer_key.has_hidden:
            notes += [
                terminal.hidden_note(answer_key, {report.name}),
                next_after(reports, answer_key),
            ]
        self.note = "\n".join(filter(None, notes))

    def __repr__(self) -> str:
        if _grading():
            return repr(float(self.report.score))
        return str(self)

    def __str__(self) -> str:
        lines = terminal.function_lines(self.report, terminal.Style(False))
        return "\n".join([*lines, self.note] if self.note else lines)

    def _repr_html_(self) -> str:
        from autograder.display.notebook import function_table

        return function_table(self.report, self.note)


def check(function: Callable[..., Any], *, hint: int = 0, hidden: bool = False) -> Shown:
    """Check one of your functions, and show what is right and what is wrong.

    If your numbers are those of a known mistake, the mistake is named. ``hint`` is the number of
    hints to show.

    In a notebook the result is a table. Raises `CheckFailed` if something is wrong, so that
    ``nbgrader validate`` notices it. ``hidden`` is for instructors: it checks hidden instances too,
    and needs the course's folder.
    """
    namespace = getattr(function, "__globals__", None)
    name = getattr(function, "__name__", "")
    if namespace is None:
        raise TypeError("check takes one of your functions, as in check(forward).")
    folder = Path(namespace.get("__file__", ".")).resolve().parent
    if "__file__" not in namespace:
        folder = Path.cwd()
    answer_key, mutants = (
        _of_the_course(folder) if hidden else (read_visible(folder / VISIBLE_FILE), None)
    )
    if name not in (each.name for each in answer_key.checked):
        names = ", ".join(each.name for each in answer_key.checked)
        raise ValueError(f"There is no check for {name!r}. Use check with one of {names}.")
    namespace = {**namespace, name: function} if namespace.get(name) is not function else namespace
    runner = InProcess(seconds=SECONDS, namespace=namespace)
    # A function is judged with those before it; a choice does not depend on any.
    is_function = answer_key.function(name) is not None
    order = [each.name for each in (answer_key.functions if is_function else answer_key.choices)]
    wanted = order[: order.index(name) + 1]
    reports = judge(answer_key, runner, SECONDS, wanted, mutants, runner.restart)
    shown = Shown(reports, answer_key, hint)
    note_hints(folder, shown.report, answer_key, hint)
    if shown.report.first_failure is not None and not _grading():
        _display(shown)
        raise CheckFailed(shown)
    return shown


def check_file(path: Path) -> tuple[Report, AnswerKey, str]:
    """Run the visible checks on a file in this process. Returns the report, the answer key, and the
    file's output.

    Raises `CannotCheck` if the file, or ``visible.json`` beside it, cannot be read.
    """
    visible = path.parent / VISIBLE_FILE
    try:
        submission = read_submission(path)
    except PermissionError:
        raise CannotCheck(
            f"{visible_name(str(path))}: You have no permission to read this file."
        ) from None
    if submission.problems:
        raise CannotCheck(f"{visible_name(str(path))}: {submission.problems[0].message}")
    try:
        answer_key = read_visible(visible)
    except VisibleFileError as error:
        raise CannotCheck(str(error)) from None
    here = InProcessSandbox(SECONDS)
    report = grade_submission(submission, path.stem, answer_key, here)
    return report, answer_key, here.output.text


def _of_the_course(folder: Path) -> tuple[AnswerKey, Mutants]:
    """The whole answer key and the solution, for hidden checks in an instructor's nbgrader."""
    from autograder.course import find_course
    from autograder.exercise.solution import load_solution

    course = find_course(folder)
    solution = load_solution(course, read_visible(folder / VISIBLE_FILE).name)
    require_known(solution.exercise)
    return solution.answer_key(course.key(), naming=False), solution.mutants


def _grading() -> bool:
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


def _display(shown: Shown) -> None:
    """Show the table above the error, if this is a notebook."""
    if "IPython" in sys.modules:
        from IPython import get_ipython
        from IPython.display import display

        if get_ipython() is not None:
            display(shown)
