"""`autograder remove` and `autograder rename`: nothing is left of a student, or all of it has the
other name, whatever interrupts them; and extensions for students whom nobody knows."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy
from nbgrader.api import Gradebook

from autograder.__main__ import main
from autograder.authoring.build import build
from autograder.classroom.journal import Journal, read_reports
from autograder.course import Course, load_course
from autograder.nbgrader import student_change
from tests.helpers import postgresql, small_course
from tests.helpers.gradebook_rows import rows

pytestmark = pytest.mark.slow

NAME = small_course.NAME
OLD, NEW, OTHERS = "zoe.quux", "zoe.quuz", ("ada", "bob")
WRONG = small_course.SOLUTION.replace("- lr *", "+ lr *")


def hand_in(root: Path) -> None:
    for student, text in zip((OLD, *OTHERS), (WRONG, small_course.SOLUTION, WRONG), strict=True):
        folder = root / "submitted" / student / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.py").write_text(text)
        feedback = root / "feedback" / student / NAME
        feedback.mkdir(parents=True)
        (feedback / f"{NAME}.html").touch()


def grade(root: Path) -> None:
    """Grade and show the class; a mark by hand, and a look-alike that names the student."""
    course = load_course(root)
    assert main(["grade", NAME, "--course", str(root)]) == 0
    with Gradebook(course.gradebook_url, course.id) as gradebook:
        student = gradebook.find_student(OLD)
        student.first_name, student.email = "Zoë", "zoe@example.org"
        gradebook.find_grade("check-update", NAME, NAME, OLD).manual_score = 0.5
        gradebook.db.commit()
    report = next(each for each in read_reports(course, NAME) if each.student == "bob")
    first, *more = report.functions
    with Journal(course, NAME) as journal:
        key = journal.known["bob"].key
        journal.add(key, replace(report, functions=[first._replace(fits=OLD), *more]))
    for options in ([], ["--hide-names"]):
        assert main(["report", NAME, "--course", str(root), *options]) == 0


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("graded")
    small_course.make_course(root)
    build(load_course(root), NAME)
    hand_in(root)
    grade(root)
    return root


@pytest.fixture
def root(graded: Path, tmp_path: Path) -> Path:
    """A copy of the graded course, for one test."""
    return Path(shutil.copytree(graded, tmp_path / "course"))


def students(course: Course) -> dict[str, set[str]]:
    """Who is where."""
    engine = sqlalchemy.create_engine(course.gradebook_url)
    with engine.connect() as connection:
        book = set(connection.scalars(sqlalchemy.text("SELECT id FROM student")))
    engine.dispose()
    folders = ("submitted", "autograded", "feedback")
    return {
        "gradebook": book,
        **{folder: set(os.listdir(course.root / folder)) for folder in folders},
        "journal": {report.student for report in read_reports(course, NAME)},
        "pages": {path.stem for path in (course.root / f"report/{NAME}/students").iterdir()},
    }


def everybody(course: Course) -> set[str]:
    """Who is everywhere."""
    found = list(students(course).values())
    assert all(each == found[0] for each in found), found
    return found[0]


def naming(root: Path, student: str) -> list[str]:
    """The files in which a student's name stands, but for databases, which keep what they freed."""
    return [
        str(path.relative_to(root))
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.suffix not in (".db", ".sqlite", ".log")
        if student.encode() in path.read_bytes() or student in str(path.relative_to(root))
    ]


def run(*arguments: str) -> int:
    return main([*arguments, "--yes"])


