"""The gradebook's writer beside nbgrader's own interface, and with databases that refuse."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from nbgrader.api import Base, Gradebook, get_alembic_version
from nbgrader.utils import parse_utc as nbgrader_parse_utc

from autograder.classroom.platform import NotRecorded
from autograder.course import Course, CourseError, load_course
from autograder.exercise.answer_key import AnswerKey
from autograder.faults import Refusal
from autograder.nbgrader import database, platform, waiting
from autograder.nbgrader.api import nbgrader_quiet, set_due_date
from autograder.nbgrader.config import find_programs
from autograder.nbgrader.database import Database
from autograder.nbgrader.database_errors import GradebookUnavailable
from autograder.nbgrader.gradebook import GradebookWriter, require_known
from autograder.nbgrader.graded_notebook import graded_notebook
from autograder.nbgrader.hand_marks import HandMarks, MarkedMeanwhile
from autograder.nbgrader.penalties import extended_until
from autograder.nbgrader.release import Release, load_release
from autograder.nbgrader.revisions import newest_revision
from autograder.nbgrader.status import read_marks
from autograder.nbgrader.timestamps import parse_utc, read_timestamp
from autograder.report import FunctionReport, Report
from autograder.submission import cell_source, check_id, grade_id, parse_submission
from tests.conftest import NAME, ROOT, course_text
from tests.helpers import postgresql
from tests.helpers.gradebook_rows import computed, rows
from tests.helpers.late_penalties import take_off_with_nbgrader
from tests.helpers.processes import as_nobody, in_a_fork, open_to_all, small_disk
from tests.helpers.released import build

#: Tests in which a database is not to be had wait for it no longer.
SHORT = 0.3
LATE = f"""
[late]
percent_per_day = 10
[[extensions]]
student = "bob"
assignment = "{NAME}"
until = 2027-01-18T23:59:00Z
"""


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course that is built, in whose gradebook nobody is."""
    folder = tmp_path_factory.mktemp("clean")
    (folder / "course.toml").write_text(course_text() + LATE)
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    build(load_course(folder), NAME)
    return folder


@pytest.fixture(scope="module")
def server(clean: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgresql.Server]:
    """A server with a gradebook ``clean`` that nbgrader made."""
    with postgresql.serving() as server:
        server.sql("CREATE DATABASE clean")
        folder = Path(shutil.copytree(clean, tmp_path_factory.mktemp("server") / "course"))
        build(dataclasses.replace(load_course(folder), gradebook=server.url("clean")), NAME)
        yield server


@pytest.fixture
def built(clean: Path, tmp_path: Path) -> Course:
    """A course of this test alone, with a gradebook in SQLite."""
    return load_course(Path(shutil.copytree(clean, tmp_path / "course")))


@pytest.fixture
def release(built: Course) -> Release:
    return load_release(built, NAME)


def path_of(built: Course) -> Path:
    return built.root / "gradebook.db"


@dataclasses.dataclass
class Work:
    """What a student handed in, and its report."""

    report: Report
    notebook: Mapping[str, Any]
    folder: Path

    def write(self, writer: GradebookWriter) -> None:
        sources = {grade_id(cell): cell_source(cell) for cell in self.notebook["cells"]}
        writer.write(self.report, sources, read_timestamp(self.folder).time)


@pytest.fixture(scope="module")
def graded(grade: Callable[..., Report]) -> Callable[[str], Report]:
    """Grade a source for real; the same one only once."""
    return functools.cache(grade)


@pytest.fixture
def work(
    built: Course, release: Release, graded: Callable[[str], Report], tmp_path: Path
) -> Callable[..., Work]:
    """What a student hands in with a source, graded; with a timestamp, or without one."""

    def make(student: str, source: str | None = None, timestamp: str = "") -> Work:
        folder = tmp_path / "submitted" / student / NAME
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if timestamp:
            (folder / "timestamp.txt").write_text(timestamp)
        text = STUB.read_text() if source is None else source
        submission = parse_submission(f"{NAME}.py", text.encode())
        report = dataclasses.replace(graded(text), student=student)
        return Work(report, graded_notebook(report, submission, release), folder)

    return make


STUB = ROOT / "assignments" / NAME / f"{NAME}.py"
SOLUTION = ROOT / "solutions" / NAME / f"{NAME}.py"


# What nbgrader's own interface leaves: the reference for every row. This is how grades were written
# before there was a writer.


def write_with_nbgrader(built: Course, work: Work, release: Release) -> None:
    report, sources = work.report, {grade_id(c): cell_source(c) for c in work.notebook["cells"]}
    functions = {check_id(function.name): function for function in report.functions}
    with nbgrader_quiet("writing"), Gradebook(built.gradebook_url, built.id) as gradebook:
        gradebook.update_or_create_student(report.student)
        timestamp = nbgrader_timestamp(work.folder)
        known = {} if timestamp is None else {"timestamp": timestamp}
        submission = gradebook.update_or_create_submission(release.name, report.student, **known)
        for submitted_notebook in submission.notebooks:
            for grade in submitted_notebook.grades:
                grade.auto_score = reference_score(grade, functions, release, sources)
                grade.needs_manual_grade = grade.auto_score is None or (
                    grade.manual_score is not None
                )
            for comment in submitted_notebook.comments:
                comment.auto_comment = reference_comment(comment.name, functions, release, sources)
        gradebook.db.commit()
        take_off_with_nbgrader(built, release.name, report.student)


def nbgrader_timestamp(folder: Path) -> Any:
    path = folder / "timestamp.txt"
    try:
        text = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
        return nbgrader_parse_utc(text) if text else None
    except (OSError, ValueError, OverflowError):
        return None


