"""Large notebooks, of which only what is graded is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder import outputs
from autograder.outputs import MAX_ATTACHED, BreaksOff, TooLarge, without_outputs
from autograder.submission import MAX_BYTES, MAX_OBJECTS, parse_submission, read_submission
from tests.conftest import NAME, ROOT
from tests.helpers.memory import measured

ODD: dict[str, Any] = {
    "nbformat": 4,
    "metadata": {"widgets": {"a": [{"x": ']}\\"'}]}},
    "cells": [
        {
            "cell_type": "markdown",
            "source": ["a\n", '"b\\', "é😀"],
            "metadata": {"nbgrader": {"grade_id": "x"}, "y": [1, {"a": 3}]},
            "attachments": {"größe.png": {"image/png": "AAA"}, 'b"\n': {"image/png": ["a"]}},
        },
        {"outputs": [[1, 2.5, None, ["]"]], "}{\\", {}], "cell_type": "code", "source": "x = '😀'"},
        {"source": None, "attachments": [[]], "metadata": 3},
        {},
    ],
}
KEPT = {
    "nbformat": 4,
    "cells": [
        {**ODD["cells"][0], "metadata": {"nbgrader": {"grade_id": "x"}}},
        {"cell_type": "code", "source": "x = '😀'"},
        {"source": None, "metadata": 3},
        {},
    ],
}


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_wherever_it_is_cut(indent: int | None, ascii_only: bool) -> None:
    data = json.dumps(ODD, indent=indent, ensure_ascii=ascii_only).encode()
    for size in (*range(1, 40), len(data)):
        assert json.loads(without_outputs(pieces(data, size), 10_000)) == KEPT
    with pytest.raises(BreaksOff):
        without_outputs(pieces(data[:-3], 7), 10_000)
    with pytest.raises(ValueError, match="behind its end"):
        without_outputs(pieces(data + b"\n>>>>>>> theirs", 7), 10_000)


def test_too_much_of_what_is_graded() -> None:
    with pytest.raises(TooLarge) as found:
        without_outputs([json.dumps(ODD).encode()], 100)
    assert 100 < found.value.size < 300


@pytest.mark.parametrize("what", ["outputs", "metadata", "widgets", "pictures"])
def test_a_right_notebook_with_much_in_it_is_read(what: str, tmp_path: Path) -> None:
    released = (ROOT / "assignments" / NAME / f"{NAME}.ipynb").read_bytes()
    notebook = json.loads(released)
    much = "A" * 22_000_000
    first = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    if what == "outputs":
        first["outputs"] = [{"output_type": "display_data", "data": {"image/png": much}}]
    elif what == "metadata":
        first["metadata"]["mine"] = {"x": much}
    elif what == "widgets":
        notebook["metadata"]["widgets"] = {"state": [much, {"model": {}}]}
    else:
        notebook["cells"][0]["attachments"] = {"x.png": {"image/png": much}}
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(notebook))
    with measured() as memory:
        submission = read_submission(path)
    assert not submission.problems
    assert submission.cells == parse_submission("a.ipynb", released).cells
    assert memory.above < (2 * MAX_ATTACHED if what == "pictures" else 20_000_000)


def test_a_picture_that_is_too_large_leaves_its_name() -> None:
    attached = {"x.png": {"image/png": "A" * MAX_ATTACHED}, "y.png": {"image/png": "AAAA"}}
    notebook = {"cells": [{"cell_type": "markdown", "attachments": attached}]}
    (cell,) = json.loads(without_outputs([json.dumps(notebook).encode()], 100))["cells"]
    assert cell["attachments"] == {"x.png": "too large", "y.png": {"image/png": "AAAA"}}


def test_the_digest_is_of_the_whole_file() -> None:
    one, two = (
        parse_submission("a.ipynb", json.dumps({**ODD, "metadata": mark * 5_000_000}).encode())
        for mark in "xy"
    )
    assert one.cells == two.cells and one.sha256 != two.sha256


def test_lists_without_end_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "MAX_TOKENS", 100_000)
    data = b'{"cells": [{"outputs": [' + b"[[[]]]," * MAX_OBJECTS + b"0]}]}"
    (problem,) = parse_submission("a.ipynb", data).problems
    assert "Clear the notebook's outputs" in problem.message


def test_a_file_beyond_every_limit_is_not_read(tmp_path: Path) -> None:
    for name, words in (("a.ipynb", "Clear the notebook's outputs"), ("a.py", "Hand in the")):
        with open(tmp_path / name, "wb") as stream:
            stream.truncate(MAX_BYTES + 1)
        (problem,) = read_submission(tmp_path / name).problems
        assert f"The file has 200 MB; 200 MB is the limit. {words}" in problem.message
