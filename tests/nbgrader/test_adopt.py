"""``autograder adopt``: a course of nbgrader's own goes on as before, with our exercise beside
it."""

from __future__ import annotations

import csv
import getpass
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.__main__ import main
from autograder.classroom.totals import FIRST
from autograder.course import load_course
from autograder.nbgrader.export import NBGRADER_COLUMNS
from tests.helpers.nbgrader_commands import nbgrader
from tests.helpers.second_exercise import FOLDER, NAME

pytestmark = pytest.mark.slow

CONFIG = """c = get_config()
c.CourseDirectory.course_id = "old 'course'"
c.Exchange.root = "exchange"
c.Exchange.timezone = "Europe/Berlin"
c.LateSubmissionPlugin.penalty_method = "zero"
"""


def cell(source: str, grade_id: str, points: float | None = None, solution: bool = True) -> Any:
    role = {"grade_id": grade_id, "solution": solution, "locked": not solution}
    role |= {"schema_version": 3, "task": False, "grade": points is not None}
    new = nbformat.v4.new_code_cell(source, id=grade_id)
    new.metadata.nbgrader = role | ({} if points is None else {"points": points})
    return new


def source_of_their_own() -> Any:
    solution = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
    test = (
        "assert double(1) == 2\n### BEGIN HIDDEN TESTS\nassert double(2) == 4\n### END HIDDEN TESTS"
    )
    essay = cell("### BEGIN SOLUTION\n'why'\n### END SOLUTION", "why", 3)
    return nbformat.v4.new_notebook(
        cells=[cell(solution, "double"), cell(test, "test-double", 2, solution=False), essay]
    )


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    folder = tmp_path / "old"
    (folder / "source" / "ps1").mkdir(parents=True)
    (folder / "exchange").mkdir()
    (folder / "exchange").chmod(0o777)
    (folder / "nbgrader_config.py").write_text(CONFIG)
    nbformat.write(source_of_their_own(), folder / "source" / "ps1" / "problem.ipynb")
    return folder


def adopt(folder: Path, capsys: pytest.CaptureFixture[str], status: int = 0) -> str:
    capsys.readouterr()
    assert main(["adopt", str(folder)]) == status
    told = capsys.readouterr()
    return told.err if status else told.out


