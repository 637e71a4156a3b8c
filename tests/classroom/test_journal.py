"""The journal: what is in it comes back, whatever happened; what cannot be used is one sentence."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.classroom import journal as journals
from autograder.classroom import journal_database
from autograder.classroom.journal import Journal, journal_path, read_reports
from autograder.course import Course, CourseError, load_course
from autograder.faults import MachineFault
from autograder.report import CheckResult, Report, function_report
from autograder.sandbox import linux
from tests.conftest import NAME, ROOT, course_text

FUNCTION = function_report("f", [CheckResult("values", True, "", 1.0, 1.0)], "failed")
REPORT = Report(NAME, "ada", "a.py", "0" * 64, "1", "2", "full", [FUNCTION], 1.0, seconds=0.25)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    (tmp_path / "course.toml").write_text(course_text())
    (tmp_path / "solutions").symlink_to(ROOT / "solutions")
    return load_course(tmp_path)


@pytest.fixture
def path(course: Course) -> Path:
    """A journal with ada and bob in it."""
    note(course, "ada", "bob")
    return journal_path(course, NAME)


def note(course: Course, *students: str) -> None:
    with Journal(course, NAME) as journal:
        for student in students:
            journal.add(f"key of {student}", replace(REPORT, student=student))


def students(course: Course) -> list[str]:
    return [report.student for report in read_reports(course, NAME)]


def test_what_is_noted_comes_back(course: Course, path: Path) -> None:
    odd = replace(REPORT, path=os.fsdecode(b"/b\xf6b/a.py"), printed=["", "loss 0.5\n"])
    with Journal(course, NAME) as journal:
        assert journal.known["bob"] == ("key of bob", {"f": 1.0})
        journal.add("another", odd)
        assert journal.report("ada").to_json() == odd.to_json()
        assert journal.report("ada").printed == odd.printed
    bob = replace(REPORT, student="bob")
    found = [report.to_json() for report in read_reports(course, NAME)]
    assert found == [odd.to_json(), bob.to_json()]
    with Journal(course, NAME) as journal:
        assert journal.known["ada"] == ("another", {"f": 1.0})


def test_readers_and_a_run_do_not_hold_each_other_up(
    course: Course, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_database, "LOCK_SECONDS", 0.0)
    monkeypatch.setattr(journals, "_COMMIT_SECONDS", 0.0)
    reports = read_reports(course, NAME)
    assert next(reports).student == "ada"
    note(course, "carl", "dan")
    assert next(reports).student == "bob"
    monkeypatch.setattr(journals, "_COMMIT_SECONDS", 600.0)
    with Journal(course, NAME) as journal:
        for number in range(1000):  # more than SQLite keeps in memory by itself
            journal.add("key" * 1000, replace(REPORT, student=f"{number}"))
        assert students(course) == ["0", "ada", "bob", "carl", "dan"]
    assert len(students(course)) == 1004


def test_a_killed_run_loses_what_was_not_written_and_nothing_else(
    course: Course, path: Path
) -> None:
    program = f"""
import os, signal, sys
from pathlib import Path
from autograder.classroom import journal
from tests.classroom.test_journal import NAME, REPORT, load_course, replace
with journal.Journal(load_course(Path({str(course.root)!r})), NAME) as found:
    found.add("first", replace(REPORT, student="carl"))
    journal._COMMIT_SECONDS = 600.0
    for number in range(500):
        found.add("later", replace(REPORT, student=str(number)))
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert students(course) == ["ada", "bob", "carl"]
    note(course, "dan")
    assert students(course) == ["ada", "bob", "carl", "dan"]


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def garbage(path: Path) -> None:
    path.write_bytes(b"not a database, at some length" * 500)


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE entry (mine TEXT)")


def no_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DROP TABLE entry")
        database.execute("CREATE TABLE other (x TEXT)")