def reference_score(
    grade: Any,
    functions: Mapping[str, FunctionReport],
    release: Release,
    sources: Mapping[str, str],
) -> float | None:
    if grade.name in release.questions:
        source = sources.get(grade.name, "")
        return 0.0 if not source.strip() or release.unchanged(grade.name, source) else None
    function = functions.get(grade.name)
    return min(max(0.0, function.score), float(grade.max_score)) if function else 0.0


def reference_comment(
    cell_id: str,
    functions: Mapping[str, FunctionReport],
    release: Release,
    sources: Mapping[str, str],
) -> str | None:
    source = sources.get(cell_id, "")
    if not source.strip() or release.unchanged(cell_id, source):
        return "No response."
    function = functions.get(check_id(cell_id))
    failure = function.first_failure if function else None
    if failure is None:
        return None
    lines = [f"{failure.name}:", *failure.message.splitlines()]
    return "\n".join(f"    {line}" for line in lines)


def write_ours(built: Course, work: Work, release: Release) -> None:
    with GradebookWriter(built, release) as writer:
        work.write(writer)


Write = Callable[[Course, Work, Release], None]


def given_by_hand(url: str) -> None:
    """What a person leaves in formgrader, and a plugin's penalty for being late."""
    with Gradebook(url, "backprop") as gradebook:
        grade = gradebook.find_grade("bias-sum", NAME, NAME, "ada")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        grade = gradebook.find_grade("check-loss", NAME, NAME, "ada")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 0.5, 0.25, False
        gradebook.find_comment("loss", NAME, NAME, "ada").manual_comment = "See me."
        notebook = gradebook.find_submission_notebook(NAME, NAME, "ada")
        notebook.late_submission_penalty, notebook.flagged = 2.0, True
        gradebook.update_or_create_student("ada", first_name="Ada", email="ada@example.org")
        gradebook.grant_extension(NAME, "ada", days=2)
        gradebook.db.commit()


ANSWERED = "\n\n# %% bias-sum [markdown]\n# Their sum.\n"


def story(built: Course, release: Release, work: Callable[..., Work], write: Write) -> list[Any]:
    """The life of a gradebook; what nbgrader makes of it in between and at its end."""
    solved = SOLUTION.read_text() + ANSWERED
    wrong = STUB.read_text().replace("# YOUR CODE HERE", "return 'two\\nlines <b>'") + ANSWERED
    facts = []
    works = [
        work("ada", solved, "2026-11-23 10:00:00.123456 UTC"),
        work("bob", timestamp="2027-01-20 10:00:00 CET"),
        work("eve", "this is no Python"),
        work("zoë O'Hara", wrong, "no time at all"),
    ]
    for one in works:
        write(built, one, release)
    facts.append(computed(built.gradebook_url))
    given_by_hand(built.gradebook_url)
    again = [
        work("ada", wrong, "2027-01-16 23:00:00 UTC"),  # late
        work("bob", solved),  # its timestamp stays
        dataclasses.replace(works[2], report=works[0].report),
    ]
    again[2].report = dataclasses.replace(again[2].report, student="eve")
    for one in again:
        write(built, one, release)
    facts.append(computed(built.gradebook_url))
    return facts


def copy_of(built: Course, name: str) -> Course:
    return load_course(Path(shutil.copytree(built.root, built.root.with_name(name))))


def in_server(built: Course, server: postgresql.Server, name: str) -> Course:
    """The course with a gradebook of its own in PostgreSQL, as nbgrader made it."""
    server.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    server.sql(f"CREATE DATABASE {name} TEMPLATE clean")
    return dataclasses.replace(copy_of(built, name), gradebook=server.url(name))


@pytest.fixture
def in_postgresql(built: Course, server: postgresql.Server) -> Course:
    return in_server(built, server, "one")


def check_same_rows(
    built: Course, release: Release, work: Callable[..., Work], make: Callable[[str], Course]
) -> None:
    theirs, ours = make("theirs"), make("ours")
    before = rows(ours.gradebook_url)
    reference = story(theirs, release, work, write_with_nbgrader)
    assert story(ours, release, work, write_ours) == reference
    found = rows(ours.gradebook_url)
    assert found == rows(theirs.gradebook_url)
    penalties = {dict(row)["late_submission_penalty"] for row in found["submitted_notebook"]}
    assert penalties == {None, 4.6}  # bob's, whose second day is the first after his extension
    # Something was compared: four students, and nothing but them was added.
    cells = before["grade_cells"]
    assert len(found["student"]) == len(found["submitted_notebook"]) == 4
    assert len(found["grade"]) == 4 * len(cells)
    unchanged = {"assignment", "notebook", "base_cell", "source_cell", "course", "alembic_version"}
    assert {table: found[table] for table in unchanged} == {t: before[t] for t in unchanged}


@pytest.mark.slow
def test_the_rows_are_nbgraders(built: Course, release: Release, work: Callable[..., Work]) -> None:
    check_same_rows(built, release, work, lambda name: copy_of(built, name))


def test_the_rows_are_nbgraders_in_postgresql(
    built: Course, release: Release, work: Callable[..., Work], server: postgresql.Server
) -> None:
    check_same_rows(built, release, work, lambda name: in_server(built, server, name))


