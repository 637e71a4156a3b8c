"""What a machine refuses is told as that, however a library wraps it."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy.exc

from autograder.course import CourseError
from autograder.faults import Fault, Refusal, exit_status, refused, sentence

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/course/index.html")


def raised(work: Callable[[], object]) -> Exception:
    try:
        work()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def from_library() -> None:
    try:
        raise FULL
    except OSError as error:
        raise RuntimeError("conversion failed") from error


def told_without_its_cause() -> None:
    try:
        raise FULL
    except OSError:
        raise CourseError("course.key cannot be written.") from None


def full_database() -> sqlite3.OperationalError:
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.execute("create table t (x)")
    database.execute("pragma max_page_count = 3")
    error = raised(lambda: database.execute("insert into t values (zeroblob(100000))"))
    assert isinstance(error, sqlite3.OperationalError)
    return error


WRAPPED: dict[str, Callable[[], object]] = {
    "itself": lambda: FULL,
    "raised from": lambda: raised(from_library),
    "while handled": lambda: raised(told_without_its_cause),
    "in a list": lambda: shutil.Error([("a", "b", str(FULL))]),
    "copied": lambda: OSError(FULL.errno, FULL.strerror, "theirs", None, FULL.filename),
    "SQLite": full_database,
    "SQLAlchemy": lambda: sqlalchemy.exc.OperationalError("insert", {}, full_database()),
    "said again": lambda: KeyError(*sqlalchemy.exc.OperationalError("", {}, full_database()).args),
    "logged": lambda: ["Traceback ...", f"OSError: {FULL}"],
}


@pytest.mark.parametrize("kind", WRAPPED)
def test_a_full_disk_is_found(kind: str) -> None:
    found = refused(WRAPPED[kind]())
    assert found is not None and found.errno == errno.ENOSPC
    said = sentence(found)
    assert "theirs" not in said
    assert "No space left on device. Free some space" in said and "\n" not in said


@pytest.mark.parametrize(
    "number", [errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE]
)
def test_each_kind_has_its_remedy_and_is_no_request(number: int) -> None:
    error = OSError(number, os.strerror(number), "/course/index.html")
    assert sentence(error).startswith(f"The machine refused: /course/index.html: {error.strerror}.")
    assert sentence(error).endswith(", and run this again.")
    assert exit_status(error) == 1


def test_the_status_says_whose_it_is() -> None:
    assert exit_status(raised(told_without_its_cause)) == 1
    assert exit_status(CourseError("There is no course.toml.")) == 2
    assert exit_status(Fault("The gradebook is busy.")) == 1
    assert exit_status(Refusal("x")) == 2


def test_a_bug_stays_a_bug() -> None:
    first, second = KeyError("loss"), ValueError("x")
    first.__context__, second.__context__ = second, first  # without end
    assert refused(first) is None and sentence(first) == ""


def test_an_error_without_a_number_is_one_line() -> None:
    error = shutil.Error([("a", "b", "No such\nfile")])
    assert "None" not in sentence(error) and "\n" not in sentence(error)


def test_nobody_pays_for_a_file_that_the_machine_does_not_open(tmp_path: Path) -> None:
    """The answer, and what counts beside it: hints, and the time of handing in."""
    import resource

    from autograder.classroom.handed_in import read_folder
    from autograder.nbgrader.timestamps import read_timestamp
    from tests.helpers.processes import in_a_fork

    (tmp_path / "answer.py").write_text("x = 1\n")
    (tmp_path / "timestamp.txt").write_text("2027-01-15 12:00:00 UTC")

    def without_descriptors(work: Callable[[], object]) -> Callable[[], None]:
        def limited() -> None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
            work()

        return limited

    for work in (lambda: read_folder(tmp_path, "answer"), lambda: read_timestamp(tmp_path)):
        assert "Too many open files" in in_a_fork(without_descriptors(work))
