"""When nobody can gain by an answer any more, so that the reasons of choices may be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from autograder.course import Course


def closing(course: Course, name: str, extended: datetime | None = None) -> datetime | None:
    """When an assignment is over for everybody, in UTC without a time zone; None where it has no
    due date.

    That is the latest of its due date, the extensions in ``course.toml``, and what the gradebook
    ``extended`` it to; and then as long as late work costs less than it does in the end.
    """
    due = course.assignment(name).due
    ends = [due.astimezone(UTC).replace(tzinfo=None)] if due else []
    ends += [extended] if extended else []
    if not ends:
        return None
    ends += [given.until for given in course.extensions if given.assignment == name]
    policy = course.late_policy(name)
    return max(ends) + (timedelta(days=policy.days) if policy else timedelta())


def when_told(course: Course, name: str, end: datetime) -> str:
    """When reasons are told, as a sentence for students."""
    due = course.assignment(name).due
    instant = end.replace(tzinfo=UTC)
    local = instant.astimezone(ZoneInfo(course.timezone))
    # In UTC: an hour that the clock leaves out or repeats equals none of another time zone.
    is_due = due is not None and due.astimezone(UTC) == instant
    return f"Why is told after {'the due date, ' if is_due else ''}{local.day} {local:%B %Y}."