@pytest.mark.parametrize("kind", ["built", pytest.param("in_postgresql", marks=pytest.mark.slow)])
def test_what_the_class_page_reads(
    kind: str, request: pytest.FixtureRequest, release: Release, work: Callable[..., Work]
) -> None:
    course: Course = request.getfixturevalue(kind)
    due = course.assignment(NAME).due
    assert due
    for student, days in (("ada", -1), ("bob", 2), ("dan", 2)):
        time = f"{due + timedelta(days=days):%Y-%m-%d %H:%M:%S} UTC"
        write_ours(course, work(student, SOLUTION.read_text() + ANSWERED, time), release)
    write_ours(course, work("carl"), release)
    totals = read_marks(course, NAME).totals
    in_time = (0.0, 0.0)  # as bob is, with his extension
    late = {student: (total.seconds_late, total.penalty) for student, total in totals.items()}
    carl = late.pop("carl")
    assert late == {"ada": in_time, "bob": in_time, "dan": (2 * 86400.0, 4.6)}
    assert carl == (None, 0.0)
    assert {student for student, total in totals.items() if total.waiting} == {"ada", "bob", "dan"}
    assert totals["ada"].waiting["bias-sum"] == 2.0


@pytest.mark.parametrize("kind", ["built", pytest.param("in_postgresql", marks=pytest.mark.slow)])
def test_marks_on_the_page_are_as_formgrader_writes_them(
    kind: str, request: pytest.FixtureRequest, release: Release, work: Callable[..., Work]
) -> None:
    course: Course = request.getfixturevalue(kind)
    late = "2027-01-20 10:00:00 UTC"
    write_ours(course, work("ada", SOLUTION.read_text() + ANSWERED, late), release)
    with HandMarks(course, NAME) as marks:
        (before,) = marks.of("bias-sum")
        assert (before.student, before.max_points, before.mark) == ("ada", 2, (None, "", True))
        after = marks.save(before.grade_id, before.mark.seen, 1.5, "Good.")
        assert after.mark == (1.5, "Good.", False)
        with pytest.raises(MarkedMeanwhile, match=r"1\.5 points meanwhile, comment: Good\."):
            marks.save(before.grade_id, before.mark.seen, 1.0, "")
        with Gradebook(course.gradebook_url, course.id) as gradebook:
            grade = gradebook.find_grade("bias-sum", NAME, NAME, "ada")
            assert (grade.manual_score, grade.needs_manual_grade) == (1.5, False)
            assert gradebook.find_comment("bias-sum", NAME, NAME, "ada").comment == "Good."
            penalty = gradebook.find_submission(NAME, "ada").late_submission_penalty
            assert penalty == pytest.approx(0.5 * 24.5)  # of the mark too
        assert marks.save(before.grade_id, after.mark.seen, None, "").mark == before.mark
        assert marks.of("bias-sum") == [before]
        with pytest.raises(Refusal, match="no longer in the gradebook"):
            marks.find("another")


def test_marks_given_by_hand_stay_and_are_flagged(
    built: Course, release: Release, work: Callable[..., Work]
) -> None:
    write_ours(built, work("ada", SOLUTION.read_text() + ANSWERED), release)
    given_by_hand(built.gradebook_url)
    write_ours(built, work("ada", STUB.read_text() + ANSWERED), release)
    with Gradebook(built.gradebook_url, built.id) as gradebook:
        grade = gradebook.find_grade("check-loss", NAME, NAME, "ada")
        assert (grade.auto_score, grade.manual_score, grade.extra_credit) == (0.0, 0.5, 0.25)
        assert grade.needs_manual_grade
        question = gradebook.find_grade("bias-sum", NAME, NAME, "ada")
        assert (question.auto_score, question.manual_score) == (None, 1.5)
        assert not gradebook.find_grade("check-forward", NAME, NAME, "ada").needs_manual_grade
        comment = gradebook.find_comment("loss", NAME, NAME, "ada")
        assert (comment.auto_comment, comment.comment) == ("No response.", "See me.")
        assert gradebook.find_submission(NAME, "ada").score == 2.25


def test_scores(built: Course, release: Release, work: Callable[..., Work]) -> None:
    with GradebookWriter(built, release) as writer:
        assert writer.scores() == {}
        work("ada", SOLUTION.read_text() + ANSWERED).write(writer)
        work("bob").write(writer)
        with Gradebook(built.gradebook_url, built.id) as gradebook:
            gradebook.add_student("absent")
        scores = writer.scores()
    assert set(scores) == {"ada", "bob"}
    assert set(scores["ada"]) == set(scores["bob"])
    assert (scores["ada"]["check-backward"], scores["ada"]["bias-sum"]) == (6.0, None)
    assert set(scores["bob"].values()) == {0.0}


