"""Who shares wrong numbers by a mistake that has no name: noted, kept, shown, and not told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.__main__ import main
from autograder.classroom.grader import Grader
from autograder.classroom.journal import read_report, read_reports
from autograder.classroom.shared_numbers import Shared, code_of, shared_numbers, unexplained_in
from autograder.course import Course
from autograder.display import terminal
from autograder.display.notebook import function_table
from autograder.display.page import student_page
from autograder.exercise.solution import Solution
from autograder.exercise.visible import VISIBLE_FILE, read_visible, write_visible
from autograder.report import Report, Unexplained
from autograder.submission import parse_submission
from tests.conftest import KEY, NAME
from tests.helpers import shared_class
from tests.helpers.lab import browser as chromium
from tests.helpers.noted import course_at, note
from tests.helpers.pages import opened, violations
from tests.helpers.shared_class import GROUPS

Grade = Callable[..., Report]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The course in which the class is graded."""
    course = course_at(tmp_path_factory.mktemp("course"))
    shared_class.hand_in_and_grade(course)
    return course


@pytest.fixture(scope="module")
def page(graded: Course) -> Path:
    assert main(["report", NAME, "--course", str(graded.root)]) == 0
    return shared_class.page_of(graded)


def report_command(graded: Course, *more: str) -> None:
    assert main(["report", NAME, "--course", str(graded.root), *more]) == 0


def section(page: Path) -> str:
    return page.read_text().partition('<section id="shared">')[2].partition("</section>")[0]


def without_note(report: Report) -> Report:
    return replace(report, functions=[f._replace(unexplained=None) for f in report.functions])


def note_of(report: Report, function: str) -> Unexplained | None:
    return unexplained_in(report.functions).get(function)


def test_those_who_share_numbers_are_found_whatever_their_code(graded: Course) -> None:
    reports = read_reports(graded, NAME)
    groups = shared_numbers((r.student, unexplained_in(r.functions)) for r in reports)
    assert [(g.function, g.quantity, g.students) for g in groups] == GROUPS


def test_one_alone_is_no_group_and_who_gave_no_number_is_in_none(graded: Course) -> None:
    mia, gus = (read_report(graded, NAME, student) for student in ("mia", "gus"))
    assert mia is not None and gus is not None
    assert note_of(mia, "loss") is not None  # one more of them, and they are a group
    assert unexplained_in(gus.functions) == {}


def test_the_largest_groups_come_first() -> None:
    def found(*numbers: str) -> dict[str, Unexplained]:
        return {f"f{at}": Unexplained("y", each, "") for at, each in enumerate(numbers)}

    groups = shared_numbers(
        [("a", found("1", "2")), ("b", found("1", "2")), ("c", found("3", "2")), ("d", found("4"))]
    )
    assert groups == [Shared("f1", "y", ["a", "b", "c"]), Shared("f0", "y", ["a", "b"])]


NO_NUMBERS = ["float('nan')", "None", "[]", "np.zeros(0)", "1 / 0", "NotImplemented", "'0.5'"]


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_number_is_not_noted(solution: Solution, grade: Grade, value: str) -> None:
    report = grade(f"{solution.source}\n\n# %%\ndef loss(y, t):\n    return {value}\n")
    assert note_of(report, "loss") is None


def test_a_named_mistake_is_not_noted(solution: Solution, grade: Grade) -> None:
    mistake = next(m for m in solution.exercise.mistakes if m.function == "loss")
    report = grade(mistake.apply(solution.source))
    assert [f.name for f in report.functions if f.mistakes] == ["loss"]
    assert unexplained_in(report.functions) == {}


def test_what_has_to_wait_for_another_is_not_noted(solution: Solution, grade: Grade) -> None:
    old, new = shared_class.ANSWERS["eve"]
    report = grade(solution.source.replace(old, new))
    assert list(unexplained_in(report.functions)) == ["forward"]


