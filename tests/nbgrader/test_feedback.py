"""Pages of feedback, made by nbgrader's own command: what is embedded in them, and what never
is."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, Literal

import pytest
from bs4 import BeautifulSoup

from autograder.__main__ import main
from autograder.classroom.journal import journal_path
from autograder.course import load_course
from autograder.exercise.solution import load_solution
from autograder.nbgrader.embedded import MAX_EMBEDDED
from autograder.nbgrader.feedback_page import _HEADING
from autograder.outputs import MAX_ATTACHED
from autograder.submission import grade_id
from tests.conftest import NAME, ROOT, course_text
from tests.helpers import lab
from tests.helpers.nbgrader_commands import nbgrader, solve
from tests.helpers.pages import opened, violations
from tests.helpers.released import build
from tests.helpers.stock import source as stock_source

pytestmark = pytest.mark.slow

#: A picture of one pixel.
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJg"
    "gg=="
)
SVG = base64.b64encode(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>').decode()
#: What a notebook cell or a file beside it tries to have embedded.
SECRETS = ("the-key-of-the-course-which-nobody-may-see", "GRADEBOOK-SECRET", "NEIGHBOURS-SECRET")
PLAIN = "plain"


def markdown(source: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def raw(source: str) -> dict[str, Any]:
    return {"cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": source}


def attempts(course: Path) -> list[dict[str, Any]]:
    """Every way of naming a file that is not the student's to show."""
    files = [
        "../../../course.key",
        f"{course}/course.key",
        f"//{course}/course.key",
        f"file://{course}/course.key",
        "..%2f..%2f..%2fcourse.key",
        "%2e%2e/%2e%2e/%2e%2e/course.key",
        "../../../secret.svg",
        "../../neighbour/" + NAME + "/secret.svg",
        "../" + NAME + "/../../../secret.svg",
        "network.svg/../../../../secret.svg",
        f"../../../assignments/{NAME}/../../secret.svg",
        "link.svg",
        "visible.json",
        "attachment:../../../course.key",
        "files/../../../course.key",
        "course.key\x00.svg",
    ]
    cells = []
    for file in files:
        cells += [
            markdown(f"![x]({file})"),
            markdown(f"![x](<{file}> 'title')"),
            markdown(f"![x][here]\n\n[here]: {file}"),
            markdown(f'<img alt="x" src="{file}">'),
            markdown(f"text <img src='{file}' alt=x> text"),
            markdown(f'<svg><image href="{file}" xlink:href="{file}"/></svg>'),
            markdown(f'<object data="{file}"></object><embed src="{file}"><iframe src="{file}">'),
            markdown(f'<picture><source srcset="{file}"><img srcset="{file}"></picture>'),
            raw(f'<img alt="x" src="{file}">'),
        ]
    cells += [
        markdown("<span style='color: red'>red *and* more</span>"),
        markdown("![x](attachment:x)", attachments={"x": {"image/png": "../../../course.key"}}),
        markdown("![x](attachment:x)", attachments={"x": {"text/html": PNG}}),
        markdown("![x](attachment:x)", attachments={"x": {'image/png" onload="alert(1)': PNG}}),
        markdown("![x](attachment:x)", attachments={"x": {"image/png": '" onload="alert(1)'}}),
        markdown("![x](attachment:x)", attachments={"x": {}}),
        markdown("![x](attachment:x)", attachments={"x": []}),
        markdown("![x](attachment:x)", attachments=["x"]),
        markdown("![x](attachment:x)", attachments={"x": {"image/png": 3}}),
        markdown("![x](&#97;ttachment:nowhere) ![x](attachment:)"),
        markdown('<img alt=x src="attachment:<nothing>"> <img src="attachment:nothing" onload=x>'),
        markdown("![x](attachment:x)", attachments={"x": {"image/png": "A" * (MAX_ATTACHED + 1)}}),
    ]
    return cells


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with an exercise of ours and one of nbgrader's own, graded, with feedback."""
    root = tmp_path_factory.mktemp("feedback")
    shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
    (root / "course.toml").write_text(course_text())
    shutil.copytree(ROOT / "solutions", root / "solutions")
    (root / "course.key").write_text(SECRETS[0])
    (root / "secret.svg").write_text(f"<svg>{SECRETS[1]}</svg>")
    build(load_course(root), NAME)
    notebook = solve(json.loads((root / "assignments" / NAME / f"{NAME}.ipynb").read_text()))
    hand_in(root, "mallory", {**notebook, "cells": [*notebook["cells"], *attempts(root)]})
    mallory = root / "submitted" / "mallory" / NAME
    (mallory / "network.svg").write_text(f"<svg>{SECRETS[2]}</svg>")
    (mallory / "link.svg").symlink_to(root / "secret.svg")
    hand_in(root, "ada", {**notebook, "cells": [*honest(notebook["cells"])]})
    hand_in(root, "stub", json.loads((root / "assignments" / NAME / f"{NAME}.ipynb").read_text()))
    hand_in(root, "greedy", {**notebook, "cells": [*notebook["cells"], markdown(GREEDY)]})
    assert main(["grade", NAME, "--course", str(root)]) == 0
    done = nbgrader(root, "generate_feedback", NAME, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return root


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with lab.browser() as started:
        yield started


GREEDY = "\n".join(["<img src='backward.svg' alt='x'>"] * 20_000)


def honest(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for cell in cells:
        if grade_id(cell) == "bias-sum":
            cell = {
                **cell,
                "source": "My sketch of H<sub>2</sub>O, $\\sum_j \\delta_j$ and\n\n"
                "$$\\frac{\\partial E}{\\partial b_{1,j}}$$\n\n"
                "![a sketch](attachment:my%20sketch.png)",
                "attachments": {"my sketch.png": {"image/png": PNG}},
            }
        yield cell
    yield markdown("<img src='./loss.svg' alt='own'>")
    yield markdown("![again][n]\n\n[n]: sl%6Fpe.svg")
    yield markdown(
        "![pasted](attachment:b.svg)", attachments={"b.svg": {"image/svg+xml": [SVG[:9], SVG[9:]]}}
    )
    yield markdown(
        "x <img alt='in HTML' width=9 src='attachment:c%20d.gif'>\n\n"
        '<div>\n<img src="attachment:c d.gif" alt="in a block">\n</div>',
        attachments={"c d.gif": {"image/gif": PNG}},
    )
    yield {**raw("raw"), "attachments": {"e.jpg": {"image/jpeg": PNG}}}


def hand_in(root: Path, student: str, notebook: dict[str, Any]) -> None:
    folder = root / "submitted" / student / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook))


