"""The numbers of a student's hidden instances, looked for in what students read: as digits, and as
bytes in the usual spellings."""

from __future__ import annotations

import base64
import math
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey

#: Fewer digits than this may agree by chance.
DIGITS = 8
_NUMBER = re.compile(r"\d+\.\d+(?:[eE][-+]?\d+)?|\d{8,17}")
#: A number's bytes are looked for by as many characters as this of their spelling.
WINDOW = 8


def numbers_of(value: Any) -> Iterator[float]:
    """All numbers of a plain value."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from numbers_of(item)
    elif isinstance(value, (float, np.ndarray)):
        yield from np.ravel(value).tolist()


def hidden_numbers(answer_key: AnswerKey) -> set[float]:
    """What stands in hidden instances and in their expected values, and not in visible ones."""
    cases = [case for case in [*answer_key.cases, *answer_key.near] if case.hidden]
    found = {n for case in cases for n in numbers_of([case.inputs, case.expected])}
    shown = {n for c in answer_key.visible().cases for n in numbers_of([c.inputs, c.expected])}
    known = set(map(_rounded, shown))
    return {n for n in found if _rounded(n) not in known and _count(f"{abs(n):.17f}") > DIGITS}


class Text:
    """Text that students read, prepared to be searched."""

    def __init__(self, text: str) -> None:
        """Find its numbers, and every part of it that is as long as the `WINDOW`."""
        found = [match for match in _NUMBER.findall(text) if _count(match) >= DIGITS]
        self.numbers = {_rounded(float(match)) for match in found}
        # Bytes that are escaped, and hex digits with something between them.
        escaped = re.sub(r"\\+x([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), text)
        joined = re.sub(r"\\+x|[\s,;:'\"\\]", "", text)
        self.parts = {
            each[at : at + WINDOW]
            for each in (text, escaped, joined)
            for at in range(len(each) - WINDOW + 1)
        }

    def holds(self, numbers: Iterable[float], common: Text | None = None) -> list[float]:
        """Which of the numbers stand in it, and not in ``common`` text."""
        new = self.numbers - (common.numbers if common else set())
        return [
            number
            for number in numbers
            if _rounded(number) in new or any(part in self.parts for part in _spellings(number))
        ]


def _count(match: str) -> int:
    return len(re.sub(r"[eE].*|\.", "", match).strip("0"))


def _rounded(number: float) -> str:
    return f"{abs(number):.{DIGITS - 1}e}" if math.isfinite(number) else ""


def _spellings(number: float) -> Iterator[str]:
    """How the bytes of a number may be spelt, in either order: hex, and base64 wherever they
    begin. The last byte of the fraction is the first to be lost, and the others are many."""
    for data in (struct.pack("<d", number), struct.pack(">d", number)):
        yield data.hex()[:WINDOW]
        yield data.hex().upper()[:WINDOW]
        for before in range(3):
            whole = base64.b64encode(bytes(before) + data).decode()
            yield whole[before + 1 : before + 1 + WINDOW] if before else whole[:WINDOW]
        yield "".join(map(chr, data))
