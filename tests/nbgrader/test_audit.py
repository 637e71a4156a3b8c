"""The audit beside the gradebook: a row for each grade, with it or not at all, never changed."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from autograder.__main__ import main
from autograder.authoring.build import build
from autograder.course import Course, load_course
from autograder.nbgrader import audit, gradebook
from autograder.nbgrader.audit import Entry
from autograder.nbgrader.database import Database
from autograder.version import VERSION
from tests.helpers import postgresql
from tests.helpers.gradebook_rows import AUDIT, rows
from tests.helpers.second_exercise import FOLDER, NAME

SOLUTION = (FOLDER / f"{NAME}.py").read_text()


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course that is built, in which two have handed in."""
    folder = tmp_path_factory.mktemp("clean")
    shutil.copytree(FOLDER, folder / "solutions" / NAME)
    (folder / "course.toml").write_text(f'id = "c"\n[[assignments]]\nname = "{NAME}"\n')
    build(load_course(folder), NAME)
    for student in ("ada", "bob"):
        hand_in(folder, student, SOLUTION)
    return folder


@pytest.fixture
def course(clean: Path, tmp_path: Path) -> Course:
    return load_course(Path(shutil.copytree(clean, tmp_path / "course")))


@pytest.fixture(scope="module")
def server() -> Iterator[postgresql.Server]:
    with postgresql.serving() as server:
        yield server


@pytest.fixture
def in_postgresql(course: Course, server: postgresql.Server) -> Course:
    """A course of this test alone, whose gradebook is in PostgreSQL."""
    server.sql("DROP DATABASE IF EXISTS one")
    server.sql("CREATE DATABASE one")
    path = course.root / "course.toml"
    path.write_text(f'gradebook = "{server.url("one")}"\n{path.read_text()}')
    course = load_course(course.root)
    build(course, NAME)
    return course


def hand_in(root: Path, student: str, source: str) -> None:
    folder = root / "submitted" / student / NAME
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.py").write_text(source)


def grade(course: Course, *options: str) -> None:
    assert main(["grade", NAME, *options, "--course", str(course.root)]) == 0


def execute(course: Course, statement: str) -> Any:
    engine = sqlalchemy.create_engine(course.gradebook_url)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def all_rows(course: Course) -> list[dict[str, Any]]:
    engine = sqlalchemy.create_engine(course.gradebook_url)
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql(f"SELECT * FROM {AUDIT} ORDER BY number")
            return [dict(row) for row in found.mappings()]
    finally:
        engine.dispose()


def entries(course: Course, student: str = "") -> list[Entry]:
    return list(audit.read(course, NAME, student))


def changes(found: list[Entry]) -> list[tuple[Any, ...]]:
    return sorted((e.student, e.score_before, e.score_after, dict(e.changed)) for e in found)


@pytest.mark.parametrize("kind", ["course", pytest.param("in_postgresql", marks=pytest.mark.slow)])
def test_a_grade_is_there_with_what_it_changed(kind: str, request: pytest.FixtureRequest) -> None:
    course: Course = request.getfixturevalue(kind)
    grade(course)
    first = entries(course)
    scores = [e.score_after for e in first]
    assert {e.student for e in first} == {"ada", "bob"}
    assert [e.score_before for e in first] == [None, None] and scores[0] == scores[1] != 0
    for entry in first:
        assert sum(new or 0 for _, new in entry.changed.values()) == entry.score_after
        assert (entry.who, entry.autograder, entry.event) == (audit.who(), VERSION, "graded")
        assert entry.flagged == [] and len(entry.exercise_sha256) == 64
    (fingerprint,) = {e.key_fingerprint for e in first}
    assert len(fingerprint) == 16 and fingerprint not in course.key().decode()
    grade(course)  # nothing is graded
    assert entries(course) == first
    # A mark is given by hand, and then another answer is handed in.
    cell = max(first[0].changed)
    execute(
        course,
        f"UPDATE grade SET manual_score = 0.5 WHERE cell_id IN (SELECT id FROM base_cell WHERE name = '{cell}')",
    )
    hand_in(
        course.root,
        "ada",
        f"{SOLUTION}\n# %%\ndef {cell.removeprefix('check-')}(*_):\n    return 1\n",
    )
    grade(course)
    *_, last = entries(course)
    assert (last.student, last.score_before) == ("ada", scores[0])
    assert last.score_after is not None and last.score_after < scores[0]
    assert last.changed[cell] == [first[0].changed[cell][1], 0.0] and cell in last.flagged
    (course.root / "course.key").write_text("k" * 64)
    grade(course, "--force", "--student", "bob")
    *_, last = entries(course)
    assert last.key_fingerprint != fingerprint and last.changed == {}
    for statement in (f"UPDATE {AUDIT} SET who = 'x'", f"DELETE FROM {AUDIT}"):
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="only added to"):
            execute(course, statement)
    assert entries(course)[:2] == first and len(entries(course)) == 4


