"""Files of every kind, read but never run."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.submission import (
    MAX_BYTES,
    MAX_OBJECTS,
    MAX_SOURCE,
    parse_submission,
    read_submission,
)


def notebook(*sources: str, **top: Any) -> str:
    cells = [
        {"cell_type": "code", "source": source, "metadata": {"nbgrader": {"grade_id": f"c{i}"}}}
        for i, source in enumerate(sources)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **top})


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.py", b"", "empty"),
        ("a.ipynb", b"  \n ", "empty"),
        ("a.py", b"\x7fELF\0\0\0", "binary"),
        ("a.py", b"x = '\xff'", "UTF-8"),
        ("a.ipynb", b'{"cells": [', "not valid JSON (line 1)"),
        ("a.ipynb", b"[" * 100_000, "not valid JSON"),
        ("a.ipynb", b"[]", "not a notebook"),
        ("a.ipynb", b'{"cells": 3}', "not a notebook"),
        ("a.ipynb", b'{"nbformat": 3, "worksheets": []}', "old format 3"),
        ("a.ipynb", notebook().encode(), "no code"),
        ("a.ipynb", notebook("  ").encode(), "no code"),
    ],
)
def test_a_broken_file_gives_its_reason(name: str, data: bytes, words: str) -> None:
    submission = parse_submission(name, data)
    assert submission.cells == ()
    (problem,) = submission.problems
    assert words in problem.message
    assert problem.message.endswith(".")


def test_a_missing_file(tmp_path: Path) -> None:
    assert "does not exist" in read_submission(tmp_path / "a.py").problems[0].message


def test_a_folder(tmp_path: Path) -> None:
    assert "a folder" in read_submission(tmp_path).problems[0].message


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """It could lead to another student's answer, or to the solution."""
    (tmp_path / "solution.py").write_text("x = 1")
    (tmp_path / "a.py").symlink_to(tmp_path / "solution.py")
    assert "link" in read_submission(tmp_path / "a.py").problems[0].message


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    assert "not a regular file" in read_submission(tmp_path / "a.py").problems[0].message


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with open(tmp_path / "a.ipynb", "wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    assert "200 MB is the limit" in read_submission(tmp_path / "a.ipynb").problems[0].message


def test_cells_of_a_notebook() -> None:
    submission = parse_submission("a.ipynb", notebook("x = 1", "y = 2").encode())
    assert [(c.source, c.label, c.title) for c in submission.cells] == [
        ("x = 1", "cell 1", "c0"),
        ("y = 2", "cell 2", "c1"),
    ]


@pytest.mark.parametrize(
    "cell",
    [
        None,
        7,
        {},
        {"cell_type": "code"},
        {"cell_type": "code", "source": 5},
        {"cell_type": "code", "source": [1, "x = 1\n", None]},
        {"cell_type": "code", "source": "x = 1", "metadata": 3},
        {"cell_type": "code", "source": "x = 1", "metadata": {"nbgrader": []}},
        {"cell_type": "code", "source": "x = 1", "metadata": {"nbgrader": {"grade_id": {}}}},
    ],
)
def test_cells_of_any_shape_are_survived(cell: Any) -> None:
    text = json.dumps({"nbformat": 4, "cells": [cell, {"cell_type": "code", "source": "y = 2"}]})
    assert parse_submission("a.ipynb", text.encode()).cells[-1].source == "y = 2"


def test_cells_of_a_script_keep_their_lines_and_titles() -> None:
    text = "import numpy\n# %% forward\ndef forward(): pass\n# %% [markdown]\n# text\n#%%\ny = 2\n"
    cells = parse_submission("a.py", text.encode()).cells
    assert [(c.source.strip(), c.first_line, c.title) for c in cells] == [
        ("import numpy", 1, ""),
        ("def forward(): pass", 3, "forward"),
        ("# text", 5, "[markdown]"),
        ("y = 2", 7, ""),
    ]


def typed(kind: str, grade_id: str, released: str, source: str) -> dict[str, Any]:
    metadata = {"nbgrader": {"grade_id": grade_id, "cell_type": released}} if grade_id else {}
    return {"cell_type": kind, "metadata": metadata, "source": source}


def test_cells_have_the_type_that_was_released() -> None:
    cells = [
        typed("code", "", "", "x = 1"),
        typed("markdown", "loss", "code", "an older copy"),
        typed("raw", "loss", "code", "y = 2"),
        typed("markdown", "sigmoid", "code", "z = 3"),
        typed("code", "question", "markdown", "no code"),
        typed("markdown", "", "", "text"),
        typed("code", "other", "nonsense", "a = 4"),
    ]
    text = json.dumps({"nbformat": 4, "cells": cells})
    found = parse_submission("a.ipynb", text.encode()).cells
    assert [cell.source for cell in found] == ["x = 1", "y = 2", "z = 3", "a = 4"]
    assert [cell.label for cell in found] == ["cell 1", "cell 3", "cell 4", "cell 7"]


def test_cells_of_an_exported_script() -> None:
    text = "#!/usr/bin/env python\n# In[ ]:\nx = 1\n\n\n# In[12]: \r\ny = 2\n# In[x]:\n"
    cells = parse_submission("a.py", text.encode()).cells
    assert [(c.source.strip(), c.first_line, c.title) for c in cells] == [
        ("#!/usr/bin/env python", 1, ""),
        ("x = 1", 3, ""),
        ("y = 2\n# In[x]:", 7, ""),
    ]


@pytest.mark.parametrize(
    ("name", "declared", "readable"),
    [
        ("a.py", "latin-1", True),
        ("a.py", "cp1252", True),
        ("a.py", "utf-8", False),
        ("a.py", "nosuch", False),
        ("a.py", "unicode_escape", False),
        ("a.py", "punycode", False),
        ("a.ipynb", "latin-1", False),
    ],
)
def test_a_script_may_declare_its_encoding(name: str, declared: str, readable: bool) -> None:
    data = f"# -*- coding: {declared} -*-\nx = 'é'\n".encode("latin-1")
    submission = parse_submission(name, data)
    assert [c.source.split("\n")[1] for c in submission.cells] == ["x = 'é'"] * readable
    assert bool(submission.problems) is not readable


def test_windows_lines_and_a_byte_order_mark() -> None:
    submission = parse_submission("a.py", b"\xef\xbb\xbfx = 1\r\n# %% b\r\ny = 2\r\n")
    assert [cell.title for cell in submission.cells] == ["", "b"]


def split_by_lines(text: str) -> list[tuple[str, int, str]]:
    """The cells of a script, line by line."""
    cells, lines, title, first = [], [], "", 1
    for number, line in enumerate([*text.split("\n"), "# %%"], start=1):
        mark = re.match(r"# ?%%(.*)$", line)
        if mark is None:
            lines.append(line)
            continue
        if "\n".join(lines).strip():
            cells.append(("\n".join(lines), first, title))
        lines, title, first = [], mark[1].strip(), number + 1
    return cells


@given(st.text(st.sampled_from("#%\n\r ax\u2028"), max_size=40))
def test_a_script_is_split_as_line_by_line(text: str) -> None:
    if not text.strip():
        return
    cells = parse_submission("a.py", text.encode()).cells
    assert [(c.source, c.first_line, c.title) for c in cells] == split_by_lines(text)


def test_a_large_notebook_is_read_without_its_outputs() -> None:
    """The same cells, whatever stands in what is left out."""
    small = json.loads(notebook("x = 1", "y = 'é😀'"))
    large = json.loads(notebook("x = 1", "y = 'é😀'"))
    large["cells"][0]["outputs"] = [{"data": {"image/png": "x" * MAX_SOURCE}}]
    large["cells"][1]["attachments"] = [[]] * MAX_OBJECTS
    one, two = (parse_submission("a.ipynb", json.dumps(each).encode()) for each in (small, large))
    assert one.cells == two.cells and not two.problems
    marked = parse_submission("a.ipynb", b"\xef\xbb\xbf" + json.dumps(large).encode())
    assert marked.cells == one.cells


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.py", b"# x\n" * 1_100_000, "The script has 4.4 MB; 4 MB is the limit."),
        (
            "a.ipynb",
            notebook("x" * (MAX_SOURCE + 1_000_000)).encode(),
            "The notebook without its outputs has 5.0 MB; 4 MB is the limit.",
        ),
        ("a.ipynb", b'{"cells": [' + b"[]," * MAX_OBJECTS + b"0]}", "Clear the notebook's outputs"),
        (
            "a.ipynb",
            b'{"cells": [{"cell_type": "code", "metadata": [' + b"[]," * MAX_OBJECTS + b"0]}]}",
            "more than 200000 objects and lists",
        ),
    ],
)
def test_what_would_be_too_much_is_refused(name: str, data: bytes, words: str) -> None:
    (problem,) = parse_submission(name, data).problems
    assert words in problem.message
