"""``autograder alike``: its pages, from what students handed in, however hostile."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.course import Course
from autograder.report import FunctionReport, Report
from benchmarks.alike import class_with_copies
from tests.conftest import NAME
from tests.helpers.lab import browser as chromium
from tests.helpers.noted import course_at, note
from tests.helpers.pages import opened, violations

#: Two students' names, of whom one comes first in a pair and one last; and what each writes into
#: every function.
FIRST, LAST = '<b id="x">&amp;', 'z<b id="x">&amp;'
MARKUP = "  # <script>alert(1)</script><img src=x onerror=alert(2)>\n"
BROKEN = {
    "nul": b"def loss(y, t):\0",
    "deep": b"def loss(y, t):\n    return " + b"(" * 3000 + b"y" + b")" * 3000,
    "broken": b"def loss(y, t:\n  return <b>1</b>\n",
}


def hand_in(course: Course, student: str, data: bytes) -> None:
    folder = course.root / "submitted" / student / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.py").write_bytes(data)


def alike(course: Course, *more: str) -> int:
    return main(["alike", NAME, "--course", str(course.root), *more])


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class of thirty with two copies, by students with markup in their names and their code."""
    course = course_at(tmp_path_factory.mktemp("course"))
    students = class_with_copies(NAME, 30, 2, seed=4)
    for student, text in students.texts.items():
        name = {"other0000": FIRST, "other0001": LAST}.get(student, student)
        hand_in(course, name, re.sub(r":\n(?=    )", f":{MARKUP}", text).encode())
    for student, data in BROKEN.items():
        hand_in(course, student, data)
    (course.root / "submitted" / "none" / NAME).mkdir(parents=True)
    return course


@pytest.fixture(scope="module")
def pages(handed_in: Course) -> Path:
    assert alike(handed_in) == 0
    return handed_in.root / "report" / f"{NAME}-alike"


def test_the_copies_are_listed_and_have_pages(pages: Path) -> None:
    index = (pages / "index.html").read_text()
    assert index.count("&lt;b id=&#34;x&#34;&gt;&amp;amp;") == 2
    assert index.count('href="pairs/') == len([*pages.glob("pairs/*.html")]) >= 2
    pair = (pages / "pairs" / "001.html").read_text()
    assert 'class="rare"' in pair
    assert "question to both students, and no finding" in pair


def test_all_that_students_wrote_is_escaped(pages: Path) -> None:
    for page in [pages / "index.html", *pages.glob("pairs/*.html")]:
        text = page.read_text()
        assert "<script" not in text
        assert "<img" not in text
        assert "<b id" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in (pages / "pairs" / "001.html").read_text()


def test_what_cannot_be_read_is_named_once(pages: Path) -> None:
    section = (pages / "index.html").read_text().partition('id="left-out"')[2]
    for student in [*BROKEN, "none"]:
        assert section.count(f">{student}</strong>") == 1
    assert "line 1 is not Python" in section
    assert "nested too deep" in section


def test_a_class_that_is_not_graded_says_so(pages: Path) -> None:
    assert "Nobody is graded yet" in (pages / "index.html").read_text()


def test_numbers_that_fit_another_student_stand_beside(
    handed_in: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = course_at(tmp_path)
    (tmp_path / "submitted").symlink_to(handed_in.root / "submitted")
    function = FunctionReport("loss", "failed", 0.0, 2.0, [], fits="honest0001")
    gone = FunctionReport("train", "failed", 0.0, 2.0, [], fits="nobody")
    report = Report(NAME, "honest0000", "", "", "0", "", "none", [function, gone], 20.0)
    note(course, [report])
    assert alike(course, "--json", "-") == 0
    said = capsys.readouterr()
    assert "Numbers that fit another student's instances: 1." in said.err
    index = (course.root / "report" / f"{NAME}-alike" / "index.html").read_text()
    assert "loss of honest0000 is right on the instances of honest0001." in index
    assert "nobody" not in index
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert {line["schema"] for line in lines} == {"autograder/alike/1"}
    assert {FIRST, LAST} <= {name for line in lines for name in line["students"]}
    assert all(0 < share < 1 for line in lines for share in line["rarity"].values())


def test_pages_of_an_earlier_run_go_and_foreign_ones_stay(
    handed_in: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "into"
    (into / "pairs").mkdir(parents=True)
    (into / "pairs" / "999.html").write_text("old")
    (into / "pairs" / "mine.html").write_text("mine")
    assert alike(handed_in, "--into", str(into)) == 0
    assert not (into / "pairs" / "999.html").exists()
    assert (into / "pairs" / "mine.html").exists()
    (into / "index.html").write_text("<p>my own page</p>")
    assert alike(handed_in, "--into", str(into)) == 2
    assert "is not a page of look-alikes" in capsys.readouterr().err
    assert (into / "index.html").read_text() == "<p>my own page</p>"
    for no_folder in (into / "index.html", into / "index.html" / "below"):
        assert alike(handed_in, "--into", str(no_folder)) == 2
        assert "is not a folder. Name another one for --into." in capsys.readouterr().err


def test_what_was_handed_out_is_nobodys_own(tmp_path: Path) -> None:
    course = course_at(tmp_path)
    texts = class_with_copies(NAME, 12, 0, seed=5).texts
    for student, text in texts.items():
        hand_in(course, student, f"{text}\ndef mine():\n    return 1\n".encode())
    (course.released / NAME).mkdir(parents=True, exist_ok=True)
    (course.released / NAME / f"{NAME}.py").write_text(texts["honest0003"])
    assert alike(course) == 0
    index = (course.root / "report" / f"{NAME}-alike" / "index.html").read_text()
    assert "11 submissions with functions of their own" in index


def test_the_same_file_is_listed_first_unless_it_was_handed_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = course_at(tmp_path)
    texts = class_with_copies(NAME, 4, 0, seed=5).texts
    for student, text in [*texts.items(), (FIRST, texts["honest0001"])]:
        hand_in(course, student, text.encode())
    (course.released / NAME).mkdir(parents=True, exist_ok=True)
    (course.released / NAME / f"{NAME}.py").write_text(texts["honest0003"])
    hand_in(course, "unchanged", texts["honest0003"].encode())
    assert alike(course) == 0
    index = (course.root / "report" / f"{NAME}-alike" / "index.html").read_text()
    section = index.partition('id="identical"')[2].partition("</section>")[0]
    assert section.count("<li") == 1
    assert "honest0001" in section
    assert "&lt;b id=&#34;x&#34;&gt;&amp;amp;" in section
    assert "the same file as another: 2" in capsys.readouterr().err


def test_a_class_that_handed_nothing_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert alike(course_at(tmp_path)) == 2
    assert "Collect first" in capsys.readouterr().err


@pytest.mark.slow
def test_the_pages_can_be_read_by_everybody(pages: Path) -> None:
    with chromium() as browser:
        for page in (pages / "index.html", pages / "pairs" / "001.html"):
            for width in (1280, 800, 360):
                with opened(browser, page, viewport={"width": width, "height": 900}) as shown:
                    assert violations(shown) == []
                    wide = "document.documentElement.scrollWidth"
                    assert shown.evaluate(wide) <= width