#: What would change or delete a row in another way than by a plain UPDATE or DELETE.
REWRITING = {
    "course": [
        f"INSERT OR REPLACE INTO {AUDIT} SELECT number, {{same}} FROM {AUDIT}",
        f"INSERT OR REPLACE INTO {AUDIT} SELECT number, {{other_id}} FROM {AUDIT} WHERE number = 2",
        f"INSERT OR REPLACE INTO {AUDIT} SELECT number + 50, {{same}} FROM {AUDIT}",
        f"REPLACE INTO {AUDIT} SELECT number - 50, {{other_id}} FROM {AUDIT}",
        f"INSERT INTO {AUDIT} SELECT number, {{same}} FROM {AUDIT} WHERE true "
        "ON CONFLICT (number) DO UPDATE SET who = 'x'",
        f"INSERT INTO {AUDIT} SELECT number, {{same}} FROM {AUDIT} WHERE true "
        "ON CONFLICT (id) DO UPDATE SET who = 'x'",
        f"UPDATE OR REPLACE {AUDIT} SET oid = 2 WHERE oid = 1",
        f"UPDATE OR REPLACE {AUDIT} SET id = (SELECT id FROM {AUDIT} WHERE number = 2)",
        f"UPDATE {AUDIT} SET rowid = rowid + 77",
        f"UPDATE {AUDIT} SET _rowid_ = _rowid_ + 77",
        f"UPDATE {AUDIT} SET student = 'x', score_after = NULL",
    ],
    "in_postgresql": [
        f"INSERT INTO {AUDIT} OVERRIDING SYSTEM VALUE SELECT number, {{same}} FROM {AUDIT} "
        "ON CONFLICT (id) DO UPDATE SET who = 'x'",
        f"MERGE INTO {AUDIT} a USING {AUDIT} b ON a.id = b.id WHEN MATCHED THEN DELETE",
        f"UPDATE {AUDIT} SET student = 'x', score_after = NULL",
        f"TRUNCATE {AUDIT}",
    ],
}


@pytest.mark.parametrize("kind", ["course", pytest.param("in_postgresql", marks=pytest.mark.slow)])
def test_a_row_is_not_rewritten(kind: str, request: pytest.FixtureRequest) -> None:
    course: Course = request.getfixturevalue(kind)
    grade(course)
    known = all_rows(course)
    names = [column for column in known[0] if column != "number"]
    same = ", ".join("'x' AS who" if name == "who" else name for name in names)
    other_id = same.replace("id,", "number || 'x' AS id,", 1)
    for statement in REWRITING[kind]:
        with suppress(sqlalchemy.exc.DBAPIError):
            execute(course, statement.format(same=same, other_id=other_id))
        assert all_rows(course) == known, statement
    grade(course, "--force")
    assert all_rows(course)[:2] == known and len(entries(course)) == 4


def test_a_table_of_an_earlier_version_is_kept_too() -> None:
    engine = sqlalchemy.create_engine("sqlite://")
    triggers = f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{AUDIT}'"
    with engine.begin() as connection:
        audit.require_table(connection)
        names = {*connection.exec_driver_sql(triggers).scalars()}
        for name in names:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
            audit.require_table(connection)
            assert {*connection.exec_driver_sql(triggers).scalars()} == names
    engine.dispose()
    assert len(names) == 5


