"""Graders at once, each a process of its own, and one gradebook: four, and eight with
``--every-moment``."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.made_up_answers import Answers, typical
from autograder.course import load_course
from autograder.exercise.solution import Solution
from tests.conftest import NAME, ROOT
from tests.helpers import loaded, postgresql
from tests.helpers.drawn import drawn
from tests.helpers.gradebook_rows import computed, rows
from tests.helpers.released import build

pytestmark = pytest.mark.slow

#: One for each grader.
STUDENTS = ["ada", "bob", "cleo", "dora", "emil", "finn", "gwen", "hugo"]


@pytest.fixture(scope="module")
def students(pytestconfig: pytest.Config) -> list[str]:
    """Whose work is graded: half of it, and with ``--every-moment`` all."""
    return drawn(pytestconfig, STUDENTS, 4)


@pytest.fixture(scope="module")
def submitted(
    solution: Solution, students: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A course with their submissions, and a gradebook that knows the assignment."""
    folder = tmp_path_factory.mktemp("eight") / "course"
    folder.mkdir()
    for name in ("course.toml", "nbgrader_config.py"):
        shutil.copyfile(ROOT / name, folder / name)
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    build(load_course(folder), NAME)
    answers = Answers(solution.source, NAME)
    mistakes = typical(solution.exercise.mistakes)[: len(STUDENTS) - 2]
    works = [answers.right, answers.only(()), *(answers.wrong([mistake]) for mistake in mistakes)]
    for student, work in zip(STUDENTS, works, strict=True):
        if student not in students:
            continue
        target = folder / "submitted" / student / NAME
        shutil.copytree(folder / "assignments" / NAME, target)
        (target / "timestamp.txt").write_text("2026-11-23 10:00:00 UTC")
        work(target)
    return folder


@pytest.fixture(scope="module")
def alone(submitted: Path) -> list[Any]:
    """What one grader leaves that grades all of them."""
    folder = copy_of(submitted, "alone")
    grade(folder, [()])
    return left(load_course(folder).gradebook_url)


@pytest.fixture
def server() -> Iterator[postgresql.Server]:
    with postgresql.serving() as server:
        yield server


def copy_of(submitted: Path, name: str) -> Path:
    return Path(shutil.copytree(submitted, submitted.with_name(name)))


def start(folder: Path, *options: str) -> loaded.Command:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return loaded.start(("autograde", NAME, *options), folder, environment, together=True)


def left(url: str) -> list[Any]:
    """What nbgrader makes of a gradebook, and how many rows it has."""
    return [*computed(url), {table: len(found) for table, found in rows(url).items()}]


def grade_together(folder: Path, students: Sequence[str]) -> None:
    grade(folder, [(f"--student={student}",) for student in students])


def grade(folder: Path, runs: Sequence[Sequence[str]]) -> None:
    """Runs of nbgrader, all at once."""
    ended = [grader.wait() for grader in [start(folder, *options) for options in runs]]
    said = [each.stdout for each in ended]
    assert [each.returncode for each in ended] == [0] * len(ended), said
    assert not any("locked" in out or "Traceback" in out for out in said), said


def test_in_one_file(submitted: Path, students: list[str], alone: list[Any]) -> None:
    folder = copy_of(submitted, "sqlite")
    grade_together(folder, students)
    assert left(load_course(folder).gradebook_url) == alone


def test_in_postgresql(
    submitted: Path, students: list[str], alone: list[Any], server: postgresql.Server
) -> None:
    folder = copy_of(submitted, "postgresql")
    url = server.url("together")
    server.sql("CREATE DATABASE together")
    text = (folder / "course.toml").read_text()
    (folder / "course.toml").write_text(f'gradebook = "{url}"\n{text}')
    build(load_course(folder), NAME)
    grade_together(folder, students)
    assert left(url) == alone