def page(course: Path, student: str, name: str = NAME) -> str:
    return (course / "feedback" / student / name / f"{name}.html").read_text()


def embedded(text: str) -> dict[str, list[bytes]]:
    """What is embedded in a page, by its kind, decoded."""
    found: dict[str, list[bytes]] = {}
    for kind, data in re.findall(r"data:([\w/+-]*)[^,\"']*,([A-Za-z0-9+/=%]*)", unescape(text)):
        found.setdefault(kind, []).append(base64.b64decode(data + "=" * (-len(data) % 4)))
    return found


def test_no_file_but_the_releases_pictures_is_embedded(course: Path) -> None:
    text = page(course, "mallory")
    released = {path.read_bytes() for path in (course / "assignments" / NAME).glob("*.svg")}
    found = embedded(text)
    pictures = {data for data in found.get("image/svg+xml", ()) if b"The computation" not in data}
    assert released & pictures
    everything = text.encode() + b"".join(data for each in found.values() for data in each)
    for secret in SECRETS:
        assert secret.encode() not in everything
        assert base64.b64encode(secret.encode())[3:-4] not in everything
    ours = {*(path.read_bytes() for path in (course / "assignments" / NAME).iterdir())}
    source = (course / "solutions" / NAME / "exercise.py").read_bytes()
    assert source not in everything
    assert not [data for data in found.get("application/json", ()) if data in ours]
    assert 'onload="alert(1)' not in text


