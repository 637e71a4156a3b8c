"""The input of a check, and its finding, before points are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from autograder.exercise.answer_key import AnswerKey, Case, Trial
from autograder.exercise.function import Function
from autograder.judge.observe import Observation
from autograder.record import record
from autograder.report import Row, Status
from autograder.sandbox.calls import Kind, Outcome

#: The key of the check of what a function reaches.
REACHES = "reaches"
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
    did not pass, but is right as far as it is written. Where it ``is_later`` decided, there are no
    points yet.
    """

    passed: bool | None
    text: str = ""
    rows: Sequence[Row] = ()
    case: Case | None = None
    first: str = ""
    share: float = 0.0
    is_later: bool = False

    @property
    def place(self) -> str:
        """The beginning of a text about one case; "" for other texts."""
        return f"On {self.case.described}: " if self.case else ""

    @property
    def message(self) -> str:
        """The whole message for the student."""
        return "\n".join(filter(None, (self.first, self.place + self.text)))


class Attempt(NamedTuple):
    """What came of a function on a trial."""

    trial: Trial
    outcome: Outcome


@record
class Seen:
    """The input of the checks of one function.

    ``on_cases`` are the observations on the judged cases, and ``near`` those on inputs close to
    visible ones. ``found`` holds the findings so far, by check key. ``seconds`` is the time limit
    that messages name. ``attempts`` are those to reach something.
    """

    function: Function
    on_cases: Sequence[Observation]
    near: Sequence[Observation]
    answer_key: AnswerKey
    seconds: float
    found: dict[str, Finding]
    attempts: Sequence[Attempt] = ()


class Alone(NamedTuple):
    """What was observed of one function and found by its checks, with no regard to others: on the
    judged cases, near visible ones, and where it has to reach something."""

    seen: Sequence[Observation]
    near: Sequence[Observation]
    attempts: Sequence[Attempt]
    found: Mapping[str, Finding]


def is_right(found: Mapping[str, Finding]) -> bool:
    """Whether a function's values were compared, and are right in every comparison; where there is
    nothing to compare them with, whether it reaches what it has to."""
    compared = [found[key].passed for key in ("values", "hidden") if key in found]
    if not compared and REACHES in found:
        return found[REACHES].passed is not False
    return bool(compared) and all(compared)


def failure_status(outcome: Outcome, function: str = "") -> Status:
    """The status of a function that earned nothing and whose first call had this outcome."""
    is_stub = outcome.unwritten and outcome.stub in ("", function)
    return "missing" if is_stub else _STATUS[outcome.kind]
