"""The input of a check, and its finding, before points are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.declaration import Function
from autograder.judge.observe import Observation
from autograder.report import Row, Status
from autograder.sandbox.calls import Kind, Outcome

#: The status of a function that earned nothing, by the kind of its first outcome.
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
    """``passed`` is None when there was nothing to decide; ``text`` tells the student why.

    ``case`` is the case that the text is about, if it is about one. ``first`` is shown before the
    text, such as the name of a mistake. ``share`` is the share of the points that a result has that
    did not pass, but is right as far as it is written.
    """

    passed: bool | None
    text: str = ""
    rows: Sequence[Row] = ()
    case: Case | None = None
    first: str = ""
    share: float = 0.0

    @property
    def place(self) -> str:
        """The beginning of a text about one case; "" for other texts."""
        return f"On {self.case.described}: " if self.case else ""

    @property
    def message(self) -> str:
        """The whole message for the student."""
        return "\n".join(filter(None, (self.first, self.place + self.text)))


@dataclass(frozen=True)
class Seen:
    """The input of the checks of one function.

    ``on_cases`` are the observations on the judged cases, and ``near`` those on inputs close to
    visible ones. ``found`` holds the findings so far, by check key. ``seconds`` is the time limit
    that messages name.
    """

    function: Function
    on_cases: Sequence[Observation]
    near: Sequence[Observation]
    answer_key: AnswerKey
    seconds: float
    found: dict[str, Finding]


def is_right(found: Mapping[str, Finding]) -> bool:
    """Whether a function's values were compared, and are right in every comparison."""
    compared = [found[key].passed for key in ("values", "hidden") if key in found]
    return bool(compared) and all(compared)


def failure_status(outcome: Outcome) -> Status:
    """The status of a function that earned nothing and whose first call had this outcome."""
    return "missing" if outcome.unwritten else _STATUS[outcome.kind]