@pytest.mark.parametrize(
    ("score", "written"), [(99.0, 2.0), (-3.0, 0.0), (float("nan"), 0.0), (float("inf"), 2.0)]
)
def test_scores_are_clamped(
    built: Course, release: Release, work: Callable[..., Work], score: float, written: float
) -> None:
    honest = work("ada")
    functions = [
        f._replace(score=score) if f.name == "loss" else f for f in honest.report.functions
    ]
    honest.report = dataclasses.replace(honest.report, functions=functions)
    with GradebookWriter(built, release) as writer:
        honest.write(writer)
        assert writer.scores()["ada"]["check-loss"] == written


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23 10:00:00 UTC",
        "2026-11-23 10:00:00.123456 UTC",
        "2026-11-23 10:00:00 CET",
        "2026-11-23 10:00:00 Asia/Tokyo",
        "2026-11-23 10:00:00 JST",
        "2026-11-23 10:00:00 +0900",
        "2026-11-23 10:00:00 /etc/passwd",
        "2026-11-23T10:00:00+09:00",
        "2026-11-23 10:00",
        "2026-11-23",
        "10:00",
        "99999999999999999999",
        "yesterday",
        "a b c",
        "1 2 3 4",
        "\0 \0 \0",
        "",
    ],
)
def test_times_are_read_as_nbgrader_reads_them(text: str, tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").write_text(text)
    assert read_timestamp(tmp_path).time == nbgrader_timestamp(tmp_path)


def test_a_time_is_read_in_utc() -> None:
    assert str(parse_utc("2026-11-23 10:00:00 CET")) == "2026-11-23 09:00:00"


@pytest.mark.parametrize("text", ["9" * 40 + "10h", "9" * 40 + ".5m 1"])
def test_a_timestamp_of_absurd_numbers_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").write_text(text)
    assert read_timestamp(tmp_path).time is None


def test_no_file_is_read_for_a_time_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr("dateutil.tz.gettz", read.append)
    for zone in (tmp_path / "zone", f":{tmp_path}/zone", f"../../..{tmp_path}/zone"):
        (tmp_path / "timestamp.txt").write_text(f"2026-11-23 10:00:00 {zone}")
        assert read_timestamp(tmp_path).time is None
    assert not read


def test_a_timestamp_that_is_a_link_is_none(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("2026-11-23 10:00:00 UTC")
    (tmp_path / "timestamp.txt").symlink_to("elsewhere")
    assert read_timestamp(tmp_path).time is None


def test_the_schema_is_that_of_the_nbgrader_installed() -> None:
    """A new nbgrader fails here first."""
    find_programs()
    assert get_alembic_version() == newest_revision() == database.SCHEMA
    theirs = Base.metadata.tables
    for name, table in database._tables.tables.items():
        for column in table.columns:
            assert repr(column.type) == repr(theirs[name].c[column.name].type), column
    written = ("student", "submitted_assignment", "submitted_notebook", "grade", "comment")
    for name in written:
        required = {c.name for c in theirs[name].columns if not c.nullable}
        assert required <= {c.name for c in database._tables.tables[name].columns}


# Databases that cannot be written.


def told(built: Course, release: Release, work: Work, timeout: float = SHORT) -> str:
    """The sentence of a gradebook that is not available, which every one of them must hold."""
    with (
        pytest.raises(GradebookUnavailable) as caught,
        GradebookWriter(built, release, timeout) as writer,
    ):
        work.write(writer)
    message = str(caught.value)
    assert built.gradebook_url.partition("?")[0] in message
    assert "Nothing is lost" in message
    assert f"run `autograder grade {NAME}` again" in message
    assert "\n" not in message
    return message


@pytest.mark.slow
def test_a_locked_database_is_waited_for(
    built: Course, release: Release, work: Callable[..., Work]
) -> None:
    bob = work("bob")
    other = sqlite3.connect(path_of(built), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    assert "is locked by another program (after 0.3 seconds)" in told(built, release, bob)
    unlocking = threading.Timer(1.5, other.execute, ("COMMIT",))
    unlocking.start()
    with GradebookWriter(built, release) as writer:
        bob.write(writer)
        assert set(writer.scores()) == {"bob"}
    unlocking.join()
    other.close()


def test_a_reader_that_stays_does_not_let_half_a_submission_in(
    built: Course, release: Release, work: Callable[..., Work]
) -> None:
    """SQLite finds out at the end of the transaction only."""
    bob = work("bob")
    before = rows(built.gradebook_url)
    other = sqlite3.connect(path_of(built), isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM student").fetchall()
    assert "is locked by another program" in told(built, release, bob)
    other.execute("COMMIT")
    other.close()
    assert rows(built.gradebook_url) == before


@pytest.mark.parametrize("folder", [0o755, 0o777])
def test_a_database_that_may_not_be_written(
    built: Course, release: Release, work: Callable[..., Work], folder: int
) -> None:
    bob = work("bob")
    open_to_all(built.root)
    before = rows(built.gradebook_url)
    path_of(built).chmod(0o444)
    built.root.chmod(folder)
    started = time.monotonic()
    text = as_nobody(lambda: write_ours(built, bob, release))
    assert text.startswith("GradebookUnavailable: The gradebook sqlite:///")
    assert "cannot be written by this user. Nothing is lost" in text
    assert time.monotonic() - started < waiting.TIMEOUT
    assert rows(built.gradebook_url) == before


def test_a_folder_that_may_not_be_written(
    built: Course, release: Release, work: Callable[..., Work]
) -> None:
    """The file may be, but SQLite needs a journal beside it."""
    bob = work("bob")
    open_to_all(built.root)
    path_of(built).chmod(0o666)
    built.root.chmod(0o755)
    text = as_nobody(lambda: write_ours(built, bob, release))
    if os.geteuid() != 0:  # the folder's owner may write to it
        assert text == ""
        return
    assert text.startswith("GradebookUnavailable: ")
    assert "give yourself write permission for it and its folder" in text


def test_a_full_disk(
    built: Course, release: Release, work: Callable[..., Work], tmp_path: Path
) -> None:
    bob = work("bob")
    before = rows(built.gradebook_url)
    size = path_of(built).stat().st_size
    with small_disk(tmp_path, size + 8192) as disk:
        shutil.copyfile(path_of(built), disk.folder / "gradebook.db")
        full = dataclasses.replace(built, gradebook=f"sqlite:///{disk.folder}/gradebook.db")

        def write() -> None:
            disk.limit_files(8192)  # what is changed lies beyond
            write_ours(full, bob, release)

        text = in_a_fork(write)
        assert text.startswith("GradebookUnavailable: The gradebook sqlite:///")
        assert re.search("has no space left on its disk|make sure that the disk has space", text)
        assert "Nothing is lost" in text
        assert rows(full.gradebook_url) == before


def one_sentence(built: Course, release: Release, answer_key: AnswerKey) -> str:
    """What is said of a gradebook that is none, by everything that opens it."""
    with (
        pytest.raises((CourseError, GradebookUnavailable)) as caught,
        GradebookWriter(built, release),
    ):
        pass
    with pytest.raises((CourseError, GradebookUnavailable)) as again:
        require_known(built, answer_key)
    assert str(again.value) == str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_fault_of_ours_is_not_told_as_the_gradebooks(built: Course) -> None:
    with Database(built, NAME) as database, pytest.raises(sqlalchemy.exc.ArgumentError):
        database.read(lambda connection: connection.execute("no statement"))  # type: ignore[call-overload]


def test_a_gradebook_that_is_not_there_is_not_made(
    built: Course, release: Release, answer_key: AnswerKey
) -> None:
    path_of(built).unlink()
    message = one_sentence(built, release, answer_key)
    assert message.startswith(f"There is no gradebook {built.gradebook_url}.")
    assert f"Run `autograder build {NAME}` first." in message
    assert not path_of(built).exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "does not know"),
        (b"not a database, but a text that is long enough" * 100, "is not a database"),
        ("CREATE TABLE grade (id TEXT)", "is a database, but not nbgrader's"),
    ],
)
def test_a_file_that_is_no_gradebook(
    built: Course, release: Release, answer_key: AnswerKey, content: bytes | str, words: str
) -> None:
    path_of(built).unlink()
    if isinstance(content, bytes):
        path_of(built).write_bytes(content)
    else:
        with sqlite3.connect(path_of(built)) as connection:
            connection.execute(content)
    assert words in one_sentence(built, release, answer_key)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE alembic_version SET version_num = '282d30a0218e'",
        "DELETE FROM alembic_version",
        "ALTER TABLE grade RENAME COLUMN auto_score TO score",
        "DROP TABLE comment",
    ],
)
def test_another_schema_is_not_written_to(
    built: Course, release: Release, answer_key: AnswerKey, change: str
) -> None:
    with sqlite3.connect(path_of(built)) as connection:
        connection.execute(change)
    message = one_sentence(built, release, answer_key)
    assert f"autograder supports only {database.SCHEMA}" in message
    assert "`nbgrader db upgrade`" in message


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("gradebook.db", "gradebook is not the address of a database."),
        ("mysql://here/x", "gradebook must begin with sqlite:// or postgresql://."),
        ("sqlite://", "gradebook names no file"),
        ("sqlite+nothing:///x", "gradebook: Can't load plugin"),
    ],
)
def test_an_address_that_is_none(
    built: Course, release: Release, answer_key: AnswerKey, url: str, words: str
) -> None:
    assert words in one_sentence(dataclasses.replace(built, gradebook=url), release, answer_key)


