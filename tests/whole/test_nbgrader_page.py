"""docs/nbgrader.md, command by command: a term of a small class, and what the page says of it."""

from __future__ import annotations

import csv
import getpass
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from traitlets.config import Config

from autograder.__main__ import main
from autograder.authoring.made_up_answers import Answers
from autograder.course import load_course
from autograder.exercise.solution import load_solution
from autograder.nbgrader.api import nbgrader_quiet
from autograder.nbgrader.config import configure
from autograder.nbgrader.export import NBGRADER_COLUMNS, GradesCsv
from tests.conftest import NAME, ROOT, course_text

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "nbgrader.md").read_text(encoding="utf-8")
#: Commands of the page that other tests run, or nobody could here.
ELSEWHERE = {
    "autograder new backprop": "tests/cli/test_new.py",
    "autograder doctor": "tests/cli/test_doctor.py",
    "autograder adopt": "tests/nbgrader/test_adopt.py",
    "pip install 'backprop_autograder-0.1.0-py3-none-any.whl[postgresql]'": "tests/nbgrader/test_gradebook.py",
}
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)( student)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: A name that a spreadsheet would run, and that no CSV may be torn by.
EVIL = '=HYPERLINK("x"), "y"'
ME = getpass.getuser()
NOW = datetime.now(UTC)
FUNCTIONS = "sigmoid sigmoid_derivative forward loss backward update train what_it_computes when_it_runs which_networks".split()