def rows(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as stream:
        return {(row["assignment"], row["student_id"]): row for row in csv.DictReader(stream)}


def digests(folder: Path) -> dict[Path, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_course_goes_on_as_before_and_takes_ours_beside_its_own(
    theirs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nbgrader(theirs, "generate_assignment", "ps1")
    released = json.loads((theirs / "release" / "ps1" / "problem.ipynb").read_text())
    released["cells"][0]["source"] = "def double(x):\n    return 2 * x"
    released["cells"][2]["source"] = "'because'"
    desk, me = theirs.parent / "desk", getpass.getuser()
    (desk / "ps1").mkdir(parents=True)
    (desk / "ps1" / "problem.ipynb").write_text(json.dumps(released))
    shutil.copytree(desk / "ps1", theirs / "submitted" / me / "ps1")
    nbgrader(theirs, "autograde", "ps1")
    nbgrader(theirs, "export", "--to", "before.csv")
    before = rows(theirs / "before.csv")["ps1", me]
    assert (before["raw_score"], before["max_score"]) == ("2.0", "5.0")

    kept = digests(theirs)
    told = adopt(theirs, capsys)
    assert [line.split(":")[0] for line in told.splitlines()] == [
        "course.toml",
        "nbgrader_config.py",
    ]
    changed = {path for path, digest in digests(theirs).items() if kept.get(path) != digest}
    assert changed == {theirs / "course.toml", theirs / "nbgrader_config.py"}
    assert (theirs / "nbgrader_config.py").read_text().startswith(CONFIG)
    assert "There is nothing to do" in adopt(theirs, capsys)

    # The old assignment, step by step as before.
    nbgrader(theirs, "generate_assignment", "ps1", "--force")
    nbgrader(theirs, "release_assignment", "ps1")
    nbgrader(
        desk, "submit", "ps1", f"--Exchange.root={theirs}/exchange", "--course", "old 'course'"
    )
    nbgrader(theirs, "collect", "ps1", "--update")
    nbgrader(theirs, "autograde", "ps1", "--force")
    # Ours, beside it.
    (theirs / "solutions").mkdir()
    shutil.copytree(FOLDER, theirs / "solutions" / NAME)
    with open(theirs / "course.toml", "a") as stream:
        stream.write(f'[[assignments]]\nname = "{NAME}"\n')
    assert main(["build", "--course", str(theirs)]) == 0
    handed_in = theirs / "submitted" / me / NAME
    handed_in.mkdir(parents=True)
    shutil.copyfile(FOLDER / f"{NAME}.py", handed_in / f"{NAME}.py")
    assert main(["grade", NAME, "--course", str(theirs)]) == 0
    nbgrader(theirs, "export")

    found = rows(theirs / "grades.csv")
    after = found["ps1", me]
    assert {k: after[k] for k in NBGRADER_COLUMNS if k != "timestamp"} == {
        k: v for k, v in before.items() if k != "timestamp"
    }
    assert (after["cells_to_mark"], after["points_to_mark"]) == ("1", "3.0")
    assert {after[column] for column in ("check-backward", *FIRST)} == {""}
    ours = found[NAME, me]
    assert (ours["raw_score"], ours["check-backward"]) == ("20.0", "7.0")


def test_settings_are_taken_over(theirs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open(theirs / "nbgrader_config.py", "a") as stream:
        stream.write('c.CourseDirectory.release_directory = "out"\n')
        stream.write('c.CourseDirectory.db_url = "postgresql://us:secret@db/grades"')
    assert "secret" not in adopt(theirs, capsys)
    course = load_course(theirs)
    assert (course.id, course.exchange, course.timezone) == (
        "old 'course'",
        "exchange",
        "Europe/Berlin",
    )
    assert course.gradebook_url == "postgresql://us:secret@db/grades"
    assert course.released == theirs / "out"
    policy = course.late_policy("ps1")
    assert policy is not None
    assert policy.percent_per_day == 100


def test_a_relative_gradebook_stays_the_same_file(
    theirs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open(theirs / "nbgrader_config.py", "a") as stream:
        stream.write('c.CourseDirectory.db_url = "sqlite:///old.db"')
    nbgrader(theirs, "db", "student", "add", "ada")
    assert (theirs / "old.db").is_file()
    adopt(theirs, capsys)
    course = load_course(theirs)
    assert course.gradebook_url == f"sqlite:///{theirs}/old.db"
    assert "ada" in nbgrader(theirs, "db", "student", "list").stdout


def test_what_was_half_done_is_finished(theirs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    adopt(theirs, capsys)
    (theirs / "nbgrader_config.py").write_text(CONFIG)
    assert adopt(theirs, capsys).startswith("nbgrader_config.py: a call was added")


@pytest.mark.parametrize(
    ("config", "course", "words"),
    [
        (None, None, "is not an nbgrader course: it has no nbgrader_config.py"),
        (CONFIG + "c.x = 1 / 0", None, "cannot be run: ZeroDivisionError: division by zero (line "),
        (CONFIG + "c.x = (", None, "cannot be run: SyntaxError: '(' was never closed (line "),
        (CONFIG + "c.CourseDirectory.submitted_directory = 'in'", None, "only with 'submitted'"),
        (CONFIG + "c.CourseDirectory.root = '/elsewhere'", None, "sets CourseDirectory.root"),
        (CONFIG, "id = ", "course.toml cannot be read"),
        (CONFIG, 'id = "other"', 'has the id "other"'),
    ],
)
def test_what_cannot_be_adopted_is_told_and_left_alone(
    theirs: Path,
    capsys: pytest.CaptureFixture[str],
    config: str | None,
    course: str | None,
    words: str,
) -> None:
    (theirs / "nbgrader_config.py").unlink()
    for name, text in (("nbgrader_config.py", config), ("course.toml", course)):
        if text is not None:
            (theirs / name).write_text(text)
    before = digests(theirs)
    told = adopt(theirs, capsys, status=2)
    assert words in told
    assert told.count("\n") == 1
    assert digests(theirs) == before


def test_an_exception_of_ours_is_no_fault_of_the_settings(
    theirs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = "\nfrom autograder.nbgrader.config import configure\nconfigure(None, object())\n"
    (theirs / "nbgrader_config.py").write_text(CONFIG + call)
    words = adopt(theirs, capsys, status=1)
    assert "an internal error of autograder (AttributeError), whose traceback is in" in words


@pytest.mark.parametrize("place", ["source", "release"])
def test_a_folder_that_is_not_ours_is_not_replaced(
    theirs: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    adopt(theirs, capsys)
    shutil.copytree(FOLDER, theirs / "solutions" / NAME)
    (theirs / place).mkdir(exist_ok=True)
    shutil.move(theirs / "source" / "ps1", theirs / place / NAME)
    with open(theirs / "course.toml", "a") as stream:
        stream.write(f'[[assignments]]\nname = "{NAME}"\n')
    before = digests(theirs / place)
    assert main(["build", "--course", str(theirs)]) == 2
    assert f"{place}/{NAME} was not made by `autograder build`" in capsys.readouterr().err
    assert digests(theirs / place) == before
    assert not (theirs / "gradebook.db").exists()
