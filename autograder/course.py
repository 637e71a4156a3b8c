"""``course.toml`` as a `Course`: found from the current folder upwards, checked key by key."""

from __future__ import annotations

import difflib
import os
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.limits import Limits

COURSE_FILE = "course.toml"
KEY_FILE = "course.key"


class CourseError(Exception):
    """The course cannot be used as it is; the message names file and key, and what to do."""


class MachineFault(CourseError):
    """The course is sound, but the machine refuses: a full disk, a database that is locked."""


@dataclass(frozen=True)
class Assignment:
    """An assignment of the course. ``points`` replaces the points of single functions;
    ``count_hints`` has reports say how many hints a student was shown."""

    name: str
    due: datetime | None = None
    points: Mapping[str, float] = field(default_factory=dict)
    count_hints: bool = False


@dataclass(frozen=True)
class Course:
    """The course that a folder holds."""

    root: Path
    id: str
    title: str
    timezone: str
    assignments: Sequence[Assignment]
    limits: Limits = field(default_factory=Limits)
    gradebook: str | None = None
    exchange: str | None = None

    @property
    def solutions(self) -> Path:
        """What students never get."""
        return self.root / "solutions"

    @property
    def released(self) -> Path:
        """What students get."""
        return self.root / "assignments"

    @property
    def gradebook_url(self) -> str:
        """Where nbgrader keeps grades, as SQLAlchemy writes it."""
        return self.gradebook or f"sqlite:///{self.root / 'gradebook.db'}"

    def assignment(self, name: str) -> Assignment:
        """The assignment of that name; raises `CourseError` with the nearest one otherwise."""
        for assignment in self.assignments:
            if assignment.name == name:
                return assignment
        names = [assignment.name for assignment in self.assignments]
        raise CourseError(
            f"{self.root / COURSE_FILE} has no assignment {name!r}.{_did_you_mean(name, names)}"
        )

    def key(self) -> bytes:
        """The course's secret, from which hidden instances are drawn; made at first use."""
        path = self.root / KEY_FILE
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as stream:
                stream.write(secrets.token_hex(32) + "\n")
        except FileExistsError:
            pass
        except OSError as error:
            raise CourseError(f"{path} cannot be written ({error.strerror}).") from None
        try:
            text = path.read_text(encoding="ascii").strip()
        except (OSError, ValueError) as error:
            raise CourseError(f"{path} cannot be read ({error}).") from None
        if len(text) < 32:
            raise CourseError(
                f"{path} holds no key. Restore it from a backup, or delete it to draw new hidden "
                "instances; earlier grades then cannot be reproduced."
            )
        return text.encode()


def find_course(start: Path | None = None) -> Course:
    """The course of a folder or of one above it; raises `CourseError` when there is none."""
    folder = (start or Path.cwd()).resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / COURSE_FILE).is_file():
            return load_course(candidate)
    raise CourseError(
        f"There is no {COURSE_FILE} in {folder} or above it. "
        "Go to the course's folder, or name it with --course."
    )


def load_course(root: Path) -> Course:
    """Read the course of a folder; raises `CourseError` naming the key that is wrong."""
    path = root / COURSE_FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(f"{path} is not there.") from None
    except (OSError, ValueError) as error:
        raise CourseError(f"{path} cannot be read: {error}.") from None
    table = _Table(path, "", data)
    timezone = _timezone(path, table.take("timezone", str, "UTC"))
    course = Course(
        root=root,
        id=table.take("id", str),
        title=table.take("title", str, ""),
        timezone=timezone,
        assignments=[
            _assignment(path, number, item, timezone)
            for number, item in enumerate(table.take("assignments", list), start=1)
        ],
        limits=_limits(_Table(path, "limits.", table.take("limits", dict, {}))),
        gradebook=table.take("gradebook", str, None),
        exchange=table.take("exchange", str, None),
    )
    table.finish()
    return course


#: A submission may be allowed none of these.
_MAY_BE_ZERO = frozenset({"processes", "written_mb", "printed_kb"})


def _limits(table: _Table) -> Limits:
    taken: dict[str, Any] = {}
    for name, default in asdict(Limits()).items():
        value = table.take_number(name, default, name in _MAY_BE_ZERO)
        if isinstance(default, int) and value != int(value):
            raise CourseError(f"{table.path}: limits.{name} must be whole, not {value!r}.")
        taken[name] = type(default)(value)
    table.finish()
    return Limits(**taken)


def _assignment(path: Path, number: int, item: Any, timezone: str) -> Assignment:
    if not isinstance(item, dict):
        raise CourseError(f"{path}: assignments must be written as [[assignments]] tables.")
    table = _Table(path, f"assignments {number}: ", item)
    points = _Table(path, f"assignments {number}: points.", table.take("points", dict, {}))
    due = table.take("due", datetime, None)
    if due is not None and due.tzinfo is None:
        due = due.replace(tzinfo=ZoneInfo(timezone))
    assignment = Assignment(
        name=table.take("name", str),
        due=due,
        points={name: points.take_number(name, 0.0) for name in list(points.left)},
        count_hints=table.take("count_hints", bool, False),
    )
    table.finish()
    return assignment


_REQUIRED = object()


class _Table:
    """Takes keys out of a TOML table one by one, so that what is left over is a mistake."""

    def __init__(self, path: Path, prefix: str, data: Mapping[str, Any]) -> None:
        self.path, self.prefix = path, prefix
        self.left = dict(data)
        self._known: list[str] = []

    def take(self, key: str, kind: type, default: Any = _REQUIRED) -> Any:
        self._known.append(key)
        if key not in self.left:
            if default is _REQUIRED:
                raise CourseError(f"{self.path}: {self.prefix}{key} is missing.")
            return default
        value = self.left.pop(key)
        if not isinstance(value, kind):
            raise CourseError(
                f"{self.path}: {self.prefix}{key} must be a {kind.__name__}, not {value!r}."
            )
        return value

    def take_number(self, key: str, default: float, zero: bool = False) -> float:
        self._known.append(key)
        value = self.left.pop(key, default)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not (0 < value < 1e9 or (zero and value == 0)):
            least = "from 0" if zero else "above 0"
            raise CourseError(
                f"{self.path}: {self.prefix}{key} must be a number {least} and below 1000000000, "
                f"not {value!r}."
            )
        return float(value)

    def finish(self) -> None:
        for key in self.left:
            hint = _did_you_mean(key, self._known)
            raise CourseError(f"{self.path}: {self.prefix}{key} is not a key of it.{hint}")


def _timezone(path: Path, name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CourseError(f"{path}: timezone {name!r} is not known on this machine.") from None
    return name


def _did_you_mean(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f" Did you mean {near[0]!r}?"
    return f" There is: {', '.join(names)}." if names else ""
