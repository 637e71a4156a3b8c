"""``nbgrader autograde`` as the course configures it: contained, and the same as `autograder
grade`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.proofs import secret_lines
from autograder.submission import check_id, grade_id
from tests.conftest import NAME, ROOT
from tests.helpers.classroom import (
    EXTRA,
    MARKUP,
    PLAIN,
    STUDENT,
    Classroom,
    nbgrader,
    nbgrader_steps,
)
from tests.helpers.nbgrader_commands import tracebacks
from tests.helpers.processes import REFUSING

pytestmark = pytest.mark.slow

#: What everybody's functions earn; what is no notebook earns nothing, and says why.
SCORES = {
    "b-cut": 0.0,
    "b-empty": 0.0,
    "b-huge": 23.0,
    "b-nothing": 0.0,
    "b-old": 0.0,
    "b-script": 23.0,
    "b-timestamp": 0.0,
    "deadkernel": 23.0,
    "deleted": 23.0,
    "duplicated": 23.0,
    "hidden": 0.0,
    "overwriter": 21.0,
    "printed": 23.0,
    "right": 23.0,
    "warned": 23.0,
    "z-after": 23.0,
}


def total(classroom: Classroom, student: str) -> float:
    return sum(score or 0.0 for score, _, _ in classroom.grades(student).values())


def outputs(classroom: Classroom, student: str) -> list[Any]:
    """What the cells show that are not checks."""
    return [
        cell["outputs"]
        for cell in classroom.notebook(student)["cells"]
        if cell.get("outputs") and not grade_id(cell).startswith(check_id(""))
    ]


def stream(text: str) -> list[dict[str, str]]:
    return [{"output_type": "stream", "name": "stdout", "text": text}]


def test_every_submission_has_a_verdict_and_the_class_goes_on(classroom: Classroom) -> None:
    assert classroom.done.returncode == 0, classroom.done.stderr
    assert not tracebacks(classroom.done.stderr)
    found = {student: total(classroom, student) for student in classroom.students()}
    assert {student: found[student] for student in SCORES} == SCORES
    for said in ("not valid JSON", "The file is empty", "old format 3"):
        assert said in classroom.done.stderr
    assert f"Neither {NAME}.ipynb nor {NAME}.py was handed in." in classroom.done.stderr


def test_it_is_what_autograder_grade_leaves(classroom: Classroom) -> None:
    for student in classroom.students():
        ours = classroom.grades(student, folder=classroom.beside)
        assert classroom.grades(student) == ours, student
        assert classroom.comments(student) == classroom.comments(student, classroom.beside)
        assert classroom.notebook(student) == classroom.notebook(student, classroom.beside)


def test_cells_show_what_they_printed(classroom: Classroom) -> None:
    assert outputs(classroom, "printed") == [stream("shown\n")]
    assert outputs(classroom, "deadkernel") == [stream("before the end\n")]
    assert outputs(classroom, STUDENT) == [stream(f"{MARKUP}\n")]
    table, score = next(
        cell["outputs"]
        for cell in classroom.notebook("right")["cells"]
        if grade_id(cell) == check_id("backward")
    )
    assert set(table["data"]) == {"text/html", "text/plain"}
    assert score["data"] == {"text/plain": "6.0"}


@pytest.fixture(scope="module")
def marked(classroom: Classroom) -> dict[str, Any]:
    """After marks by hand, by formgrader's way: regrades, feedback, and an assignment of
    stock's."""
    with classroom.gradebook() as gradebook:
        for cell in ("bias-sum", check_id("loss")):
            gradebook.find_grade(cell, NAME, NAME, "right").manual_score = 1.5
        gradebook.find_comment("bias-sum", NAME, NAME, "right").manual_comment = "By hand."
        gradebook.db.commit()
    steps = f"""
done = {{
    "plain": autograde("{PLAIN}", "right"),
    "right": autograde("{NAME}", "right"),
    "script": autograde("{NAME}", "b-script"),
    "nobody": autograde("{NAME}", "nobody"),
}}
run("GenerateFeedback", "{NAME}", "--student={STUDENT}")
run("ReleaseFeedback", "{NAME}", "--student={STUDENT}")
run("FetchFeedback", "{NAME}")
"""
    return dict(nbgrader_steps(classroom.folder, steps))


def test_formgraders_button(classroom: Classroom, marked: dict[str, Any]) -> None:
    for student in ("right", "script"):
        assert marked[student]["success"], marked[student]
    assert re.search(r"b-script +23/23", marked["script"]["log"])
    assert "right " not in marked["script"]["log"]
    assert not marked["nobody"]["success"]


def test_marks_given_by_hand_survive(classroom: Classroom, marked: dict[str, Any]) -> None:
    grades = classroom.grades("right")
    assert grades["bias-sum"] == (None, True, 1.5)
    assert grades[check_id("loss")] == (2.0, False, 1.5)  # its answer is the same
    assert classroom.comments("right")["bias-sum"] == "By hand."
    assert classroom.grades("z-after")["bias-sum"] == (None, True, None)
    assert classroom.grades("hidden")["bias-sum"] == (0.0, False, None)
    assert classroom.comments("hidden")["bias-sum"] == "No response."


