"""Files that are neither a notebook nor a script, under the name of one: said as what they are."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.contents import right_ending
from autograder.report import Report
from autograder.submission import MAX_SOURCE, parse_submission, read_submission
from tests.conftest import NAME, ROOT
from tests.helpers.archives import archive

NOTEBOOK = (ROOT / "assignments" / NAME / f"{NAME}.ipynb").read_text()
SCRIPT = (ROOT / "assignments" / NAME / f"{NAME}.py").read_text()


def reason(name: str, data: bytes) -> str:
    submission = parse_submission(name, data)
    (problem,) = submission.problems
    assert not submission.cells and submission.sha256 and problem.kind == "unreadable"
    assert problem.message.endswith(".")
    return problem.message


PAGE = "is a web page (HTML), as a browser saves it. Download the"
#: What is not to be read in a notebook's place, nor in a script's.
NEITHER = {
    "gzip": (gzip.compress(NOTEBOOK.encode()), "is packed (gzip). Unpack it"),
    "bzip2": (bz2.compress(b"x"), "is packed (bzip2)"),
    "xz": (lzma.compress(b"x"), "is packed (xz)"),
    "zip": (archive("a.ipynb"), "is a ZIP archive. Unpack it"),
    "empty zip": (archive(), "is an empty ZIP archive"),
    "docx": (archive("[Content_Types].xml", "word/document.xml"), "is a document of Word."),
    "xlsx": (archive("[Content_Types].xml", "xl/workbook.xml"), "is a document of Excel."),
    "doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a document of Word or Excel."),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "is a PDF."),
    "png": (b"\x89PNG\r\n\x1a\n\0\0", "is a picture (PNG)."),
    "jpeg": (b"\xff\xd8\xff\xe0\0", "is a picture (JPEG)."),
    "html": (b"\n<!DOCTYPE html>\n<html>", PAGE),
    "html after a comment": (b"<!-- saved from url=(0011)x -->\n<html lang=en>", PAGE),
    "xhtml": (b"\xef\xbb\xbf<?xml version='1.0'?><html>", PAGE),
    "mhtml": (b"From: <Saved by Blink>\r\nSnapshot-Content-Location: x", PAGE),
    "large html": (b"<html>" + b"x" * MAX_SOURCE, PAGE),
    "lfs": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "is a pointer of Git LFS, not the file that it stands for. Run `git lfs pull`",
    ),
    "utf-16": (NOTEBOOK.encode("utf-16"), "is saved in UTF-16. Save it in UTF-8"),
    "utf-16 without a mark": (NOTEBOOK.encode("utf-16-be"), "is saved in UTF-16."),
    "utf-32": (SCRIPT.encode("utf-32"), "is saved in UTF-32."),
    "no bytes": (b"", "is empty."),
    "zero bytes": (b"\0" * 9_000, "has only zero bytes in it: it was handed in before"),
    "macos": (b"\0\x05\x16\x07\0\x02\0\0Mac OS X", "is what macOS keeps beside a file."),
    "latin-1": ('{"\n\nä": 1}'.encode("latin-1"), "is not text in UTF-8 (line 3)"),
}


@pytest.mark.parametrize(("data", "words"), NEITHER.values(), ids=NEITHER.keys())
@pytest.mark.parametrize("name", ["a.ipynb", "a.py"])
def test_what_is_neither(name: str, data: bytes, words: str) -> None:
    assert f"The file {words}" in reason(name, data)


def cell(source: str, kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source}


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}


CONFLICT = NOTEBOOK.replace("\n", "\n<<<<<<< HEAD\n", 1) + "=======\n}\n>>>>>>> theirs\n"
NOT_NOTEBOOKS = {
    "conflict": (CONFLICT, "Git's marks of a conflict are in it, the first in line 2 (<<<<<<<)."),
    "large conflict": (
        CONFLICT + " " * MAX_SOURCE,
        "Git's marks of a conflict are in it, the first in line 2 (<<<<<<<).",
    ),
    "large and cut off": (
        '{"cells": [{"outputs": ["' + "x" * MAX_SOURCE,
        "is damaged: it breaks off in the middle.",
    ),
    "script": (SCRIPT, "is a Python script, not a notebook."),
    "R Markdown": ("---\ntitle: x\n---\n\n```{python}\nx\n```\n", "is an R Markdown text"),
    "Markdown": ("# Homework\n\ntext", "is a Markdown text, not a notebook."),
    "text": ("hello", "is a text, not a notebook"),
    "cut off": (NOTEBOOK[:4000], "where it breaks off. Open it in Jupyter"),
    "in JSON": (
        json.dumps({"type": "notebook", "content": notebook(cell("x = 1"))}),
        "is wrapped in other JSON, as a server sends it.",
    ),
    "in a list": (json.dumps([notebook(cell("x = 1"))]), "is wrapped in other JSON"),
    "in a cell": (
        json.dumps(notebook(cell("hello", "markdown"), cell(NOTEBOOK))),
        "has no code: cell 2 holds the text of a whole notebook.",
    ),
    "in a raw cell": (json.dumps(notebook(cell(NOTEBOOK, "raw"))), "cell 1 holds the text of a"),
    "old": ('{"nbformat": 3, "worksheets": [{"cells": []}]}', "is in the old format 3."),
    "large and old": (
        json.dumps({"nbformat": 3, "worksheets": ["x" * MAX_SOURCE]}),
        "is in the old format 3.",
    ),
}


@pytest.mark.parametrize(("text", "words"), NOT_NOTEBOOKS.values(), ids=NOT_NOTEBOOKS.keys())
def test_what_is_no_notebook(text: str, words: str) -> None:
    assert words in reason("a.ipynb", text.encode())


def test_a_conflict_in_a_cell_costs_the_cell(grade: Callable[..., Report]) -> None:
    marked = "<<<<<<< HEAD\n    return y - t\n=======\n    return t - y\n>>>>>>> theirs\n"
    source = f"# %%\ndef sigmoid(z):\n    return z\n\n\n# %%\ndef loss(y, t):\n{marked}"
    (problem,) = grade(source, "answer.py").problems
    assert problem.kind == "syntax-error" and problem.line == 8
    assert problem.message == (
        "Git's marks of a conflict are in answer.py, the first in line 8 (<<<<<<<). Keep one of the two versions between them, and remove the marks."
    )


def test_a_notebook_is_no_script() -> None:
    assert "is a notebook, not a script" in reason("a.py", NOTEBOOK.encode())


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("a.ipynb.txt", "a.ipynb"),
        ("a.ipynb.json", "a.ipynb"),
        ("a.IPYNB", "a.ipynb"),
        ("a.py.txt", "a.py"),
        ("a.ipynb (1)", "a.ipynb"),
        ("a_ipynb", "a.ipynb"),
        ("a.pyc", ""),
        ("a.pdf", ""),
        ("happy.txt", ""),
    ],
)
def test_an_ending_that_is_not_quite_right(name: str, right: str, tmp_path: Path) -> None:
    assert right_ending(name) == right
    (tmp_path / name).write_text(NOTEBOOK)
    (problem,) = read_submission(tmp_path / name).problems
    assert problem.message.startswith("The file is neither a notebook (.ipynb) nor a script (.py).")
    assert problem.message.endswith(f" Give it the name {right}." if right else "(.py).")
