"""``course.toml`` as a `Course`: found from the current folder upwards, checked key by key."""

from __future__ import annotations

import difflib
import math
import os
import re
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.faults import Refusal
from autograder.late import LatePolicy
from autograder.sandbox.limits import Limits

COURSE_FILE = "course.toml"
KEY_FILE = "course.key"
#: nbgrader's folders of what is built and of what students get, unless course.toml names others.
SOURCE_DIRECTORY = "build/source"
RELEASE_DIRECTORY = "assignments"
#: Of due dates: beyond them, another time zone or some days more may be no date at all.
FIRST_YEAR, LAST_YEAR = 1900, 9900
#: An address of SQLite's: between its third slash and its options stands the path.
_SQLITE = re.compile(
    r"(?P<scheme>sqlite(?:\+\w+)?:///)(?P<path>[^?]*)(?P<options>\?.*)?", re.DOTALL
)


class CourseError(Refusal):
    """The course cannot be used as it is; the message names file and key, and what to do."""


@dataclass(frozen=True)
class Assignment:
    """An assignment of the course. ``points`` replaces the points of single functions;
    ``count_hints`` has reports say how many hints a student was shown; ``late`` replaces the
    course's policy for late work."""

    name: str
    due: datetime | None = None
    points: Mapping[str, float] = field(default_factory=dict)
    count_hints: bool = False
    late: LatePolicy | None = None

    @property
    def due_in_utc(self) -> datetime | None:
        """When it is due, without a time zone, as nbgrader has it."""
        return self.due and self.due.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Extension:
    """More time for one student; ``until`` is in UTC, without a time zone, as nbgrader has it."""

    student: str
    assignment: str
    until: datetime


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
    late: LatePolicy | None = None
    extensions: Sequence[Extension] = ()
    source_directory: str = SOURCE_DIRECTORY
    release_directory: str = RELEASE_DIRECTORY

    @property
    def solutions(self) -> Path:
        """What students never get."""
        return self.root / "solutions"

    @property
    def released(self) -> Path:
        """What students get."""
        return self.root / self.release_directory

    @property
    def gradebook_url(self) -> str:
        """Where nbgrader keeps grades, as SQLAlchemy writes it.

        SQLite takes a relative path from the current folder, which is another one in every command;
        here it is relative to the course.
        """
        url = self.gradebook or "sqlite:///gradebook.db"
        sqlite = _SQLITE.fullmatch(url)
        if sqlite is None or sqlite["path"] in ("", ":memory:"):
            return url
        path = self.root.absolute() / sqlite["path"]
        return f"{sqlite['scheme']}{path}{sqlite['options'] or ''}"

    @property
    def gradebook_file(self) -> Path | None:
        """The gradebook's file; None where it is no file, but in a server."""
        sqlite = _SQLITE.fullmatch(self.gradebook_url)
        return Path(sqlite["path"]) if sqlite else None

    @property
    def private(self) -> Sequence[Path]:
        """What no submission may read, whether it is there yet or not."""
        names = (
            *(COURSE_FILE, KEY_FILE, "solutions", "submitted", "autograded", "feedback"),
            *(".autograder", "downloaded", "report", self.source_directory),
        )
        places = (self.gradebook_file, self.exchange)
        return [self.root / place for place in (*names, *places) if place]

    def assignment(self, name: str) -> Assignment:
        """The assignment of that name; raises `CourseError` with the nearest one otherwise."""
        for assignment in self.assignments:
            if assignment.name == name:
                return assignment
        names = [assignment.name for assignment in self.assignments]
        raise CourseError(
            f"{self.root / COURSE_FILE} has no assignment {name!r}.{_did_you_mean(name, names)}"
        )

    def has_exercise(self, name: str) -> bool:
        """Whether an assignment is one of our exercises; others of the course are nbgrader's own."""
        known = any(assignment.name == name for assignment in self.assignments)
        return known and (self.solutions / name / "exercise.py").is_file()

    def late_policy(self, name: str) -> LatePolicy | None:
        """What late work costs in an assignment, which may be one of nbgrader's alone."""
        policies = {assignment.name: assignment.late for assignment in self.assignments}
        return policies.get(name) or self.late

    def extended(self, name: str, student: str) -> datetime | None:
        """Until when a student has more time, in UTC; None where ``course.toml`` gives no more."""
        given = (e.until for e in self.extensions if (e.assignment, e.student) == (name, student))
        return max(given, default=None)

    def closes(self, name: str, extended: datetime | None = None) -> datetime | None:
        """When an assignment is over for everybody, so that nobody can gain by an answer any more,
        in UTC without a time zone; None where it has no due date.

        That is the latest of its due date, the extensions in ``course.toml``, and what the gradebook
        ``extended`` it to; and then as long as late work costs less than it does in the end.
        """
        due = self.assignment(name).due_in_utc
        ends = [end for end in (due, extended) if end]
        if not ends:
            return None
        ends += [given.until for given in self.extensions if given.assignment == name]
        policy = self.late_policy(name)
        return max(ends) + (timedelta(days=policy.days) if policy else timedelta())

    def when_told(self, name: str, end: datetime) -> str:
        """When the reasons of choices are told, as a sentence for students: after the ``end``."""
        # In UTC: an hour that the clock leaves out or repeats equals none of another time zone.
        is_due = end == self.assignment(name).due_in_utc
        local = end.replace(tzinfo=UTC).astimezone(ZoneInfo(self.timezone))
        return f"Why is told after {'the due date, ' if is_due else ''}{local.day} {local:%B %Y}."

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
    assignments = [_assignment(item, timezone) for item in _tables(table, "assignments")]
    course = Course(
        root=root,
        id=table.take("id", str),
        title=table.take("title", str, ""),
        timezone=timezone,
        assignments=assignments,
        limits=_limits(table.take_table("limits")),
        gradebook=_gradebook(path, table.take("gradebook", str, None)),
        exchange=table.take("exchange", str, None),
        late=_late(table),
        extensions=[
            _extension(item, timezone, [assignment.name for assignment in assignments])
            for item in _tables(table, "extensions")
        ],
        source_directory=table.take("source_directory", str, SOURCE_DIRECTORY),
        release_directory=table.take("release_directory", str, RELEASE_DIRECTORY),
    )
    table.finish()
    return course


