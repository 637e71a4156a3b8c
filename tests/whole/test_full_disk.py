"""Commands on a disk that is full at some moment, or killed at one: the old state or the new one is
there entire, one sentence says why, and the next run gives what an undisturbed one gives."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from autograder.cli.main import main
from autograder.course import load_course
from tests.helpers.small_course import NAME, make_course

pytestmark = pytest.mark.slow

Files = dict[str, bytes]
SIZE = 16_000_000
#: What each command writes at least, in bytes, and how many moments are tried.
COMMANDS = {
    "build": (("build", NAME), 60_000, 4),
    "report": (("report", NAME), 100_000, 9),
    "grade": (("grade", NAME), 800_000, 7),
}
#: What builds and grades write into the gradebook, without numbers of rows and times.
ROWS = (
    "select name from assignment",
    "select b.name, g.max_score, g.cell_type from grade_cells g join base_cell b on b.id = g.id",
    "select b.name, s.source from source_cell s join base_cell b on b.id = s.id",
    "select b.name, g.auto_score, g.needs_manual_grade, a.student_id from grade g"
    " join base_cell b on b.id = g.cell_id join submitted_notebook n on n.id = g.notebook_id"
    " join submitted_assignment a on a.id = n.assignment_id",
)


def told(root: Path, *arguments: str, before: Callable[[], object] = int) -> tuple[int, str]:
    """The exit status of a command in a process of its own, and what it says of faults."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = os.fork()
        if process == 0:
            status = 70
            try:
                os.chdir(root)
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
                before()
                status = main(arguments)
                sys.stderr.flush()
            finally:
                os._exit(status)
        _, status = os.waitpid(process, 0)
        err.seek(0)
        return os.waitstatus_to_exitcode(status), err.read().decode()


def done(root: Path, *arguments: str) -> None:
    status, text = told(root, *arguments)
    assert status == 0, text


def state(root: Path) -> Files:
    """Everything that a course holds but databases, whose rows are compared, and logs."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.suffix not in (".db", ".sqlite", ".log", ".lock", ".pyc") and path.is_file()
    }


def rows(root: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(root / "gradebook.db")) as database:
        return [sorted(database.execute(query), key=repr) for query in ROWS]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built, graded and reported; then its exercise was changed, and is to be built again."""
    root = tmp_path_factory.mktemp("full") / "course"
    root.mkdir()
    folder = make_course(root)
    text = (folder / f"{NAME}.py").read_text()
    for student, answer in {"ada": text, "alan": text.replace("- t", "+ t")}.items():
        place = root / "submitted" / student / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.py").write_text(answer)
        (place / "notes.txt").write_bytes(random.Random(1).randbytes(300_000))
    # In this process, so that those of the tests have imported what the commands import.
    for arguments in (["build"], ["grade", NAME], ["report", NAME]):
        assert main([*arguments, "--course", str(root)]) == 0
    (folder / f"{NAME}.py").write_text(text.replace("What is above 0", "Whatever is above 0"))
    return root


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(place)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def copied(course: Path, into: Path, command: str) -> Path:
    """A copy in which a command has something to do."""
    root = into / "course"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(course, root)
    for path in root.glob("report/*/students/*" if command == "report" else "nothing"):
        path.write_text("<!-- of an earlier run -->")
    if command == "grade":
        for path in root.glob("submitted/*/*/*.py"):
            path.write_text(path.read_text().replace(" * ", " + "))
    return root


@contextmanager
def filled(disk: Path, room: int = 0) -> Iterator[None]:
    """Leave so many bytes on a disk."""
    free = shutil.disk_usage(disk).free
    others = disk / "others"
    others.write_bytes(bytes(max(0, free - room)))
    try:
        yield
    finally:
        others.unlink()