def torn_page(path: Path) -> None:
    """The middle of the file."""
    with open(path, "r+b") as stream:
        stream.seek(4096 + 5)
        stream.write(b"\xff" * 2000)


@pytest.mark.parametrize("damage", [cut, garbage, foreign, no_table, torn_page])
def test_a_damaged_journal_is_moved_aside(
    course: Course, path: Path, damage: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    damage(path)
    before = path.read_bytes()
    with pytest.raises(MachineFault) as raised:
        students(course)
    assert str(path) in str(raised.value) and "\n" not in str(raised.value)
    note(course, "carl")
    assert students(course) == ["carl"]
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{path} is damaged. It was moved to {path.name}.damaged")
    assert path.with_name(f"{path.name}.damaged").read_bytes() == before


def test_damage_that_comes_during_a_run_ends_no_run(
    course: Course, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "_COMMIT_SECONDS", 0.0)
    with Journal(course, NAME) as journal:
        garbage(path)
        for student in ("carl", "dan", "emmy"):
            journal.add("key", replace(REPORT, student=student))
        assert journal.report("ada") is None
    assert set(students(course)) >= {"dan", "emmy"}


def test_a_later_versions_journal_is_left_alone(course: Course, path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 2")
    before = path.read_bytes()
    for use in (note, students):
        with pytest.raises(MachineFault, match="a newer version of autograder"):
            use(course)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "known"),
    [
        ("report = x'7b7d'", True),
        ("report = 'text'", True),
        ("report = x'ff'", True),
        ("printed = '{'", True),
        ("scores = '?'", False),
        ("scores = '[1]'", False),
    ],
)
def test_a_row_that_cannot_be_read_costs_nobody_elses(
    course: Course, path: Path, change: str, known: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"UPDATE entry SET {change} WHERE student = 'ada'")
    with Journal(course, NAME) as journal:
        assert ("ada" in journal.known) == known
        assert known == (journal.report("ada") is None)
        assert journal.report("bob") is not None
    assert students(course) == (["bob"] if known else ["ada", "bob"])
    said = capsys.readouterr().err
    assert ("the report of ada cannot be read" in said) == known


def test_no_link_is_followed(course: Course, path: Path, tmp_path: Path) -> None:
    other = path.rename(tmp_path / "other")
    other.chmod(0o644)
    path.symlink_to(other)
    for use in (note, students):
        with pytest.raises(CourseError, match="is not a regular file"):
            use(course)
    assert other.stat().st_mode & 0o777 == 0o644
    path.unlink()
    lock = path.with_suffix(".lock")
    lock.unlink()
    lock.symlink_to(tmp_path / "made")
    with pytest.raises(CourseError, match="symbolic links"):
        note(course)
    assert not (tmp_path / "made").exists()


def test_a_locked_journal_is_one_sentence(
    course: Course, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_database, "LOCK_SECONDS", 0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        for use in (lambda course: note(course, "carl"), students):
            with pytest.raises(MachineFault, match="is locked by another program"):
                use(course)
    assert students(course) == ["ada", "bob"]


@pytest.fixture
def read_only(course: Course) -> Iterator[Course]:
    """A course whose journal lies on a disk that takes no changes."""
    folder = course.root / ".autograder"
    folder.mkdir()
    try:
        linux.mount("small", str(folder), "tmpfs", 0, "size=1m")
    except OSError as error:
        pytest.skip(f"no disk can be mounted here: {error}")
    note(course, "ada")
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    yield course
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_takes_no_changes(read_only: Course) -> None:
    with pytest.raises(CourseError, match="Read-only file system") as said:
        note(read_only, "bob")
    assert "\n" not in str(said.value)
    assert students(read_only) == ["ada"]


def test_an_earlier_journal_is_named(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    earlier = course.root / ".autograder" / f"{NAME}.jsonl"
    earlier.parent.mkdir()
    earlier.write_text("{}")
    for _ in range(2):
        note(course, "ada")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{earlier} is an earlier version's journal") and earlier.exists()
