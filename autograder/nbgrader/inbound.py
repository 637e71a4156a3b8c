"""Submission times from nbgrader's exchange.

Students can choose the times in files and names, but not the times at which the file system last
changed these (ctime)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from autograder.course import Course
from autograder.nbgrader.timestamps import TIMESTAMP_FILE, parse_utc

#: nbgrader takes the time before it copies.
_COPYING = timedelta(minutes=10)


class Inbound:
    """The submissions of an assignment in the exchange; none if it cannot be read."""

    def __init__(self, course: Course, name: str) -> None:
        self._name = name
        self._found: dict[str, list[Path]] = {}
        if course.exchange is None:
            return
        folder = course.root / course.exchange / course.id / "inbound"
        with suppress(OSError):
            for entry in os.listdir(folder):
                # The names are student+assignment+time, and may end in random letters.
                student, mark, _ = entry.partition(f"+{name}+")
                if mark:
                    self._found.setdefault(student, []).append(folder / entry)

    @property
    def attempts(self) -> Mapping[str, int]:
        """How often each student handed in."""
        return {student: len(found) for student, found in self._found.items()}

    def doubt(self, student: str, time: datetime, due: datetime) -> str:
        """Why a submission with a time before the due date was probably late; "" if it was not."""
        found = self._found.get(student)
        if not found or time > due:
            return ""
        received = [
            _changed(path, self._name) for path in found if self._time_in_name(path) == time
        ]
        if not received:
            return f"It is {time:%Y-%m-%d %H:%M}, but the exchange has no submission of that time."
        if min(received) - due > _COPYING:
            changed = min(received)
            return (
                f"It is {time:%Y-%m-%d %H:%M}, but the copy in the exchange changed at "
                f"{changed:%Y-%m-%d %H:%M}."
            )
        return ""

    def _time_in_name(self, path: Path) -> datetime | None:
        """The time in a folder's name."""
        text = path.name.partition(f"+{self._name}+")[2].partition("+")[0]
        with suppress(ValueError, ArithmeticError, OSError):
            return parse_utc(text)
        return None


def _changed(path: Path, name: str) -> datetime:
    """When a folder or a graded file in it last changed, by the clock of its file system."""
    latest = max(_times(path, name), default=0.0)
    return datetime.fromtimestamp(latest, UTC).replace(tzinfo=None)


def _times(path: Path, name: str) -> Iterator[float]:
    for each in (path, *(path / file for file in (f"{name}.ipynb", f"{name}.py", TIMESTAMP_FILE))):
        with suppress(OSError):
            yield os.lstat(each).st_ctime
