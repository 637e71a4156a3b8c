"""A student's and an instructor's work in JupyterLab, in a browser, with nbgrader's own buttons."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

import jupytext
import pytest
from nbgrader.api import Gradebook

from autograder.authoring.notebook import solved, solved_id
from autograder.exercise.solution import Solution
from autograder.submission import check_id, grade_id
from tests.conftest import NAME
from tests.helpers.lab import Desk, browser, desk, lab
from tests.helpers.school import Person, School, school

pytestmark = pytest.mark.slow

CHECK = check_id("backward")
QUESTION = "bias-sum"
ANSWER = "It adds up the gradient of **all** hidden units."
COMMENT = "Right. And why does numpy not complain?"
MARK = 1.5
MISTAKE = "missing-output-slope"
NAMED = "The slope of the output's sigmoid is missing."
#: What a check of one missing factor takes at most, in pixels.
ONE_THING = 350


def test_the_browser(solution: Solution, pytestconfig: pytest.Config) -> None:
    pictures = pytestconfig.getoption("--pictures")
    with ExitStack() as stack:
        started = stack.enter_context(browser())
        found = stack.enter_context(school(["ada"]))
        found.autograder("build", NAME)
        found.nbgrader("release_assignment", NAME)
        ada, instructor = found.students["ada"], found.instructor
        hide_from_students(ada)
        hers = stack.enter_context(lab(ada, ada.home))
        theirs = stack.enter_context(lab(instructor, found.course))
        student = stack.enter_context(desk(started, hers, pictures))
        staff = stack.enter_context(desk(started, theirs, pictures))
        fetch(student)
        write_and_check(student, mistaken(solution))
        submit(student)
        collect(staff)
        report = graded_by_command(found)
        autograde(staff, report["score"])
        assert_table(found)
        mark(staff)
        release(staff, report["score"] + MARK)
        read_feedback(student)
        expected = {**points(report), QUESTION: MARK}
        assert grades(found) == expected
        found.autograder("grade", NAME, "--force")
        assert grades(found) == expected


def hide_from_students(student: Person) -> None:
    """What docs/jupyterlab.md says of the menu's entries that are of no use to students."""
    for part in ("create-assignment", "formgrader"):
        command = ["labextension", "disable", "--level=user", f"@jupyter/nbgrader:{part}"]
        student.python("jupyter", *command)


def mistaken(solution: Solution) -> str:
    """What the student writes: the solution with a mistake in it, and another option chosen in the
    last question, of which a picture is kept."""
    (mistake,) = [m for m in solution.exercise.mistakes if m.id == MISTAKE]
    right = solution.visible.answers.right["which_networks"]
    return mistake.apply(solution.source).replace(f"    return {right}\n", "    return 1\n")


def graded_by_command(found: School) -> dict[str, Any]:
    """The report of ``autograder grade`` on a copy of the course."""
    copy = found.copy()
    printed = found.instructor.python("autograder", "grade", NAME, "--json", "-", cwd=copy)
    return dict(json.loads(printed.splitlines()[0]))


def assert_table(found: School) -> None:
    """The graded notebook holds our table, below the cell that was checked."""
    graded = found.course / "autograded" / "ada" / NAME / f"{NAME}.ipynb"
    (cell,) = [c for c in json.loads(graded.read_text())["cells"] if grade_id(c) == CHECK]
    shown = "".join(str(output.get("data", {}).get("text/html")) for output in cell["outputs"])
    assert "<b>backward</b>: partial, 0.5 of 6 points" in shown


def points(report: dict[str, Any]) -> dict[str, float]:
    return {f"check-{function['name']}": function["score"] for function in report["functions"]}


def grades(found: School) -> dict[str, float]:
    with Gradebook(f"sqlite:///{found.course}/gradebook.db", "backprop") as gradebook:
        notebook = gradebook.find_submission_notebook(NAME, NAME, "ada")
        return {grade.name: grade.score for grade in notebook.grades}


def fetch(student: Desk) -> None:
    student.go("lab")
    student.menu("Nbgrader", "Assignment List")
    student.page.get_by_role("button", name="Fetch", exact=True).wait_for()
    student.picture("student-fetch")
    student.press("Fetch")
    student.page.get_by_role("button", name="Submit", exact=True).wait_for()


