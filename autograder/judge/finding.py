"""What a check finds, before it is given points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograder.judge import messages
from autograder.report import Row
from autograder.sandbox.calls import Outcome

#: The status of a function that earned nothing, by what its first call came to.
_STATUS = {
    "returned": "failed",
    "raised": "error",
    "missing": "missing",
    "timeout": "timeout",
    "memory": "memory",
    "crashed": "crashed",
    "limit": "limit",
    "skipped": "failed",
}


class Finding(NamedTuple):
    """``passed`` is None when there was nothing to decide; ``message`` is for the student."""

    passed: bool | None
    message: str = ""
    rows: Sequence[Row] = ()


def failure_status(outcome: Outcome) -> str:
    """The status of a function that earned nothing, whose first call came to this."""
    return "missing" if messages.is_unwritten(outcome) else _STATUS[outcome.kind]
