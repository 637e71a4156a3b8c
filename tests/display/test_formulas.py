"""Formulas as MathML: what is read, and that nothing else comes of what a student writes."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from autograder.display.formulas import MAX_FORMULA, MAX_FORMULAS, Formulas


def html(latex: str, block: bool = False) -> str:
    return Formulas().html(latex, block)


def text(latex: str) -> str:
    return "".join(fromstring(html(latex)).itertext())


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\frac{\partial E}{\partial W_1}", "∂E∂W1"),
        (r"\sigma'(z) = a (1 - a)", "σ′(z)=a(1−a)"),
        (r"\theta \leftarrow \theta - \eta", "θ←θ−η"),
        (r"a < b > c", "a<b>c"),
        (r"\text{new } \theta", "new\N{NO-BREAK SPACE}θ"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "(1234)"),
    ],
)
def test_it_is_mathml(latex: str, shown: str) -> None:
    assert fromstring(html(latex)).tag == "math"
    assert text(latex) == shown


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\href{javascript:alert(1)}{x}",
        r"\mbox{&lt;img src=x onerror=alert(1)&gt;}",
        r"\unicode{x3cscript}",
        r"\style{x:url(//a)}{<b>}",
        "<img src=x onerror=alert(1)>",
    ],
)
def test_no_html_comes_of_it(latex: str) -> None:
    found = html(latex)
    elements = [element for element in fromstring(found).iter() if element.tag != "code"]
    assert {element.tag for element in elements} <= set("math mrow mi mn mo mtext mstyle".split())
    assert not [e for e in elements if {"href", "src", "onerror"} & e.attrib.keys()]


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac",
        "{" * 1500,
        r"\left( " * 200,
        "x" * (MAX_FORMULA + 1),
        "".join(
            rf"\newcommand{{\{a}}}{{\{b}\{b}}}" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        r"\def\a{\a\a}\a",
        r"\DeclareMathOperator{\a}{b}",
    ],
)
def test_what_cannot_be_read_is_shown_as_it_was_written(latex: str) -> None:
    found = fromstring(html(latex))
    assert (found.tag, found.text) == ("code", f"${latex}$")


def test_a_page_has_an_end() -> None:
    formulas = Formulas()
    most = MAX_FORMULAS // 4
    found = [formulas.html("abcd", False) for _ in range(most + 1)]
    assert all(each.startswith("<math") for each in found[:most])
    assert found[-1] == "<code>$abcd$</code>"


def test_what_stands_side_by_side_may_stand_below_one_another() -> None:
    apart = html(r"a \qquad {b \qquad c} \qquad \left( d \qquad e \right)", block=True)
    assert apart.count("<math") == 3
    assert apart.startswith('<span class="formula" tabindex="0"')