def write_and_check(student: Desk, source: str) -> None:
    page = student.page
    student.go(f"lab/tree/{NAME}/{NAME}.ipynb")
    for cell in jupytext.reads(source, fmt="py:percent").cells:
        if cell.cell_type == "code" and solved_id(cell):
            stub = page.locator(".jp-CodeCell", has_text=f"def {solved_id(cell)}(")
            student.type_into(stub, solved(cell))
    page.locator(".jp-MarkdownCell", has_text="YOUR ANSWER HERE").dblclick()
    student.type_into(page.locator(".jp-MarkdownCell").last, ANSWER)
    page.keyboard.press("Control+Enter")
    student.menu("Run", "Run All Cells")
    cell = page.locator(".jp-CodeCell", has_text="check(backward)")
    result = cell.locator(".jp-OutputArea", has_text="backward: partial, 0.5 of 4.5 points")
    result.wait_for(state="attached")
    assert NAMED in (result.text_content() or "")  # what is out of sight is not laid out
    show_only(student, cell)
    student.picture("student-check")
    one_thing_to_do(page, cell)
    student.press("Validate")
    said = " ".join(page.locator(".jp-Dialog").inner_text().split())
    student.picture("student-validate")
    assert "The following cell failed" in said and NAMED in said
    student.press("Ok")


def one_thing_to_do(page: Any, cell: Any) -> None:
    """The first sentence is seen without scrolling, and what is folded opens at a click."""
    from playwright.sync_api import expect

    expect(cell.get_by_text(NAMED).first).to_be_in_viewport()
    assert cell.locator(".jp-Cell-outputWrapper").bounding_box()["height"] < ONE_THING
    answer = cell.get_by_text("Multiply the derivative with respect to y")
    for summary in ("Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3"):
        expect(answer).not_to_be_visible()
        cell.get_by_text(summary).click()
    expect(answer).to_be_visible()
    cell.get_by_text("Hint 1 of 3").click()


def show_only(student: Desk, checked: Any) -> None:
    """No picture is kept of the cells around it, which are the solution but for a line."""
    from playwright.sync_api import expect

    student.page.get_by_text("| Idle").wait_for()
    checked.locator(".cm-content").click()
    student.top(checked, below=-2)
    for written in student.page.locator(".jp-CodeCell", has_text="def ").all():
        expect(written).not_to_be_in_viewport()


def submit(student: Desk) -> None:
    student.menu("Nbgrader", "Assignment List")
    student.press("Submit")
    student.page.get_by_role("button", name="Fetch Feedback").wait_for()
    student.picture("student-submit")


def collect(staff: Desk) -> None:
    staff.go("formgrader/manage_assignments")
    assert "Collecting submission: ada" in staff.press_icon("collect")
    staff.page.locator("td.num-submissions a", has_text="1").wait_for()
    staff.picture("instructor-collect")


def autograde(staff: Desk, score: float) -> None:
    staff.page.locator("td.num-submissions a").click()
    assert "Success" in staff.press_icon("autograde")
    assert staff.page.locator("td.score").inner_text() == f"{score:g} / 25"
    staff.page.get_by_text("needs manual grading").wait_for()
    staff.picture("instructor-autograde")


def mark(staff: Desk) -> None:
    page = staff.page
    staff.go(f"formgrader/gradebook/{NAME}/{NAME}")
    page.locator("tbody a").first.click()
    page.wait_for_load_state("networkidle")  # what is entered before the grades came is lost
    staff.top(page.locator("p", has_text="backward: partial").first, below=60)
    staff.picture("instructor-read")
    comment = page.locator(f"#{QUESTION}-comment")
    with saved(page, "grade"):
        page.locator(f"#{QUESTION}").fill(str(MARK))
        comment.click()
    with saved(page, "comment"):
        comment.fill(COMMENT)
        comment.press("Tab")
    page.wait_for_function("document.querySelectorAll('.glyphicon-refresh').length == 0")
    staff.picture("instructor-mark")


def saved(page: Any, what: str) -> Any:
    """Wait for formgrader to store what is entered meanwhile."""
    return page.expect_response(
        lambda answer: f"/api/{what}/" in answer.url and answer.request.method == "PUT"
    )


def release(staff: Desk, score: float) -> None:
    staff.go(f"formgrader/manage_submissions/{NAME}")
    assert "Success" in staff.press_icon("generate-feedback")
    assert "Success" in staff.press_icon("release-feedback")
    assert staff.page.locator("td.score").inner_text() == f"{score:g} / 25"
    staff.picture("instructor-release")


def read_feedback(student: Desk) -> None:
    page = student.page
    student.press("Fetch Feedback")
    page.get_by_text("view feedback").click()
    page.locator(".jp-DirListing-item", has_text=f"{NAME}.html").dblclick()
    feedback = page.frame_locator(".jp-HTMLViewer iframe")
    feedback.get_by_text(COMMENT).wait_for()
    student.top(feedback.locator("article#backward"))
    assert feedback.locator("article#backward").inner_text().startswith("backward")
    student.picture("student-feedback")
