"""Text in a CSV file is no formula, wherever a spreadsheet takes a cell to begin."""

from __future__ import annotations

import csv
import io
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.text import harmless

SIGNS = "=+-@＝＋－＠"


def cells(line: str) -> list[str]:
    """What a spreadsheet may take for cells that splits at any of these, and takes off blanks."""
    return [cell.strip(' "') for cell in re.split("[;|\t\r\n]", line)]


@pytest.mark.parametrize(
    "between", ["", ";", "; ", ";;", ';"', "|", "\t", "\n", "\r\n", "x;\t ", ","]
)
@pytest.mark.parametrize(
    "formula", ["=HYPERLINK(1)", "+1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(1)", "＝1"]
)
def test_a_formula_is_none(between: str, formula: str) -> None:
    text = harmless(f"{between}{formula}")
    assert not [cell for cell in cells(text) if cell.startswith(tuple(SIGNS))]
    assert not text.startswith(tuple(SIGNS)) and f",{formula}" not in text
    assert f"'{formula}" in text


@given(
    st.lists(st.text(alphabet=SIGNS + ";,|\t\r\n \"'a1()\x0b\u2028\x85", max_size=12), max_size=4)
)
def test_no_line_of_a_file_holds_one(texts: list[str]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerow(["x", *map(harmless, texts)])
    written = stream.getvalue()
    assert not [cell for cell in cells(written) if cell.startswith(tuple(SIGNS))]
    (row,) = csv.reader(io.StringIO(written, newline=""))
    assert not [cell for cell in row if cell.lstrip(' "').startswith(tuple(SIGNS))]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "backward: the sign of W1 is wrong; expected 0.5, got -0.25",
        "expected [0.5, -0.25], got [1.0, -2e-05]",
        "a = b; c != d",
    ],
)
def test_a_sentence_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_what_is_no_text() -> None:
    assert (harmless(None), harmless(-0.5), harmless(3)) == ("", "-0.5", "3")


@pytest.mark.slow
def test_megabytes_take_no_time() -> None:
    started = time.monotonic()
    for text in (";" * 10**6, "\n" * 10**6, ' "' * 10**6, "; " * 10**6 + "=", ",-" * 10**6):
        harmless(text)
    assert time.monotonic() - started < 20