def test_the_first_wrong_quantity_is_what_is_computed_first(
    solution: Solution, grade: Grade
) -> None:
    source = solution.source.replace("np.outer(h, delta_out)", "np.outer(h, delta_out) + 0.125")
    source = source.replace(*shared_class.ANSWERS["cyd"])
    note = note_of(grade(source), "backward")
    assert note is not None and note.quantity == 'grads["W2"]'


def test_a_missing_quantity_does_not_hide_the_numbers_of_another(
    solution: Solution, grade: Grade
) -> None:
    wrong = solution.source.replace(*shared_class.ANSWERS["cyd"])
    whole, part = grade(wrong), grade(wrong.replace('        "h": grad_h,\n', ""))
    found = [note_of(report, "backward") for report in (whole, part)]
    assert found[0] and found[1] and found[0].numbers == found[1].numbers
    assert found[0].whole != found[1].whole


def test_digests_need_the_key_and_whole_ones_are_each_students(
    graded: Course, tmp_path: Path
) -> None:
    source = parse_submission("answer.py", b"def loss(y, t):\n    return y[0] / 3\n")

    def noted(course: Course, student: str) -> Unexplained:
        with Grader(course, NAME) as grader:
            found = note_of(grader.grade(source, student), "loss")
        assert found is not None
        return found

    ada, bob, other = noted(graded, "ada"), noted(graded, "bob"), noted(course_at(tmp_path), "ada")
    assert ada == noted(graded, "ada")
    assert ada.numbers == bob.numbers and ada.whole != bob.whole
    assert other.quantity == "loss" and not {*other[1:]} & {*ada[1:]}


def test_the_note_survives_the_journal_and_old_reports_are_read(graded: Course) -> None:
    bob = read_report(graded, NAME, "bob")
    assert bob is not None
    assert Report.from_json(bob.to_json()).functions == bob.functions
    earlier = json.loads(bob.to_json())
    for function in earlier["functions"]:
        function.pop("unexplained", None)
    old = Report.from_json(json.dumps(earlier))
    assert unexplained_in(old.functions) == {}
    assert old.functions == without_note(bob).functions


def test_no_student_reads_of_it(graded: Course, solution: Solution, grade: Grade) -> None:
    report = read_report(graded, NAME, "bob")
    assert report is not None and note_of(report, "loss")
    bare, answer_key = without_note(report), solution.answer_key(KEY)
    assert student_page(report, answer_key) == student_page(bare, answer_key)
    style = terminal.Style(False)
    for one, other in zip(report.functions, bare.functions, strict=True):
        assert terminal.function_lines(one, style) == terminal.function_lines(other, style)
        assert function_table(one, answer_key) == function_table(other, answer_key)