def by_student(files: Files) -> dict[str, Files]:
    """What is written together: a graded notebook with its folder, and all of the rest."""
    parts: dict[str, Files] = {}
    for name, data in files.items():
        folder = "/".join(name.split("/")[:2]) if name.startswith("autograded") else ""
        parts.setdefault(folder, {})[name] = data
    return parts


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_loses_nothing(course: Path, disk: Path, command: str) -> None:
    arguments, written, moments = COMMANDS[command]
    root = copied(course, disk, command)
    old, old_rows = by_student(state(root)), rows(root)
    done(root, *arguments)
    new, new_rows = by_student(state(root)), rows(root)
    assert old != new
    choice, refusals = random.Random(command), 0
    for room in [0, *(choice.randrange(written) for _ in range(moments - 1))]:
        root = copied(course, disk, command)
        with filled(disk, room):
            status, text = told(root, *arguments)
            found = by_student(state(root))
        if status:
            refusals += 1
            said = [" not graded.", " retries: 0."]  # the ends of the summary and of the figures
            lines = [line for line in text.splitlines() if not line.endswith(tuple(said))]
            assert lines and all("o space left" in line for line in lines), text
            assert len(lines) == 1 or command == "grade", text
        assert status in (0, 1)
        assert found.keys() == new.keys(), room
        for folder, files in found.items():
            assert files in (old[folder], new[folder]), (room, folder)
        for table, before, after in zip(rows(root), old_rows, new_rows, strict=True):
            assert set(table) <= {*before, *after} and len(table) == len(after)
        done(root, *arguments)
        assert (by_student(state(root)), rows(root)) == (new, new_rows)
    assert refusals


def killed_at(step: int) -> Callable[[], None]:
    """Kill this process at its so-manieth step in the file system of the course."""

    def begin() -> None:
        left, here, process = step, os.getcwd(), os.getpid()

        def count(event: str, arguments: Any) -> None:
            nonlocal left
            if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link"):
                left -= str(arguments[0]).startswith(here) and os.getpid() == process
                if left == 0:
                    os.kill(process, signal.SIGKILL)

        sys.addaudithook(count)

    return begin


@pytest.mark.parametrize(("command", "last", "tries"), [("build", 50, 3), ("report", 25, 5)])
def test_killed_at_any_moment_it_is_made_good_by_the_next_run(
    course: Path, tmp_path: Path, command: str, last: int, tries: int
) -> None:
    arguments, _, _ = COMMANDS[command]
    root = copied(course, tmp_path, command)
    done(root, *arguments)
    new, new_rows = state(root), rows(root)
    for step in random.Random(command).sample(range(1, last), tries):
        root = copied(course, tmp_path, command)
        assert told(root, *arguments, before=killed_at(step))[0] in (0, -signal.SIGKILL)
        done(root, *arguments)
        assert (state(root), rows(root)) == (new, new_rows), step


def test_a_course_is_adopted_entirely(course: Path, disk: Path) -> None:
    root = copied(course, disk, "")
    (root / "course.toml").unlink()
    (root / "nbgrader_config.py").write_text("c = get_config()\n")
    before = state(root)
    with filled(disk):
        status, text = told(root, "adopt")
    assert status == 1 and "No space left" in text and len(text.splitlines()) == 1
    assert state(root) == before
    done(root, "adopt")
    assert load_course(root).id == ""  # as nbgrader has it


def test_a_key_is_written_entirely(course: Path, disk: Path) -> None:
    root = copied(course, disk, "")
    (root / "course.key").unlink()
    shutil.rmtree(root / ".autograder")  # otherwise a new key is refused
    before = state(root)
    with filled(disk):
        status, text = told(root, "grade", NAME)
    assert status == 1 and "course.key cannot be written: No space left" in text
    assert state(root) == before
    assert len(load_course(root).key()) == 64


def test_an_earlier_output_stays(course: Path, disk: Path) -> None:
    root = copied(course, disk, "")
    answer = root / "assignments" / NAME / f"{NAME}.py"
    options = ["--json", str(root / "a.json"), "--html", str(root / "a.html")]
    told(root, "check", str(answer), *options)
    before = state(root)
    with filled(disk):
        for option in (options[:2], options[2:]):
            status, text = told(root, "check", str(answer), *option)
            assert (status, len(text.splitlines())) == (1, 1)
            assert f"The machine refused: {option[1]}: No space left on device." in text
    assert state(root) == before
