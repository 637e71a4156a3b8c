"""The two tables of answers, right and wrong.

A wrong answer names the functions that must not pass. All others must: a mistake costs the
function it is made in, and nothing besides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.conftest import ROOT

TABLES = ROOT / "tests" / "submissions" / "sigmoid_network"


@dataclass(frozen=True)
class Answer:
    """A cell of a table: its slug, the functions that must not pass, and its source."""

    slug: str
    wrong: frozenset[str]
    source: str

    @property
    def seconds(self) -> float:
        """What a function may take: little, where one is written never to end."""
        return 1.0 if "while True" in self.source else 5.0


def read_table(name: str) -> list[Answer]:
    """The cells of a table; what stands before the first one belongs to none."""
    text = (TABLES / name).read_text(encoding="utf-8")
    _, *cells = re.split(r"^# %% ", text, flags=re.MULTILINE)
    answers = []
    for cell in cells:
        slug, _, wrong = cell.partition("\n")[0].partition(" | ")
        names = frozenset(wrong.split(", ")) if wrong else frozenset()
        answers.append(Answer(slug, names, f"# %% {cell}"))
    return answers


RIGHT, WRONG = read_table("right.py"), read_table("wrong.py")