def test_a_students_copy_notes_nothing(
    solution: Solution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_key = solution.answer_key(KEY)
    assert answer_key.salt and answer_key.salt.hex() not in write_visible(answer_key)
    (tmp_path / VISIBLE_FILE).write_text(write_visible(answer_key))
    assert read_visible(tmp_path / VISIBLE_FILE).salt == answer_key.visible().salt == b""
    (tmp_path / f"{NAME}.py").write_text(solution.source.replace(*shared_class.ANSWERS["bob"]))
    monkeypatch.chdir(tmp_path)
    assert main(["check", f"{NAME}.py", "--json", "report.json"]) == 1
    text = (tmp_path / "report.json").read_text()
    assert '"loss"' in text and "unexplained" not in text


def test_the_page_has_the_groups_folded_with_an_example(page: Path) -> None:
    text = section(page)
    titles = re.findall(r"<summary><strong>(\w+)</strong>: (.*?)</summary>", text)
    assert titles == [
        ("loss", "4 students share this loss"),
        ("backward", "3 students share this grads[&#34;W1&#34;]"),
        ("forward", "2 students share this activations[&#34;h&#34;]"),
    ]
    assert "<details>" in text and "<details open" not in text
    assert "ADA WROTE THIS" in text and f"submitted/ada/{NAME}/{NAME}.py" in text
    assert "def sigmoid(" not in text  # the function, and no more of the file


def test_the_page_without_names_has_no_code(graded: Course, capsys: Any) -> None:
    report_command(graded, "--hide-names")
    told = capsys.readouterr()
    text = Path(told.out.strip()).read_text()
    assert "4 students share this loss" in text
    for word in ("ADA WROTE", "submitted/", ">ada<", "autograder build"):
        assert word not in text
    assert "submitted/" not in told.err and "as in student " in told.err


def test_a_number_that_is_somebodys_id_shows_no_code(graded: Course, tmp_path: Path) -> None:
    course = course_at(tmp_path)
    reports = [read_report(graded, NAME, student) for student in ("ada", "bob")]
    numbered = enumerate((report for report in reports if report), start=1)
    note(course, [replace(report, student=f"student {n}") for n, report in numbered])
    report_command(course, "--hide-names")
    text = (tmp_path / "report" / f"{NAME}-without-names" / "index.html").read_text()
    assert "2 students share this loss" in text and "def loss" not in text


def test_the_example_of_a_notebook_is_its_last_definition() -> None:
    cells = [
        "def loss(y, t):\n    return 1",
        "x = 1\n\ndef loss(y, t):\n    return 2  # two\n\nx = 2",
        "%time loss(1, 2)",
        "class Value:\n    def __add__(self, other):\n        return self",
    ]
    submission = parse_submission("a.ipynb", json.dumps(notebook(cells)).encode())
    assert code_of(submission, "loss") == "def loss(y, t):\n    return 2  # two"
    assert code_of(submission, "Value.__add__").startswith("    def __add__")
    assert code_of(submission, "forward") == ""
    cells.append("%matplotlib inline\ndef loss(y, t):\n    return 3")  # which counts, and is unread
    submission = parse_submission("a.ipynb", json.dumps(notebook(cells)).encode())
    assert code_of(submission, "loss") == ""


def notebook(sources: list[str]) -> dict[str, Any]:
    cells = [
        {"cell_type": "code", "metadata": {}, "source": source, "outputs": []} for source in sources
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def test_an_example_that_is_no_longer_what_was_graded_is_only_named(graded: Course) -> None:
    path = graded.root / "submitted" / "eve" / NAME / f"{NAME}.py"
    before = path.read_bytes()
    path.write_bytes(before + b"\n# later\n")
    try:
        report_command(graded)
        text = section(shared_class.page_of(graded))
    finally:
        path.write_bytes(before)
    assert f"An example: submitted/eve/{NAME}/{NAME}.py" in text and "def forward" not in text
    assert "def loss" in text


def test_the_command_says_it_and_writes_it_for_programs(
    graded: Course, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shared.json"
    for _ in range(2):  # the second time over its own
        report_command(graded, "--json", str(file))
    told = capsys.readouterr()
    assert set(told.out.split()) == {str(page)}
    assert "loss: 4 students share this loss, as in submitted/ada/" in told.err
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(each["function"], each["quantity"], each["students"]) for each in lines] == GROUPS
    assert lines[0]["code"].startswith("def loss(y, t):") and lines[0]["path"].endswith(".py")
    report_command(graded, "--json", "-")
    assert capsys.readouterr().out == file.read_text()
    other = tmp_path / "mine"
    other.write_text("mine")
    assert main(["report", NAME, "--course", str(graded.root), "--json", str(other)]) == 2
    assert other.read_text() == "mine"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_in_a_browser(browser: Any, page: Path, scheme: str, width: int) -> None:
    size = {"width": width, "height": 800}
    with opened(browser, page, color_scheme=scheme, viewport=size) as shown:
        shown.get_by_text("4 students share this loss").click()
        code = shown.locator("#shared pre").first
        assert code.is_visible() and "ADA WROTE THIS" in code.inner_text()
        assert not shown.locator("#shared pre").nth(1).is_visible()
        assert violations(shown) == []
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
