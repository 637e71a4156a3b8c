"""What a check reads of a function, and what it finds, before it is given points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autograder.exercise.answer_key import Case, Sheet
from autograder.exercise.declaration import Function
from autograder.judge.observe import Observation
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


@dataclass(frozen=True)
class Seen:
    """What checks read of one function.

    ``on_cases`` is what it gave on the cases that it is judged on, and ``near`` on inputs close to
    visible ones. ``found`` are the findings so far, by the checks' keys. ``gradient`` looks at the
    numerical gradient of the student's own loss, and ``seconds`` is the time limit to name.
    """

    function: Function
    on_cases: Sequence[Observation]
    near: Sequence[Observation]
    sheet: Sheet
    seconds: float
    found: dict[str, Finding]
    gradient: Callable[[], Finding]


def is_right(found: Mapping[str, Finding]) -> bool:
    """Whether a function's values are right wherever they were compared."""
    compared = [found[key].passed for key in ("values", "hidden") if key in found]
    return bool(compared) and all(compared)


def failure_status(outcome: Outcome) -> Status:
    """The status of a function that earned nothing, whose first call came to this."""
    return "missing" if outcome.unwritten else _STATUS[outcome.kind]
