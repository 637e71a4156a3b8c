"""A student's page: what stands on it, that nothing gets out of it, and that anybody can read
it."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from autograder.__main__ import main
from autograder.display import loss_plot
from autograder.display import page as pages
from autograder.display.notebook import function_table
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution
from autograder.files import NewFiles
from autograder.report import CheckResult, FunctionReport, Losses, Named, Problem, Report, Row
from autograder.student import check_file
from tests.helpers import lab
from tests.helpers.pages import opened

EVIL = "<script>alert(1)</script></pre></title>&lt;b&gt; \x1b[31mred \u202eevil {{ 7 * 7 }}"
SHOWN = "<script>alert(1)</script></pre></title>&lt;b&gt; \\x1b[31mred \\u202eevil {{ 7 * 7 }}"
#: What a page is made of; nothing that runs, loads, or sends.
TAGS = set(
    "html head meta title style body header h1 h2 h3 p small div span main table caption thead "
    "tbody tr th td a code pre article details summary ul li figure figcaption footer svg desc "
    "rect path text g polyline circle".split()
)


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_decl(self, decl: str) -> None:
        assert decl == "DOCTYPE html"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, solution: Solution) -> Path:
    """A student's folder with an answer of some mistakes that prints what nobody should run."""
    folder: Path = tmp_path_factory.mktemp("pages")
    source = solution.source
    for old, new in (
        ("2 * (y - t) / t.size", "(y - t) / t.size"),
        ("params = update(params, grads, lr)", "params = update(params, grads, 3 * lr)"),
    ):
        assert source.count(old) == 1
        source = source.replace(old, new)
    source += f"\nprint({EVIL!r})\n"
    (folder / f"{solution.name}.py").write_text(source)
    released = solution.released
    assert released is not None
    (folder / "visible.json").write_bytes((released / "visible.json").read_bytes())
    return folder


@pytest.fixture(scope="module")
def checked(folder: Path) -> tuple[Report, AnswerKey, str]:
    return check_file(next(folder.glob("*.py")))


@pytest.fixture(scope="module")
def page(checked: tuple[Report, AnswerKey, str]) -> str:
    return pages.student_page(*checked, note="A note.")


def evil_report() -> Report:
    check = CheckResult(EVIL, False, EVIL, 0.0, 1.0, [Row(EVIL, EVIL, EVIL, EVIL, EVIL)])
    names = (Named("unknown", EVIL), Named("other", EVIL))
    function = FunctionReport("forward", EVIL, 0.0, 1.0, [check], names, fits="a classmate")
    return Report(
        EVIL, EVIL, f"/home/{EVIL}", EVIL, EVIL, "", "", [function], 1.0, [Problem("k", EVIL)]
    )


def test_what_stands_on_it(page: str, checked: tuple[Report, AnswerKey, str]) -> None:
    report, answer_key, _ = checked
    text = Elements(page).text
    assert (
        answer_key.title in text and f"of {report.max_score:g} points" in text and "A note." in text
    )
    for function in report.functions:
        assert f"Checks of {function.name}" in text or function.name in text
        for check in function.checks:
            assert check.name in text and check.message in text
    backward = next(function for function in report.functions if function.name == "backward")
    for hint in answer_key.known[backward.mistakes[0].id].hints:
        assert hint in text
    assert "✗ first wrong" in text and "The losses that were recorded" in text
    assert "the right ones go" in text
    assert SHOWN in text  # what was printed


def test_what_holds_for_all_checks_of_a_function_is_told_once(
    solution: Solution, answer_key: AnswerKey
) -> None:
    assert solution.released is not None
    report, _, _ = check_file(solution.released / f"{solution.name}.py")
    text = Elements(pages.student_page(report, answer_key)).text
    backward, update = report.functions[4:6]
    for function in (backward, update):
        said = f"{function.name} is not written yet."
        assert [check.message for check in function.checks].count(said) == 3
        assert text.count(said) == function_table(function).count(said) == 1


def test_a_right_answers_page_shows_right_numbers(solution: Solution, folder: Path) -> None:
    path = folder.parent / "right" / "answer.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(solution.source)
    (path.parent / "visible.json").write_bytes((folder / "visible.json").read_bytes())
    report, answer_key, printed = check_file(path)
    text = Elements(pages.student_page(report, answer_key, printed)).text
    assert "Start here" not in text and "What was printed" not in text
    assert 'grads["W1"]' in text and "-0.0005555" in text and "✗" not in text
    assert "which is right" in text


def test_a_file_of_another_assignment_is_told_as_one_once(folder: Path) -> None:
    answer = folder / "other.py"
    answer.write_text("def softmax(z):\n    return z\n")
    text = Elements(pages.student_page(*check_file(answer))).text
    answer.unlink()
    assert text.count("None of the functions of sigmoid_network is defined in this file.") == 1


