"""The student's interface: `check` in a notebook, and the visible checks of a file."""

from __future__ import annotations

import contextlib
import linecache
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from autograder.display import terminal
from autograder.display.hints import asking, hint_lines, note_hints
from autograder.display.next_step import is_own, next_after, next_of
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.probes import probe_cells
from autograder.exercise.visible import VISIBLE_FILE, VisibleFileError, read_visible
from autograder.faults import Refusal
from autograder.grade import examples, grade_submission
from autograder.judge.checks import require_known
from autograder.judge.given_cells import unanswered
from autograder.judge.judge import judge
from autograder.judge.lines import Source, with_lines
from autograder.judge.packages import uncertain_packages
from autograder.modules import read_modules
from autograder.other_names import found_instead
from autograder.report import FunctionReport, Problem, Report
from autograder.sandbox.calls import Cell
from autograder.sandbox.in_process import InProcess, InProcessSandbox
from autograder.sandbox.inside.example import Example, make_example
from autograder.sandbox.inside.probes import found
from autograder.sandbox.reached import Reached, watched
from autograder.submission import read_submission
from autograder.text import visible_name

if TYPE_CHECKING:
    from autograder.exercise.mutants import Mutants

SECONDS = 10.0


class CannotCheck(Refusal):
    """A file cannot be checked; the message says why and what to do."""


#: So many of the last cells that were run are searched for a function's source.
MOST_EXECUTED = 500
#: Characters per line in the window of nbgrader's Validate button.
WINDOW = 78


class CheckFailed(Exception):
    """A visible check failed; the message is the table of checks."""

    def __init__(self, shown: Shown) -> None:
        """Keep the table, which replaces the traceback."""
        super().__init__(str(shown))
        self.shown = shown

    def _render_traceback_(self) -> list[str]:
        name = self.shown.report.name
        if os.environ.get("NBGRADER_EXECUTION") != "validate":
            return [f"CheckFailed: {name} is not right yet. {self.shown.step}".rstrip()]
        # The window of the button Validate shows nothing else.
        failure = self.shown.report.first_failure
        what = f" ({failure.name})" if failure else ""
        why = failure.message.splitlines() if failure else []
        fold = terminal.Style(False, width=WINDOW).fold
        why = [part for line in why for part in fold(line, 0)]
        return [f"CheckFailed: {name} is not right yet{what}.", *why]


class Shown:
    """The result of `check` for one function: what to do first in a notebook, text elsewhere.

    While nbgrader grades, the text is only the score, which nbgrader reads from it.
    """

    def __init__(
        self, reports: Sequence[FunctionReport], answer_key: AnswerKey, hint: int = 0
    ) -> None:
        """Keep the last of the reports, to show it with so many hints."""
        self._reports = reports
        self.report = report = reports[-1]
        self._answer_key, self._hint = answer_key, hint
        self._request = f"check({report.name}, hint={{}})"
        # An instructor's needs no advice.
        student = not answer_key.has_hidden
        self._hidden = terminal.hidden_note(answer_key, {report.name}) if student else ""
        self._next = next_after(reports, answer_key) if student else ""

    def __repr__(self) -> str:
        if _grading():
            return repr(float(self.report.score))
        return str(self)

    def __str__(self) -> str:
        lines = terminal.function_lines(self.report, terminal.Style(False))
        hints = hint_lines(self.report, self._answer_key, self._hint, self._request)
        return "\n".join([*lines, *filter(None, (*hints, self._hidden, self._next))])

    def _repr_html_(self) -> str:
        from autograder.display.notebook import function_table

        report, answer_key, hint = self.report, self._answer_key, self._hint
        has_hints = report.mistakes or report.in_part or report.on_request
        said = [] if has_hints else hint_lines(report, answer_key, hint, "")
        if answer_key.count_hints:  # a click cannot be counted
            said += asking(report, answer_key, hint, self._request)
        # Where it is not right, the error below says what comes next.
        said += [self._next] if report.is_done else []
        return function_table(report, answer_key, hint, self._hidden, said)

    @property
    def step(self) -> str:
        """What to do next, below what is to be read first."""
        report = self.report
        # What it calls may have stopped it.
        by_others = report.waits_for or report.status == "error"
        if by_others and not is_own(self._reports, self._next):
            return self._next
        what = "Write" if report.status == "missing" else "Correct"
        return f"{what} it, run its cell again, then this one."


class Overview:
    """The result of `check` for all functions: the points, what to read first, the next step."""

    def __init__(self, reports: Sequence[FunctionReport], answer_key: AnswerKey) -> None:
        """Keep the reports of all functions."""
        self.reports = reports
        self.total = terminal.total(reports)
        names = {report.name for report in reports}
        self.notes = [next_of(reports), terminal.hidden_note(answer_key, names)]

    def __repr__(self) -> str:
        style = terminal.Style(False)
        width = terminal.name_width(self.reports)
        lines = [
            terminal.function_lines(each, style, brief=True, width=width)[0]
            for each in self.reports
        ]
        return "\n".join([*lines, self.total, *filter(None, self.notes)])

    def _repr_html_(self) -> str:
        from autograder.display.notebook import functions_table

        return functions_table(self.reports, self.total, list(filter(None, self.notes)))


