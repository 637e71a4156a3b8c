"""What a run tries of many that each take long: some, drawn anew in each run."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

import pytest

Thing = TypeVar("Thing")


def drawn(config: pytest.Config, things: Sequence[Thing], count: int) -> list[Thing]:
    """So many of them in their order, and all with ``--every-moment``. What a run's ``--draw``
    names, which it prints, is drawn again with it."""
    if config.getoption("--every-moment") or count >= len(things):
        return list(things)
    chosen = random.Random(config.getoption("--draw")).sample(range(len(things)), count)
    return [things[number] for number in sorted(chosen)]
