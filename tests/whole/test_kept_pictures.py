"""Pages as they look, beside the pictures of them that the documentation shows."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.build import build
from autograder.authoring.made_up_answers import typical
from autograder.classroom.write_page import write_class
from autograder.exercise.solution import Solution
from autograder.nbgrader.platform import Nbgrader
from autograder.report import Report
from tests.conftest import NAME, ROOT
from tests.helpers.lab import browser as chromium
from tests.helpers.noted import course_at, note

pytestmark = pytest.mark.slow

KEPT = ROOT / "docs" / "screenshots"
STUDENTS = (
    "ada alan alonzo barbara claude dorothy edsger evelyn frances grace hedy ida john katherine "
    "kurt leslie lynn mary niklaus radia robin shafi tim whitfield"
).split()
#: Whose figure is shown.
SHOWN = "missing-output-slope"
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
    """What a browser shows; kept where somebody asks for it."""
    student = page.parent / "students" / f"{STUDENTS[-1]}.html"
    opened = browser.new_page(viewport={"width": 1200, "height": 800})
    opened.goto(page.as_uri())
    taken = {"class-page": opened.screenshot()}
    opened.goto(student.as_uri())
    taken["student-page"] = opened.screenshot()
    taken["computation"] = opened.locator("figure svg").first.screenshot()
    opened.close()
    folder = pytestconfig.getoption("--pictures")
    for name, picture in taken.items() if folder else ():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.png").write_bytes(picture)
    return taken


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
