"""Answers beside the cell that is given for them: a person reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from nbconvert.exporters import PythonExporter

from autograder.course import Course
from autograder.nbgrader.elsewhere import answers_elsewhere
from autograder.nbgrader.graded_cells import GradedCells
from autograder.nbgrader.release import Release, load_release
from autograder.submission import cell_source, grade_id, parse_submission
from tests.conftest import NAME, ROOT
from tests.helpers.nbgrader_commands import solve

QUESTION = "bias-sum"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
TEXT = "Every bias is moved by the same amount, since numpy broadcasts the sum."
Cells = list[dict[str, Any]]


@pytest.fixture(scope="module")
def release(course: Course) -> Release:
    return load_release(course, NAME)


def cells() -> Cells:
    """Right functions, and no answer."""
    text = (ROOT / "assignments" / NAME / f"{NAME}.ipynb").read_text()
    released = {grade_id(cell): cell for cell in json.loads(text)["cells"]}
    notebook = solve(json.loads(text))
    for cell in notebook["cells"]:
        if grade_id(cell) == QUESTION:
            cell["source"] = released[QUESTION]["source"]
    found: Cells = notebook["cells"]
    return found


def place(found: Cells) -> int:
    return next(at for at, cell in enumerate(found) if grade_id(cell) == QUESTION)


def cell(source: str, kind: str = "markdown", **more: Any) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source, **more}


def put(step: int, *new: dict[str, Any]) -> Callable[[Cells], None]:
    """Cells behind the question's, or so many before it."""

    def work(found: Cells) -> None:
        at = place(found) + step
        found[at:at] = new

    return work


def typed_into_the_question(found: Cells) -> None:
    found[place(found) - 1]["source"] = cell_source(found[place(found) - 1]) + f"\n\n{TEXT}"


def in_place_of_it(found: Cells) -> None:
    found[place(found)] = cell(TEXT)


def under_a_copy(found: Cells) -> None:
    at = place(found)
    found[at:at] = [{**found[at], "source": TEXT}]


def emptied(found: Cells) -> None:
    found[place(found)]["source"] = " \n"
    put(1, cell(TEXT))(found)


def quoted(found: Cells) -> None:
    question = cell_source(found[place(found) - 1])
    put(1, cell(f"{question[:300]}\n\nYes."))(found)


PICTURE = cell("![x](attachment:x.png)", attachments={"x.png": {"image/png": PNG}})
THERE: dict[str, Callable[[Cells], None]] = {
    "next": put(1, cell(TEXT)),
    "a word": put(1, cell("No.")),
    "previous": put(0, cell(TEXT)),
    "in parts": put(1, cell("First,"), cell("second.")),
    "far away": lambda found: found.insert(2, cell(TEXT)),
    "raw": put(1, cell(TEXT, "raw")),
    "a comment": put(1, cell(f"# {TEXT}", "code")),
    "a string": put(1, cell(f'"""{TEXT}"""', "code")),
    "printed": put(1, cell(f'print("{TEXT}")', "code")),
    "a comment with code": put(1, cell(f"# {TEXT}\nnp.sum([1])", "code")),
    "a picture": put(1, PICTURE),
    "quoted": quoted,
    "typed into the question": typed_into_the_question,
    "in place of it": in_place_of_it,
    "under a copy": under_a_copy,
    "emptied": emptied,
}


def rebuilt(found: Cells) -> None:
    """As an earlier build had it: some words of every text were others."""
    for each in found:
        if each["cell_type"] == "markdown" and not grade_id(each):
            each["source"] = cell_source(each).replace(" the ", " a ", 2)


NOT_THERE: dict[str, Callable[[Cells], None]] = {
    "untouched": lambda found: None,
    "rebuilt": rebuilt,
    "scratch": put(1, cell("forward(params, x)", "code"), cell("# test\nprint(1)", "code")),
    "scratch far away": lambda found: found.insert(2, cell(f"# {TEXT}\nx = 1", "code")),
    "blank": put(1, cell(" \n"), cell("---")),
    "answered": lambda found: found[place(found)].update(source=TEXT),
}


def graded(found: Cells, release: Release) -> tuple[float | None, str | None, str]:
    """The question's score and comment, and the problem."""
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": found}
    submission = parse_submission("a.ipynb", json.dumps(notebook).encode())
    problems = answers_elsewhere(submission, release)
    said = problems[0].message if problems else ""
    sources = {grade_id(each): cell_source(each) for each in found}
    result = GradedCells(release, {}, sources, said)
    return result.score(QUESTION, 2.0), result.comment(QUESTION), said


@pytest.mark.parametrize("work", THERE.values(), ids=THERE.keys())
def test_a_person_reads_it(work: Callable[[Cells], None], release: Release) -> None:
    found = cells()
    work(found)
    score, comment, said = graded(found, release)
    assert score is None
    assert comment == said != ""
    assert said.startswith(f"The answer cell of {QUESTION} is empty, and there is text in cell ")


@pytest.mark.parametrize("work", NOT_THERE.values(), ids=NOT_THERE.keys())
def test_there_is_none(work: Callable[[Cells], None], release: Release) -> None:
    found = cells()
    work(found)
    score, comment, said = graded(found, release)
    assert not said
    is_answered = cell_source(found[place(found)]) == TEXT
    assert (score, comment) == ((None, None) if is_answered else (0.0, "No response."))


def test_the_cells_are_named(release: Release) -> None:
    found = cells()
    number = place(found) + 1
    put(1, *(cell(f"part {part}") for part in range(7)))(found)
    said = graded(found, release)[2]
    named = [f"cell {number + part}" for part in range(1, 6)]
    assert f"there is text in {', '.join(named)} and others. A person reads it there." in said


def test_a_script_as_it_was_handed_out_has_none(release: Release) -> None:
    data = (release.folder / f"{NAME}.py").read_bytes()
    assert not answers_elsewhere(parse_submission("a.py", data), release)
    more = data + f"\n# %% [markdown]\n# {TEXT}\n".encode()
    (problem,) = answers_elsewhere(parse_submission("a.py", more), release)
    assert f"there is text in line {len(data.splitlines()) + 3}." in problem.message


def test_a_script_that_jupyter_exported(release: Release) -> None:
    """It has no cells: the text is one comment among the others."""
    found = cells()
    for source, count in ((cell_source(found[place(found)]), 0), (TEXT, 1)):
        found[place(found)]["source"] = source
        notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": found}
        node = nbformat.reads(json.dumps(notebook), as_version=4)
        script, _ = PythonExporter().from_notebook_node(node)
        problems = answers_elsewhere(parse_submission("a.py", script.encode()), release)
        assert len(problems) == count
    header = "# ---\n# jupyter:\n#   kernelspec:\n#     name: python3\n# ---\n"
    named = answers_elsewhere(parse_submission("a.py", (header + script).encode()), release)
    assert " and line" not in named[0].message
    line = script.splitlines().index(f"# {TEXT}") + 1
    assert f"there is text in line {line}. A person" in problems[0].message


def test_of_what_cannot_be_read_nothing_is_said(release: Release) -> None:
    assert not answers_elsewhere(parse_submission("a.ipynb", b"{"), release)
