"""Pictures that students pasted into cells: they go with the graded notebook, or it is said why
not."""

from __future__ import annotations

import base64
import json
from typing import Any

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter

from autograder.course import Course
from autograder.nbgrader.graded_notebook import graded_notebook
from autograder.nbgrader.pictures import MISSING, pictures_left_out
from autograder.nbgrader.release import Release, load_release
from autograder.outputs import MAX_ATTACHED
from autograder.report import Report
from autograder.submission import Submission, parse_submission
from tests.conftest import NAME

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
SVG = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


@pytest.fixture(scope="module")
def release(course: Course) -> Release:
    return load_release(course, NAME)


def cell(source: str = "", kind: str = "markdown", **more: Any) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source, **more}


def notebook(*cells: dict[str, Any], **more: Any) -> Submission:
    code = {**cell("x = 1", "code"), "outputs": [], "execution_count": None, **more}
    found = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [code, *cells]}
    return parse_submission("a.ipynb", json.dumps(found).encode())


def attached(submission: Submission, release: Release) -> list[dict[str, dict[str, str]]]:
    """The attachments in the cells of the graded notebook, which is valid."""
    report = Report(NAME, "ada", "a.ipynb", "", "", "", "", [], 1.0)
    graded = graded_notebook(report, submission, release)
    nbformat.validate(nbformat.from_dict(graded))
    return [each["attachments"] for each in graded["cells"] if each.get("attachments")]


def said(submission: Submission) -> str:
    return "".join(problem.message for problem in pictures_left_out(submission, MAX_ATTACHED))


@pytest.mark.parametrize(
    ("kind", "data", "kept"),
    [
        ("image/png", PNG, PNG),
        ("image/jpeg", [PNG, PNG], PNG + PNG),
        ("image/gif", f"{PNG}\n", f"{PNG}\n"),
        ("image/webp", PNG, PNG),
        ("image/bmp", PNG, PNG),
        ("image/svg+xml", PNG, PNG),
        ("image/svg+xml", SVG, base64.b64encode(SVG.encode()).decode()),
        ("image/png", f"data:image/png;base64,{PNG}", PNG),
    ],
)
@pytest.mark.parametrize("large", [False, True])
def test_a_picture_is_kept(kind: str, data: Any, kept: str, large: bool, release: Release) -> None:
    outputs = [{"output_type": "stream", "name": "stdout", "text": "x" * 5_000_000 * large}]
    picture = {"größe 1.x": {kind: data}}
    text = cell("![x](attachment:gr%C3%B6%C3%9Fe%201.x)", attachments=picture)
    submission = notebook(text, outputs=outputs)
    assert attached(submission, release) == [{"größe 1.x": {kind: kept}}]
    assert not said(submission)


@pytest.mark.parametrize("kind", ["raw", "code"])
def test_a_cell_that_shows_no_pictures_has_one_behind_it_that_does(
    kind: str, release: Release
) -> None:
    bundles = {name: {"image/png": PNG} for name in ("a b.png", '"><script>.png')}
    submission = notebook(cell("text", kind, attachments=bundles))
    assert attached(submission, release) == [
        {"picture-1": {"image/png": PNG}, "picture-2": {"image/png": PNG}}
    ]


BROKEN: dict[str, list[Any]] = {
    "is not a picture": [
        {"application/pdf": PNG},
        {"text/html": PNG},
        {},
        [],
        None,
        {"image/p g": PNG},
    ],
    "is damaged": [{"image/png": "-_-"}, {"image/png": 3}, {"image/png": ""}, {"image/png": SVG}],
    "is too large: 20 MB of pictures are the limit": [{"image/png": "A" * (MAX_ATTACHED + 4)}],
}


@pytest.mark.parametrize("why", BROKEN)
def test_one_that_is_not_kept_is_told_of(why: str, release: Release) -> None:
    for bundle in BROKEN[why]:
        submission = notebook(cell("![x](attachment:x)", attachments={"x": bundle}))
        assert attached(submission, release) == [{"x": MISSING}]
        told = f"A picture is missing from the graded notebook: x in cell 2 {why}."
        assert said(submission) == told


def test_one_that_is_not_there_is_told_of(release: Release) -> None:
    submission = notebook(*(cell(f"![x](attachment:{n}.png)") for n in range(5)))
    assert attached(submission, release) == [{f"{n}.png": MISSING} for n in range(5)]
    assert said(submission) == (
        "5 pictures are missing from the graded notebook: 0.png in cell 2 is not in the notebook; "
        "1.png in cell 3 is not in the notebook; 2.png in cell 4 is not in the notebook; and 2 more."
    )


def test_together_they_have_a_limit(release: Release) -> None:
    """The first ones are kept."""
    size = MAX_ATTACHED // 3 - 100
    cells = [cell(attachments={f"{n}.png": {"image/png": "A" * size}}) for n in range(4)]
    submission = notebook(*cells)
    assert [list(each) for each in attached(submission, release)] == [
        ["0.png"],
        ["1.png"],
        ["2.png"],
    ]
    assert "3.png in cell 5 is too large" in said(submission)


def test_a_hundred_thousand_that_are_broken_are_told_in_a_line() -> None:
    names = {f"{n}\x1b": None for n in range(100_000)}
    text = " ".join(f"attachment:{n}" for n in range(100_000))
    told = said(notebook(cell(text, attachments=names)))
    assert told.startswith("200000 pictures are missing") and len(told) < 300 and "\x1b" not in told


def test_nbconvert_by_itself_makes_a_page_of_it(release: Release) -> None:
    """Where an instructor has another exporter, and in formgrader of another course's folder."""
    broken = {"y": {"image/png": "<damaged>"}, "z z": {"image/png": "<damaged>"}}
    text = cell("![x](attachment:x) ![y](attachment:y) ![z](attachment:z%20z)", attachments=broken)
    report = Report(NAME, "ada", "a.ipynb", "", "", "", "", [], 1.0)
    data = json.dumps(graded_notebook(report, notebook(text), release))
    graded = nbformat.reads(data, as_version=4)
    page, _ = HTMLExporter().from_notebook_node(graded)
    assert page.count(f"data:image/svg+xml;base64,{MISSING['image/svg+xml']}") == 3
