"""Pages and checks as they look, beside the pictures of them that are kept."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from autograder.authoring.made_up_answers import typical
from autograder.classroom.write_page import write_class
from autograder.exercise.solution import Solution
from autograder.nbgrader.platform import Nbgrader
from autograder.report import Report
from tests.conftest import NAME, ROOT
from tests.helpers.lab import browser as chromium
from tests.helpers.noted import course_at, note
from tests.helpers.pictures import keep
from tests.helpers.released import build

pytestmark = pytest.mark.slow

KEPT = ROOT / "docs" / "screenshots"
STUDENTS = (
    "ada alan alonzo barbara claude dorothy edsger evelyn frances grace hedy ida john katherine "
    "kurt leslie lynn mary niklaus radia robin shafi tim whitfield"
).split()
#: Whose figure is shown.
SHOWN = "missing-output-slope"
#: Five kinds of mistakes, each a change of the solution, and the function that is checked.
CHECKED = {
    "a known mistake": ("grad_y * sigmoid_derivative(y)", "grad_y", "backward"),
    "an unknown one": ("np.outer(h, delta_out)", "3 * np.outer(h, delta_out)", "backward"),
    "a shape": ("np.outer(x, delta_hidden)", "x @ delta_hidden", "backward"),
    "an exception": ('sigmoid(h @ params["W2"]', 'sigmoid(h @ params["W1"][0, :1]', "forward"),
    "a changed argument": (
        "return {name: value - lr * grads[name] for name, value in params.items()}",
        "for name in params:\n        params[name] -= lr * grads[name]\n    return params",
        "update",
    ),
}
#: How a check is looked at: the width of the window, and JupyterLab's theme.
LOOKS = {
    "check-light": (1280, "light"),
    "check-dark": (1280, "dark"),
    "check-narrow": (390, "light"),
}
#: What a check takes at most, in pixels, at these widths.
HIGHEST = {1280: 350, 390: 560}
#: One entry of 50 wholly other would be as much.
TOLERATED = 0.02
#: Pictures are looked at from afar: a font, or a line that breaks elsewhere, is no other picture.
COMPARE = """async pictures => {
    const [width, height] = [48, 32];
    const seen = [];
    for (const picture of pictures) {
        const image = new Image();
        image.src = `data:image/png;base64,${picture}`;
        await image.decode();
        const canvas = new OffscreenCanvas(width, height);
        const context = canvas.getContext("2d");
        context.imageSmoothingQuality = "high";
        context.drawImage(image, 0, 0, width, height);
        seen.push(context.getImageData(0, 0, width, height).data);
    }
    const [one, other] = seen;
    return one.reduce((sum, value, at) => sum + Math.abs(value - other[at]), 0) / one.length / 255;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def page(
    tmp_path_factory: pytest.TempPathFactory, solution: Solution, grade: Callable[..., Report]
) -> Path:
    """The page of a class in which half is right, and one of each for the students."""
    mistakes = typical(solution.exercise.mistakes)
    wrong = [mistake.apply(solution.source) for mistake in mistakes]
    half = solution.source.replace("def train(", "def train_later(")
    reports = [grade(source) for source in (solution.source, *wrong, half, "x = 1")]
    (shown,) = [mistake for mistake in solution.exercise.mistakes if mistake.id == SHOWN]
    kinds = [reports[0] if n % 3 == 0 else reports[n % len(reports)] for n in range(23)]
    course = course_at(tmp_path_factory.mktemp("course"))
    build(course, NAME)  # which makes the gradebook
    told = [*kinds, grade(shown.apply(solution.source))]
    for n, (student, report) in enumerate(zip(STUDENTS, told, strict=True)):
        same = {"student": student, "path": f"{student}.ipynb", "sha256": f"{n:064}"}
        note(course, [replace(report, **same, seconds=0.02)])
    return write_class(course, NAME, Nbgrader(course, NAME), course.root / "report")


@pytest.fixture(scope="module")
def pictures(browser: Any, page: Path, pytestconfig: pytest.Config) -> dict[str, bytes]:
    """What a browser shows."""
    student = page.parent / "students" / f"{STUDENTS[-1]}.html"
    opened = browser.new_page(viewport={"width": 1200, "height": 800})
    opened.goto(page.as_uri())
    taken = {"class-page": opened.screenshot()}
    opened.goto(student.as_uri())
    taken["student-page"] = opened.screenshot()
    taken["computation"] = opened.locator("figure svg").first.screenshot()
    opened.close()
    keep_all(browser, pytestconfig, taken)
    return taken


def keep_all(browser: Any, config: pytest.Config, taken: dict[str, bytes]) -> None:
    """Keep the pictures where somebody asks for it."""
    for name, picture in taken.items():
        keep(browser, config.getoption("--pictures"), name, picture)


@pytest.fixture(scope="module")
def checks(tmp_path_factory: pytest.TempPathFactory, solution: Solution) -> nbformat.NotebookNode:
    """A notebook that ran, in which five checks found something."""
    folder = tmp_path_factory.mktemp("notebook")
    shutil.copyfile(ROOT / "assignments" / NAME / "visible.json", folder / "visible.json")
    cells = ["import numpy as np\nfrom autograder import check"]
    for old, new, function in CHECKED.values():
        assert solution.source.count(old) == 1
        source = solution.source.replace(old, new)
        written = jupytext.reads(source, fmt="py:percent").cells
        cells += [cell.source for cell in written if cell.source.startswith("def ")]
        cells.append(f"check({function})")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    context = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=60, allow_errors=True, resources=context).execute()
    notebook.cells = [cell for cell in notebook.cells if cell.source.startswith("check(")]
    return notebook


