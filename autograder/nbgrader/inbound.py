"""What nbgrader's exchange knows of who handed in, and when: the times at which its disk last changed
what lies there are not the student's to choose, as those in files and names are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from autograder.course import Course
from autograder.nbgrader.timestamps import TIMESTAMP_FILE, parse_utc

#: nbgrader notes the time first and copies then.
_COPYING = timedelta(minutes=10)


class Inbound:
    """What was handed in for an assignment; nothing where there is no exchange to be read."""

    def __init__(self, course: Course, name: str) -> None:
        self._name = name
        self._found: dict[str, list[Path]] = {}
        if course.exchange is None:
            return
        folder = course.root / course.exchange / course.id / "inbound"
        with suppress(OSError):
            for entry in os.listdir(folder):
                # nbgrader names them student+assignment+time, with more behind it.
                student, mark, _ = entry.partition(f"+{name}+")
                if mark:
                    self._found.setdefault(student, []).append(folder / entry)

    @property
    def attempts(self) -> Mapping[str, int]:
        """How often each student handed in."""
        return {student: len(found) for student, found in self._found.items()}

    def doubt(self, student: str, time: datetime, due: datetime) -> str:
        """Why work that says it is in time hardly is; "" where nothing is to be seen."""
        found = self._found.get(student)
        if not found or time > due:
            return ""
        received = [_changed(path, self._name) for path in found if self._noted(path) == time]
        if not received:
            return f"It is {time:%Y-%m-%d %H:%M}, when the exchange got nothing of theirs."
        if min(received) > due + _COPYING:
            changed = min(received)
            return f"It is {time:%Y-%m-%d %H:%M}; in the exchange it changed at {changed:%Y-%m-%d %H:%M}."
        return ""

    def _noted(self, path: Path) -> datetime | None:
        """The time in a folder's name."""
        text = path.name.partition(f"+{self._name}+")[2].partition("+")[0]
        with suppress(ValueError, ArithmeticError, OSError):
            return parse_utc(text)
        return None


def _changed(path: Path, name: str) -> datetime:
    """When a folder, or what counts in it, was last changed, by the clock of its disk."""
    latest = max(_times(path, name), default=0.0)
    return datetime.fromtimestamp(latest, UTC).replace(tzinfo=None)


def _times(path: Path, name: str) -> Iterator[float]:
    for each in (path, *(path / file for file in (f"{name}.ipynb", f"{name}.py", TIMESTAMP_FILE))):
        with suppress(OSError):
            yield os.lstat(each).st_ctime
