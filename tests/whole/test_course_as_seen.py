"""The exercises of the course as a student sees them whose work has one mistake in it: the released
notebook in JupyterLab, light and dark, and the page of a check on a phone.

Where pictures are kept, all exercises are gone through, and JupyterLab is opened; else the page of
one of them, which is drawn."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.made_up_answers import Answers
from autograder.course import Course
from autograder.exercise.declaration import Mistake
from autograder.exercise.solution import Solution, load_solution
from tests.conftest import ROOT
from tests.helpers.drawn import drawn
from tests.helpers.lab import Desk, browser, desk, lab
from tests.helpers.pages import opened
from tests.helpers.pictures import keep
from tests.helpers.school import Person, school

pytestmark = pytest.mark.slow

#: Of each exercise a mistake that shows what a check finds, and gives no line of the solution away.
MADE = {
    "sigmoid_network": "error-sent-past-output-slope",
    "debug_the_notebook": "uphill",
    "mlp": "mean-of-biases",
    "classifier": "wrong-way-round",
    "optimisers": "averaged-velocity",
    "cnn": "channels-last",
    "rnn": "always-from-h0",
    "transformer": "dout-around-attention",
    "autodiff": "overwrites",
}
#: The windows of JupyterLab, at the beginning and at a check, and that of a phone.
TOP, WINDOW = {"width": 860, "height": 900}, {"width": 860, "height": 1200}
PHONE = {"width": 390, "height": 1200}
OTHER = {"light": "dark", "dark": "light"}
#: What is wider than the window, or than what it stands in and does not scroll.
TOO_WIDE = """() => [...document.body.querySelectorAll("*")].filter(it =>
    it.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5
    && !it.closest(".scroll")
).map(it => it.outerHTML.slice(0, 100))"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" not in metafunc.fixturenames:
        return
    names = [*MADE]
    if not metafunc.config.getoption("--pictures"):
        names = drawn(metafunc.config, names, 1)
    metafunc.parametrize("name", names)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def ada(pytestconfig: pytest.Config) -> Iterator[tuple[Person, str] | None]:
    """A student and the address of her JupyterLab, where pictures are kept."""
    with ExitStack() as stack:
        if not pytestconfig.getoption("--pictures"):
            yield None
            return
        person = stack.enter_context(school(["ada"])).students["ada"]
        yield person, stack.enter_context(lab(person, person.home))


def test_every_exercise_of_the_course_is_looked_at() -> None:
    assert [*MADE] == (ROOT / "solutions" / "order.txt").read_text().split()


def test_how_an_exercise_looks(
    chromium: Any,
    ada: tuple[Person, str] | None,
    course: Course,
    name: str,
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> None:
    solution = load_solution(course, name)
    (mistake,) = (each for each in solution.exercise.mistakes if each.id == MADE[name])
    folder = (ada[0].home if ada else tmp_path) / name
    shutil.copytree(ROOT / "assignments" / name, folder)
    Answers(solution.source, name).wrong([mistake])(folder)
    theme = ("light", "dark")[[*MADE].index(name) % 2]
    page = page_of(folder / f"{name}.ipynb", tmp_path)
    on_phone = on_a_phone(chromium, page, OTHER[theme])
    if ada is None:
        return
    kept = pytestconfig.getoption("--pictures") / "course"
    ada[0].own(folder)
    with desk(chromium, ada[1], None) as student:
        student.page.set_viewport_size(TOP)
        tops = top_of_the_notebook(student, name)
        keep(chromium, kept, f"{name}-notebook", *tops)
        student.page.set_viewport_size(WINDOW)
        checked = check(student, mistake, theme)
        assert not given_away(student, solution, mistake)
        keep(chromium, kept, f"{name}-check", checked, *on_phone)


def page_of(submission: Path, folder: Path) -> Path:
    """The page that a check of the file writes."""
    page = folder / "page.html"
    command = [sys.executable, "-m", "autograder", "check", str(submission), "--html", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr  # something is wrong
    return page


def on_a_phone(chromium: Any, page: Path, scheme: str) -> tuple[bytes, bytes]:
    """Its beginning and the picture of the computation; nothing is cut off."""
    with opened(chromium, page, viewport=PHONE, color_scheme=scheme, bypass_csp=True) as shown:
        begin = shown.screenshot()
        shown.locator("figure").first.evaluate("it => it.previousElementSibling.scrollIntoView()")
        figure = shown.screenshot()
        for folded in shown.locator("summary").all():
            folded.click()
        assert shown.evaluate(TOO_WIDE) == []
        return begin, figure


def top_of_the_notebook(student: Desk, name: str) -> list[bytes]:
    """The beginning of the notebook in both themes, after all of it was run."""
    page = student.page
    student.go(f"lab/workspaces/{name}/tree/{name}/{name}.ipynb")
    page.get_by_text("| Idle").wait_for()
    page.keyboard.press("Control+b")  # which hides the list of files
    student.menu("Run", "Run All Cells")
    page.locator(".jp-OutputArea-output", has_text="CheckFailed").wait_for(state="attached")
    page.get_by_text("| Idle").wait_for()
    tops = []
    for theme in OTHER:
        student.theme(theme)
        scroll(student, page.locator(".jp-MarkdownCell").first)
        tops.append(student.seen())
    return tops


def check(student: Desk, mistake: Mistake, theme: str) -> bytes:
    """The check that finds the mistake, with the picture of the computation opened."""
    cell = student.page.locator(".jp-CodeCell", has_text=f"check({mistake.function})").first
    student.theme(theme)
    cell.get_by_text("The computation as a picture").click()
    scroll(student, cell)
    return student.seen()


def scroll(student: Desk, cell: Any) -> None:
    """Scroll to a cell. What is above it has its size only when it was seen, so twice."""
    for _ in range(2):
        cell.scroll_into_view_if_needed()
        student.top(cell, below=-2)
        student.page.wait_for_timeout(500)


def given_away(student: Desk, solution: Solution, mistake: Mistake) -> set[str]:
    """Lines of the solution that are on the screen, but for those that students are given."""
    released = (ROOT / "assignments" / solution.name / f"{solution.name}.py").read_text()
    mine = {line.strip() for line in solution.source.splitlines()}
    mine -= {line.strip() for line in released.splitlines()}
    cell = student.page.locator(".jp-CodeCell", has_text=f"check({mistake.function})").first
    shown = cell.locator("td").all_inner_texts()
    return mine & {text.strip() for text in shown}