class _OneLine(Exception):
    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]  # what a notebook shows


class NoExample(_OneLine, ValueError):
    """There is no such visible instance, or none of a function's inputs in it."""


class NoCheck(_OneLine, ValueError):
    """There is no check for a function."""


class NotAFunction(_OneLine, TypeError):
    """What is to be checked is no function, method or class."""


class Check:
    """Check your functions, and show what is right and what is wrong.

    ``check(backward)`` checks one function, and ``check()`` gives an overview of all.
    ``check(Value.backward)`` checks a method, and ``check(Value)`` gives an overview of a class.
    ``check.example("practice")`` gives the inputs of a visible instance.
    """

    @overload
    def __call__(
        self, function: Callable[..., Any] | str, *, hint: int = 0, hidden: bool = False
    ) -> Shown | Overview: ...

    @overload
    def __call__(self) -> Overview: ...

    def __call__(
        self,
        function: Callable[..., Any] | str | None = None,
        *,
        hint: int = 0,
        hidden: bool = False,
    ) -> Shown | Overview:
        """Check one of your functions or methods, which may be named by a text, or show how far all
        of them are, or those of a class.

        If your numbers are those of a known mistake, the mistake is named. ``hint`` is the number
        of hints to show.

        Raises `CheckFailed` if the function is not right, so that ``nbgrader validate`` notices it.
        ``hidden`` is for instructors: it checks hidden instances too, and needs the course's
        folder.
        """
        if function is None:
            return _overview(sys._getframe(1).f_globals)
        return _check(function, hint, hidden, sys._getframe(1).f_globals)

    def example(self, name: str, function: Callable[..., Any] | None = None) -> Example:
        """The inputs of a visible instance by name: ``check.example("practice").x``.

        With a ``function`` only what it is called with: ``forward(**check.example("practice",
        forward))``. Each call gives new arrays.
        """
        answer_key = read_visible(_folder(sys._getframe(1).f_globals) / VISIBLE_FILE)
        inputs, arguments = examples(answer_key)
        try:
            return make_example(inputs, arguments, name, function)
        except ValueError as error:
            raise NoExample(f"{error}{_meant(name, list(inputs))}") from None


check = Check()


def _check(
    function: Callable[..., Any] | str, hint: int, hidden: bool, caller: dict[str, Any]
) -> Shown | Overview:
    # A class has no namespace of its own, nor has a name.
    by_name = isinstance(function, (str, type))
    namespace = caller if by_name else getattr(function, "__globals__", None)
    if namespace is None:
        raise NotAFunction("check takes one of your functions, as in check(forward).")
    folder = _folder(namespace)
    answer_key, mutants = (
        _of_the_course(folder) if hidden else (read_visible(folder / VISIBLE_FILE), None)
    )
    known = [each.name for each in answer_key.checked]
    name = _named(function, known, namespace)
    methods = [each for each in known if each.startswith(f"{name}.")]
    if name not in known and methods:
        return _overview(namespace, methods)
    if name not in known:
        said = f"There is no check for {name!r}. Use check with one of {', '.join(known)}."
        raise NoCheck(said + _meant(name, known))
    is_known = by_name or found(namespace, name) is function
    namespace = namespace if is_known or "." in name else {**namespace, name: function}
    # A function is judged with those before it; a choice does not depend on any.
    is_function = answer_key.function(name) is not None
    order = [each.name for each in (answer_key.functions if is_function else answer_key.choices)]
    with _apart():
        reports = _judged(namespace, answer_key, order[: order.index(name) + 1], mutants)
    shown = Shown(reports, answer_key, hint)
    note_hints(folder, shown.report, answer_key, hint)
    if shown.report.first_failure is not None and not _grading():
        _display(shown)
        raise CheckFailed(shown)
    return shown


def _meant(name: str, known: list[str]) -> str:
    """The known name that an unknown one resembles, as a question; "" if it is known."""
    from difflib import get_close_matches  # rarely needed

    close = get_close_matches(str(name), known, 1) if name not in known else []
    return f" Did you mean {close[0]!r}?" if close else ""


def _named(
    function: Callable[..., Any] | str, known: Sequence[str], namespace: Mapping[str, Any]
) -> str:
    """What is checked, by name. A method that a class has under several names goes by the one that
    it was defined under, where that has a check."""
    if isinstance(function, str):
        return function
    own = str(getattr(function, "__name__", ""))
    whole = str(getattr(function, "__qualname__", own)).rpartition("<locals>.")[2]
    bound = [each for each in known if found(namespace, each) is function]
    return next((each for each in (whole, *bound, own) if each in known), whole)


def _overview(namespace: dict[str, Any], only: Sequence[str] = ()) -> Overview:
    answer_key = read_visible(_folder(namespace) / VISIBLE_FILE)
    return Overview(_judged(namespace, answer_key, only), answer_key)