def test_an_assignment_that_nobody_built(
    built: Course, release: Release, answer_key: AnswerKey, work: Callable[..., Work]
) -> None:
    with sqlite3.connect(path_of(built)) as connection:
        connection.execute("UPDATE assignment SET name = 'other'")
    words = f"does not know {NAME}. Run `autograder build {NAME}` first."
    with pytest.raises(CourseError, match=words):
        require_known(built, answer_key)
    with GradebookWriter(built, release) as writer:
        with pytest.raises(CourseError, match=words):
            work("ada").write(writer)
        assert writer.scores() == {}


def test_points_that_are_not_those_of_the_gradebook(built: Course, answer_key: AnswerKey) -> None:
    require_known(built, answer_key)
    with sqlite3.connect(path_of(built)) as connection:
        connection.execute("UPDATE grade_cells SET max_score = 7 WHERE max_score = 6")
    with pytest.raises(CourseError, match="backward is worth 6 points now, but 7 in the gradebook"):
        require_known(built, answer_key)


def test_a_name_that_no_database_takes(
    built: Course, release: Release, work: Callable[..., Work]
) -> None:
    bob = work("bob")
    bob.report = dataclasses.replace(bob.report, student=os.fsdecode(b"b\xf6b"))
    with GradebookWriter(built, release) as writer:
        with pytest.raises(CourseError, match="Rename the folder"):
            bob.write(writer)
        work("eve").write(writer)
        assert set(writer.scores()) == {"eve"}


@pytest.mark.slow
def test_a_killed_run_leaves_whole_submissions(
    built: Course, release: Release, work: Callable[..., Work]
) -> None:
    """What a killed process had begun to write is not there."""
    bob = work("bob")
    before = rows(built.gradebook_url)
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:

        class Found:
            def rows(self, *_: Any) -> tuple[list[Any], list[Any]]:
                os.write(writing, b"x")
                time.sleep(60)
                return [], []

        with contextlib.suppress(BaseException), GradebookWriter(built, release) as writer:
            writer._database.write(
                lambda connection: writer._record(
                    connection,
                    "row",
                    bob.report,
                    None,
                    Found(),  # type: ignore[arg-type]
                )
            )
        os._exit(1)
    os.close(writing)
    assert os.read(reading, 1) == b"x"
    os.kill(process, 9)
    os.waitpid(process, 0)
    assert rows(built.gradebook_url) == before
    write_ours(built, bob, release)


def with_another(built: Course) -> None:
    other = built.root / "another.db"
    shutil.copyfile(path_of(built), other)
    other.replace(path_of(built))


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda built: path_of(built).unlink(), "deleted or moved"),
        (lambda built: path_of(built).rename(built.root / "else.db"), "deleted or moved"),
        (lambda built: built.root.rename(built.root.with_name("moved")), "deleted or moved"),
        (with_another, "replaced"),
    ],
)
def test_a_gradebook_that_goes_during_the_run(
    built: Course,
    release: Release,
    work: Callable[..., Work],
    act: Callable[[Course], Any],
    words: str,
) -> None:
    """SQLite would go on writing to the file that it opened, which nobody finds any more."""
    ada, bob, before = work("ada"), work("bob"), rows(built.gradebook_url)
    with GradebookWriter(built, release) as writer:
        act(built)
        for _ in range(2):
            with pytest.raises(GradebookUnavailable, match=f"was {words} while it was in use"):
                bob.write(writer)
    if words == "replaced":
        assert rows(built.gradebook_url) == before
        write_ours(built, ada, release)
    assert path_of(built).exists() == (words == "replaced")