def test_no_text_of_a_student_becomes_anything_else(page: str, answer_key: AnswerKey) -> None:
    for each in (page, pages.student_page(evil_report(), answer_key, EVIL, EVIL)):
        found = Elements(each)
        assert {tag for tag, _ in found.elements} <= TAGS
        names = {name for _, attributes in found.elements for name in attributes}
        assert not [name for name in names if name.startswith("on") or name in {"src", "srcset"}]
        links = [attributes["href"] for _, attributes in found.elements if "href" in attributes]
        assert all(str(link).startswith("#") for link in links)
        assert SHOWN in found.text
        assert "\x1b" not in each and "\u202e" not in each
        policies = [a["content"] for _, a in found.elements if "http-equiv" in a]
        assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


def test_it_tells_no_path_and_nobody_elses_name(answer_key: AnswerKey) -> None:
    page = pages.student_page(evil_report(), answer_key)
    assert "/home" not in page and "a classmate" not in page


def test_headings_are_in_order_and_tables_have_scopes(page: str) -> None:
    elements = Elements(page).elements
    levels = [int(tag[1]) for tag, _ in elements if tag in ("h1", "h2", "h3")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert all("scope" in attributes for tag, attributes in elements if tag == "th")
    assert ("html", {"lang": "en"}) in elements


def test_a_file_that_could_not_be_read_has_a_page(answer_key: AnswerKey) -> None:
    report = Report("a", "s", "p", "", "1", "", "none", [], 20.0, [Problem("syntax", "Line 3.")])
    text = Elements(pages.student_page(report, answer_key)).text
    assert "Line 3." in text and "0 of 20 points" in text and "Your functions" not in text


def test_files_that_were_not_copied_are_nothing_wrong(answer_key: AnswerKey) -> None:
    left = Problem("not-copied", "5 files beside the answer were not copied.")
    wrong = Problem("cell-failed", "Cell 3 failed.")
    headings = ("What was wrong with the file", "Files that were not copied")
    for problems in ([left], [wrong], [left, wrong]):
        report = Report("a", "s", "p", "", "1", "", "none", [], 20.0, problems)
        text = Elements(pages.student_page(report, answer_key)).text
        assert [each in text for each in headings] == [wrong in problems, left in problems]


def test_a_class_has_a_file_each(tmp_path: Path, checked: tuple[Report, AnswerKey, str]) -> None:
    report, answer_key, _ = checked
    names = ["ada", "O'Neil <b>", "..", ".hidden", "x" * 200, "\udcff"]
    reports = [
        Report("a", name, "p", "", "1", "", "none", report.functions, 20.0) for name in names
    ]
    with NewFiles(tmp_path / "new") as new:
        names = pages.write_pages(new, "pages", reports, answer_key)
        new.put()
    written = [tmp_path / "new" / name for name in names]
    assert len({path.name for path in written}) == len(names) and written[0].name == "ada.html"
    assert {path.parent for path in written} == {tmp_path / "new" / "pages"}
    assert all(path.name.replace("-", "").replace(".", "").isalnum() for path in written)
    assert all(path.read_text().startswith(pages.BEGINNING) for path in written)


def test_a_students_page_shows_what_was_printed(
    checked: tuple[Report, AnswerKey, str], tmp_path: Path
) -> None:
    report, answer_key, _ = checked
    said = replace(report, printed=("", f"{EVIL}\n", "and more\n"))
    shown = Elements(pages.student_page(said, answer_key, "".join(said.printed))).text
    assert f"{SHOWN}\nand more" in shown


def test_the_command_writes_it_and_overwrites_nothing_else(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer, target = next(folder.glob("*.py")), tmp_path / "page.html"
    for _ in range(2):  # a page of an earlier run is replaced
        assert main(["check", str(answer), "--html", str(target)]) == 1
        assert target.read_text().count("</html>\n") == 1
    assert "more when your work is graded" in target.read_text()
    before = answer.read_bytes()
    assert main(["check", str(answer), "--html", str(answer)]) == 2
    assert "holds something else" in capsys.readouterr().err and answer.read_bytes() == before
    assert main(["check", str(answer), "--html", str(tmp_path / "no" / "page.html")]) == 2
    assert "--html: " in capsys.readouterr().err


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_it_is_written_for_a_reader_who_stops_early(
    folder: Path, tmp_path: Path, unbuffered: str
) -> None:
    target = tmp_path / "page.html"
    reading, writing = os.pipe()
    os.close(reading)  # as `head` does when it has its lines
    command = [sys.executable, "-m", "autograder", "check", str(next(folder.glob("*.py")))]
    done = subprocess.run(
        [*command, "--html", target],
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
    assert target.read_text().endswith("</html>\n")


def test_without_jinja_it_says_so_before_it_checks(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "autograder.display.page")
    monkeypatch.delattr("autograder.display.page")
    monkeypatch.setitem(sys.modules, "jinja2", None)
    answer, ran = tmp_path / "answer.py", tmp_path / "ran"
    (tmp_path / "visible.json").write_bytes((folder / "visible.json").read_bytes())
    answer.write_text(f"open({str(ran)!r}, 'w').close()\n")
    assert main(["check", str(answer), "--html", "page.html"]) == 2
    said = capsys.readouterr()
    assert said.err == "--html needs the package jinja2: pip install Jinja2\n"
    assert said.out == "" and not ran.exists()


@pytest.mark.parametrize(
    "numbers",
    [(1.0,), (0.5, 0.5), (1e308, -1e308, 1e-308), tuple(range(1000))],
    ids=["one", "level", "huge", "many"],
)
def test_every_loss_stays_in_its_plot(numbers: tuple[float, ...]) -> None:
    figure = loss_plot.figure(Losses(tuple(map(float, numbers)), (0.3, 0.2)))
    points = [
        float(n)
        for part in figure.split('points="')[1:]
        for n in part.split('"')[0].replace(",", " ").split()
    ]
    assert len(points) == 2 * (len(numbers) + 2)
    assert all(0 <= point <= loss_plot.WIDTH for point in points)


# In a browser.


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with lab.browser() as started:
        yield started


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_without_a_request_and_anybody_can_read_it(
    browser: Any, page: str, tmp_path: Path, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    path = tmp_path / "page.html"
    path.write_text(page)
    # Its own scripts are axe's, which the page's policy forbids.
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    opened = context.new_page()
    requests: list[str] = []
    said: list[str] = []
    opened.on("request", lambda request: requests.append(request.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("dialog", lambda dialog: said.append(dialog.message))
    opened.goto(path.as_uri())
    opened.eval_on_selector_all("details", "all => all.forEach(each => each.open = true)")
    assert requests == [path.as_uri()] and said == []
    found = axe.Axe().run(opened)
    assert found.violations_count == 0, found.generate_report()
    assert found.response["passes"]
    for width in (360, 1200):
        opened.set_viewport_size({"width": width, "height": 800})
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_printed_it_is_black_on_white_and_open(browser: Any, page: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(page)
    with opened(browser, path, color_scheme="dark") as shown:
        shown.emulate_media(media="print")
        style = "getComputedStyle(document.body)"
        assert shown.evaluate(f"{style}.backgroundColor") == "rgb(255, 255, 255)"
        assert shown.evaluate(f"{style}.color") == "rgb(0, 0, 0)"
        height = "all => all.map(each => each.querySelector('table, ul').getClientRects().length)"
        folded = shown.eval_on_selector_all("details.given", height)
        assert folded and all(folded)
        # A figure is on one page.
        assert shown.locator("figure svg").first.bounding_box()["height"] < 800


def test_numbers_are_not_broken_in_two(browser: Any, page: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(page)
    with opened(browser, path, viewport={"width": 360, "height": 800}) as shown:
        shown.eval_on_selector_all("details", "all => all.forEach(each => each.open = true)")
        # A number that begins on one line and ends on the next has two boxes.
        broken = shown.evaluate("""() => [...document.querySelectorAll("td pre")].flatMap(pre => {
            const text = pre.firstChild;
            return [...(text?.data ?? "").matchAll(/[\\d.-]+/g)].filter(found => {
                const range = document.createRange();
                range.setStart(text, found.index);
                range.setEnd(text, found.index + found[0].length);
                return range.getClientRects().length > 1;
            }).map(found => found[0]);
        })""")
        assert broken == []


def test_its_policy_lets_nothing_run(browser: Any, page: str, tmp_path: Path) -> None:
    """Were a script to get into a page, it would not run."""
    path = tmp_path / "page.html"
    path.write_text(page.replace("<main>", "<main><script>document.title = 'run'</script>"))
    opened = browser.new_page()
    opened.goto(path.as_uri())
    assert opened.title() != "run"
    opened.close()


def test_json_and_page_come_from_one_run(folder: Path, tmp_path: Path) -> None:
    answer = next(folder.glob("*.py"))
    report, page = tmp_path / "report.jsonl", tmp_path / "page.html"
    assert main(["check", str(answer), "--json", str(report), "--html", str(page)]) == 1
    told = json.loads(report.read_text())
    assert any("trace" in function for function in told["functions"])
    assert told["submission"]["sha256"][:12] in page.read_text()