def _judged(
    namespace: dict[str, Any],
    answer_key: AnswerKey,
    wanted: Sequence[str] = (),
    mutants: Mutants | None = None,
) -> list[FunctionReport]:
    """The reports of the functions of a notebook or a script that is running."""
    files = _files(namespace)
    probes = probe_cells(answer_key.functions)
    runner = InProcess(probes, seconds=SECONDS, namespace=namespace, sources=files)
    cells = _executed(namespace)
    reports = judge(answer_key, runner, SECONDS, wanted, mutants, runner.restart, cells=cells)
    sources = [Source("".join(linecache.getlines(file)), label) for file, label in files.items()]
    return [_with_lines(report, sources, answer_key) for report in reports]


def _with_lines(
    report: FunctionReport, sources: Sequence[Source], answer_key: AnswerKey
) -> FunctionReport:
    function = answer_key.function(report.name)
    if function is None:
        return with_lines(report, sources)
    parts = [function.named((at,)) for at in range(len(function.parts))]
    return with_lines(report, sources, parts, not function.takes_data)


def _files(namespace: dict[str, Any]) -> dict[str, str]:
    """What to call each file, or each cell of a notebook, that defined functions here."""
    module = namespace.get("__name__")
    values = list(namespace.values())
    classes = [each for each in values if isinstance(each, type)]
    values += [method for each in classes for method in vars(each).values()]
    functions = [each for each in values if isinstance(each, FunctionType)]
    files = dict.fromkeys(f.__code__.co_filename for f in functions if f.__module__ == module)
    if "__file__" in namespace:
        return {file: Path(file).name for file in files}
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    numbers = getattr(getattr(shell, "compile", None), "_filename_map", {})
    # As IPython names a cell in its own tracebacks.
    return {file: f"In[{numbers[file]}]" if file in numbers else "" for file in files}


def _folder(namespace: dict[str, Any]) -> Path:
    """The folder of the file or the notebook that a namespace is of."""
    return Path(namespace["__file__"]).resolve().parent if "__file__" in namespace else Path.cwd()


def _executed(namespace: Mapping[str, Any]) -> list[Cell]:
    """The cells of a notebook that were run, in that order, or the script."""
    history, file = namespace.get("In"), namespace.get("__file__")
    if isinstance(history, list):
        texts = [(at, text) for at, text in enumerate(history) if isinstance(text, str)]
        return [Cell(text, f"In[{at}]") for at, text in texts[-MOST_EXECUTED:] if text.strip()]
    if not isinstance(file, str) or not file.endswith(".py"):
        return []
    return list(read_submission(Path(file)).cells)


def check_file(path: Path, digest: bool = True) -> tuple[Report, AnswerKey, str]:
    """Run the visible checks on a file in this process. Returns the report, the answer key, and the
    file's output. Without ``digest``, the report has no SHA-256 of the file.

    Raises `CannotCheck` if the file, or ``visible.json`` beside it, cannot be read.
    """
    visible = path.parent / VISIBLE_FILE
    try:
        submission = read_submission(path, digest)
    except PermissionError:
        raise CannotCheck(
            f"{visible_name(str(path))}: You have no permission to read this file. Give yourself "
            "read permission."
        ) from None
    if submission.problems:
        instead = "" if os.path.lexists(path) else _instead(path)
        message = submission.problems[0].message.removesuffix(".") + f"{instead}."
        raise CannotCheck(f"{visible_name(str(path))}: {message}")
    try:
        answer_key = read_visible(visible)
    except VisibleFileError as error:
        raise CannotCheck(str(error)) from None
    submission = submission._replace(modules=read_modules(path.parent, path.stem))
    here = InProcessSandbox(SECONDS, path.parent.absolute() if answer_key.data else None)
    names = {function.name for function in answer_key.checked}
    labels = {cell.label for cell in submission.cells}
    reached = Reached(names, labels, path.parent, answer_key.data)
    with _apart(), watched(reached):
        report = grade_submission(submission, path.stem, answer_key, here)
    sources = [Source(cell.source, cell.label, cell.first_line) for cell in submission.cells]
    functions = [_with_lines(f, sources, answer_key) for f in report.functions]
    report = replace(report, functions=functions)
    right = [function.name for function in report.functions if function.right]
    more = uncertain_packages(submission.cells, right, path.parent)
    more += [Problem("not-allowed", reached.found[n]) for n in right if n in reached.found]
    if all(function.is_done for function in report.functions):
        more += unanswered(submission)
    report = replace(report, problems=[*report.problems, *more])
    return report, answer_key, here.output.text


def _instead(path: Path) -> str:
    """What there is in place of a file that does not exist."""
    found = found_instead(path.parent, path.stem) if path.parent.is_dir() else ""
    return found and f", but {found}"


@contextlib.contextmanager
def _apart() -> Iterator[None]:
    """Judge in a process that is the student's own, too: what was set there for warnings and for
    numpy's errors is not for the judge."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


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