def test_a_gradebook_that_goes_while_it_is_written(
    built: Course, release: Release, work: Callable[..., Work]
) -> None:
    with Database(built, NAME) as opened:
        with pytest.raises(GradebookUnavailable, match="was deleted or moved"):
            opened.write(lambda _: path_of(built).unlink())
        assert not path_of(built).exists()


def test_a_reader_is_waited_for_by_the_transaction_as_a_whole(
    built: Course, release: Release, work: Callable[..., Work], capsys: pytest.CaptureFixture[str]
) -> None:
    """The commit fails; the next attempt is a transaction of its own."""
    other = sqlite3.connect(path_of(built), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN")
    other.execute("SELECT * FROM student").fetchall()
    ending = threading.Timer(3.0, other.execute, ("COMMIT",))
    ending.start()
    with GradebookWriter(built, release) as writer:
        for student in ("ada", "bob"):
            work(student).write(writer)
        assert set(writer.scores()) == {"ada", "bob"}
    ending.join()
    other.close()
    assert len(rows(built.gradebook_url)["submitted_assignment"]) == 2
    assert capsys.readouterr().err.count("which is locked by another program") == 1


def test_an_extension_beyond_the_calendar(
    built: Course, release: Release, work: Callable[..., Work]
) -> None:
    bob = work("bob", timestamp="2027-01-19 10:00:00 UTC")
    write_ours(built, bob, release)
    with Gradebook(built.gradebook_url, built.id) as gradebook:
        gradebook.find_submission(NAME, "bob").extension = timedelta(days=2_920_000)
        gradebook.db.commit()
    write_ours(built, bob, release)
    bobs = read_marks(built, NAME).totals["bob"]
    assert (bobs.seconds_late, bobs.penalty) == (0.0, 0.0)
    assert extended_until(built, NAME) == datetime.max


def test_a_due_date_that_was_not_built_is_said(
    built: Course, answer_key: AnswerKey, capsys: pytest.CaptureFixture[str]
) -> None:
    """The gradebook's counts until then."""
    said = f"is not the gradebook's: run `autograder build {NAME}`.\n"
    platform.Nbgrader(built, NAME).check_known(answer_key)
    assert said not in capsys.readouterr().err
    text = (built.root / "course.toml").read_text()
    (built.root / "course.toml").write_text(text.replace("due = 2027", "due = 2028"))
    platform.Nbgrader(load_course(built.root), NAME).check_known(answer_key)
    assert f"The due date in course.toml {said}" in capsys.readouterr().err
    (built.root / "course.toml").write_text(text.replace("due = 2027", "# due = 2027"))
    platform.Nbgrader(load_course(built.root), NAME).check_known(answer_key)
    said = f"set it there, or run `autograder build {NAME}`, which removes it.\n"
    assert said in capsys.readouterr().err
    set_due_date(load_course(built.root), NAME)
    platform.Nbgrader(load_course(built.root), NAME).check_known(answer_key)
    assert "due date" not in capsys.readouterr().err


# The same with a server.


def test_a_server_that_is_away_and_comes_back(
    in_postgresql: Course, release: Release, work: Callable[..., Work], server: postgresql.Server
) -> None:
    """The connection that is open breaks; it is made anew when the server is there again."""
    ada, bob = work("ada"), work("bob")
    with GradebookWriter(in_postgresql, release, SHORT) as writer:
        ada.write(writer)
        server.stop()
        with pytest.raises(GradebookUnavailable, match=r"cannot be reached \(after"):
            bob.write(writer)
        server.start()
        bob.write(writer)
        assert set(writer.scores()) == {"ada", "bob"}
    server.stop()
    assert "cannot be reached" in told(in_postgresql, release, bob)
    starting = threading.Timer(1.0, server.start)
    starting.start()
    with GradebookWriter(in_postgresql, release) as writer:
        assert set(writer.scores()) == {"ada", "bob"}
    starting.join()


def test_a_connection_that_is_lost_midway(
    in_postgresql: Course, release: Release, work: Callable[..., Work], server: postgresql.Server
) -> None:
    ada, bob = work("ada"), work("bob")
    with GradebookWriter(in_postgresql, release) as writer:
        ada.write(writer)
        server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'one'")
        bob.write(writer)
        assert set(writer.scores()) == {"ada", "bob"}


def test_a_table_that_is_locked_in_postgresql(
    in_postgresql: Course, release: Release, work: Callable[..., Work]
) -> None:
    bob = work("bob")
    engine = sqlalchemy.create_engine(in_postgresql.gradebook_url)
    before = rows(in_postgresql.gradebook_url)
    with engine.connect() as other:
        other.exec_driver_sql("LOCK TABLE comment IN EXCLUSIVE MODE")
        assert "is locked by another program" in told(in_postgresql, release, bob)
    assert rows(in_postgresql.gradebook_url) == before
    write_ours(in_postgresql, bob, release)
    engine.dispose()


@pytest.mark.parametrize(("isolation", "count"), [("read committed", 30), ("serializable", 8)])
def test_two_runs_at_once(
    in_postgresql: Course,
    release: Release,
    work: Callable[..., Work],
    server: postgresql.Server,
    isolation: str,
    count: int,
) -> None:
    """Each writes the same students, who are known already; nobody is there twice. A server may
    refuse one of two transactions, which is then made again."""
    server.sql(f"ALTER DATABASE one SET default_transaction_isolation = '{isolation}'")
    works = [work(f"s{number}") for number in range(count)]
    with Gradebook(in_postgresql.gradebook_url, in_postgresql.id) as gradebook:
        for one in works:
            gradebook.add_student(one.report.student)
    together = threading.Barrier(2)

    def run() -> None:
        with GradebookWriter(in_postgresql, release) as writer:
            for one in works:
                together.wait(30)
                one.write(writer)

    with ThreadPoolExecutor(2) as pool:
        for running in [pool.submit(run) for _ in range(2)]:
            running.result()
    assert len(rows(in_postgresql.gradebook_url)["submitted_assignment"]) == count


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda url: url.replace("/one?", "/nowhere?"), 'database "nowhere" does not exist'),
        (lambda url: url.replace("postgres@", "nobody@"), 'role "nobody" does not exist'),
    ],
)
def test_a_server_that_refuses_is_not_waited_for(
    in_postgresql: Course,
    release: Release,
    answer_key: AnswerKey,
    change: Callable[[str], str],
    words: str,
) -> None:
    wrong = dataclasses.replace(in_postgresql, gradebook=change(in_postgresql.gradebook_url))
    started = time.monotonic()
    assert words in one_sentence(wrong, release, answer_key)
    assert time.monotonic() - started < waiting.TIMEOUT


