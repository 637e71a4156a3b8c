"""What a check finds, before it is given points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.report import Row


@dataclass(frozen=True)
class Finding:
    """``passed`` is None when there was nothing to decide; ``message`` is for the student."""

    passed: bool | None
    message: str = ""
    rows: Sequence[Row] = ()