class Term:
    """A course's folder and its one student's, and what stood in the export after each section."""

    def __init__(self, folder: Path) -> None:
        self.course, self.desk = folder / "course", folder / "desk"
        for made in (self.course, self.desk, folder / "exchange"):
            made.mkdir()
        (folder / "exchange").chmod(0o777)
        shutil.copytree(ROOT / "solutions", self.course / "solutions")
        shutil.copyfile(ROOT / "nbgrader_config.py", self.course / "nbgrader_config.py")
        mistakes = self.course / "solutions" / NAME / "mistakes.py"
        with open(mistakes, "a") as stream:  # a few are enough, and take less time to build
            stream.write("\nmistakes = mistakes[:3]\n")
        text = course_text()
        text = text.replace('title = "', f'exchange = "{folder}/exchange"\ntitle = "')
        due = NOW - timedelta(hours=36)
        self.write(re.sub(r"due = \S+", f"due = {due:%Y-%m-%dT%H:%M:%SZ}", text))
        config = f'c = get_config()\nc.Exchange.root = "{folder}/exchange"\n'
        (self.desk / "nbgrader_config.py").write_text(config)
        self.exported: dict[str, list[dict[str, str]]] = {}
        self.printed: dict[tuple[str, str], str] = {}

    @property
    def text(self) -> str:
        return (self.course / "course.toml").read_text()

    def write(self, text: str) -> None:
        (self.course / "course.toml").write_text(text)

    def run(self, command: str, folder: Path) -> str:
        program, *arguments = shlex.split(command)
        environment = {**os.environ, "PYTHONWARNINGS": "ignore", "NO_COLOR": "1"}
        done = subprocess.run(
            [sys.executable, "-m", program, *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def export(self, target: str) -> list[dict[str, str]]:
        """What `nbgrader export` would write now, without the time that starting it takes."""
        config = Config()
        configure(config, load_course(self.course))
        with nbgrader_quiet("exporting"), self.gradebook() as gradebook:
            GradesCsv(config=config, to=str(self.course / target)).export(gradebook)
        return rows(self.course / target)

    def gradebook(self) -> Any:
        return Gradebook(load_course(self.course).gradebook_url, "backprop")


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def commands() -> Iterator[tuple[str, str, bool]]:
    """The page's commands in their order: the section, the command, whether a student gives it."""
    for title, text in sections():
        for language, student, block in BLOCK.findall(text):
            if language == "sh":
                yield from ((title, line, bool(student)) for line in block.splitlines())


def sections() -> Iterator[tuple[str, str]]:
    _, *parts = SECTION.split(PAGE)
    yield from zip(parts[::2], parts[1::2], strict=True)


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory) -> Term:
    """The page, done: every command, and between them what people do."""
    term = Term(tmp_path_factory.mktemp("term"))
    between = People(term)
    for title, command, student in commands():
        if command in ELSEWHERE:
            continue
        between.before(title, command)
        term.printed[title, command] = term.run(command, term.desk if student else term.course)
        between.after(title, command)
    return term


class People:
    """What an instructor and a student do between the page's commands."""

    def __init__(self, term: Term) -> None:
        self.term = term

    def before(self, title: str, command: str) -> None:
        if command.startswith("nbgrader submit"):
            self.write_answers()
        elif title == "Late work":
            self.set_late_work()
        elif title.startswith("Fix") and command.startswith("autograder build"):
            self.term.write(self.term.text.replace("# points = {", "points = {"))
        elif command.startswith("nbgrader generate_feedback"):
            self.mark(1.0)

    def after(self, title: str, command: str) -> None:
        term = self.term
        if command.startswith("nbgrader collect"):
            ada = shutil.copytree(term.course / "submitted" / ME, term.course / "submitted" / "ada")
            # By it nbgrader tells whose feedback is whose.
            (ada / NAME / "submission_secret.txt").write_text("another one")
        elif command.startswith("autograder grade") and title.startswith("Collect"):
            with nbgrader_quiet("adding"), term.gradebook() as book:
                book.add_student("zed", last_name=EVIL)
            term.exported["autograder grade"] = term.export("ours.csv")
        elif command.startswith("nbgrader autograde"):
            term.exported["nbgrader autograde"] = term.export("nbgraders.csv")
        elif title == "Late work":
            self.mark(2.0)
            term.exported["marked"] = term.export("marked.csv")

    def write_answers(self) -> None:
        course = load_course(self.term.course)
        solution = load_solution(course, NAME)
        answers = Answers(solution.source, NAME)
        answers.wrong(solution.exercise.mistakes[:1])(self.term.desk / NAME)

    def set_late_work(self) -> None:
        (snippet,) = (block for kind, _, block in BLOCK.findall(PAGE) if kind == "toml")
        until = NOW + timedelta(days=1)
        snippet = re.sub(r"until = \S+", f"until = {until:%Y-%m-%dT%H:%M:%SZ}", snippet)
        self.term.write(f"{self.term.text}\n{snippet}")

    def mark(self, points: float) -> None:
        """As formgrader does, when a person has typed the points."""
        with nbgrader_quiet("marking"), self.term.gradebook() as book:
            grade = book.find_grade("bias-sum", NAME, NAME, ME)
            grade.manual_score, grade.needs_manual_grade = points, False
            book.db.commit()


def of(student: str, exported: list[dict[str, str]]) -> dict[str, str]:
    (row,) = (row for row in exported if row["student_id"] == student)
    return row


def test_every_command_of_the_page_is_run_here_or_elsewhere(term: Term) -> None:
    given = {command for _, command, _ in commands()}
    assert given >= set(ELSEWHERE)
    assert given - set(ELSEWHERE) == {command for _, command in term.printed}
    assert len(term.printed) >= 15


def test_both_graders_give_the_same(term: Term) -> None:
    ours, nbgraders = term.exported["autograder grade"], term.exported["nbgrader autograde"]
    keys = [*NBGRADER_COLUMNS, "check-backward", "cells_to_mark", "points_to_mark"]
    assert [[row[key] for key in keys] for row in ours] == [
        [row[key] for key in keys] for row in nbgraders
    ]
    assert 0 < float(of(ME, ours)["raw_score"]) < 23


def test_the_export_says_what_is_asked(term: Term) -> None:
    row = of(ME, term.exported["autograder grade"])
    functions = {key: float(row[key]) for key in row if key.startswith("check-")}
    assert list(functions) == [f"check-{name}" for name in FUNCTIONS]
    assert sum(functions.values()) == float(row["raw_score"]) == float(row["score"])
    mistake = load_solution(load_course(term.course), NAME).exercise.mistakes[0]
    assert row["first_mistake"] == mistake.id
    assert row["first_wrong"] == f"{mistake.function}: {mistake.message}"
    assert (row["cells_to_mark"], row["points_to_mark"]) == ("1", "2.0")
    marked = of(ME, term.exported["marked"])
    assert (marked["cells_to_mark"], marked["points_to_mark"]) == ("0", "0")


def test_the_export_is_nbgraders_with_more(term: Term) -> None:
    """Where nothing needs quotes, its own file is the same; the absent have their zeros."""
    term.run(
        "nbgrader export --exporter nbgrader.plugins.CsvExportPlugin --to own.csv", term.course
    )
    own, ours = (rows(term.course / name) for name in ("own.csv", "grades.csv"))
    assert tuple(own[0])[: len(NBGRADER_COLUMNS)] == NBGRADER_COLUMNS
    for student in (ME, "ada"):
        assert {key: of(student, ours)[key] for key in NBGRADER_COLUMNS} == of(student, own)
    absent = of("zed", ours)
    assert absent["last_name"] == f"'{EVIL}"
    assert (absent["raw_score"], absent["score"], absent["max_score"]) == ("0.0", "0.0", "29.0")
    assert {absent[key] for key in absent if key not in NBGRADER_COLUMNS} == {""}
    with pytest.raises(SystemExit, match=r"nowhere/grades\.csv cannot be written: No such file"):
        term.export("nowhere/grades.csv")


def test_late_work_costs_what_the_page_says(term: Term) -> None:
    printed = term.printed["Late work", f"autograder grade {NAME}"]
    before, marked = of(ME, term.exported["autograder grade"]), of(ME, term.exported["marked"])
    late = float(before["raw_score"]) * 0.2  # the second day has begun
    assert f"36 hours: -{late:g}" in printed
    assert "late_submission_penalty" in before
    assert float(before["late_submission_penalty"]) == 0
    # Marked afterwards by hand: the mark counts, and loses its share.
    assert float(marked["raw_score"]) == float(before["raw_score"]) + 2
    assert float(marked["late_submission_penalty"]) == pytest.approx(late + 0.4)
    assert float(of("ada", term.exported["marked"])["late_submission_penalty"]) == 0


def test_new_points_reach_what_was_handed_in(term: Term) -> None:
    before, after = of(ME, term.exported["marked"]), of(ME, rows(term.course / "grades.csv"))
    dry = term.printed[
        "Fix the exercise when work has been handed in", f"autograder grade {NAME} --dry-run"
    ]
    assert re.search(rf"^{ME} +\S+ +\S+$", dry, re.MULTILINE)
    assert float(after["check-backward"]) == pytest.approx(float(before["check-backward"]) / 6 * 10)
    assert after["max_score"] == "29.0"
    assert after["cells_to_mark"] == "0"


def test_feedback_has_the_reason_and_the_penalty_of_the_last_mark(term: Term) -> None:
    (page,) = (term.desk / NAME / "feedback").rglob(f"{NAME}.html")
    row = of(ME, rows(term.course / "grades.csv"))
    penalty = round(0.2 * float(row["raw_score"]), 2)
    assert f"−{penalty:g}</td>" in page.read_text()
    assert row["first_wrong"].split(": ", 1)[1].split("`")[0] in page.read_text()


def test_other_cells_are_refused_and_nothing_is_lost(
    term: Term, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (term.course / "solutions" / NAME).glob("*.py"):
        path.write_text(path.read_text().replace("bias-sum", "bias-sums"))
    released = term.course / "assignments" / NAME
    before = {path: path.read_bytes() for path in released.iterdir()}
    assert main(["build", "--course", str(term.course)]) == 2
    assert "no function or question may be added, removed or renamed" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in released.iterdir()} == before
    term.run(f"nbgrader db assignment remove {NAME} --force", term.course)
    assert main(["build", "--course", str(term.course)]) == 0
    assert main(["grade", NAME, "--course", str(term.course)]) == 0
    assert of("ada", term.export("again.csv"))["raw_score"] == "25.0"
