"""Given code: the solution of a function with mistakes made in it, for students to find."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator, Mapping
from typing import Any

import jupytext

from autograder.authoring.notebook import BEGIN, END, solved_id
from autograder.exercise.error import EXERCISE, TEXT, ExerciseError
from autograder.exercise.mutants import make, require_python
from autograder.exercise.solution import Solution


def given_cells(solution: Solution) -> Mapping[str, str]:
    """By function, its cell as students get it. Comments in its regions are left out, since they
    may say what is right.

    Raises `ExerciseError` if its mistakes cannot be made together, or change nothing that students
    get.
    """
    return {name: _given_cell(solution, name) for name in solution.exercise.given}


def _given_cell(solution: Solution, name: str) -> str:
    known = {mistake.id: mistake for mistake in solution.exercise.mistakes}
    mistakes = [known[each] for each in solution.exercise.given[name]]
    made = make(mistakes, solution.source)
    require_python(made, mistakes)
    cell = _cell(made, name)
    if "\n".join(_code(cell)) == "\n".join(_code(_cell(solution.source, name))):
        raise ExerciseError(
            f"given: with its mistakes, {name} is as the solution has it", *(EXERCISE, "given")
        )
    return "\n".join(_code(cell))


def _cell(source: str, name: str) -> str:
    cells = jupytext.reads(source, fmt="py:percent").cells
    return next((str(cell.source) for cell in cells if solved_id(cell) == name), "")


def _code(cell: str) -> Iterator[str]:
    """The lines of a cell, without the markers of regions and the comments in them."""
    comments = _comments(cell)
    inside = False
    for number, line in enumerate(cell.split("\n"), start=1):
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside and number in comments:
            kept = line[: comments[number]].rstrip()
            if kept:
                yield kept
        else:
            yield line


def _comments(cell: str) -> Mapping[int, int]:
    """Where in which line a comment begins. Raises `ExerciseError` where that cannot be told: no
    comment may be given by mistake."""
    try:
        tokens: list[Any] = [*tokenize.generate_tokens(io.StringIO(cell).readline)]
    except (tokenize.TokenError, SyntaxError):
        first = cell.partition("\n")[0]
        raise ExerciseError(
            f"given: the cell {first!r} cannot be read as Python; move IPython commands out of it",
            *(TEXT, first),
        ) from None
    return {t.start[0]: t.start[1] for t in tokens if t.type == tokenize.COMMENT}
