"""What a student wrote as HTML of the page of feedback, which asks for nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from autograder.nbgrader.cell_html import MAX_TEXT, MAX_TEXTS, CellTexts, code, plain

PICTURES = {"unit.svg": "data:image/svg+xml;base64,AAAA"}


def markdown(source: str, attachments: object = None) -> str:
    return str(CellTexts(PICTURES).markdown(source, attachments))


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://example.org/x.png)",
        "<meta http-equiv=refresh content='0;url=//x'>",
        "<base href=//x><link rel=stylesheet href=//x>",
        "<style>body { display: none }</style>",
        "<form action=//x><button>go</button></form>",
        "<iframe src=//x></iframe><object data=//x></object><embed src=//x>",
        "<video poster=//x src=//x></video><audio src=//x></audio>",
        "<picture><source srcset=//x><img srcset=//x></picture>",
        "<svg onload=alert(1)><image href=//x /></svg>",
        "<a href='javascript:alert(1)' onclick=alert(1)>x</a>",
        "<a href=' java&#9;script:alert(1)'>x</a>",
        "<p style='background: url(//x)'>x</p>",
        "<p style='background: u\\72l(//x)'>x</p>",
        "<table background=//x><tr><td background=//x>x</td></tr></table>",
        "<math><mtext href='javascript:alert(1)'>x</mtext></math>",
        "<math><mglyph src=//x></math>",
        "<!-- a comment --><!DOCTYPE x><?php x ?>",
        "<body onload=alert(1) background=//x>x",
        "</div></section></main><h1>25 of 25 points</h1>",
        "<p id=results class='score right'>25 of 25 points</p>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
        "<textarea><img title='</textarea><img src=x onerror=alert(1)>'>",
    ],
)
def test_what_asks_runs_or_passes_for_the_page_is_left_out(source: str) -> None:
    shown = markdown(source)
    elements = BeautifulSoup(shown, "html.parser").find_all(True)
    assert {e.name for e in elements} <= set("p a em b table tbody tr td div math mtext".split())
    assert {name for e in elements for name in e.attrs} <= {"title", "class"}, shown
    assert "<!" not in shown and "alert" not in "".join(e.name for e in elements)
    assert {name for e in elements for name in e.get("class", ())} <= {"scroll"}


def took(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


@pytest.mark.parametrize("piece", ["\n ", "a.", "1.", "{", "```\n", "\\\\(", "<div ", "*a", "# a "])
def test_no_text_takes_long(piece: str) -> None:
    """Some of these took minutes for 20,000 characters, and then four times as long for twice."""
    assert took(lambda: code(piece * 9_000)) < 20
    assert took(lambda: markdown(piece * 100_000)) < 20
    assert took(lambda: markdown(piece * (4_000 // len(piece)))) < 20


@pytest.mark.parametrize("language", ["systemd", "autoit", "gherkin", "mcschema", "nothing"])
def test_code_in_a_language_of_the_students_choice_is_quickly_shown(language: str) -> None:
    source = " " * 10_000 + "<!--\n " * 500
    assert took(lambda: markdown(f"```{language}\n{source}x\n```")) < 20


def test_a_text_that_is_too_long_is_shown_as_it_is() -> None:
    texts = CellTexts(PICTURES)
    assert texts.markdown("_x_ " * 3_000) == f"<pre>{'_x_ ' * 3_000}</pre>"
    for _ in range(MAX_TEXTS // MAX_TEXT):
        assert texts.markdown("_x_ " * (MAX_TEXT // 4)).startswith("<p><em>x</em>")
    assert texts.markdown("_x_") == "<pre>_x_</pre>"
    texts = CellTexts(PICTURES)
    picture = f"![x](data:image/png;base64,{'A' * 1_000_000})"
    assert str(texts.markdown(picture)).startswith('<p><img src="data:image/png;base64,AAAA')


def test_harmless_html_and_markdown_keep_their_effect() -> None:
    shown = markdown(
        "H<sub>2</sub>O <span style='color: red'>red *and* more</span> [a](https://a.org) `x`\n\n"
        "<details open><summary>More</summary>\n\n- [x] done\n- [ ] open\n\n</details>\n"
    )
    assert "H<sub>2</sub>O" in shown
    assert '<span style="color: red">red <em>and</em> more</span>' in shown
    assert '<a href="https://a.org">a</a>' in shown and "<code>x</code>" in shown
    assert '<details open="">' in shown and "☑ done" in shown and "☐ open" in shown


@pytest.mark.parametrize(
    "piece", ["<i>", "</b><i>", "<x>", "<!-- -->", "<script></script>", "<img src=x>", "- [ ] x\n"]
)
def test_many_elements_take_time_in_proportion(piece: str) -> None:
    """Ten times as many may take fifty times as long, and not a hundred times."""

    def took_with(count: int) -> float:
        return took(lambda: markdown(f"<div>{piece * count}</div>"))

    assert took_with(800) < 50 * max(0.05, took_with(80))


def test_what_is_not_closed_ends_with_its_cell() -> None:
    assert markdown("<div><b>open").count("</") == 2


def test_formulas_and_code() -> None:
    shown = markdown(
        "$a_1$ and\n\n$$b$$\n\n\\begin{align} c &= d \\end{align}\n\n```python\nif x: 1\n```"
    )
    assert shown.count("<math") == 3 and "$" not in shown
    assert '<span class="k">if</span>' in shown
    assert markdown("It costs 5$.") == "<p>It costs 5$.</p>\n"
    assert str(code("if x: '<b>'")).count("&lt;b&gt;") == 1
    assert str(plain("<b>\x1b")) == "<pre>&lt;b&gt;\\x1b</pre>"


def test_pictures_of_the_release_and_of_the_cell_are_embedded() -> None:
    shown = markdown("![u](./unit.svg) ![p](attachment:p.png)", {"p.png": {"image/png": "BBBB"}})
    assert 'src="data:image/svg+xml;base64,AAAA"' in shown
    assert 'src="data:image/png;base64,BBBB"' in shown
    gone = markdown("![own](own.png) ![p](attachment:p.png)")
    assert gone.count("A picture is missing here") == 2 and "<img" not in gone


def test_headings_are_below_those_of_the_page() -> None:
    assert re.findall(r"<h\d", markdown("# a\n\n## b\n\n###### c")) == ["<h2", "<h3", "<h6"]


def test_tables_scroll_by_themselves() -> None:
    assert markdown("| a |\n|---|\n| 1 |").startswith('<div class="scroll" tabindex="0"')
