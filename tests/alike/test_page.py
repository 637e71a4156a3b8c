"""The text of a function on a pair's page."""

from __future__ import annotations

import re

import pytest

from autograder.alike import page
from autograder.alike.page import Handed
from autograder.alike.units import Place, Unit, Units
from autograder.sandbox.calls import Cell


def test_a_cell_is_split_once_however_many_helpers_are_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And of a long function the beginning is shown, with how much more there is."""
    splits = 0

    class Counted:
        def split(self, text: str) -> list[str]:
            nonlocal splits
            splits += 1
            return re.split("\n", text)

    monkeypatch.setattr(page, "_NEWLINE", Counted())
    source = "\n".join(f"def f{n}():\n    f{n + 1}()" for n in range(200))
    cells = [Cell(source, f"cell {at}", 1) for at in (1, 2)]
    handed = Handed(cells, Units({}), is_notebook=True, sha256="")
    places = [Place(cell, 2 * n + 1, 2 * n + 2) for n in range(200) for cell in (1, 0)]
    shown = [*page._text(Unit([], [*places, *places]), handed, {}, handed)]
    assert splits <= 2
    assert [(each.label, each.text) for each in shown[:2]] == [
        ("1:1", "def f0():"),
        ("1:2", "    f1()"),
    ]
    assert len(shown) == 301 and shown[-1].text == "… 500 more lines"
