"""A made-up class of honest students, from answers that were written by hand.

Each student draws every function, by itself, from the right and wrong answers in
``tests/submissions`` and the solution: two students share a function, word for word, where they
drew the same answer. In a class an exercise has a few natural solutions and many odd ones. So the
answers may be made ``popular``: then the second is drawn half as often as the first, the third a
third as often, and so on.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.answers import TABLES
from benchmarks.measuring import ROOT

_CELL = re.compile(r"^# %% .*\n", re.MULTILINE)
_MARKER = re.compile(r"^ *### (?:BEGIN|END) SOLUTION\n", re.MULTILINE)
_TRUTH = re.compile(r"^# (?:named|untrue) .*\n", re.MULTILINE)


class Honest:
    """The answers to an exercise by function; ``functions`` are those that have some."""

    def __init__(self, exercise: str, rng: random.Random, popular: bool = False) -> None:
        """Read the answers, and draw which ones are popular; otherwise all are drawn as often."""
        solution = (ROOT / "solutions" / exercise / f"{exercise}.py").read_text(encoding="utf-8")
        self._pools: dict[str, list[str]] = {}
        names = _defined(solution)
        for path in _files(exercise):
            text = _TRUTH.sub("", path.read_text(encoding="utf-8"))
            for cell in _CELL.split(text)[1:]:
                for name in _defined(cell):
                    if name in names:
                        self._pools.setdefault(name, []).append(_for(cell, name, names))
        for name, text in names.items():
            self._pools.setdefault(name, []).append(text)
        for pool in self._pools.values():
            pool[:] = sorted({*pool})
            rng.shuffle(pool)
        self._rng, self._popular = rng, popular

    @property
    def functions(self) -> Mapping[str, Sequence[str]]:
        """The answers to each function, the most popular first."""
        return self._pools

    def student(self, first: float | None = None) -> str:
        """The source of one more submission; ``first`` is how likely the first answer to each
        function is, if it is not drawn like the others."""
        drawn = []
        for pool in self._pools.values():
            weights = [1 / (1 + at) if self._popular else 1.0 for at in range(len(pool))]
            if first is not None and len(pool) > 1:
                weights = [first] + [(1 - first) / (len(pool) - 1)] * (len(pool) - 1)
            drawn.append(self._rng.choices(pool, weights)[0])
        return "import numpy as np\n\n\n" + "\n\n".join(drawn)


def _files(exercise: str) -> Iterator[Path]:
    for folder in (TABLES / exercise, TABLES / "curriculum" / exercise):
        for kind in ("right", "wrong"):
            yield from sorted((folder / kind).glob("*.py"))


def _defined(source: str) -> dict[str, str]:
    """The functions and classes of a source, by name, as they are written."""
    lines = _MARKER.sub("", source)
    found = {}
    for node in ast.parse(lines).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = ast.get_source_segment(lines, node) or ""
    return found


def _for(cell: str, name: str, others: Mapping[str, str]) -> str:
    """A cell without the exercise's functions but the one of that name: its helpers stay."""
    parts = _defined(cell)
    if sum(each in others for each in parts) == 1:
        return cell.strip() + "\n"
    kept = [text for each, text in parts.items() if each == name or each not in others]
    return "\n\n\n".join(kept) + "\n"
