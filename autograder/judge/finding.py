"""What a check finds, before it is given points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograder.exercise.answer_key import Case
from autograder.report import Row, Status
from autograder.sandbox.calls import Kind, Outcome

#: The status of a function that earned nothing, by what its first call came to.
_STATUS: dict[Kind, Status] = {
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
    """``passed`` is None when there was nothing to decide; ``text`` says why, to the student.

    ``case`` is the one that the text is about, if it is about one; ``first`` is what to read before
    it, such as the mistake that was made.
    """

    passed: bool | None
    text: str = ""
    rows: Sequence[Row] = ()
    case: Case | None = None
    first: str = ""

    @property
    def place(self) -> str:
        """How a text about one case begins."""
        return f"On {self.case.described}: " if self.case else ""

    @property
    def message(self) -> str:
        """All of it, as a student reads it."""
        return "\n".join(filter(None, (self.first, self.place + self.text)))


def failure_status(outcome: Outcome) -> Status:
    """The status of a function that earned nothing, whose first call came to this."""
    return "missing" if outcome.unwritten else _STATUS[outcome.kind]
