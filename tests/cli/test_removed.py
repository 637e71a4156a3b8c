"""Who was removed or renamed stays so when their work is collected again, until they are added."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.__main__ import main
from autograder.authoring.build import build
from autograder.course import load_course
from tests.helpers import small_course
from tests.helpers.nbgrader_commands import nbgrader

pytestmark = pytest.mark.slow

NAME = small_course.NAME
CONFIG = "from autograder.nbgrader.config import configure\n\nc = get_config()\nconfigure(c)\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose exchange has the work of three students; one was removed, one renamed."""
    root = tmp_path_factory.mktemp("course")
    small_course.make_course(root)
    config = root / "course.toml"
    config.write_text(f'exchange = "exchange"\n{config.read_text()}')
    (root / "nbgrader_config.py").write_text(CONFIG)
    course = load_course(root)
    build(course, NAME)
    for student in ("ada", "bob", "cyd"):
        time = "2026-01-01 10:00:00.000000 UTC"
        folder = root / "exchange" / course.id / "inbound" / f"{student}+{NAME}+{time}+secret"
        folder.mkdir(parents=True)
        (folder / f"{NAME}.py").write_text(small_course.SOLUTION)
        (folder / "timestamp.txt").write_text(time)
    collect(root)
    assert main(["grade", NAME, "--course", str(root)]) == 0
    for change in (["remove", "ada"], ["rename", "bob", "bert"]):
        assert main([*change, "--yes", "--course", str(root)]) == 0
    collect(root)
    assert {"ada", "bob", "bert", "cyd"} == set(os.listdir(root / "submitted"))
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "course"))


def collect(root: Path) -> None:
    nbgrader(root, "collect", NAME, "--update")


def students(root: Path) -> set[str]:
    course = load_course(root)
    with Gradebook(course.gradebook_url, course.id) as gradebook:
        return {student.id for student in gradebook.students}


def test_work_that_is_collected_again_is_not_graded(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--course", str(root))
    assert main(["grade", NAME, *where]) == 0
    printed = capsys.readouterr()
    (line,) = (line for line in printed.err.splitlines() if "ada" in line)
    assert line.startswith("ada and bob handed in, but were removed from the course or renamed,")
    assert line.endswith("`nbgrader db student add ID`.")
    assert "ada" not in printed.out and "bob" not in printed.out
    assert main(["report", NAME, *where]) == 0
    page = (root / "report" / NAME / "index.html").read_text()
    assert "cyd" in page and "ada" not in page and "bob" not in page
    assert students(root) == {"bert", "cyd"}
    capsys.readouterr()
    assert main(["grade", NAME, "--student", "ada", *where]) == 2
    assert "removed from the course" in capsys.readouterr().err
    # Removed again, the work is gone, and there is nothing to say.
    assert main(["remove", "ada", "--yes", *where]) == 0
    assert main(["rename", "bert", "bob", "--yes", *where]) == 2
    assert main(["remove", "bob", "--yes", *where]) == 0
    capsys.readouterr()
    assert main(["grade", NAME, *where]) == 0
    assert "removed" not in capsys.readouterr().err


def test_nbgrader_does_not_grade_it_either(root: Path) -> None:
    done = nbgrader(root, "autograde", NAME).stderr
    assert "Not graded, since they were removed: ada and bob" in done
    assert students(root) == {"bert", "cyd"}
    assert set(os.listdir(root / "autograded")) == {"bert", "cyd"}


def test_who_is_added_to_the_class_list_is_back(root: Path) -> None:
    nbgrader(root, "db", "student", "add", "ada")
    assert main(["grade", NAME, "--course", str(root)]) == 0
    assert set(os.listdir(root / "autograded")) == {"ada", "bert", "cyd"}


def test_an_id_that_somebody_gets_is_theirs(root: Path) -> None:
    where = ("--course", str(root))
    shutil.rmtree(root / "submitted" / "ada")
    assert main(["rename", "cyd", "ada", "--yes", *where]) == 0
    assert main(["grade", NAME, *where]) == 0
    assert set(os.listdir(root / "autograded")) == {"ada", "bert"}


def test_where_nobody_else_handed_in_that_is_what_is_said(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for student in ("bert", "cyd"):
        shutil.rmtree(root / "submitted" / student)
    assert main(["grade", NAME, "--course", str(root)]) == 2
    assert "ada and bob handed in, but were removed" in capsys.readouterr().err
    (root / ".autograder" / "removed.json").write_text("[")
    assert main(["grade", NAME, "--course", str(root)]) == 2
    assert "removed.json is damaged" in capsys.readouterr().err