def _tables(table: _Table, key: str) -> list[_Table]:
    """The tables that are written as [[key]]; none where there are none."""
    found = []
    for number, item in enumerate(table.take(key, list, []), start=1):
        if not isinstance(item, dict):
            raise CourseError(f"{table.path}: {key} must be written as [[{key}]] tables.")
        found.append(_Table(table.path, f"{key} {number}: ", item))
    return found


def _gradebook(path: Path, url: str | None) -> str | None:
    """Refuse what SQLite would keep in memory, or take for something else than a path: every command
    would then have a gradebook of its own. Whatever is no address of SQLite's is told where it is
    opened."""
    if url is None or not re.match(r"sqlite\b", url):
        return url
    sqlite = _SQLITE.fullmatch(url)
    place = sqlite["path"] if sqlite else ""
    in_memory = place == ":memory:" or "mode=memory" in url
    if not place or in_memory or place.startswith("file:"):
        raise CourseError(
            f"{path}: gradebook: {url!r} names no file, and would keep nothing. Write "
            '"sqlite:///grades.db": the path behind the third slash is relative to the course.'
        )
    return url


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


def _assignment(table: _Table, timezone: str) -> Assignment:
    points = table.take_table("points")
    assignment = Assignment(
        name=table.take("name", str),
        due=table.take_time("due", timezone, None),
        points={name: points.take_number(name, 0.0) for name in list(points.left)},
        count_hints=table.take("count_hints", bool, False),
        late=_late(table),
    )
    table.finish()
    return assignment


def _late(outer: _Table) -> LatePolicy | None:
    if "late" not in outer.left:
        return None
    table = outer.take_table("late")
    policy = LatePolicy(
        percent_per_day=table.take_number("percent_per_day", zero=True, most=100.0),
        most_percent=table.take_number("most_percent", 100.0, most=100.0),
        grace_minutes=table.take_number("grace_minutes", 0.0, zero=True),
        zero_after_days=table.take_number("zero_after_days", math.inf, zero=True),
    )
    table.finish()
    return policy


def _extension(table: _Table, timezone: str, names: Sequence[str]) -> Extension:
    name = table.take("assignment", str)
    if name not in names:
        hint = _did_you_mean(name, names)
        raise CourseError(
            f"{table.path}: {table.prefix}the course has no assignment {name!r}.{hint}"
        )
    until = table.take_time("until", timezone).astimezone(UTC).replace(tzinfo=None)
    extension = Extension(table.take("student", str), name, until)
    table.finish()
    return extension


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

    def take_table(self, key: str) -> _Table:
        prefix = f"{self.prefix}{key}."
        return _Table(self.path, prefix, self.take(key, dict, {}))

    def take_time(self, key: str, timezone: str, default: Any = _REQUIRED) -> Any:
        """A time; one without a time zone is in the course's."""
        time = self.take(key, datetime, default)
        if time is not None and not FIRST_YEAR <= time.year <= LAST_YEAR:
            raise CourseError(
                f"{self.path}: {self.prefix}{key} must be in a year from {FIRST_YEAR} to "
                f"{LAST_YEAR}, not {time.year}."
            )
        return time if time is None or time.tzinfo else time.replace(tzinfo=ZoneInfo(timezone))

    def take_number(
        self, key: str, default: Any = _REQUIRED, zero: bool = False, most: float = 1e9
    ) -> float:
        given = key in self.left
        value = self.take(key, object, default)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if given and not (number and (0 < value <= most or (zero and value == 0))):
            least = "from 0" if zero else "above 0"
            raise CourseError(
                f"{self.path}: {self.prefix}{key} must be a number {least} and at most {most:.0f}, "
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
