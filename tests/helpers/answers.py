"""The two tables of answers in tests/submissions/, right and wrong, each a submission of its own.

``right/`` and ``wrong/`` have a file for each function that is written anew, and ``several.py`` for
answers that write more than one. In them, an answer is a cell. It is added to the end of the
reference solution and replaces what it defines again. Cells repeat each other's names; right ones
write things the long way round, and wrong ones badly, which is the point of them.

After its name and a bar, a wrong answer names the functions that must not pass. All others must: a
mistake costs the function it is made in, and nothing besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "submissions" / "sigmoid_network"


@dataclass(frozen=True)
class Answer:
    """A cell: its slug, the functions that must not pass, and its source."""

    slug: str
    wrong: frozenset[str]
    source: str

    @property
    def never_ends(self) -> bool:
        return "while True" in self.source

    @property
    def seconds(self) -> float:
        """What a function may take: little, where one is written never to end."""
        return 0.4 if self.never_ends else 5.0


def read_answers(kind: str) -> Iterator[Answer]:
    """The cells of a kind's files; what stands before a file's first one belongs to none."""
    for path in sorted((FOLDER / kind).glob("*.py")):
        _, *cells = re.split(r"^# %% ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for cell in cells:
            slug, _, wrong = cell.partition("\n")[0].partition(" | ")
            names = frozenset(wrong.split(", ")) if wrong else frozenset()
            yield Answer(slug, names, f"# %% {cell}")


RIGHT, WRONG = list(read_answers("right")), list(read_answers("wrong"))
