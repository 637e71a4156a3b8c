"""Text that goes into a spreadsheet."""

from __future__ import annotations

from typing import Any

from autograder.plain import visible_text

#: With one of these at its beginning, a spreadsheet takes a cell for a formula; some take the
#: full-width signs of East Asian keyboards for the same.
_FORMULA = (*"=+-@＝＋－＠", "\t", "\r")


def harmless(value: Any) -> str:
    """A value for a spreadsheet: text, part of which is a student's, can be no formula."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return f"'{visible_text(value)}" if value.startswith(_FORMULA) else visible_text(value)
