"""The pictures that students pasted into cells: those that go with the graded notebook, and what is
said of the others."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from autograder.report import Problem
from autograder.submission import Submission, cell_source
from autograder.text import short_name

_KIND = re.compile(r"image/[a-z0-9][a-z0-9.+-]{0,40}")
#: Vector graphics, then what loses nothing, as nbconvert chooses.
_PREFERRED = ("image/svg+xml", "image/png")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]++={0,2}\s*")
_REFERENCE = re.compile(r"attachment:([^\s)\"'>\]]+)")
_SVG, _DATA_URL = "image/svg+xml", re.compile(r"data:[^,]{0,100};base64,")
_MAX_SHOWN = 3
#: Stands for a picture that is not there: nbconvert by itself ends with an error where none is.
MISSING = {
    _SVG: base64.b64encode(
        b"<svg xmlns='http://www.w3.org/2000/svg' width='300' height='30'>"
        b"<text y='20' fill='gray'>A picture is missing here.</text></svg>"
    ).decode()
}
_MAX_MISSING = 1_000

Attached = dict[str, dict[str, str]]


class Pictures:
    """Chooses pictures up to a limit, in characters.

    ``left_out`` is the number of others, of which ``told`` tells the first ones.
    """

    def __init__(self, most: int) -> None:
        self._left = self._most = most
        self.left_out = 0
        self.told: list[str] = []

    def of(self, cell: Mapping[str, Any], place: str) -> Attached:
        """The pictures among a cell's attachments; ``place`` is the cell in words."""
        attachments = cell.get("attachments")
        attachments = attachments if isinstance(attachments, dict) else {}
        pictures: Attached = {}
        for name, bundle in attachments.items():
            found = self._picture(bundle)
            if isinstance(found, str):
                self._leave_out(name, place, found)
            else:
                pictures[name] = found
        for name in dict.fromkeys(_REFERENCE.findall(cell_source(cell))):
            if name not in attachments and unquote(name) not in attachments:
                self._leave_out(name, place, "is not in the notebook")
            if not {name, unquote(name)} & pictures.keys() and self.left_out <= _MAX_MISSING:
                pictures[name] = MISSING
        return pictures

    def _leave_out(self, name: str, place: str, why: str) -> None:
        self.left_out += 1
        if self.left_out <= _MAX_SHOWN:
            self.told.append(f"{short_name(name)} in {place} {why}")

    def _picture(self, bundle: Any) -> dict[str, str] | str:
        """The picture in a bundle of one or more kinds, or why there is none."""
        if isinstance(bundle, str):  # it stands for one that was not read
            return f"is too large: {self._most / 1e6:.0f} MB of pictures are the limit"
        bundle = bundle if isinstance(bundle, dict) else {}
        found = filter(_KIND.fullmatch, bundle)
        kinds = sorted(found, key=lambda kind: (kind not in _PREFERRED, kind))
        why = "is not a picture"
        for kind in kinds:
            data = _text(kind, bundle[kind])
            if not _BASE64.fullmatch(data):
                why = "is damaged"
            elif len(data) > self._left:
                why = f"is too large: {self._most / 1e6:.0f} MB of pictures are the limit"
            else:
                self._left -= len(data)
                return {kind: data}
        return why


def _text(kind: str, data: Any) -> str:
    """A picture as base64, as far as it is one; the format allows a list of lines."""
    if isinstance(data, list):
        data = "".join(line for line in data if isinstance(line, str))
    if not isinstance(data, str):
        return ""
    if kind == _SVG and data.lstrip().startswith("<"):  # some programs write it as it is
        return base64.b64encode(data.encode("utf-8", "replace")).decode()
    return _DATA_URL.sub("", data, count=1)


def pictures_left_out(submission: Submission, most: int) -> list[Problem]:
    """The problem of the pictures in a notebook that do not go with the graded one; none if all
    do."""
    pictures = Pictures(most)
    for number, cell in enumerate(submission.raw, start=1):
        if isinstance(cell, dict):
            pictures.of(cell, f"cell {number}")
    count = pictures.left_out
    if not count or submission.problems:
        return []
    told = [*pictures.told, *([f"and {count - _MAX_SHOWN} more"] if count > _MAX_SHOWN else [])]
    what = "A picture is" if count == 1 else f"{count} pictures are"
    message = f"{what} missing from the graded notebook: {'; '.join(told)}."
    return [Problem("not-copied", message)]
