"""What a check finds, before it is given points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograder.report import Row


class Finding(NamedTuple):
    """``passed`` is None when there was nothing to decide; ``message`` is for the student."""

    passed: bool | None
    message: str = ""
    rows: Sequence[Row] = ()
