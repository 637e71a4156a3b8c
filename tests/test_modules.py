"""Files that are handed in beside an answer, and imported by it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.classroom.handed_in import choose_file, read_folder
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution
from autograder.grade import grade_submission
from autograder.modules import MAX_MODULE, read_modules
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox
from autograder.student import check_file
from tests.conftest import NAME, ROOT
from tests.helpers.edited import inside, notebook

MINE = "import numpy as np\n\n\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-np.abs(z)))\n"
RIGHT = MINE.replace("np.exp(-np.abs(z))", "np.exp(-z)").replace(
    "    return", "    z = np.clip(z, -500, 500)\n    return"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An answer whose `sigmoid` is in a file beside it."""
    text = notebook(inside("sigmoid", lambda _: "from mine import sigmoid"))
    (tmp_path / f"{NAME}.ipynb").write_text(text)
    shutil.copyfile(ROOT / "assignments" / NAME / "visible.json", tmp_path / "visible.json")
    return tmp_path


@pytest.mark.parametrize(("source", "score"), [(RIGHT, 23.0), (MINE, 21.0)])
def test_what_is_imported_from_a_file_beside_is_graded(
    source: str,
    score: float,
    folder: Path,
    solution: Solution,
    answer_key: AnswerKey,
    fork_server: Callable[..., ForkServer],
) -> None:
    (folder / "mine.py").write_text(source)
    sandbox = ContainedSandbox(fork_server(Limits(seconds=5.0)))
    submission = choose_file(folder, answer_key)
    report = grade_submission(submission, "tester", answer_key, sandbox, solution.mutants)
    assert (report.score, report.problems) == (score, [])
    checked, _, _ = check_file(folder / f"{NAME}.ipynb")
    assert not checked.problems
    assert checked.functions[0].right == (score == 23.0)


def test_a_place_in_it_is_told(folder: Path) -> None:
    (folder / "mine.py").write_text("def sigmoid(z):\n    return 1 / 0\n")
    checked, _, _ = check_file(folder / f"{NAME}.ipynb")
    assert checked.functions[0].first_failure is not None
    assert "(mine.py, line 2)" in checked.functions[0].first_failure.message


def test_another_file_beside_makes_another_grade(folder: Path) -> None:
    keys = []
    for source in (MINE, RIGHT):
        (folder / "mine.py").write_text(source)
        keys.append(read_folder(folder, NAME).key("run", "somebody"))
    assert keys[0] != keys[1]


def test_only_small_files_of_text_are_modules(folder: Path) -> None:
    for name in ("mine", "numpy", "json", "not-a-name", NAME):
        (folder / f"{name}.py").write_text("x = 1\n")
    (folder / "large.py").write_text("#" * (MAX_MODULE + 1))
    (folder / "latin.py").write_bytes(b"# \xe9\n")
    os.symlink("/etc/hostname", folder / "link.py")
    (folder / "below").mkdir()
    assert {name for name, source in read_modules(folder, NAME).items() if source} == {"mine"}