def test_what_is_no_exercise_goes_to_the_kernel(
    classroom: Classroom, marked: dict[str, Any]
) -> None:
    """An assignment of its own, and one more notebook of an exercise's; both survive a regrade."""
    assert marked["plain"]["success"], marked["plain"]
    for notebook in (PLAIN, EXTRA):
        grades = classroom.grades("right", notebook)
        assert grades["value"] == (5.0, False, None)
        assert grades["number"] == (2.5, False, None)
    place = classroom.folder / "autograded" / "right"
    for name, notebook in ((PLAIN, PLAIN), (NAME, EXTRA)):
        cells = json.loads((place / name / f"{notebook}.ipynb").read_text())["cells"]
        assert cells[-1]["execution_count"] == len(cells)
    command = ["grade", NAME, "--student=right", "--force", f"--course={classroom.folder}"]
    subprocess.run([sys.executable, "-m", "autograder", *command], check=True, capture_output=True)
    assert classroom.grades("right", EXTRA)["value"] == (5.0, False, None)
    assert (place / NAME / f"{EXTRA}.ipynb").is_file()


def test_feedback_that_a_student_fetches(classroom: Classroom, marked: dict[str, Any]) -> None:
    (path,) = (classroom.folder / NAME / "feedback").glob(f"*/{NAME}.html")
    page = path.read_text()
    assert MARKUP not in page
    assert unescape(page).count(MARKUP) >= 4  # in source, output, table and comment
    assert "sigmoid raised ValueError" in page
    assert "hidden=True" not in page
    source = (ROOT / "solutions" / NAME / f"{NAME}.py").read_text()
    theirs = json.dumps(classroom.notebook(STUDENT)["cells"])
    hidden = [line for line in secret_lines(source) if json.dumps(line)[1:-1] not in theirs]
    assert hidden  # of the function that they wrote otherwise
    assert not [line for line in hidden if line in unescape(page)]


def refused(classroom: Classroom, *options: str) -> str:
    done = nbgrader(classroom.folder, "autograde", NAME, *options)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--db=sqlite:///{}/other.db", "takes another gradebook"),
        ("--CourseDirectory.autograded_directory={}/x", "takes another folder than "),
        ("--no-execute", "runs nothing"),
    ],
)
def test_what_ours_cannot_do_is_refused(
    classroom: Classroom, tmp_path: Path, option: str, words: str
) -> None:
    said = refused(classroom, option.format(tmp_path), "--student=right")
    assert re.search(rf"This nbgrader {words}.*, so that nothing was graded of {NAME}", said)
    assert said.count("ERROR") == 1
    assert not list(tmp_path.iterdir())


def test_the_same_gradebook_in_other_words_is_taken_and_hooks_are_run(classroom: Classroom) -> None:
    hooks = [f"--Autograde.{when}_convert_hook=builtins.dict" for when in ("pre", "post")]
    options = ("--db=sqlite:///gradebook.db", "--student=right", "--create", "--notebook=sig*")
    done = nbgrader(classroom.folder, "autograde", NAME, *options, *hooks)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Running pre-convert hook") == 1
    assert done.stderr.count("Running post-convert hook") == 1


def test_students_that_nobody_knows(classroom: Classroom, tmp_path: Path) -> None:
    folder = classroom.submitted("stranger")
    folder.mkdir(parents=True)
    options = ("--student=stranger", "--Autograde.create_student=False")
    assert "No student with ID 'stranger' exists" in refused(classroom, *options)
    assert "stranger" not in {path.name for path in (classroom.folder / "autograded").iterdir()}
    folder.rmdir()
    folder.parent.rmdir()


def test_files_of_another_grader_keep_their_permissions(classroom: Classroom) -> None:
    """Whoever does not own a file may not change them, whatever the folder allows."""
    command = ["autograde", NAME, "--student=right"]
    program = (
        "import os, sys\n"
        "from nbgrader.apps import NbGraderApp\n"
        "def chmod(path, mode):\n"
        "    raise PermissionError(1, 'Operation not permitted', path)\n"
        "os.chmod = chmod\n"
        f"NbGraderApp.launch_instance({command})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=classroom.folder,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "were not set: Operation not permitted." in done.stderr


def test_a_link_costs_nobody_else_anything(classroom: Classroom) -> None:
    """Not even where students are named one by one, since some are left out."""
    link = classroom.folder / "submitted" / "z-link"
    link.symlink_to("right")
    said = refused(classroom, "--CourseDirectory.student_id_exclude=hidden")
    link.unlink()
    assert f"What z-link handed in for {NAME} is a link or not a folder" in said
    assert re.search(r"z-after +23/23", said)
    assert "z-link" not in {path.name for path in (classroom.folder / "autograded").iterdir()}


def test_a_machine_that_contains_nothing(classroom: Classroom) -> None:
    """No score is written, and what was there stays."""
    before = classroom.grades("hidden"), classroom.notebook("hidden")
    program = REFUSING.replace(
        "autograder.__main__ import main", "nbgrader.apps import NbGraderApp"
    )
    program = program.replace("main(", "NbGraderApp.launch_instance(")
    calls = "unshare,seccomp,landlock_create_ruleset"
    done = subprocess.run(
        [sys.executable, "-c", program, calls, "autograde", NAME, "--student=hidden", "--force"],
        cwd=classroom.folder,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "ERROR] Submissions cannot be contained on this machine" in done.stderr
    assert "Traceback" not in done.stderr
    assert (classroom.grades("hidden"), classroom.notebook("hidden")) == before
