"""The penalty for late work, for the gradebook's writer and for nbgrader's own step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from msgspec import Meta

_DAY = 86400
_TEN_YEARS = 3650.0


@dataclass(frozen=True)
class LatePolicy:
    """A course's penalty for late work, in percent of the score.

    Each day begun since the due date costs ``percent_per_day``, up to ``most_percent``. Work within
    ``grace_minutes`` costs nothing. Work more than ``zero_after_days`` days late scores 0.
    """

    percent_per_day: Annotated[float, Meta(ge=0, le=100)]
    most_percent: Annotated[float, Meta(gt=0, le=100)] = 100.0
    grace_minutes: Annotated[float, Meta(ge=0, le=10**9)] = 0.0
    zero_after_days: Annotated[float, Meta(ge=0, le=10**9)] = math.inf

    @property
    def days(self) -> float:
        """The number of days after which the penalty no longer grows, at most ten years."""
        days = self.zero_after_days
        if not math.isfinite(days):
            begun = self.most_percent / self.percent_per_day if self.percent_per_day else 0.0
            days = math.ceil(begun)
        return min(max(days, self.grace_minutes * 60 / _DAY), _TEN_YEARS)


class Late(NamedTuple):
    """How late a submission is, in seconds, and the penalty in points."""

    seconds: float
    points: float


def extended(due: datetime | None, extension: timedelta | None) -> datetime | None:
    """A due date with an extension, however long it is."""
    if due is None or extension is None:
        return due
    try:
        return due + extension
    except OverflowError:
        return datetime.max if extension > timedelta() else datetime.min


def seconds_late(
    handed_in: datetime | None, due: datetime | None, until: datetime | None = None
) -> float:
    """How many seconds after its due date a submission came; 0 if either date is unknown.

    ``due`` includes nbgrader's extension. ``until`` is another extension; the later one counts.
    """
    if handed_in is None or due is None:
        return 0.0
    return max(0.0, (handed_in - max(due, until or due)).total_seconds())


def late_penalty(policy: LatePolicy | None, score: float, seconds: float) -> float | None:
    """The penalty in points, between 0 and ``score``, for work that is ``seconds`` late.

    None, nbgrader's value for no penalty, without a policy and within the grace period.
    """
    if policy is None or seconds <= 60 * policy.grace_minutes:
        return None
    percent = min(policy.most_percent, policy.percent_per_day * math.ceil(seconds / _DAY))
    if seconds > policy.zero_after_days * _DAY:
        percent = 100.0
    # Clamp to the score: 41.9588110132254 * 100 / 100 is larger by rounding.
    return max(0.0, min(score, score * percent / 100.0))
