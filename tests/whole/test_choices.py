"""Questions with options: what counts as an answer, what is told of it, and from when on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbgrader.api import Gradebook

from autograder.authoring.build import make_release
from autograder.authoring.made_up_answers import Answers
from autograder.authoring.notebook import source_notebook
from autograder.authoring.proofs import _Prover
from autograder.classroom.journal import read_reports
from autograder.course import Course, load_course
from autograder.display.html import marked
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.answer_key import ChoiceKey as Key
from autograder.exercise.declaration import ExerciseError
from autograder.exercise.solution import Solution
from autograder.exercise.solve import make_answer_key
from autograder.exercise.visible import read_visible
from autograder.judge.batching import run_alone
from autograder.judge.choices import judge_choices
from autograder.judge.judge import judge
from autograder.late import LatePolicy
from autograder.nbgrader.api import set_due_date
from autograder.nbgrader.penalties import extended_until
from autograder.report import FunctionReport, Report
from autograder.sandbox.calls import Call, Outcome
from autograder.sandbox.plain import Opaque
from tests.conftest import NAME, ROOT, course_text
from tests.helpers.choices import CHOICE, WHY, exercise
from tests.helpers.nbgrader_commands import nbgrader
from tests.helpers.released import build

RELEASED = ROOT / "assignments" / NAME


@pytest.fixture(scope="module")
def key_of_two() -> AnswerKey:
    return make_answer_key("t", exercise(CHOICE), {"loss": lambda y, t: y, "pick": lambda: 2})


def judged(answer_key: AnswerKey, outcome: Outcome) -> FunctionReport:
    def caller(calls: Sequence[Call]) -> list[Outcome]:
        assert list(calls) == [Call("pick", ())]
        return [outcome]

    (report,) = run_alone(caller, judge_choices([CHOICE.form], answer_key, 5.0))
    return report


@pytest.mark.parametrize("value", [2, 2.0, np.array(2), np.array([2]), np.array([[2.0]])])
def test_a_whole_number_chooses(key_of_two: AnswerKey, value: Any) -> None:
    report = judged(key_of_two, Outcome("returned", value))
    assert (report.status, report.score, report.max_score) == ("passed", 2.0, 2.0)


@pytest.mark.parametrize(
    ("value", "got"),
    [
        (0, "0"),
        (4, "4"),
        (-1, "-1"),
        (2.5, "2.5"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (2**62, "4.611686e+18"),
        (True, "a bool"),
        (None, "None"),
        ("2", "a str"),
        ([2], "a list"),
        ({"2": 2}, "a dict"),
        (np.array([2, 2]), "[2, 2]"),
        (np.array(True), "True"),
        (np.array(2 + 0j), "2.+0.j"),
        (np.array([]), "[]"),
        (Opaque("Everything"), "Everything"),
    ],
)
def test_whatever_else_comes_is_told_in_one_sentence(
    key_of_two: AnswerKey, value: Any, got: str
) -> None:
    for answer_key, most in ((key_of_two, 2.0), (key_of_two.visible(), 0.0)):
        report = judged(answer_key, Outcome("returned", value))
        assert (report.status, report.score, report.max_score) == ("failed", 0.0, most)
        told = report.checks[0].message
        assert told == f"pick returned {got}. Return one whole number from 1 to 3."


@pytest.mark.parametrize(
    ("outcome", "status", "told"),
    [
        (Outcome("raised", exception="NotImplementedError"), "missing", "is not written yet."),
        (Outcome("missing"), "missing", "pick is not defined."),
        (
            Outcome("raised", exception="ValueError", message="x"),
            "error",
            "pick raised ValueError: x",
        ),
        (Outcome("timeout"), "timeout", "pick did not finish within 5 seconds."),
    ],
)
def test_no_answer_earns_nothing(
    key_of_two: AnswerKey, outcome: Outcome, status: str, told: str
) -> None:
    report = judged(key_of_two, outcome)
    assert (report.status, report.score) == (status, 0.0)
    assert told in report.checks[0].message


def test_what_is_told_and_when(key_of_two: AnswerKey) -> None:
    """To a student that an option was chosen; to the graded one whether it is right; why when it
    may be told."""
    student = judged(key_of_two.visible(), Outcome("returned", 1))
    assert (student.status, student.max_score, student.checks[0].passed) == ("answered", 0.0, None)
    assert student.checks[0].message.startswith("You chose option 1.\nGrading will show whether")
    later = replace(key_of_two, answers=Key({"pick": 2}, later="Why is told in May."))
    told = replace(key_of_two, answers=Key({"pick": 2}, {"pick": WHY}))
    for answer_key, option, words in [
        (later, 1, "You chose option 1, which is not right.\nWhy is told in May."),
        (later, 2, "You chose option 2, which is right.\nWhy is told in May."),
        (told, 2, f"You chose option 2, which is right. {WHY[1]}"),
        (told, 3, f"You chose option 3, which is not right. {WHY[2]}\nOption 2 is right. {WHY[1]}"),
    ]:
        assert judged(answer_key, Outcome("returned", option)).checks[0].message == words
    assert judged(later, Outcome("returned", 1)).mistakes == []
    (mistake,) = judged(told, Outcome("returned", 3)).mistakes
    assert mistake == ("pick-3", f"Option 3 was chosen. {WHY[2]}")


def test_the_notebook_shows_as_many_options_as_there_are_reasons(solution: Solution) -> None:
    cells = nbformat.read(RELEASED / f"{NAME}.ipynb", as_version=4).cells
    at = {cell.metadata.get("nbgrader", {}).get("grade_id"): n for n, cell in enumerate(cells)}
    assert len(solution.exercise.choices) == 3
    for choice in solution.exercise.choices:
        options = re.findall(r"^(\d)\. ", cells[at[choice.name] - 1].source, re.MULTILINE)
        assert options == [str(n + 1) for n in range(len(choice.reasons))]
        assert "raise NotImplementedError" in cells[at[choice.name]].source
    right = solution.visible.answers.right.values()
    assert len(set(right)) == 3  # whoever always returns the same earns one point


def test_a_build_counts_options_and_reasons(course: Course, solution: Solution) -> None:
    first, *others = solution.exercise.choices
    short = replace(solution.exercise, choices=[replace(first, reasons=WHY), *others])
    with pytest.raises(ExerciseError, match=f"'{first.name}': it has 3 reasons, .* 4 numbered"):
        source_notebook(replace(solution, exercise=short))


def test_what_is_released_is_the_same_whatever_is_right(
    course: Course, solution: Solution, tmp_path: Path
) -> None:
    """But for the digest of all of the author's files together."""
    source = re.sub(r"    return [234]\n", "    return 1\n", solution.source)
    functions = {**solution.functions, **dict.fromkeys(solution.visible.answers.right, lambda: 1)}
    other = replace(solution, source=source, functions=functions)
    assert set(other.visible.answers.right.values()) == {1}
    made = []
    for each in (solution, other):
        # Both here: on another processor, sums end in other digits.
        make_release(course, each, tmp_path / str(len(made)))
        made.append(tmp_path / str(len(made)) / course.release_directory / NAME)
    assert {path.name for path in made[0].iterdir()} == {path.name for path in RELEASED.iterdir()}
    for path in made[0].iterdir():
        assert (made[1] / path.name).read_bytes() == path.read_bytes(), path.name
    visible = read_visible(made[1] / "visible.json")
    assert visible.answers == Key()


