"""The class page: what is in it, what is not, and how it is to be used in a browser."""

from __future__ import annotations

import csv
import re
import statistics
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.__main__ import main
from autograder.authoring.made_up_answers import typical
from autograder.classroom.write_page import write_class
from autograder.course import Course
from autograder.display.page import page_name
from autograder.exercise.solution import Solution
from autograder.nbgrader.platform import Nbgrader
from autograder.report import Report
from tests.conftest import NAME
from tests.helpers.lab import browser as chromium
from tests.helpers.noted import course_at, note
from tests.helpers.pages import cells as rows
from tests.helpers.pages import opened, violations

#: Text that is code for a browser, in an error that a student raises.
SCRIPT = "<script>document.title='taken'</script>"
#: Names that are to be escaped in a page, in an address, in a spreadsheet; and one that is common.
ODD = ["=1+1", "＝1+1", "<b>", "a b?#%&.html", "x;=1+1", "zoë"]


@pytest.fixture(scope="module")
def kinds(solution: Solution, grade: Callable[..., Report]) -> list[Report]:
    """A report of each kind: right, wrong in some ways, an error with a script in it, unread."""
    loud = f"# %% loss\ndef loss(y, t):\n    raise ValueError({SCRIPT + ' zq-0'!r})\n"
    wrong = [mistake.apply(solution.source) for mistake in typical(solution.exercise.mistakes)]
    sources = [solution.source, *wrong, solution.source + loud, "def loss(y, t):\n    return 0", ""]
    return [grade(source) for source in sources]


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory, kinds: list[Report]) -> Course:
    """A course in which some are graded, one is not, and two handed in the same."""
    course = course_at(tmp_path_factory.mktemp("course"))
    students = [*(f"zq-{n}" for n in range(len(kinds))), *ODD]
    reports = [
        replace(kinds[n % len(kinds)], student=student, seconds=n / 10, sha256=str(n))
        for n, student in enumerate(students)
    ]
    fits = [function._replace(fits="zq-3") for function in reports[2].functions[:1]]
    reports[2] = replace(reports[2], functions=[*fits, *reports[2].functions[1:]])
    reports[-1] = replace(reports[-1], sha256=reports[0].sha256)
    note(course, reports)
    for student in [*students, "zq-late"]:
        (course.root / "submitted" / student / NAME).mkdir(parents=True)
    return course


@pytest.fixture(scope="module")
def page(classroom: Course) -> Path:
    """The page, and one for each student."""
    folder = classroom.root / "report" / NAME
    return write_class(classroom, NAME, Nbgrader(classroom, NAME), folder)


