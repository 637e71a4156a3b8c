"""A gradebook at a relative address is the same file for every command, from every folder."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.helpers import loaded
from tests.helpers.drawn import drawn
from tests.helpers.second_exercise import FOLDER, NAME

pytestmark = pytest.mark.slow


def run(where: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", **variables}
    if command[0] == "nbgrader":
        return loaded.run(command[1:], where, environment)
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=where,
        env=environment,
        capture_output=True,
        text=True,
    )


def succeeds(where: Path, *command: str, **variables: str) -> str:
    done = run(where, *command, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def make_course(place: Path) -> Path:
    folder = place / "course"
    shutil.copytree(FOLDER, folder / "solutions" / NAME)
    shutil.copyfile(ROOT / "nbgrader_config.py", folder / "nbgrader_config.py")
    (folder / "course.toml").write_text(
        f'id = "c"\ngradebook = "sqlite:///grades.db"\nexchange = "x"\n'
        f'[[assignments]]\nname = "{NAME}"\n'
    )
    (folder / "x").mkdir()
    (folder / "x").chmod(0o777)
    handed_in = folder / "submitted" / "ada" / NAME
    handed_in.mkdir(parents=True)
    shutil.copyfile(FOLDER / f"{NAME}.py", handed_in / f"{NAME}.py")
    return folder


def test_every_command_finds_it(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """From the course's folder or from one below it."""
    for from_below in drawn(pytestconfig, [False, True], 1):
        finds_it(tmp_path / f"below-{from_below}", from_below)


def finds_it(place: Path, from_below: bool) -> None:
    course = make_course(place)
    where = course / "submitted" if from_below else course
    # Below the course's folder nbgrader looks for its configuration where Jupyter does.
    nbgrader = {"JUPYTER_CONFIG_DIR": str(course)}
    succeeds(where, "autograder", "build")
    assert (course / "grades.db").is_file()
    assert "1 graded." in succeeds(where, "autograder", "grade", NAME)
    assert "ada" in succeeds(where, "nbgrader", "db", "student", "list", **nbgrader)
    assert "could not be read" not in succeeds(where, "autograder", "report", NAME)
    target = str(place / "grades.csv")
    succeeds(where, "nbgrader", "export", "--to", target, **nbgrader)
    with open(target, newline="") as stream:
        assert [row["student_id"] for row in csv.DictReader(stream)] == ["ada"]
    succeeds(where, "nbgrader", "autograde", NAME, "--force", **nbgrader)
    succeeds(where, "nbgrader", "generate_feedback", NAME, **nbgrader)
    assert "grades.db" in succeeds(where, "autograder", "doctor").partition("gradebook:")[2]
    elsewhere = ("--course", os.path.relpath(course, place))
    succeeds(place, "autograder", "grade", NAME, "--force", *elsewhere)
    assert [str(path) for path in place.rglob("*.db")] == [str(course / "grades.db")]


def test_a_gradebook_in_memory_is_refused_by_every_command(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    text = (course / "course.toml").read_text()
    (course / "course.toml").write_text(text.replace("sqlite:///grades.db", "sqlite://"))
    for command in (
        ("autograder", "build"),
        ("autograder", "grade", NAME),
        ("autograder", "report", NAME),
        ("nbgrader", "export"),
    ):
        done = run(course, *command)
        assert done.returncode
        assert "gradebook: 'sqlite://' names no file, and would keep nothing." in done.stderr
        assert "Traceback" not in done.stderr
    assert not (course / "build").exists()
