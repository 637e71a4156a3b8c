"""Makes text safe for a terminal or a spreadsheet; puts points and names into words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

#: A spreadsheet takes a cell that begins with one of these for a formula; some also accept the
#: full-width signs of East Asian keyboards.
_SIGNS = "=+\\-@＝＋－＠"
#: Where a cell may begin: at the start of the text, and after any separator at which a spreadsheet
#: may split, depending on its language and settings. A quotation mark inside a cell protects
#: nothing. Spreadsheets may strip blanks and quotation marks before a sign.
_CELL = rf"((?:^|[,;|\t\n])[ \"]*)(?=[{_SIGNS}])"
#: A signed number in a list is not a formula: ``[0.5, -0.25]``.
_NUMBER = r"[+-]\d+(?:\.\d*)?(?:e[+-]?\d+)?[\])]*\s*(?=[,;\n]|$)"
#: So much of a name is shown where it may be of any length.
MAX_NAME = 60


def visible_text(text: str) -> str:
    """A student's text with control characters and invisible ones escaped, except newlines and
    tabs."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in "\n\t" else char.encode("unicode_escape").decode()
        for char in text
    )


def visible_name(text: str) -> str:
    """As `visible_text`, for a name: newlines and tabs are escaped too."""
    return visible_text(text).replace("\n", "\\n").replace("\t", "\\t")


def short_name(text: str) -> str:
    """As `visible_name`, for a name that may be as long as a whole page."""
    return visible_name(text if len(text) <= MAX_NAME else f"{text[:MAX_NAME]}…")


def harmless(value: Any) -> str:
    """A value for a spreadsheet. Text, which may be a student's, cannot become a formula, wherever
    the spreadsheet splits it into cells."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    start = "'" if value[:1] in ("\t", "\r") else ""
    return start + visible_text(re.sub(_CELL, _with_mark, value))


def _with_mark(found: re.Match[str]) -> str:
    in_a_list = found[1].startswith(",") and re.compile(_NUMBER).match(found.string, found.end())
    return found[1] if in_a_list else f"{found[1]}'"


def points_text(score: float) -> str:
    """Points without trailing zeros."""
    return f"{score:g}"


def plural(points: float) -> str:
    """Points with their unit: "1 point", "2.5 points"."""
    return f"{points_text(points)} {'point' if points == 1 else 'points'}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