@pytest.mark.parametrize("look", LOOKS)
def test_a_check_shows_the_one_thing_to_do(
    browser: Any,
    checks: nbformat.NotebookNode,
    look: str,
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> None:
    """In JupyterLab's styles: seen without scrolling, with the rest folded, and as it was kept."""
    width, theme = LOOKS[look]
    (tmp_path / "checks.html").write_text(HTMLExporter(theme=theme).from_notebook_node(checks)[0])
    opened = browser.new_page(viewport={"width": width, "height": 800})
    opened.goto((tmp_path / "checks.html").as_uri())
    cells = opened.locator(".jp-CodeCell").all()
    assert len(cells) == len(CHECKED)
    for cell in cells:
        assert cell.locator(".jp-OutputArea").bounding_box()["height"] <= HIGHEST[width]
        assert cell.locator("details[open]").count() == 0
        # Nothing is as wide as to be scrolled sideways.
        assert cell.evaluate("it => it.scrollWidth <= document.documentElement.clientWidth")
    taken = opened.locator("main").screenshot()
    opened.close()
    keep_all(browser, pytestconfig, {look: taken})
    assert apart(browser, taken, (KEPT / f"{look}.png").read_bytes()) < TOLERATED


def apart(browser: Any, *pictures: bytes) -> float:
    """How far two pictures are apart, from 0 to 1."""
    opened = browser.new_page()
    found: float = opened.evaluate(COMPARE, [base64.b64encode(p).decode() for p in pictures])
    opened.close()
    return found


@pytest.mark.parametrize("name", ["class-page", "student-page", "computation"])
def test_it_looks_as_it_did(browser: Any, pictures: dict[str, bytes], name: str) -> None:
    """Look at it, and keep the new picture (`make screenshots`), where it is meant to look new."""
    kept = (KEPT / f"{name}.png").read_bytes()
    assert apart(browser, pictures[name], kept) < TOLERATED


def test_another_picture_is_told_from_it(browser: Any, pictures: dict[str, bytes]) -> None:
    assert apart(browser, pictures["class-page"], pictures["student-page"]) > TOLERATED
    assert apart(browser, pictures["class-page"], pictures["class-page"]) == 0