def test_a_password_is_not_told(
    in_postgresql: Course, release: Release, answer_key: AnswerKey
) -> None:
    url = in_postgresql.gradebook_url.replace("postgres@", "nobody:secret@")
    wrong = dataclasses.replace(in_postgresql, gradebook=url)
    assert "secret" not in one_sentence(wrong, release, answer_key)


def test_a_server_that_takes_no_changes(
    in_postgresql: Course, release: Release, work: Callable[..., Work], server: postgresql.Server
) -> None:
    server.sql("ALTER DATABASE one SET default_transaction_read_only = on")
    assert "is read-only now" in told(in_postgresql, release, work("bob"))


def test_a_name_that_is_too_long_for_postgresql(
    in_postgresql: Course, release: Release, work: Callable[..., Work]
) -> None:
    with GradebookWriter(in_postgresql, release) as writer:
        with pytest.raises(NotRecorded, match="rejected the data"):
            work("a" * 200).write(writer)
        work("b" * 128).write(writer)
        assert set(writer.scores()) == {"b" * 128}


def in_its_own_words(course: Course, *options: str) -> subprocess.CompletedProcess[str]:
    """`autograder grade` in a course whose gradebook is not the one of its file."""
    path = course.root / "course.toml"
    text = re.sub("(?m)^gradebook = .*\n", "", path.read_text())
    path.write_text(f'gradebook = "{course.gradebook_url}"\n{text}')
    command = [sys.executable, "-m", "autograder", "grade", NAME, *options]
    return subprocess.run(command, cwd=course.root, capture_output=True, text=True)


def hand_in(course: Course, *students: str) -> None:
    for student in students:
        folder = course.root / "submitted" / student / NAME
        folder.mkdir(parents=True)
        shutil.copyfile(SOLUTION, folder / f"{NAME}.py")


