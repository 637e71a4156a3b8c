"""Written answers marked on the page of ``autograder mark``, in a browser and without one."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.__main__ import main
from autograder.authoring.build import build
from autograder.course import load_course
from autograder.submission import grade_id
from tests.helpers import lab
from tests.helpers.nbgrader_commands import nbgrader, solve
from tests.helpers.pages import violations
from tests.helpers.small_course import NAME, make_course, with_question

pytestmark = pytest.mark.slow

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJg"
    "gg=="
)
LIES = (
    "<script>document.title = 'mine'</script><img src=http://192.0.2.1/x.png onerror=alert(1)>"
    "</div></article><form id=mine><input name=points value=2></form><b accesskey=s>2 of 2, saved</b>"
    "<div style='position: fixed; inset: 0; background: url(http://192.0.2.1/)'>Marked</div>"
)
STUDENTS = [f"s{number:02}" for number in range(30)]
EMPTY, ELSEWHERE = "empty", "elsewhere"


@dataclass
class Course:
    root: Path
    address: str = ""
    released: str = ""

    def hand_in(self, student: str, answer: str, **more: Any) -> None:
        notebook = solve(json.loads(self.released), self.root, NAME)
        (cell,) = (cell for cell in notebook["cells"] if grade_id(cell) == "why")
        cell |= {"source": answer, **more}
        if student == ELSEWHERE:
            beside = {"cell_type": "markdown", "metadata": {}, "source": "It stands **here**."}
            notebook["cells"].append(beside)
        folder = self.root / "submitted" / student / NAME
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook))

    def grade(self) -> None:
        assert main(["grade", NAME, "--course", str(self.root)]) == 0

    def marks(self) -> dict[str, tuple[float | None, bool, str | None]]:
        """The points, the flag and the comment of everybody."""
        with Gradebook(f"sqlite:///{self.root}/gradebook.db", "small") as book:
            return {
                each.student.id: (
                    grade.manual_score,
                    grade.needs_manual_grade,
                    book.find_comment("why", NAME, NAME, each.student.id).manual_comment,
                )
                for each in book.notebook_submissions(NAME, NAME)
                for grade in each.grades
                if grade.name == "why"
            }

    def post(self, **mark: str) -> tuple[int, dict[str, Any]]:
        request = urllib.request.Request(f"{self.address}mark", json.dumps(mark).encode())
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def given(self, student: str) -> dict[str, str]:
        """What the page sends with a mark of a student's answer."""
        page = urllib.request.urlopen(self.address).read().decode()
        article = page[page.index(f": {student}</h2>") :]
        return {
            key: article.split(f'data-{key}="')[1].split('"')[0] for key in ("id", "seen", "digest")
        }


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    course = Course(tmp_path_factory.mktemp("mark"))
    make_course(course.root)
    with_question(course.root, points=2)
    build(load_course(course.root), NAME)
    course.released = (course.root / "assignments" / NAME / f"{NAME}.ipynb").read_text()
    for student in STUDENTS:
        course.hand_in(student, f"Since {student} says $z < 0$.")
    course.hand_in("s03", LIES)
    course.hand_in("s04", "![](attachment:x.png)", attachments={"x.png": {"image/png": PNG}})
    for student in (EMPTY, ELSEWHERE):
        course.hand_in(student, "")
    course.grade()
    command = [sys.executable, "-m", "autograder", "mark", NAME, "--names"]
    with subprocess.Popen(
        [*command, "--course", str(course.root)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        course.address = line.split()[-1]
        yield course
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert line.startswith("31 answers wait. ")
    assert process.returncode == 0
    assert said.splitlines()[1].endswith(" saved.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with lab.browser() as started:
        yield started


def shown(page: Any, student: str) -> Any:
    """The article of a student."""
    heading = page.get_by_role("heading", name=f": {student}", exact=False)
    return page.locator("article").filter(has=heading)


def test_answers_are_marked_with_the_keyboard_only(course: Course, browser: Any) -> None:
    asked: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(course.address)
    assert "Nothing changes there" in page.get_by_role("complementary").inner_text()
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 800})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    order = page.locator("article h2").all_inner_texts()
    expected = {}
    for number, heading in enumerate(order[:31]):
        student = heading.split(": ")[1].split()[0]
        points = ("0", "1", "1,5", "2")[number % 4]
        page.keyboard.type(points)
        comment = None
        if number == 5:
            comment = "Say <b>why</b>.\nAnd when."
            page.keyboard.press("c")
            page.keyboard.type("Say <b>why</b>.")
            page.keyboard.press("Shift+Enter")
            page.keyboard.type("And when.")
        page.keyboard.press("Enter")
        expected[student] = float(points.replace(",", ".")), False, comment
    page.get_by_text("Every answer has its points.").wait_for()
    assert expected.keys() == {*STUDENTS, ELSEWHERE}
    assert course.marks() == {**expected, EMPTY: (None, False, None)}
    # Back by keys, and another mark; too many points are refused, and stay to be changed.
    for key in ("ArrowUp", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    last = order[30].split(": ")[1].split()[0]
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.get_by_text("It is worth 2 at most.").wait_for()
    page.keyboard.type("0.25")
    page.keyboard.press("Enter")
    page.get_by_text("saved: 0.25").wait_for()
    assert course.marks()[last] == (0.25, False, None)
    assert "It stands here." in shown(page, ELSEWHERE).inner_text()
    assert shown(page, "s04").locator("img").evaluate("image => image.naturalWidth") == 1
    assert page.title() == f"In your own words: {NAME}"
    lies = shown(page, "s03")
    assert lies.locator("form").count() == 1
    assert all(url.startswith((course.address, "data:")) for url in asked)
    context.close()
    student = next(s for s, (_, _, comment) in expected.items() if comment)
    nbgrader(course.root, "generate_feedback", NAME, f"--student={student}")
    feedback = (course.root / "feedback" / student / NAME / f"{NAME}.html").read_text()
    assert f"{expected[student][0]:g} of 2 points" in feedback
    assert "Say <b>why</b>." in feedback


def test_a_mark_of_somebody_else_is_not_overwritten_in_silence(course: Course) -> None:
    given = course.given("s10")
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "small") as book:
        grade = book.find_grade("why", NAME, NAME, "s10")
        grade.manual_score, grade.needs_manual_grade = 0.75, False
        book.db.commit()
    status, said = course.post(**given, points="2", comment="")
    assert (status, course.marks()["s10"]) == (409, (0.75, False, None))
    assert "0.75 points meanwhile" in said["message"]
    for points in ("2.5", "-1", "nan", "1e1", "٢"):
        status, _ = course.post(**{**given, "seen": said["seen"]}, points=points, comment="")
        assert (status, course.marks()["s10"][0]) == (400, 0.75)
    again = {**given, "seen": said["seen"], "points": "2", "comment": "Now."}
    assert course.post(**again)[0] == 200
    assert course.post(**again)[0] == 200  # as where the first answer was lost
    assert course.marks()["s10"] == (2.0, False, "Now.")
    course.hand_in("s10", "Something else.")
    course.grade()
    assert course.marks()["s10"] == (2.0, True, "Now.")
    status, said = course.post(**again)
    assert status == 400
    assert "another one now" in said["message"]
    assert course.marks()["s10"] == (2.0, True, "Now.")


def test_a_busy_gradebook_is_waited_for(course: Course) -> None:
    given = course.given("s11")
    lock = sqlite3.connect(course.root / "gradebook.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    answers: list[tuple[int, dict[str, Any]]] = []
    asking = threading.Thread(
        target=lambda: answers.append(course.post(**given, points="1.25", comment=""))
    )
    asking.start()
    time.sleep(1)
    assert not answers
    lock.rollback()
    asking.join()
    assert answers[0][0] == 200
    assert course.marks()["s11"][0] == 1.25


def test_nobody_without_the_address_gets_anything(course: Course) -> None:
    host, secret = course.address.rstrip("/").rsplit("/", 1)
    for path in ("/", f"/{secret[:-1]}/", "/favicon.ico", f"/{secret}/nothing", f"/{secret}"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{host}{path}")