def test_what_a_student_pasted_is_in_the_page(course: Path) -> None:
    soup = BeautifulSoup(page(course, "ada"), "html.parser")
    pictures = {image.get("alt"): image["src"] for image in soup.find_all("img")}
    assert pictures["a sketch"] == f"data:image/png;base64,{PNG}"
    assert pictures["pasted"] == f"data:image/svg+xml;base64,{SVG}"
    assert pictures["in HTML"] == pictures["in a block"] == f"data:image/gif;base64,{PNG}"
    assert pictures["picture-1"] == f"data:image/jpeg;base64,{PNG}"
    for alt, file in (("own", "loss.svg"), ("again", "slope.svg")):
        data = (course / "assignments" / NAME / file).read_bytes()
        assert pictures[alt] == f"data:image/svg+xml;base64,{base64.b64encode(data).decode()}"
    assert all(source.startswith("data:") for source in pictures.values())
    assert "missing here" not in soup.get_text()


def test_parts_are_named_and_lead_to_their_results(course: Path) -> None:
    """Nbgrader's page has ten links "Test cell"."""
    soup = BeautifulSoup(page(course, "ada"), "html.parser")
    links = {link.get_text(): str(link["href"]) for link in soup.select("#results a")}
    declared = load_solution(load_course(course), NAME).exercise
    assert list(links) == [*(f.name for f in declared.checked), "In your own words"]
    for address in links.values():
        assert len(soup.select(f'[id="{address[1:]}"]')) == 1
    rows = [row.get_text(" ", strip=True) for row in soup.select("#results tr")]
    assert "backward ✓ passed 6 of 6" in rows
    assert "In your own words not marked yet 2" in rows
    assert "2 points of these are not given yet" in soup.get_text()
    result = soup.select_one("article#backward")
    assert result is not None and "6 of 6 points" in result.get_text()
    # It stands below the answer.
    answer = result.find_previous("pre", class_="code")
    assert answer is not None and answer.get_text().startswith("def backward(")


def test_formulas_are_there_without_a_script(course: Path) -> None:
    soup = BeautifulSoup(page(course, "ada"), "html.parser")
    assert not soup.find_all("script") and "$" not in soup.select_one("main").get_text()  # type: ignore[union-attr]
    written = soup.select_one("#answer-bias-sum")
    assert written is not None and len(written.find_all("math")) == 2
    assert len(soup.find_all("math")) > 20


@pytest.mark.parametrize(
    ("student", "scheme"),
    [("ada", "light"), ("ada", "dark"), ("stub", "dark"), ("mallory", "dark")],
)
def test_anybody_can_read_it_anywhere(
    course: Path, browser: Any, student: str, scheme: Literal["light", "dark"]
) -> None:
    """On a phone, in the dark, without a network, and with everything that tries to use one."""
    path = course / "feedback" / student / NAME / f"{NAME}.html"
    # The scripts are axe's, which the page's policy forbids.
    how = {"color_scheme": scheme, "viewport": {"width": 390, "height": 800}, "bypass_csp": True}
    with opened(browser, path, **how) as shown:
        assert shown.evaluate("document.documentElement.scrollWidth") <= 390
        assert shown.get_by_text("of 25 points").first.bounding_box()["y"] < 300
        background = shown.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(255, 255, 255)") == (scheme == "light")
        shown.eval_on_selector_all("details", "all => all.forEach(each => each.open = true)")
        if student != "mallory":  # whose HTML is what it is
            assert violations(shown) == []
        sizes = shown.eval_on_selector_all("img", "all => all.map(each => each.naturalWidth)")
        assert student == "mallory" or 0 not in sizes
        assert shown.evaluate("document.documentElement.scrollWidth") <= 390
        shown.emulate_media(media="print")
        style = "getComputedStyle(document.querySelector('pre.code'))"
        assert shown.evaluate(f"{style}.backgroundColor") == "rgb(255, 255, 255)"
        formula = shown.locator("math").first.bounding_box()
        assert formula["width"] > 5 and formula["height"] > 5
    if student == "ada":
        with opened(browser, path) as shown:
            assert shown.get_by_alt_text("a sketch").bounding_box()["width"] >= 1


def test_without_the_journal_the_results_are_those_in_the_cells(course: Path) -> None:
    journal = journal_path(load_course(course), NAME)
    kept, again = journal.read_bytes(), ("generate_feedback", NAME, "--student=stub", "--force")
    journal.unlink()
    try:
        nbgrader(course, *again)
        text = BeautifulSoup(page(course, "stub"), "html.parser").get_text()
        assert "0 of 25 points" in text and text.count("backward is not written yet.") == 1
        assert "Start here" not in text
    finally:
        journal.write_bytes(kept)
    nbgrader(course, *again, "--HTMLExporter.template_name=classic")  # an instructor's own
    assert "Your results" not in page(course, "stub")


