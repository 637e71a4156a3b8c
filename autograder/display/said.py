"""A message in parts: its sentences, the numbers below them, and the code that was run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from autograder.judge.messages import WHAT_WAS_RUN

SENTENCES, NUMBERS, SOURCE = "sentences", "numbers", "source"
#: How lines begin that show arrays; what is further down in one is indented, or blank.
ARRAYS = ("expected ", "got ", "printed there ", "yours ", " ")


class Part(NamedTuple):
    """Lines of one kind. Those of a ``SOURCE`` have a title, and no common indentation."""

    kind: str
    text: str
    title: str = ""

    @property
    def width(self) -> int:
        """The length of the longest line."""
        return max(map(len, self.text.splitlines()), default=0)


def parts(message: str) -> list[Part]:
    """The parts of a message, in their order."""
    return [_part(kind, lines) for kind, lines in _grouped(message)]


def _grouped(message: str) -> Iterator[tuple[str, list[str]]]:
    kinds: list[str] = []
    lines = message.splitlines()
    for line in lines:
        before = kinds[-1] if kinds else SENTENCES
        if line.startswith(WHAT_WAS_RUN) or (before == SOURCE and (not line or line[0] == " ")):
            kinds.append(SOURCE)
        elif line.startswith(ARRAYS) or (not line and before == NUMBERS):
            kinds.append(NUMBERS)
        else:
            kinds.append(SENTENCES)
    for kind, group in groupby(zip(kinds, lines, strict=True), key=lambda pair: pair[0]):
        yield kind, [line for _, line in group]


def _part(kind: str, lines: list[str]) -> Part:
    if kind != SOURCE:
        return Part(kind, "\n".join(lines))
    title, *code = lines
    return Part(kind, "\n".join(line[4:] for line in code), title)
