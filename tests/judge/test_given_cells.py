"""Work that is not in the cell that is given for it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from autograder.judge.given_cells import unanswered
from autograder.student import check_file
from autograder.submission import grade_id, parse_submission
from tests.conftest import NAME, ROOT
from tests.helpers.edited import Edit, inside, notebook

QUESTION = "bias-sum"
TEXT = re.compile(rf"There is no answer yet in cell \d+ \({QUESTION}\)\. Write it into the cell")


def below(text: str) -> Edit:
    """A text in a cell below the one that is given for it."""
    return lambda cells: [*cells, {"cell_type": "markdown", "metadata": {}, "source": text}]


@pytest.mark.parametrize(
    ("edit", "is_told"),
    [
        (lambda cells: cells, False),
        (inside(QUESTION, lambda _: "YOUR ANSWER HERE"), True),
        (inside(QUESTION, lambda _: " \n"), True),
        (lambda cells: below("It is wrong.")(inside(QUESTION, lambda _: "")(cells)), True),
        (inside(QUESTION, lambda text: f"YOUR ANSWER HERE\n\n{text}"), False),
        (lambda cells: [cell for cell in cells if grade_id(cell) != QUESTION], False),
    ],
    ids=["answered", "as-released", "emptied", "elsewhere", "below-the-stub", "deleted"],
)
def test_a_check_of_right_functions_asks_for_the_text(
    edit: Edit, is_told: bool, tmp_path: Path
) -> None:
    def work(cells: object) -> object:
        return edit(inside(QUESTION, lambda _: "Every bias moves by the sum.")(cells))

    text = notebook(work)
    found = [problem.message for problem in unanswered(parse_submission("a.ipynb", text.encode()))]
    assert [bool(TEXT.match(message)) for message in found] == [True] * is_told
    path = tmp_path / f"{NAME}.ipynb"
    path.write_text(text)
    shutil.copyfile(ROOT / "assignments" / NAME / "visible.json", tmp_path / "visible.json")
    report, _, _ = check_file(path)
    assert [problem.message for problem in report.problems] == found


def test_nobody_who_has_begun_is_asked_for_a_text(tmp_path: Path) -> None:
    for name in (f"{NAME}.ipynb", "visible.json"):
        shutil.copyfile(ROOT / "assignments" / NAME / name, tmp_path / name)
    report, _, _ = check_file(tmp_path / f"{NAME}.ipynb")
    assert not report.problem("unanswered")


def test_cells_that_are_none_are_no_question() -> None:
    """Whatever a notebook holds in place of cells and metadata."""
    told = {"nbgrader": {"grade_id": QUESTION, "grade": True, "solution": True, "points": "two"}}
    cells = [
        {"cell_type": "code", "metadata": {}, "source": "1"},
        {"cell_type": "markdown", "metadata": told, "source": "text"},
        {"cell_type": "markdown", "metadata": {"nbgrader": 3}, "source": ""},
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    assert unanswered(parse_submission("a.ipynb", text.encode())) == []