def test_what_the_server_cannot_hold_costs_its_own_line(in_postgresql: Course) -> None:
    """A name that is too long, and whatever else the database rejects in one student's rows."""
    hand_in(in_postgresql, "ada", "b" * 128, "c" * 129, "rejected", "zoë")
    engine = sqlalchemy.create_engine(in_postgresql.gradebook_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE student ADD CHECK (id <> 'rejected')")
    engine.dispose()
    done = in_its_own_words(in_postgresql)
    assert done.returncode == 1
    long, rejected = done.stderr.splitlines()[-2:]
    assert long.startswith(f"{'c' * 129}: it could not be graded: ")
    assert "a name of 129 characters, and the gradebook takes 128. Rename the folder." in long
    assert not (in_postgresql.root / "autograded" / ("c" * 129)).exists()
    assert rejected.startswith("rejected: it could not be graded: The gradebook postgresql://")
    assert "rejected the data: " in rejected
    with GradebookWriter(in_postgresql, load_release(in_postgresql, NAME)) as writer:
        assert set(writer.scores()) == {"ada", "b" * 128, "zoë"}


@pytest.mark.slow
def test_a_name_of_any_length_is_graded_with_sqlite(built: Course, release: Release) -> None:
    """As nbgrader does."""
    hand_in(built, "ada", "c" * 129)
    assert in_its_own_words(built).returncode == 0
    with GradebookWriter(built, release) as writer:
        assert set(writer.scores()) == {"ada", "c" * 129}


def test_the_longest_name_is_nbgraders() -> None:
    column = Base.metadata.tables["student"].c.id
    assert column.type.length == platform._LONGEST_ID


def test_a_server_that_is_silent_from_the_start(
    in_postgresql: Course, release: Release, work: Callable[..., Work]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://postgres@127.0.0.1:{silent.getsockname()[1]}/one"
        course = dataclasses.replace(in_postgresql, gradebook=url)
        assert "cannot be reached (after" in told(course, release, work("bob"))


@contextmanager
def frozen(server: postgresql.Server, database: str = "") -> Iterator[None]:
    server.signal(signal.SIGSTOP, database)
    try:
        yield
    finally:
        server.signal(signal.SIGCONT, database)


def test_a_server_that_falls_silent_is_waited_for(
    in_postgresql: Course,
    release: Release,
    work: Callable[..., Work],
    server: postgresql.Server,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bob = work("bob")
    with GradebookWriter(in_postgresql, release) as writer:
        with frozen(server):
            threading.Timer(4.0, server.signal, (signal.SIGCONT,)).start()
            bob.write(writer)
        assert set(writer.scores()) == {"bob"}
    assert capsys.readouterr().err.count("which does not answer: 90 seconds at most") == 1


def test_a_connection_that_falls_silent_is_made_anew(
    in_postgresql: Course, release: Release, work: Callable[..., Work], server: postgresql.Server
) -> None:
    bob = work("bob")
    with GradebookWriter(in_postgresql, release, timeout=9.0) as writer, frozen(server, "one"):
        bob.write(writer)
        assert set(writer.scores()) == {"bob"}


def test_an_interrupt_ends_the_waiting_for_a_silent_server(
    in_postgresql: Course, release: Release, work: Callable[..., Work], server: postgresql.Server
) -> None:
    bob = work("bob")
    with GradebookWriter(in_postgresql, release) as writer, frozen(server):
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            bob.write(writer)
        assert time.monotonic() - began < 4  # psycopg gives its cancellation five seconds
    write_ours(in_postgresql, bob, release)
    assert len(rows(in_postgresql.gradebook_url)["submitted_assignment"]) == 1


def test_a_table_that_cannot_be_read_now(
    in_postgresql: Course, release: Release, work: Callable[..., Work]
) -> None:
    engine = sqlalchemy.create_engine(in_postgresql.gradebook_url)
    with engine.connect() as other:
        other.exec_driver_sql("LOCK TABLE assignment IN ACCESS EXCLUSIVE MODE")
        query = "SELECT * FROM assignment"
        with (
            pytest.raises(GradebookUnavailable, match="is locked by another program"),
            Database(in_postgresql, NAME, SHORT) as opened,
        ):
            opened.read(lambda connection: connection.exec_driver_sql(query).all())
    engine.dispose()


def test_a_server_that_gives_up_a_statement(
    in_postgresql: Course, release: Release, work: Callable[..., Work], server: postgresql.Server
) -> None:
    server.sql("ALTER DATABASE one SET statement_timeout = '200ms'")
    engine = sqlalchemy.create_engine(in_postgresql.gradebook_url)
    with engine.connect() as other:
        other.exec_driver_sql("LOCK TABLE comment IN EXCLUSIVE MODE")
        assert "answers too late" in told(in_postgresql, release, work("bob"))
    engine.dispose()


def test_a_role_without_connections_or_rights(
    in_postgresql: Course, release: Release, work: Callable[..., Work], server: postgresql.Server
) -> None:
    url = in_postgresql.gradebook_url.replace("postgres@", "teacher@")
    course = dataclasses.replace(in_postgresql, gradebook=url)
    server.sql("DROP ROLE IF EXISTS teacher")
    server.sql("CREATE ROLE teacher LOGIN CONNECTION LIMIT 0")
    assert "has no connection left (after" in told(course, release, work("bob"))
    server.sql("ALTER ROLE teacher CONNECTION LIMIT 5")
    assert "may not be used by this user" in told(course, release, work("bob"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_of_the_server(
    in_postgresql: Course,
    release: Release,
    work: Callable[..., Work],
    server: postgresql.Server,
) -> None:
    bob = work("bob")
    with small_disk(server.folder, 2_000_000) as disk:
        shutil.chown(disk.folder, "postgres")
        server.sql(f"CREATE TABLESPACE small LOCATION '{disk.folder}'")
        engine = sqlalchemy.create_engine(in_postgresql.gradebook_url)
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE comment SET TABLESPACE small")
        try:
            for filling in disk.folder.glob("*/*"):
                (filling / "full").write_bytes(bytes(1_990_000))
            assert "has no space left on its disk" in told(in_postgresql, release, bob)
        finally:
            engine.dispose()
            server.sql("DROP DATABASE one WITH (FORCE)")
            server.sql("DROP TABLESPACE small")


def test_grading_a_class_imports_neither_nbgrader_nor_jupytext(built: Course) -> None:
    target = built.root / "submitted" / "ada" / NAME
    target.mkdir(parents=True)
    shutil.copyfile(SOLUTION, target / f"{NAME}.py")
    code = (
        "import sys\n"
        "from autograder.__main__ import main\n"
        f"status = main(['grade', {NAME!r}, '--course', {str(built.root)!r}])\n"
        "slow = {'nbgrader', 'jupytext', 'nbformat', 'jsonschema', 'sqlalchemy.orm'}\n"
        "sys.exit(', '.join(slow & set(sys.modules)) or status)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "ada" in done.stdout
    graded = built.root / "autograded" / "ada" / NAME / f"{NAME}.ipynb"
    assert json.loads(graded.read_text())["cells"]


@pytest.mark.parametrize("method", ["close", "rollback"])
def test_a_signal_while_the_gradebook_closes_prints_no_traceback(
    built: Course, method: str
) -> None:
    """SQLAlchemy logs what raises while it closes a connection, or takes it back."""
    code = f"""
import os, pathlib, signal
from autograder import interrupts
from autograder.course import load_course
from autograder.nbgrader.database import Database

def interrupted(connection):
    os.kill(os.getpid(), signal.SIGHUP)
    connection.{method}()

interrupts.handle()
course = load_course(pathlib.Path({str(built.root)!r}))
try:
    with interrupts.raised(), Database(course, {NAME!r}) as database:
        database._engine.dialect.do_{method} = interrupted
        database.read(lambda connection: None)
except interrupts.Interrupted:
    interrupts.tell()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "Interrupted.\n")