def test_the_command_writes_the_page(
    classroom: Course, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new" / "page"
    assert main(["report", NAME, "--course", str(classroom.root), "--into", str(folder)]) == 0
    told = capsys.readouterr()
    assert told.out == f"{folder / 'index.html'}\n"
    assert "There is no gradebook" in told.err and "made without it" in told.err
    text = (folder / "index.html").read_text()
    assert "The gradebook could not be read." in text
    assert text == page.read_text()
    assert folder.stat().st_mode & 0o077 == 0


def table(page: Path) -> list[dict[str, str]]:
    with open(page.parent / "class.csv", newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_numbers_of_the_class(page: Path, kinds: list[Report]) -> None:
    text = page.read_text()
    everybody = [kinds[n % len(kinds)] for n in range(len(kinds) + len(ODD))]
    scores = [report.score for report in everybody]
    assert f"{statistics.mean(scores):.2f} of 23 points" in text
    assert f"<dt>Median</dt><dd>{statistics.median(scores):g}</dd>" in text
    assert "Questions marked by hand, 2 points in all, are not in these scores;" in text
    counted = re.search(r'histogram-text">(.*?)</desc>', text)
    assert counted
    bars = [int(number) for number in re.findall(r"points: (\d+)", counted[1])]
    assert bars == [sum(2 * n <= min(s, 22.99) < 2 * (n + 1) for s in scores) for n in range(12)]
    head, *checks = rows(page, "checks")
    read = [report for report in everybody if report.functions]
    assert len(checks) == sum(len(function.checks) for function in kinds[0].functions)
    passed = sum(report.functions[0].checks[0].passed is True for report in read)
    assert checks[0][head.index("passed")] == f"{100 * passed / len(read):.0f} %"
    made = {m.id for report in kinds for function in report.functions for m in function.mistakes}
    mistakes = rows(page, "mistakes")[1:]
    assert {row[1].split()[-1] for row in mistakes} == made
    counts = [int(row[0]) for row in mistakes]
    assert counts == sorted(counts, reverse=True) and sum(counts) >= len(made)


def test_the_table_and_its_csv_say_the_same(page: Path, kinds: list[Report]) -> None:
    head, *students = rows(page, "students")
    same = table(page)
    assert len(students) == len(same) == len(kinds) + len(ODD)
    for shown, cells in zip(students, same, strict=True):
        assert shown[0] == cells["student_id"].replace("'", "")
        assert float(shown[1]) == float(cells["auto_score"])
        wrong = shown[head.index("first thing wrong")]
        assert wrong == cells["first_wrong"] or (
            wrong.endswith("…") and cells["first_wrong"].startswith(wrong[:-1])
        )
        backward = cells["check-backward"] or "–"
        assert shown[head.index("backward")].split()[-1] in (
            cells["backward status"],
            f"{float(backward):g}" if cells["check-backward"] else "–",
        )


def test_no_text_is_a_formula(page: Path) -> None:
    names = [row["student_id"] for row in table(page)]
    assert {"'=1+1", "'＝1+1"} <= set(names)
    assert not [name for name in names if name.startswith(tuple("=+-@＝＋－＠"))]
    lines = (page.parent / "class.csv").read_text().splitlines()
    split = [cell for line in lines for cell in line.split(";")]  # as where a comma is in numbers
    assert not [cell for cell in split if cell.startswith(tuple("=+-@＝＋－＠"))]


def test_what_needs_a_person(page: Path, kinds: list[Report]) -> None:
    unread = f"zq-{len(kinds) - 1}"
    found = rows(page, "needs")
    assert ["zq-late", ""] in found
    assert [unread, "The file is empty."] in found
    assert [
        "zq-2, zq-3",
        "The first one's sigmoid is right on the second one's instances.",
    ] in found
    assert ["zoë, zq-0", "The same file, byte for byte."] in found
    graded = len(kinds) + len(ODD)
    assert f"{graded} of {graded + 1} who handed in are graded." in page.read_text()


def test_every_student_has_a_page_that_is_linked(page: Path) -> None:
    links = dict(re.findall(r'<a href="(students/[^"]*)">(.*?)</a>', page.read_text()))
    written = {f"students/{path.name}" for path in (page.parent / "students").iterdir()}
    assert set(links) == written and len(links) == len(table(page))
    for link, student in links.items():
        assert student in (page.parent / link).read_text()


def test_nobody_takes_the_page_of_another_student() -> None:
    taken = page_name("a b")
    assert page_name(taken.removesuffix(".html")) != taken
    assert page_name("student-1") == "student-1.html"


def test_names_can_be_hidden(classroom: Course, page: Path, tmp_path: Path) -> None:
    arguments = ["report", NAME, "--course", str(classroom.root), "--hide-names"]
    assert main(arguments) == 0
    folder = classroom.root / "report" / f"{NAME}-without-names"
    texts = [path.read_text() for path in folder.iterdir()]
    assert len(texts) == 2
    for text in texts:
        assert "zq-" not in text and "1+1" not in text and "zoë" not in text
        assert "taken" not in text  # nor anything else that a student wrote
    assert rows(folder / "index.html", "needs") == []
    hidden, known = table(folder / "index.html"), table(page)
    assert [row["student_id"] for row in hidden] == [f"student {n + 1}" for n in range(len(known))]
    scores = [[row["auto_score"] for row in each] for each in (hidden, known)]
    assert scores[0] != scores[1] and sorted(scores[0]) == sorted(scores[1])
    assert main([*arguments, "--into", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "index.html").read_text() in texts
    # Not beside pages that have names in them.
    assert main([*arguments, "--into", str(page.parent)]) == 2


def test_the_last_report_counts(tmp_path: Path, kinds: list[Report]) -> None:
    course = course_at(tmp_path)
    ada = [replace(report, student="ada") for report in (kinds[-1], kinds[0])]
    note(course, [ada[0], replace(kinds[1], student="bob"), ada[1]])
    page = write_class(course, NAME, Nbgrader(course, NAME), tmp_path / "page")
    assert [(row["student_id"], row["auto_score"]) for row in table(page)] == [
        ("ada", "23.0"),
        ("bob", str(kinds[1].score)),
    ]


def test_bad_input_is_one_sentence(
    tmp_path: Path, classroom: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*arguments: str, where: Path = classroom.root) -> str:
        assert main(["report", *arguments, "--course", str(where)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        return line

    course_at(tmp_path)
    assert f"Run `autograder grade {NAME}` first." in told(NAME, where=tmp_path)
    assert not (tmp_path / "report").exists()
    assert "has no assignment 'sigmoid'" in told("sigmoid")
    mine = tmp_path / "site" / "index.html"
    mine.parent.mkdir()
    mine.write_text("mine")
    assert "is not a class page" in told(NAME, "--into", str(mine.parent))
    assert "is not a folder" in told(NAME, "--into", str(mine))
    assert "is not a folder" in told(NAME, "--into", str(mine / "below"))
    assert mine.read_text() == "mine"


def test_one_student_is_a_class(tmp_path: Path, kinds: list[Report]) -> None:
    for number, report in enumerate((kinds[0], kinds[-1])):
        folder = tmp_path / str(number)
        folder.mkdir()
        course = course_at(folder)
        note(course, [report])
        page = write_class(course, NAME, Nbgrader(course, NAME), folder / "page")
        for row in rows(page, "checks")[1:]:
            assert row[-3:] == ["–", "–", ""]
        cells = [cell for row in rows(page, "scores") + rows(page, "students") for cell in row]
        assert "nan" not in " ".join(cells).lower()


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory, kinds: list[Report]) -> Path:
    """The page of 1,000 students."""
    course = course_at(tmp_path_factory.mktemp("thousand"))
    everybody = [
        replace(kinds[n % len(kinds)], student=f"first.last{n:04}@example.edu", sha256=str(n))
        for n in range(1000)
    ]
    note(course, everybody)
    return write_class(course, NAME, Nbgrader(course, NAME), course.root / "page")


@pytest.mark.slow
def test_a_thousand_students_are_less_than_3_mb(thousand: Path) -> None:
    assert len(rows(thousand, "students")) == 1001
    assert thousand.stat().st_size < 3_000_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(browser: Any, page: Path, scheme: str, width: int) -> None:
    size = {"width": width, "height": 800}
    with opened(browser, page, color_scheme=scheme, viewport=size) as shown:
        assert violations(shown) == []
        # Only tables are wider than the window, and they scroll by themselves.
        assert shown.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [800, 1200])
def test_the_names_of_checks_stand_on_one_line(browser: Any, page: Path, width: int) -> None:
    with opened(browser, page, viewport={"width": width, "height": 800}) as shown:
        tall = "all => Math.max(...all.map(each => each.offsetHeight))"
        assert shown.eval_on_selector_all("#checks tbody th", tall) < 45
        scrolls = "each => each.scrollWidth - each.clientWidth"
        assert shown.eval_on_selector("#checks .scroll", scrolls) == 0


def test_printed_it_is_black_on_white_and_whole(browser: Any, page: Path) -> None:
    with opened(
        browser, page, color_scheme="dark", viewport={"width": 960, "height": 700}
    ) as shown:
        shown.emulate_media(media="print")
        style = "getComputedStyle(document.body)"
        assert shown.evaluate(f"{style}.backgroundColor") == "rgb(255, 255, 255)"
        assert shown.evaluate(f"{style}.color") == "rgb(0, 0, 0)"
        assert not shown.get_by_label("Show only rows with").is_visible()
        shown.eval_on_selector_all("details", "all => all.forEach(each => each.open = false)")
        seen = "all => all.map(each => each.getClientRects().length)"
        assert all(shown.eval_on_selector_all("#needs td", seen))
        for scroll in shown.locator(".scroll").all():
            assert scroll.evaluate("each => each.scrollHeight - each.clientHeight") <= 1
        # With a button or a fixed cell in it, a table's head would not be repeated on each page.
        assert set(
            shown.eval_on_selector_all(
                "#students thead *",
                "all => all.map(each => getComputedStyle(each).position)",
            )
        ) == {"static"}
        head = "getComputedStyle(document.querySelector('#students thead button')).display"
        assert shown.evaluate(head) == "contents"


def test_a_script_in_a_students_text_stays_text(browser: Any, page: Path) -> None:
    assert SCRIPT not in page.read_text()
    with opened(browser, page) as shown:
        assert shown.title() == f"{NAME}: the class"
        assert shown.get_by_text("<script>").count() > 0
        assert shown.locator("#students b").count() == 0


def column(shown: Any, number: int) -> list[str]:
    """What stands in a column of the rows that are shown."""
    cells = shown.locator(f"#students tbody tr:visible > :nth-child({number})")
    return [text.strip() for text in cells.all_inner_texts()]


def test_the_table_is_sorted_by_keyboard(browser: Any, page: Path) -> None:
    with opened(browser, page) as shown:
        before = column(shown, 1)
        button = shown.get_by_role("button", name="score")
        head = shown.locator("#students thead th").nth(1)
        assert head.get_attribute("aria-sort") is None
        button.focus()
        shown.keyboard.press("Enter")
        scores = [float(text) for text in column(shown, 2)]
        assert scores == sorted(scores)
        assert head.get_attribute("aria-sort") == "ascending"
        shown.keyboard.press("Space")
        assert [float(text) for text in column(shown, 2)] == sorted(scores, reverse=True)
        assert head.get_attribute("aria-sort") == "descending"
        for _ in range(2):  # over what is wrong, to a function of which some have nothing
            shown.keyboard.press("Tab")
        shown.keyboard.press("Enter")
        assert column(shown, 4)[-1] == "–"
        assert head.get_attribute("aria-sort") is None
        shown.get_by_role("button", name="student").press("Enter")
        assert sorted(column(shown, 1)) == sorted(before)


def test_the_table_is_filtered_by_keyboard(browser: Any, page: Path) -> None:
    with opened(browser, page) as shown:
        everybody = column(shown, 1)
        shown.get_by_label("Show only rows with").focus()
        shown.keyboard.type("ZQ-1 20")
        found = column(shown, 1)
        assert set(found) < {name for name in everybody if "zq-1" in name}
        assert shown.get_by_role("status").inner_text() == (
            f"{len(found)} of {len(everybody)} students shown"
        )
        for _ in "zq-1 20":
            shown.keyboard.press("Backspace")
        assert column(shown, 1) == everybody


def test_without_scripts_the_table_is_complete(browser: Any, page: Path) -> None:
    with opened(browser, page, java_script_enabled=False) as shown:
        assert shown.locator("#students tbody tr:visible").count() == len(table(page))
        assert not shown.get_by_label("Show only rows with").is_visible()
        assert shown.locator("#students button").count() == 0


def test_a_thousand_students_open(browser: Any, thousand: Path) -> None:
    with opened(browser, thousand) as shown:
        shown.get_by_label("Show only rows with").fill("last0500")
        assert column(shown, 1) == ["first.last0500@example.edu"]


#: Of every box: how much wider its table is, what stays at its left, and whether it says so.
BOXES = """all => all.filter(box => box.clientWidth).map(box => {
    const first = box.querySelector("tbody tr:last-child > :first-child");
    const edge = box.getBoundingClientRect();
    box.scrollLeft = 100000;
    const row = [...box.querySelectorAll("thead th")];
    return {
        over: box.scrollWidth - box.clientWidth,
        last: edge.right - row.at(-1).getBoundingClientRect().right,
        first: first.getBoundingClientRect().left - edge.left,
        told: box.previousElementSibling.checkVisibility(),
    };
})"""


@pytest.mark.parametrize("width", [390, 800, 1280])
def test_no_table_is_cut_off(browser: Any, page: Path, width: int) -> None:
    with opened(browser, page, viewport={"width": width, "height": 800}) as shown:
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        boxes = shown.eval_on_selector_all(".scroll", BOXES)
        assert boxes[-1]["over"] > 0  # the students'
        for box in boxes:
            # The end can be reached, and it is always seen whose row it is.
            assert box["last"] >= -2 and 0 <= box["first"] <= 2
            assert box["told"] == (box["over"] > 0)
        outside = (
            "all => all.filter(e => !e.closest('.scroll')).map(e => e.scrollWidth - innerWidth)"
        )
        assert max(shown.eval_on_selector_all("main *, header *", outside)) <= 0