def test_there_is_no_grade_without_its_row(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends a transaction after the row was added takes the row with it."""
    grade(course)
    grades, known = rows(course.gradebook_url)["grade"], entries(course)

    def killed(*about: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(gradebook, "update_penalties", killed)
    hand_in(course.root, "ada", "")
    assert main(["grade", NAME, "--course", str(course.root)]) == 130
    assert (rows(course.gradebook_url)["grade"], entries(course)) == (grades, known)
    monkeypatch.undo()
    monkeypatch.setattr(audit, "add", killed)
    assert main(["grade", NAME, "--course", str(course.root)]) == 130
    assert (rows(course.gradebook_url)["grade"], entries(course)) == (grades, known)


def test_a_commit_that_was_not_confirmed_adds_one_row(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction is repeated then, and finds what it wrote itself."""
    write = gradebook.Database.write

    def twice(database: gradebook.Database, work: Any) -> Any:
        write(database, work)
        return write(database, work)

    monkeypatch.setattr(gradebook.Database, "write", twice)
    grade(course)
    found = sorted((e.student, e.score_before) for e in entries(course))
    assert found == [("ada", None), ("bob", None)]


def test_who_is_gone_is_not_named(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    grade(course)
    where = ("--yes", "--course", str(course.root))
    assert main(["remove", "ada", *where]) == 0
    assert main(["rename", "bob", "bert", *where]) == 0
    found = entries(course)
    gone = audit.gone("ada")
    assert {e.student for e in found[:2]} == {gone, "bert"} and "ada" not in gone
    assert [(e.event, e.student) for e in found[2:]] == [("removed", gone), ("renamed", "bert")]
    capsys.readouterr()
    assert main(["audit", NAME, "--student", "ada", "--json", "--course", str(course.root)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.pop("schema") for line in lines] == [audit.SCHEMA] * 2
    assert lines == [dataclasses.asdict(each) for each in found if each.student == gone]


def test_a_gradebook_of_an_earlier_version(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is said of what was not written down, and the next grade begins it."""
    where = ("--course", str(course.root))
    execute(course, f"DROP TABLE {AUDIT}")
    assert main(["audit", NAME, *where]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"The audit has nothing in {NAME}.\n")
    grade(course)
    capsys.readouterr()
    assert main(["audit", NAME, *where]) == 0
    _, ada = sorted(capsys.readouterr().out.splitlines(), key=lambda line: "  ada  " in line)
    assert (
        f"  ada  graded 20, the first time, by {audit.who()}, autograder {VERSION}, exercise "
        in ada
    )
    assert main(["audit", "nothing", *where]) == 2
    assert "has no assignment 'nothing'." in capsys.readouterr().err


def test_what_an_entry_holds_is_one_line(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever wrote it: a field does not begin a line, and sends nothing to the terminal."""
    bad = "b\n\x1b[2J\t"
    texts = dict.fromkeys(
        ("time", "who", "event", "student", "submission_sha256", "autograder", "containment"), bad
    )
    entry = Entry(
        assignment=NAME,
        score_before=1.0,
        score_after=2.0,
        changed={bad: (1.0, 2.0)},
        flagged=[bad],
        exercise_sha256=bad,
        key_fingerprint=bad,
        **texts,
    )
    with Database(course, NAME, command="autograder grade") as database:
        database.write(lambda connection: audit.add(connection, audit.new_id(), entry))
    assert main(["audit", NAME, "--course", str(course.root)]) == 0
    lines = capsys.readouterr().out.split("\n")
    assert len(lines) == 4 and all(line.isprintable() for line in lines)


def test_a_gradebook_that_is_not_there(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    (course.root / "gradebook.db").unlink()
    capsys.readouterr()
    assert main(["audit", NAME, "--course", str(course.root)]) == 2
    assert capsys.readouterr().err.startswith("There is no gradebook sqlite:///")


@pytest.mark.slow
def test_a_user_who_may_make_no_table(
    in_postgresql: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the owner's build made is enough for who may only read and write."""
    execute(in_postgresql, "CREATE ROLE grader LOGIN")
    execute(in_postgresql, "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO grader")
    url = in_postgresql.gradebook_url.replace("postgres@", "grader@")
    path = in_postgresql.root / "course.toml"
    path.write_text(path.read_text().replace(in_postgresql.gradebook_url, url))
    grade(load_course(in_postgresql.root))
    assert len(entries(in_postgresql)) == 2
    execute(in_postgresql, f"DROP TABLE {AUDIT}")
    capsys.readouterr()
    assert main(["grade", NAME, "--force", "--course", str(in_postgresql.root)]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert "may not be used by this user" in said and "as the owner of its tables" in said