def test_a_removed_student_is_nowhere(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course = load_course(root)
    before = rows(course.gradebook_url)
    assert naming(root, OLD)
    assert run("remove", OLD, "--course", str(root)) == 0
    said = capsys.readouterr().out
    assert "the gradebook, with all marks" in said and f"submitted/{OLD}" in said
    assert everybody(course) == set(OTHERS)
    assert naming(root, OLD) == []
    assert not any(f.fits for report in read_reports(course, NAME) for f in report.functions)
    assert rows(course.gradebook_url) == {
        table: [row for row in found if OLD not in str(row)] for table, found in before.items()
    }
    # Classmates are as they were: nobody is graded again.
    assert main(["grade", NAME, "--course", str(root)]) == 0
    assert "2 unchanged" in capsys.readouterr().err


def test_a_renamed_student_keeps_everything(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course = load_course(root)
    before = str(rows(course.gradebook_url))
    assert run("rename", OLD, NEW, "--course", str(root)) == 0
    assert "the next `autograder grade` grades the work of" in capsys.readouterr().out
    assert everybody(course) == {NEW, *OTHERS}
    assert str(rows(course.gradebook_url)) == before.replace(OLD, NEW)
    assert naming(root, OLD) == []
    assert [f.fits for f in reports(course)["bob"] if f.fits] == [NEW]
    # Its hidden instances are others, so that it is graded again; the mark by hand stays.
    assert main(["grade", NAME, "--course", str(root)]) == 0
    assert "2 unchanged" in capsys.readouterr().err
    with Gradebook(course.gradebook_url, course.id) as gradebook:
        assert gradebook.find_grade("check-update", NAME, NAME, NEW).manual_score == 0.5
        assert gradebook.find_student(NEW).email == "zoe@example.org"


def reports(course: Course) -> dict[str, list]:
    return {report.student: list(report.functions) for report in read_reports(course, NAME)}


@pytest.mark.parametrize("step", ["_in_transaction", "_change_folder", "_change_pages"])
@pytest.mark.parametrize("arguments", [("remove", OLD), ("rename", OLD, NEW)])
def test_one_that_was_interrupted_is_run_again(
    root: Path,
    step: str,
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    course = load_course(root)
    works = getattr(student_change, step)

    def interrupted(*given: object) -> None:
        result = works(*given)
        if result is not None:  # a generator, which has to run
            list(result)
        raise KeyboardInterrupt

    monkeypatch.setattr(student_change, step, interrupted)
    assert run(*arguments, "--course", str(root)) == 130
    monkeypatch.undo()
    for other in (["grade", NAME], ["remove", "ada", "--yes"]):
        assert main([*other, "--course", str(root)]) == 2
        said = capsys.readouterr().err
        assert f"`autograder {' '.join(arguments)}` was interrupted. Run it again first." in said
    assert run(*arguments, "--course", str(root)) == 0
    assert everybody(course) == {*arguments[2:], *OTHERS}
    assert main(["grade", NAME, "--course", str(root)]) == 0


def test_what_is_left_to_do_is_said(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extension = (
        f'\n[[extensions]]\nstudent = "{OLD}"\nassignment = "{NAME}"\nuntil = 2030-01-01T00:00:00\n'
    )
    with open(root / "course.toml", "a") as stream:
        stream.write(extension)
    (root / "grades.csv").touch()
    (root / "report" / f"{NAME}-alike").mkdir(parents=True)
    assert run("rename", OLD, NEW, "--course", str(root)) == 0
    said = capsys.readouterr().out
    assert f"course.toml has an extension for {OLD}: give it to {NEW}." in said
    assert "run `nbgrader export` again" in said
    assert f"run `autograder alike {NAME}` again" in said
    # It would be lost, so that nobody is graded before.
    assert main(["grade", NAME, "--course", str(root)]) == 2
    assert f"'{OLD}' is no student of the course. Did you mean '{NEW}'?" in capsys.readouterr().err


def test_the_last_student_takes_the_page_along(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for student in (*OTHERS, OLD):
        assert run("remove", student, "--course", str(root)) == 0
    assert "The class page of relu_layer was removed" in capsys.readouterr().out
    assert naming(root, OLD) == []
    assert not list((root / "report").rglob("*.csv")) and not list(
        (root / "report").rglob("*.html")
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("remove", "zoe.qux"), f"There is no student 'zoe.qux' in the course. Did you mean '{OLD}'?"),
        (("remove", ".."), "There is no student '..' in the course."),
        (("rename", "adda", "eve"), "There is no student 'adda' in the course. Did you mean 'ada'?"),
        (("rename", OLD, "ada"), "There is a student 'ada' already, and nothing was changed."),
        (("rename", OLD, OLD), f"'{OLD}' cannot be the new id: it is the student's already."),
        (("rename", OLD, ""), "The new id is empty."),
        (("rename", OLD, "../ada"), "'../ada' cannot be the new id: it is also the name of folders"),
        (("rename", OLD, ".zoe"), "'.zoe' cannot be the new id: it is also the name of folders"),
        (("rename", OLD, "z" * 300), "it has 300 characters, and at most 200 are possible"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_cannot_be_done_is_refused(
    root: Path, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    course = load_course(root)
    before = students(course), naming(root, OLD)
    assert run(*arguments, "--course", str(root)) == 2
    assert said in capsys.readouterr().err
    assert (students(course), naming(root, OLD)) == before


def test_without_yes_it_asks(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course = load_course(root)
    before = students(course)
    command = [sys.executable, "-m", "autograder", "remove", OLD, "--course", str(root)]
    with open(os.devnull) as nothing:
        done = subprocess.run(command, stdin=nothing, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr == "Nothing was changed: run it with --yes.\n"
    assert f"submitted/{OLD}" in done.stdout and students(course) == before
    for answer, status in (("n\n", 2), ("y\n", 0)):
        ours, theirs = pty.openpty()
        os.write(ours, answer.encode())
        done = subprocess.run(command, stdin=theirs, capture_output=True, text=True)
        os.close(ours)
        os.close(theirs)
        assert done.returncode == status, done.stderr
        assert (students(course) == before) == (status == 2)


def test_a_page_that_outlived_what_was_graded(root: Path) -> None:
    shutil.rmtree(root / ".autograder")
    assert run("remove", OLD, "--course", str(root)) == 0
    assert naming(root, OLD) == []


def test_a_student_without_grades(root: Path) -> None:
    """Who only handed in, or only stands in the gradebook, is one too."""
    (root / "submitted" / "eve" / NAME).mkdir(parents=True)
    assert run("rename", "eve", "eva", "--course", str(root)) == 0
    assert run("remove", "eva", "--course", str(root)) == 0
    assert set(os.listdir(root / "submitted")) == {OLD, *OTHERS}
    course = load_course(root)
    with Gradebook(course.gradebook_url, course.id) as gradebook:
        gradebook.add_student("../course.toml")
    assert run("remove", "../course.toml", "--course", str(root)) == 0
    assert (root / "course.toml").is_file()
    assert students(course)["gradebook"] == {OLD, *OTHERS}


def test_an_extension_for_somebody_unknown_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (root / "course.toml").read_text()
    extension = f'\n[[extensions]]\nassignment = "{NAME}"\nuntil = 2030-01-01T00:00:00\nstudent = '
    course = load_course(root)

    def extend(student: str) -> None:
        (root / "course.toml").write_text(f'{text}{extension}"{student}"\n')

    for student, near in {"adda": "ada", "Ada": "ada", "zoe_quux": OLD}.items():
        extend(student)
        for options in ([], ["--dry-run"], ["--student", "ada"]):
            assert main(["grade", NAME, "--course", str(root), *options]) == 2
            said = f"{student!r} is no student of the course. Did you mean {near!r}? Correct it"
            assert said in capsys.readouterr().err
    # Nobody knows who is still to hand in, unless there is a class list.
    extend("nobody")
    assert main(["grade", NAME, "--course", str(root)]) == 0
    assert "If they hand in later, the extension is theirs." in capsys.readouterr().err
    with Gradebook(course.gradebook_url, course.id) as gradebook:
        gradebook.add_student("somebody else")
    assert main(["grade", NAME, "--course", str(root)]) == 2
    assert "add them with `nbgrader db student add nobody`" in capsys.readouterr().err
    with Gradebook(course.gradebook_url, course.id) as gradebook:
        gradebook.add_student("nobody")
    for student in ("nobody", "ada"):
        extend(student)
        assert main(["grade", NAME, "--course", str(root)]) == 0
        assert "extensions" not in capsys.readouterr().err


@pytest.fixture(scope="module")
def server() -> Iterator[postgresql.Server]:
    with postgresql.serving() as server:
        yield server


def test_in_postgresql(
    server: postgresql.Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.sql("CREATE DATABASE course")
    small_course.make_course(tmp_path)
    config = tmp_path / "course.toml"
    config.write_text(f'gradebook = "{server.url("course")}"\n{config.read_text()}')
    course = load_course(tmp_path)
    build(course, NAME)
    hand_in(tmp_path)
    grade(tmp_path)
    before = str(rows(course.gradebook_url))
    assert run("rename", OLD, "z" * 129, "--course", str(tmp_path)) == 2
    assert "at most 128 are possible" in capsys.readouterr().err
    assert run("rename", OLD, NEW, "--course", str(tmp_path)) == 0
    assert str(rows(course.gradebook_url)) == before.replace(OLD, NEW)
    assert run("remove", NEW, "--course", str(tmp_path)) == 0
    assert everybody(course) == set(OTHERS)
    assert NEW not in str(rows(course.gradebook_url))
