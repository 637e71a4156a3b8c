"""Which of several files is graded: an untouched one never wins."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from nbconvert.exporters import PythonExporter

from autograder.classroom.handed_in import choose_file
from autograder.classroom.versions import Released, read_released
from autograder.exercise.answer_key import AnswerKey
from autograder.grade import grade_submission
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox
from tests.conftest import NAME, ROOT
from tests.helpers.nbgrader_commands import solve

RELEASE = ROOT / "assignments" / NAME
SCRIPT = (RELEASE / f"{NAME}.py").read_text()
RIGHT_SCRIPT = (ROOT / "solutions" / NAME / f"{NAME}.py").read_text()
Notebook = dict[str, Any]


@pytest.fixture(scope="module")
def released() -> Released:
    return read_released(RELEASE, NAME)


def notebook() -> Notebook:
    found: Notebook = json.loads((RELEASE / f"{NAME}.ipynb").read_text())
    return found


def is_function(cell: dict[str, Any]) -> bool:
    return cell["cell_type"] == "code" and "def " in "".join(cell["source"])


def changed(found: Notebook, change: Callable[[str], str]) -> Notebook:
    for cell in filter(is_function, found["cells"]):
        cell["source"] = change("".join(cell["source"]))
    return found


def raise_left(source: str) -> str:
    return f"{source}\n    raise NotImplementedError"


def formatted(source: str) -> str:
    return source.replace("    ", "  ").replace('"""', "'''") + "\n\n\n"


def half(source: str) -> str:
    """Begun, and the stub's error still in the way."""
    return source.replace("raise Not", "z = 1\n    raise Not")


def answered(found: Notebook) -> Notebook:
    for cell in found["cells"]:
        if cell["cell_type"] == "markdown" and "".join(cell["source"]) == "YOUR ANSWER HERE":
            cell["source"] = "My answer."
    return found


#: The notebook and the script, which one is graded, and whether the other one is named.
PAIRS: dict[str, tuple[Callable[[], Notebook], str, str, bool]] = {
    "both untouched": (notebook, SCRIPT, ".ipynb", False),
    "the script is written": (notebook, RIGHT_SCRIPT, ".py", False),
    "the notebook is written": (lambda: solve(notebook()), SCRIPT, ".ipynb", False),
    "the notebook is only formatted": (
        lambda: changed(notebook(), formatted),
        RIGHT_SCRIPT,
        ".py",
        False,
    ),
    "both are written": (lambda: solve(notebook()), RIGHT_SCRIPT, ".ipynb", True),
    "a raise is left below the return": (
        lambda: changed(solve(notebook()), raise_left),
        SCRIPT,
        ".ipynb",
        False,
    ),
    "a raise is left in one of both": (
        lambda: changed(solve(notebook()), raise_left),
        RIGHT_SCRIPT,
        ".ipynb",
        True,
    ),
    "the notebook is begun": (lambda: changed(notebook(), half), RIGHT_SCRIPT, ".py", True),
    "the notebook has the answer": (lambda: answered(notebook()), RIGHT_SCRIPT, ".py", True),
    "the notebook is cut off": (
        lambda: {"cells": 3},
        RIGHT_SCRIPT,
        ".py",
        True,
    ),
    "the script is begun": (
        notebook,
        SCRIPT.replace("def sigmoid(z)", "def sigmoid (z)").replace(
            "raise Not", "z = 1 + (\n    Not"
        ),
        ".py",
        False,
    ),
}


@pytest.mark.parametrize(("work", "script", "graded", "named"), PAIRS.values(), ids=PAIRS.keys())
def test_which_is_graded(
    work: Callable[[], Notebook],
    script: str,
    graded: str,
    named: bool,
    tmp_path: Path,
    answer_key: AnswerKey,
    released: Released,
) -> None:
    (tmp_path / f"{NAME}.ipynb").write_text(json.dumps(work()))
    (tmp_path / f"{NAME}.py").write_text(script)
    found = choose_file(tmp_path, answer_key, released)
    assert Path(found.path).suffix == graded
    other = ".py" if graded == ".ipynb" else ".ipynb"
    assert [note.kind for note in found.notes] == ["other-version"] * named
    for note in found.notes:
        assert note.message.startswith(f"{NAME}{graded} was graded, and not {NAME}{other}, which")


