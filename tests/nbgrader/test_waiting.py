"""A gradebook that another program holds: every command waits for it, says so, and goes on."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.authoring.build import build
from autograder.course import load_course
from tests.conftest import ROOT
from tests.helpers.gradebook_rows import rows
from tests.helpers.second_exercise import FOLDER, NAME

pytestmark = pytest.mark.slow

WAITING = "autograder is waiting for the gradebook sqlite:///"
#: A program, which waits for so many seconds.
PROGRAM = """
import sys
from autograder.nbgrader import waiting
waiting.TIMEOUT = float(sys.argv.pop(1))
if sys.argv.pop(1) == "nbgrader":
    from nbgrader.apps.nbgraderapp import main
else:
    from autograder.__main__ import main
sys.exit(main())
"""
GRADE, BUILD = ("autograder", "grade", NAME, "--force"), ("autograder", "build", NAME)
EXPORT = ("nbgrader", "export")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    shutil.copytree(FOLDER, folder / "solutions" / NAME)
    shutil.copyfile(ROOT / "nbgrader_config.py", folder / "nbgrader_config.py")
    (folder / "course.toml").write_text(f'id = "c"\n[[assignments]]\nname = "{NAME}"\n')
    for student in ("ada", "bob", "cyd"):
        handed_in = folder / "submitted" / student / NAME
        handed_in.mkdir(parents=True)
        shutil.copyfile(FOLDER / f"{NAME}.py", handed_in / f"{NAME}.py")
    build(load_course(folder), NAME)
    return folder


@pytest.fixture
def course(clean: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(clean, tmp_path / "course"))


@contextmanager
def held(course: Path, begin: str = "BEGIN EXCLUSIVE") -> Iterator[None]:
    """Another program holds the gradebook: it writes, or it reads, as a backup does."""
    with sqlite3.connect(course / "gradebook.db", isolation_level=None) as other:
        other.execute(begin)
        other.execute("SELECT * FROM student").fetchall()
        yield
        other.execute("ROLLBACK")
    other.close()


class Program:
    """A command that runs beside the test; what it says on standard error goes to a file."""

    def __init__(self, course: Path, *command: str, timeout: float = 90.0) -> None:
        self._said = course.with_name("-".join(command[:2]))
        with self._said.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(timeout), *command],
                cwd=course,
                env={**os.environ, "PYTHONWARNINGS": "ignore"},
                stdout=subprocess.DEVNULL,
                stderr=said,
            )

    def waits(self) -> None:
        """Wait until it says that it waits."""
        while WAITING not in self._said.read_text():
            assert self.process.poll() is None, self._said.read_text()
            time.sleep(0.05)

    def end(self) -> tuple[int, str]:
        """Its exit status, and what it said."""
        status = self.process.wait(60)
        return status, self._said.read_text()


def graded(course: Path) -> int:
    return len(rows(f"sqlite:///{course}/gradebook.db")["submitted_assignment"])


@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN EXCLUSIVE"])
def test_a_run_waits_and_goes_on(course: Path, begin: str) -> None:
    with held(course, begin):
        running = Program(course, *GRADE)
        running.waits()
        time.sleep(1.0)
    status, said = running.end()
    assert (status, graded(course)) == (0, 3)
    waited, done, figures = said.splitlines()
    assert waited == (
        f"{WAITING}{course}/gradebook.db, which is locked by another program: 90 seconds at most. "
        "Close that program, or press Ctrl-C to stop."
    )
    assert done == "3 graded."
    # Whoever reads only waits at the first look at it, before a grade is written.
    again = "1 (gradebook 1)" if begin == "BEGIN" else "0"
    assert figures.endswith(f"; retries: {again}.")


def test_an_interrupt_ends_the_waiting(course: Path) -> None:
    with held(course):
        running = Program(course, *GRADE)
        running.waits()
        running.process.send_signal(signal.SIGINT)
        status, said = running.end()
    assert status == 130
    assert said.splitlines()[1].startswith("Interrupted.")


def test_the_waiting_ends_with_one_sentence(course: Path) -> None:
    with held(course):
        for each in [Program(course, *it, timeout=3.0) for it in (GRADE, EXPORT)]:
            status, said = each.end()
            assert status == 1
            waited, ended = said.splitlines()[-2:]
            assert waited.startswith(WAITING)
            assert "is locked by another program (after 3 seconds). Nothing is lost" in ended
            assert "Traceback" not in said
    status, said = Program(course, *GRADE).end()
    done, figures = said.splitlines()
    assert (status, done) == (0, "3 graded.") and "; status: 3 graded; " in figures


def test_nbgraders_own_code_waits_too(course: Path) -> None:
    """By itself it gives up after five seconds, with a traceback."""
    assert Program(course, *GRADE).end()[0] == 0
    with held(course):
        running = [Program(course, *command) for command in (EXPORT, BUILD)]
        for each in running:
            each.waits()
        time.sleep(6.0)
    for each in running:
        status, said = each.end()
        assert status == 0, said
    assert len((course / "grades.csv").read_text().splitlines()) == 4
