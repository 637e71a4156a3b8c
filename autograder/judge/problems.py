"""Problems of a submission as a whole: cells that fail, and another assignment's file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from autograder.contents import conflict
from autograder.report import FunctionReport, Problem, ProblemKind
from autograder.sandbox.calls import Cell, Outcome

#: Matches where a name is defined, imported or assigned.
_DEFINES = r"\b(?:def|class|import|as)[ \t]+(\w+)|\b(\w+)[ \t]*=(?!=)"
#: What a statement fails for that is missing here only: its cause is told, and that it is alone.
_MISSING_HERE = {"ModuleNotFoundError", "ImportError", "EOFError", "BdbQuit", "SystemExit"}
_SHORTER = "Make it shorter, with fewer epochs for example, or delete it. "
_ALONE = "What does not need it was run all the same."
#: The names of an import, after commas too.
_IMPORTS = r"\bimport[ \t]+([\w., \t]+)"
_SYNTAX_ERRORS = {"SyntaxError", "IndentationError", "TabError"}


def cell_problems(
    cells: Sequence[Cell], failures: Mapping[int, Outcome], seconds: float
) -> list[Problem]:
    """The problems of the cells in ``failures`` (by position); the other cells ran all the same.

    Some failures are left out, since another message reports their cause: a call of an unwritten
    function, a name that is undefined because the cell that defines it has a syntax error or which
    an earlier message names, and what needs a value that was not computed or a package that is
    missing.
    """
    problems: list[Problem] = []
    every = [(at, each) for at, first in sorted(failures.items()) for each in (first, *first.more)]
    missing = {_missing_name(outcome) for _, outcome in every}
    unread: set[str | None] = set()
    told: set[str] = set()
    for at, outcome in every:
        name = _missing_name(outcome)
        if outcome.unwritten or name in unread or _follows(outcome, told):
            continue
        if name:
            unread.add(name)
        problem = _problem(cells[at], outcome, seconds)
        problems.append(problem)
        if problem.kind == "syntax-error":
            unread |= missing.intersection(_defined(cells[at]))
    return problems


def other_file(
    cells: Sequence[Cell],
    functions: Sequence[FunctionReport],
    assignment: str,
    others: Sequence[Problem] = (),
) -> list[Problem]:
    """The problem of a file that defines none of the functions; an empty list otherwise, and where
    one of the ``others`` is a syntax error: what is below it is not known."""
    if any(problem.kind == "syntax-error" for problem in others):
        return []
    if any(function.status != "missing" for function in functions):
        return []
    wanted = {function.name.partition(".")[0] for function in functions}
    if any(name in wanted for cell in cells for name in _defined(cell)):
        return []
    return [
        Problem(
            "other-file",
            f"None of the functions of {assignment} is defined in this file. "
            "Is it the file of another assignment?",
        )
    ]


def _defined(cell: Cell) -> Iterator[str]:
    yield from (match[1] or match[2] for match in re.finditer(_DEFINES, cell.source))
    for imported in re.findall(_IMPORTS, cell.source):
        yield from (part.split()[-1] for part in imported.split(",") if part.strip())


def _missing_name(outcome: Outcome) -> str | None:
    missing = re.match(r"name '(\w+)' is not defined", outcome.message)
    return missing[1] if missing and outcome.exception == "NameError" else None


def _follows(outcome: Outcome, told: set[str]) -> bool:
    """Whether it is what came of an earlier failure, of which was ``told``."""
    if outcome.exception in ("ModuleNotFoundError", "ImportError"):
        known = outcome.error_text in told
        told.add(outcome.error_text)
        return known
    return outcome.exception == "NotComputed"


def _problem(cell: Cell, outcome: Outcome, seconds: float) -> Problem:
    from autograder.judge.exceptions import meaning

    place = outcome.place
    if outcome.kind in ("timeout", "crashed", "limit"):
        what = outcome.message or f"did not finish within {seconds:g} seconds"
        if place is None:
            return Problem("cell-failed", f"{cell.label} {what}.")
        text = f"{place} {what}. {_SHORTER if outcome.kind == 'timeout' else ''}{_ALONE}"
        return Problem("cell-failed", text, place.line, place.label)
    if place is not None and outcome.exception in _MISSING_HERE:
        why = meaning(outcome.error_text) or f"{outcome.error_text}."
        return Problem("cell-failed", f"{place}: {why} {_ALONE}", place.line, place.label)
    if outcome.kind == "memory":
        text = f"{place or cell.label} asked for more memory than there is here. {_ALONE}"
        return Problem("cell-failed", text, place and place.line, place and place.label)
    if place is not None and outcome.exception == "FileNotFoundError":
        why = meaning(outcome.error_text) or f"{outcome.error_text}."
        return Problem("cell-failed", f"{place}: {why}", place.line, place.label)
    kind: ProblemKind = "syntax-error" if outcome.exception in _SYNTAX_ERRORS else "cell-failed"
    message = f"{outcome.error_text} ({place or cell.label})"
    if kind == "syntax-error" and (marks := conflict(cell.source, cell.label, cell.first_line)):
        message = f"{marks}."
    return Problem(kind, message, place.line if place else None, place.label if place else "")
