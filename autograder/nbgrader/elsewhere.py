"""Answers that were written beside the cell that is given for them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from autograder.classroom.given_texts import GivenTexts
from autograder.nbgrader.graded_notebook import submitted_cells
from autograder.nbgrader.release import Release
from autograder.report import Problem
from autograder.sandbox.calls import Cell
from autograder.script import SCRIPT_HEADER
from autograder.submission import Submission, cell_source, grade_id
from autograder.text import listed

#: Words of a comment that may be an answer, and cells that are named.
_LEAST_WORDS, _MAX_SHOWN = 3, 5
_COMMENT = re.compile(r"#.*")
#: Whole lines of comments below each other, but for those that are for programs.
_BLOCK = re.compile(r"(?:^#(?!!| coding:| -\*-| In\[| ---$).*\n?)+", re.MULTILINE)
_TEXT_ONLY = re.compile(
    r"(?:print\s*\(\s*)?[rRfF]?(\"{3}|'{3}|\"|')(?P<text>.*)\1\s*\)?", re.DOTALL
)


def answers_elsewhere(submission: Submission, release: Release) -> list[Problem]:
    """The problem of an answer cell that is empty where the student wrote text into other cells;
    none if there is no such text."""
    cells = submitted_cells(submission, release)
    sources = {grade_id(cell): cell_source(cell) for cell in cells}
    empty = [name for name in release.questions if release.unanswered(name, sources.get(name, ""))]
    if not empty:
        return []
    given = GivenTexts(cell_source(cell) for cell in release.notebook["cells"])
    is_exported = submission.path.endswith(".py") and not any(map(_is_marked, cells))
    places = [] if is_exported else list(_own_text(cells, release, empty, given))
    if submission.path.endswith(".py") and not sources.keys() & set(empty):
        places += _own_comments(submission.cells, given)
    places = list(dict.fromkeys(places))
    if not places:
        return []
    more = ["others"] if len(places) > _MAX_SHOWN else []
    what = "cell of {} is" if len(empty) == 1 else "cells of {} are"
    return [
        Problem(
            "answer-elsewhere",
            f"The answer {what.format(listed(empty))} empty, and there is text in "
            f"{listed([*places[:_MAX_SHOWN], *more])}. A person reads it there. Write an answer "
            "into the cell that is given for it.",
        )
    ]


def _is_marked(cell: Mapping[str, Any]) -> bool:
    """Whether a cell of a script has a name or is text: in what Jupyter exports, no cell is."""
    return bool(grade_id(cell)) or cell.get("cell_type") != "code"


def _own_text(
    cells: Sequence[Mapping[str, Any]],
    release: Release,
    empty: Collection[str],
    given: GivenTexts,
) -> Iterator[str]:
    """Where there is text of the student's own."""
    last = {grade_id(cell): position for position, cell in enumerate(cells)}
    after = {last[name] + 1 for name in empty if name in last}
    before = {last[name] - 1 for name in empty if name in last}
    for position, cell in enumerate(cells):
        source, name = cell_source(cell), grade_id(cell)
        if name in release.by_id and last[name] == position:
            continue
        if cell.get("cell_type") == "code":
            own = not given.has(source) and _comments(source, position in after | before)
        else:
            own = bool(re.search(r"\w", source)) and not given.has(source, position not in after)
        if own:
            yield cell["place"]


def _own_comments(cells: Sequence[Cell], given: GivenTexts) -> list[str]:
    """Where there are comments of the student's own in a script whose cells are not told apart, as
    Jupyter exports a notebook. Its texts are comments between the others there."""
    own, was_given = [], False
    for cell in cells:
        header = SCRIPT_HEADER.match(cell.source)
        for block in _BLOCK.finditer(cell.source, header.end() if header else 0):
            if len(re.findall(r"\w+", block[0])) < _LEAST_WORDS:
                continue
            if given.has(block[0], or_earlier=True):
                was_given = True
            else:
                line = cell.first_line + cell.source.count("\n", 0, block.start())
                own.append(f"line {line}")
    return own if was_given else []


def _comments(source: str, with_code: bool) -> bool:
    """Whether a code cell has text, and no code unless that may be with it."""
    code = _COMMENT.sub("", source).strip()
    text = _TEXT_ONLY.fullmatch(code)
    words = " ".join(_COMMENT.findall(source)) + (f" {text['text']}" if text else "")
    if code and not text and not with_code:
        return False
    return len(re.findall(r"\w+", words)) >= _LEAST_WORDS
