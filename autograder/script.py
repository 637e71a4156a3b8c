"""The text of a script: its encoding, and its cells in jupytext's format or in nbconvert's."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from itertools import chain

from autograder.sandbox.calls import Cell

#: The header that jupytext writes to a script. It has some dozens of lines; the limit keeps a match
#: of millions from taking memory for each.
SCRIPT_HEADER = re.compile(r"\A\s*# ---\n(?:#.*\n){0,500}?# ---(?:\n+|\Z)")
#: Where a cell of a script begins.
_CELL_MARK = re.compile(r"^# ?(?:%%(?P<rest>.*)|In\[[ \d]*\]:[ \t\r]*)$", re.MULTILINE)
#: The encodings that a script may declare. Some others take time that grows with the square.
_ENCODING = re.compile(r"(?:iso-?8859|latin|cp\d|windows|mac|koi8|gb|big5|shift|euc|utf-8)[\w-]*")


def script_cells(text: str, label: str) -> Iterator[Cell]:
    """Split a script, so that a syntax error costs its own cell only."""
    title, first, start = "", 1, 0
    for mark in chain(_CELL_MARK.finditer(text), [None]):
        end = len(text) if mark is None else max(start, mark.start() - 1)
        source = text[start:end]
        if source.strip():
            yield Cell(source, label, first, title)
        if mark is not None:
            first += text.count("\n", start, mark.start()) + 1
            title, start = (mark["rest"] or "").strip(), mark.end() + 1


def script_encoding(data: bytes) -> str:
    """The encoding of a script: what it declares, as for Python, or UTF-8."""
    with suppress(SyntaxError):
        declared, _ = tokenize.detect_encoding(BytesIO(data).readline)
        if _ENCODING.fullmatch(declared):
            return declared
    return "utf-8-sig"