def test_html_keeps_its_effect(course: Path) -> None:
    assert "H<sub>2</sub>O" in page(course, "ada")
    text = page(course, "mallory")
    assert '<span style="color: red">red <em>and</em> more</span>' in text


def test_a_missing_picture_is_said_and_stops_nothing(course: Path) -> None:
    text = BeautifulSoup(page(course, "mallory"), "html.parser").get_text()
    assert "A picture is missing here: nowhere." in text
    assert text.count("A picture is missing here: x.") == 9
    assert "A picture is missing here: nothing." in text


def test_a_page_does_not_grow_without_bound(course: Path) -> None:
    size = (course / "feedback" / "greedy" / NAME / f"{NAME}.html").stat().st_size
    assert size < MAX_EMBEDDED + 10_000_000


def test_pages_that_a_killed_run_left_undone_are_made_again(course: Path) -> None:
    before = {student: page(course, student) for student in ("ada", "greedy", "mallory", "stub")}
    folder = course / "feedback"
    (folder / "ada" / NAME / f"{NAME}.html").unlink()
    half = folder / "greedy" / NAME / f"{NAME}.html"
    os.truncate(half, half.stat().st_size - 8192)
    done = nbgrader(course, "generate_feedback", NAME)
    assert done.stderr.count("Skipping existing assignment") == 2
    assert done.stderr.count("Converting notebook") == 2
    assert {student: page(course, student) for student in before} == before
    again = nbgrader(course, "generate_feedback", NAME)
    assert "Converting notebook" not in again.stderr


def test_another_assignment_is_nbgraders_own(course: Path) -> None:
    """Nothing is embedded there, and HTML is what it is in nbgrader by itself."""
    notebook = stock_source()
    notebook["cells"].insert(0, {**markdown("H<sub>2</sub>O ![x](../../../secret.svg)"), "id": "a"})
    place = course / "build" / "source" / PLAIN
    place.mkdir(parents=True)
    (place / f"{PLAIN}.ipynb").write_text(json.dumps(notebook))
    nbgrader(course, "generate_assignment", PLAIN)
    shutil.copytree(course / "assignments" / PLAIN, course / "submitted" / "ada" / PLAIN)
    nbgrader(course, "autograde", PLAIN)
    nbgrader(course, "generate_feedback", PLAIN)
    text = page(course, "ada", PLAIN)
    assert "H<sub>2</sub>O" in text and 'src="../../../secret.svg"' in text
    assert SECRETS[1] not in text and not embedded(text)


def test_formgrader_shows_the_same(course: Path) -> None:
    """It would answer with an error at a picture that is missing."""
    script = f"""
import warnings
warnings.simplefilter("ignore")
from pathlib import Path
from nbgrader.server_extensions.formgrader import formgrader, handlers
from traitlets.config import Config
from autograder.course import load_course
from autograder.nbgrader.config import configure
config = Config()
configure(config, load_course(Path({str(course)!r})))
config.HTMLExporter.template_name = "formgrade"
config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
about = dict.fromkeys(
    ("notebook_id", "submission_id", "index", "total", "base_url", "student", "last_name",
     "first_name", "notebook_path"), "x"
)
about.update(index=1, total=1)
exporter = formgrader.HTMLExporter(config=config)
for student in ("ada", "mallory"):
    path = f"{course}/autograded/{{student}}/{NAME}/{NAME}.ipynb"
    text, _ = exporter.from_filename(path, resources=dict(about, assignment_id={NAME!r}))
    print(text)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"data:image/png;base64,{PNG}" in done.stdout
    assert "A picture is missing here: nowhere." in done.stdout
    assert not [secret for secret in SECRETS if secret in done.stdout]


def test_the_headings_of_a_text_are_found_in_little_time() -> None:
    """Blanks within a heading took time that grows with the square of their number."""
    assert _HEADING.findall(f"# a{' ' * 200_000}b") == [f"a{' ' * 200_000}b"]
    assert _HEADING.findall("## One ##\n#\n#\n\n#Two\n### Three") == ["One ##", "Three"]