def test_the_proof_fails_where_another_option_counts(
    solution: Solution,
    answer_key: AnswerKey,
    fork_server: Callable[..., Any],
    course: Course,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prover = _Prover(solution, answer_key, fork_server(course.limits))
    proofs = list(prover.choices_are_told_apart())
    assert [proof.holds for proof in proofs] == [True] * 3
    assert proofs[0].text == "of 4 options of what_it_computes, one earns points"
    monkeypatch.setattr("autograder.judge.choices._option", lambda *_: 2)
    proofs = list(prover.choices_are_told_apart())
    assert [proof.holds for proof in proofs] == [False] * 3
    assert proofs[1].text.endswith("one earns points: [1, 2, 3, 4], not [2]")


DUE = datetime(2027, 1, 15, 23, 59)
DAY = timedelta(days=1)
EXTENDED = f'[[extensions]]\nstudent = "ada"\nassignment = "{NAME}"\nuntil = 2027-01-20T12:00:00Z\n'


@pytest.mark.parametrize(
    ("more", "extended", "end"),
    [
        ("", None, DUE),
        ("", DUE - DAY, DUE),
        ("", DUE + DAY, DUE + DAY),
        (EXTENDED, None, datetime(2027, 1, 20, 12)),
        (EXTENDED, DUE + DAY, datetime(2027, 1, 20, 12)),
        (EXTENDED, DUE + 9 * DAY, DUE + 9 * DAY),
        ("[late]\npercent_per_day = 10\n", None, DUE + 10 * DAY),
        ("[late]\npercent_per_day = 10\nmost_percent = 45\n", DUE + DAY, DUE + 6 * DAY),
        ("[late]\npercent_per_day = 10\nzero_after_days = 7\n", None, DUE + 7 * DAY),
    ],
)
def test_the_end_is_everybodys(
    tmp_path: Path, more: str, extended: datetime | None, end: datetime
) -> None:
    due = f'[[assignments]]\nname = "{NAME}"\ndue = {DUE.isoformat()}Z\n'
    (tmp_path / "course.toml").write_text(f'id = "c"\n{more}{due}')
    assert load_course(tmp_path).closes(NAME, extended) == end


def test_without_a_due_date_there_is_no_end(tmp_path: Path) -> None:
    """Unless the gradebook has one."""
    (tmp_path / "course.toml").write_text(f'id = "c"\n[[assignments]]\nname = "{NAME}"\n')
    course = load_course(tmp_path)
    assert course.closes(NAME) is None
    assert course.closes(NAME, DUE) == DUE
    assert course.when_told(NAME, DUE) == "Why is told after 15 January 2027."


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize(
    "due", ["2027-03-14T02:30:00", "2027-11-07T01:30:00", "9900-12-31T23:59:59"]
)
def test_an_hour_that_the_clock_leaves_out_is_due_all_the_same(
    tmp_path: Path, zone: str, due: str
) -> None:
    text = f'id = "c"\ntimezone = "{zone}"\n[[assignments]]\nname = "{NAME}"\ndue = {due}\n'
    (tmp_path / "course.toml").write_text(text)
    course = load_course(tmp_path)
    end = course.closes(NAME)
    assert end is not None
    assert "after the due date, " in course.when_told(NAME, end)


def test_the_day_is_that_of_the_courses_clock(tmp_path: Path) -> None:
    text = f'id = "c"\ntimezone = "Asia/Tokyo"\n[[assignments]]\nname = "{NAME}"\n'
    (tmp_path / "course.toml").write_text(f"{text}due = 2027-01-15T23:59:00\n")
    course = load_course(tmp_path)
    end = course.closes(NAME)
    assert end == datetime(2027, 1, 15, 14, 59)
    assert course.when_told(NAME, end) == "Why is told after the due date, 15 January 2027."
    assert course.when_told(NAME, end + DAY) == "Why is told after 16 January 2027."


@pytest.mark.parametrize(
    ("policy", "days"),
    [
        (LatePolicy(10), 10),
        (LatePolicy(30), 4),
        (LatePolicy(10, most_percent=45), 5),
        (LatePolicy(10, zero_after_days=3), 3),
        (LatePolicy(0, zero_after_days=2.5), 2.5),
        (LatePolicy(0), 0),
        (LatePolicy(100, grace_minutes=2880), 2),
        (LatePolicy(1e-9), 3650),
    ],
)
def test_how_long_late_work_gains_something(policy: LatePolicy, days: float) -> None:
    assert policy.days == days


class Class:
    """A course in which `ada` is right and `bob` chose wrongly once and once not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("solutions", "assignments"):
            shutil.copytree(ROOT / name, root / name)
        shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
        self.text = course_text()
        self.due("2099-01-15")
        build(load_course(root), NAME)
        source = (ROOT / "solutions" / NAME / f"{NAME}.py").read_text()
        for student, chosen in (("ada", {}), ("bob", {"when_it_runs": 1, "which_networks": 0})):
            folder = root / "submitted" / student / NAME
            shutil.copytree(root / "assignments" / NAME, folder)
            Answers(source, NAME, chosen).right(folder)

    def due(self, day: str, more: str = "") -> None:
        text = re.sub(r"due = \S+", f"due = {day}T23:59:00Z", self.text)
        (self.root / "course.toml").write_text(text + more)
        if (self.root / "gradebook.db").exists():
            set_due_date(load_course(self.root), NAME)

    def run(self, command: str = "grade") -> str:
        """Run a command on the assignment; what it said."""
        if command == "autograde":
            said = nbgrader(self.root, command, NAME)
            return said.stdout + said.stderr
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "autograder", command, NAME],
            cwd=self.root,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def reports(self) -> dict[str, Report]:
        return {r.student: r for r in read_reports(load_course(self.root), NAME)}

    def told(self, student: str, choice: str) -> str:
        functions = self.reports()[student].functions
        return next(f.checks[0].message for f in functions if f.name == choice)

    def seen(self, student: str) -> str:
        """All that a student gets to see: the graded notebook and the gradebook's comments."""
        path = self.root / "autograded" / student / NAME / f"{NAME}.ipynb"
        with self.gradebook() as gradebook:
            found = gradebook.find_submission_notebook(NAME, NAME, student)
            comments = [comment.comment or "" for comment in found.comments]
        return "\n".join([json.dumps(json.loads(path.read_text()), ensure_ascii=False), *comments])

    def scores(self) -> dict[str, float]:
        with self.gradebook() as gradebook:
            return {s: gradebook.find_submission(NAME, s).score for s in ("ada", "bob")}

    def gradebook(self) -> Gradebook:
        return Gradebook(f"sqlite:///{self.root}/gradebook.db", "backprop")


@pytest.mark.slow
def test_reasons_are_told_when_nobody_can_hand_in_any_more(
    tmp_path: Path, solution: Solution
) -> None:
    course = Class(tmp_path)
    course.run()
    scores = course.scores()
    assert scores == {"ada": 23.0, "bob": 21.0}
    later = "Why is told after the due date, 15 January 2099."
    assert course.told("ada", "when_it_runs") == f"You chose option 2, which is right.\n{later}"
    assert course.told("bob", "when_it_runs") == f"You chose option 1, which is not right.\n{later}"
    assert "Return one whole number from 1 to 4." in course.told("bob", "which_networks")
    reasons = [reason for choice in solution.exercise.choices for reason in choice.reasons]
    assert later in course.seen("bob")
    assert not [reason for reason in reasons if reason in course.seen("bob") + course.seen("ada")]
    assert "2 unchanged" in course.run()

    course.due("2020-01-15")
    course.run("autograde")
    assert course.scores() == scores
    wrong, right = solution.exercise.choices[1].reasons[:2]
    for text in (wrong, f"Option 2 is right. {right}"):
        assert text in course.told("bob", "when_it_runs")
        assert course.seen("bob").count(text) >= 2  # in the notebook and in the comment
    assert right in course.seen("ada")
    assert [m.id for f in course.reports()["bob"].functions for m in f.mistakes] == [
        "when_it_runs-1"
    ]
    assert "2 unchanged" in course.run()
    course.run("report")
    page = (tmp_path / "report" / NAME / "index.html").read_text()
    assert marked(f"Option 1 was chosen. {wrong}") in page
    assert right in (tmp_path / "report" / NAME / "students" / "ada.html").read_text()

    extension = (
        f'[[extensions]]\nstudent = "eve"\nassignment = "{NAME}"\nuntil = 2098-03-01T12:00:00Z\n'
    )
    course.due("2020-01-15", extension)
    course.run()
    assert course.told("bob", "when_it_runs").endswith("\nWhy is told after 1 March 2098.")
    assert wrong not in course.seen("bob")
    course.due("2020-01-15")
    with course.gradebook() as gradebook:
        assert extended_until(load_course(tmp_path), NAME) == datetime(2020, 1, 15, 23, 59)
        gradebook.update_or_create_assignment(NAME, duedate=datetime(2021, 1, 15))
        assert extended_until(load_course(tmp_path), NAME) == datetime(2021, 1, 15)
        gradebook.grant_extension(NAME, "bob", days=36500)
    course.run()
    assert re.search(r"Why is told after \d+ \w+ 21\d\d\.$", course.told("ada", "when_it_runs"))
    assert course.scores() == scores


def test_a_check_of_a_choice_asks_for_nothing_else(solution: Solution) -> None:
    """A function that hangs keeps nobody from an answer."""
    asked: list[str] = []

    def caller(calls: Sequence[Call]) -> list[Outcome]:
        asked.extend(call.function for call in calls)
        return [Outcome("returned", 1.0) for _ in calls]

    (report,) = judge(solution.visible, caller, 5.0, ["what_it_computes"])
    assert asked == [report.name] == ["what_it_computes"]