def test_a_script_that_was_made_of_the_notebook_has_no_other_work(
    tmp_path: Path, answer_key: AnswerKey, released: Released
) -> None:
    """By jupytext, which keeps both the same, or by Jupyter's export."""
    mine = answered(solve(notebook()))
    mine["cells"].append({**mine["cells"][0], "id": "mine", "source": "My notes.\n\n- one\n- two"})
    mine["cells"].append({**mine["cells"][0], "id": "blank", "source": ""})
    node = nbformat.reads(json.dumps(mine), as_version=4)
    (tmp_path / f"{NAME}.ipynb").write_text(json.dumps(mine))
    exported, _ = PythonExporter().from_notebook_node(node)
    for script in (jupytext.writes(node, fmt="py:percent"), exported):
        (tmp_path / f"{NAME}.py").write_text(script)
        found = choose_file(tmp_path, answer_key, released)
        assert found.path.endswith(".ipynb") and not found.notes


def test_a_copy_is_named_where_the_file_is_graded(
    tmp_path: Path, answer_key: AnswerKey, released: Released
) -> None:
    (tmp_path / f"{NAME}.ipynb").write_text(json.dumps(solve(notebook())))
    copy = tmp_path / f"{NAME}-Copy1.ipynb"
    for content, named in (
        (solve(notebook()), False),
        (notebook(), False),
        (answered(notebook()), True),
    ):
        copy.write_text(json.dumps(content))
        found = choose_file(tmp_path, answer_key, released)
        assert [copy.name in note.message for note in found.notes] == [True] * named


@pytest.mark.parametrize("ending", ["-Copy1.ipynb", ".IPYNB", ".ipynb.txt"])
def test_an_untouched_file_is_not_graded_beside_one_with_another_name(
    ending: str, tmp_path: Path, answer_key: AnswerKey, released: Released
) -> None:
    """Everybody has the script that was handed out."""
    (tmp_path / f"{NAME}.py").write_text(SCRIPT)
    (tmp_path / "visible.json").write_text("{}")
    assert not choose_file(tmp_path, answer_key, released).problems
    (tmp_path / f"{NAME}{ending}").write_text(json.dumps(solve(notebook())))
    (problem,) = choose_file(tmp_path, answer_key, released).problems
    assert problem.kind == "missing-file"
    words = (
        f"{NAME}.py is as handed out, but there is {NAME}{ending}: give it the name {NAME}.ipynb"
    )
    assert problem.message.startswith(words)


DEEP = {
    "brackets": "(" * 5_000,
    "lists": "[" * 90_000,
    "signs": "-" * 90_000 + "1",
    "few signs": "-" * 600 + "1",
    "sum": "+".join("1" * 45_000),
    "short sum": "+".join("1" * 800),
    "not": "not " * 20_000 + "1",
    "attributes": "x" + ".x" * 40_000,
    "calls": "x" + "()" * 40_000,
    "powers": "**".join("x" * 30_000),
    "conditions": "1 if x else " * 8_000 + "1",
    "functions": "lambda: " * 11_000 + "1",
    "many": "1\n" * 200_000,
}


@pytest.mark.parametrize("code", DEEP.values(), ids=DEEP.keys())
def test_code_that_is_deep_or_long_is_compared_all_the_same(
    code: str, tmp_path: Path, answer_key: AnswerKey, released: Released
) -> None:
    (tmp_path / f"{NAME}.py").write_text(f"def loss(y, t):\n    return 1\nx = {code}\n")
    (tmp_path / f"{NAME}.ipynb").write_text(json.dumps(notebook()))
    assert choose_file(tmp_path, answer_key, released).path.endswith(".py")


def test_it_has_its_points(
    tmp_path: Path,
    answer_key: AnswerKey,
    released: Released,
    fork_server: Callable[..., ForkServer],
) -> None:
    (tmp_path / f"{NAME}.ipynb").write_text(json.dumps(changed(solve(notebook()), raise_left)))
    (tmp_path / f"{NAME}.py").write_text(RIGHT_SCRIPT)
    submission = choose_file(tmp_path, answer_key, released)
    sandbox = ContainedSandbox(fork_server(Limits(seconds=5.0)))
    report = grade_submission(submission, "ada", answer_key, sandbox)
    assert report.score == report.max_score == 23
    assert [problem.kind for problem in report.problems] == ["other-version"]
