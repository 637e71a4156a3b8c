"""What handing in late costs. The gradebook's writer and nbgrader's own step both ask here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

from msgspec import Meta

_DAY = 86400
_TEN_YEARS = 3650.0


@dataclass(frozen=True)
class LatePolicy:
    """What a course takes off for late work, in percent of the score that was reached.

    Every day that has begun since the due date costs ``percent_per_day``, ``most_percent`` at most;
    ``grace_minutes`` cost nothing. More than ``zero_after_days`` late, nothing is left.
    """

    percent_per_day: Annotated[float, Meta(ge=0, le=100)]
    most_percent: Annotated[float, Meta(gt=0, le=100)] = 100.0
    grace_minutes: Annotated[float, Meta(ge=0, le=10**9)] = 0.0
    zero_after_days: Annotated[float, Meta(ge=0, le=10**9)] = math.inf

    @property
    def days(self) -> float:
        """After how many days late work costs as much as it does in the end: ten years at most."""
        days = self.zero_after_days
        if not math.isfinite(days):
            begun = self.most_percent / self.percent_per_day if self.percent_per_day else 0.0
            days = math.ceil(begun)
        return min(max(days, self.grace_minutes * 60 / _DAY), _TEN_YEARS)


class Late(NamedTuple):
    """How late a submission is, in seconds, and the points that it costs."""

    seconds: float
    points: float


def seconds_late(
    handed_in: datetime | None, due: datetime | None, until: datetime | None = None
) -> float:
    """How many seconds after its due date a submission came; 0 where either date is not known.

    ``due`` holds nbgrader's extension already; ``until`` is another one, and the later one counts.
    """
    if handed_in is None or due is None:
        return 0.0
    return max(0.0, (handed_in - max(due, until or due)).total_seconds())


def late_penalty(policy: LatePolicy | None, score: float, seconds: float) -> float | None:
    """The points that are taken off a score, between 0 and all of it.

    None, which is how nbgrader writes that nothing is taken off, without a policy and within the
    grace.
    """
    if policy is None or seconds <= 60 * policy.grace_minutes:
        return None
    percent = min(policy.most_percent, policy.percent_per_day * math.ceil(seconds / _DAY))
    if seconds > policy.zero_after_days * _DAY:
        percent = 100.0
    # Not a bit more than there is: 41.9588110132254 * 100 / 100 is.
    return max(0.0, min(score, score * percent / 100.0))
