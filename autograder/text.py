"""Text that is safe to show, on a terminal or in a spreadsheet; points and names in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

#: With one of these at its beginning, a spreadsheet takes a cell for a formula; some take the
#: full-width signs of East Asian keyboards for the same.
_SIGNS = "=+\\-@＝＋－＠"
#: Where a cell may begin: at the text's beginning, and behind whatever some spreadsheet splits lines
#: at. Which one it is depends on its language and its settings, and a quotation mark that does not
#: begin a cell protects nothing. Blanks and quotation marks in front of a sign may be taken off.
_CELL = re.compile(rf"((?:^|[,;|\t\n])[ \"]*)(?=[{_SIGNS}])")
#: A number of a list is none: ``[0.5, -0.25]``.
_NUMBER = re.compile(r"[+-]\d+(?:\.\d*)?(?:e[+-]?\d+)?[\])]*\s*(?=[,;\n]|$)")


def visible_text(text: str) -> str:
    """A student's text as it may be shown: what would steer a terminal, or hide in a line, is
    written out."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in "\n\t" else char.encode("unicode_escape").decode()
        for char in text
    )


def visible_name(text: str) -> str:
    """The same for a name, which must not look like two lines."""
    return visible_text(text).replace("\n", "\\n").replace("\t", "\\t")


def harmless(value: Any) -> str:
    """A value for a spreadsheet: text, part of which is a student's, can be no formula, wherever the
    spreadsheet takes cells to begin."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    start = "'" if value[:1] in ("\t", "\r") else ""
    return start + visible_text(_CELL.sub(_with_mark, value))


def _with_mark(found: re.Match[str]) -> str:
    in_a_list = found[1].startswith(",") and _NUMBER.match(found.string, found.end())
    return found[1] if in_a_list else f"{found[1]}'"


def points_text(score: float) -> str:
    """Points without needless zeros."""
    return f"{score:g}"


def plural(points: float) -> str:
    """So many points, in words."""
    return f"{points_text(points)} {'point' if points == 1 else 'points'}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
