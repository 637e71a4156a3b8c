"""``course.toml`` as a `Course`: found from the current folder upwards, each key as its dataclass
declares it."""

from __future__ import annotations

import difflib
import hmac
import re
import reprlib
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from autograder.faults import Refusal, reason
from autograder.files import create_file
from autograder.late import LatePolicy
from autograder.precision import SINGLE, Precision
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
    points: Mapping[str, Annotated[float, msgspec.Meta(gt=0, le=10**9)]] = field(
        default_factory=dict
    )
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
class Grading:
    """Where a class is graded: on the workers of a Dask ``scheduler``, or else on this machine."""

    scheduler: str | None = None


@dataclass(frozen=True)
class Course:
    """The course that a folder holds."""

    root: Path
    id: str
    title: str = ""
    timezone: str = "UTC"
    assignments: Sequence[Assignment] = ()
    limits: Limits = field(default_factory=Limits)
    gradebook: str | None = None
    exchange: str | None = None
    late: LatePolicy | None = None
    precision: Precision = SINGLE
    extensions: Sequence[Extension] = ()
    source_directory: str = SOURCE_DIRECTORY
    release_directory: str = RELEASE_DIRECTORY
    ship_checker: bool = False
    grading: Grading = field(default_factory=Grading)

    @property
    def solutions(self) -> Path:
        """What students never get."""
        return self.root / "solutions"

    @property
    def released(self) -> Path:
        """What students get."""
        return self.root / self.release_directory

    @property
    def key_file(self) -> Path:
        """Where the course's secret is kept."""
        return self.root / KEY_FILE

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
            *(".autograder", "downloaded", "report", "packed", self.source_directory),
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
            f"{self.root / COURSE_FILE} has no assignment {name!r}.{did_you_mean(name, names)}"
        )

    def has_exercise(self, name: str) -> bool:
        """Whether an assignment is one of our exercises; others of the course are nbgrader's
        own."""
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

        That is the latest of its due date, the extensions in ``course.toml``, and what the
        gradebook ``extended`` it to; and then as long as late work costs less than it does in the
        end.
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
        """The course's secret, from which hidden instances are drawn; made at first use.

        Raises `CourseError` if it cannot be read, or is gone from a course with grades.
        """
        path = self.key_file
        if not path.exists():
            if any(self.root.glob(".autograder/*.sqlite")):
                raise CourseError(
                    f"{path} is gone, and grades were given with it. Put it back from a backup; or "
                    "remove .autograder beside it to begin with new hidden instances, with which "
                    "earlier grades cannot be reproduced."
                )
            try:
                create_file(path, secrets.token_hex(32) + "\n", 0o600)
            except FileExistsError:
                pass  # another run was faster
            except OSError as error:
                raise CourseError(f"{path} cannot be written: {reason(error)}") from None
        try:
            text = path.read_text(encoding="ascii").strip()
        except (OSError, ValueError) as error:
            why = reason(error) if isinstance(error, OSError) else f"{error}."
            raise CourseError(f"{path} cannot be read: {why}") from None
        if len(text) < 32:
            raise CourseError(
                f"{path} holds no key. Restore it from a backup, or delete it to draw new hidden "
                "instances; earlier grades then cannot be reproduced."
            )
        return text.encode()

    def exercise_key(self, name: str) -> bytes:
        """The secret of one exercise, derived from the course's: who has it can draw no hidden
        instance of another exercise. Raises `CourseError` as `key` does."""
        return hmac.digest(self.key(), name.encode(), "sha256").hex().encode()


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
    root = root.absolute()  # code is run in other folders
    path = root / COURSE_FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(f"{path} is not there.") from None
    except (OSError, ValueError) as error:
        raise CourseError(f"{path} cannot be read: {error}.") from None
    course: Course = _read(Course, data, f"{path}: ", root=root)
    _require_file(path, course.gradebook)
    zone = _zone(path, course.timezone)
    names = [assignment.name for assignment in course.assignments]
    for number, name in enumerate((each.assignment for each in course.extensions), start=1):
        if name not in names:
            what = f"must be one of the course's, not {name!r}.{did_you_mean(name, names)}"
            raise _wrong(f"{path}: extensions {number}: ", "assignment", what)
    return replace(
        course,
        assignments=[replace(a, due=a.due and _zoned(a.due, zone)) for a in course.assignments],
        extensions=[
            replace(each, until=_zoned(each.until, zone).astimezone(UTC).replace(tzinfo=None))
            for each in course.extensions
        ],
    )


def _read(kind: type[Any], table: Mapping[str, Any], where: str, **given: Any) -> Any:
    """A table as the dataclass that declares its keys; ``given`` are fields that are none."""
    types = get_type_hints(kind, include_extras=True)
    keys = {field.name: field for field in fields(kind) if field.name not in given}
    for key in table:
        if key not in keys:
            raise _wrong(where, key, f"is not a key of it.{did_you_mean(key, list(keys))}")
    for key, declared in keys.items():
        if key in table:
            given[key] = _value(types[key], table[key], where, key)
        elif declared.default is declared.default_factory:  # it has neither
            raise _wrong(where, key, f"is missing: it must be {_words(types[key])}.")
    return kind(**given)


def _value(kind: Any, value: Any, where: str, key: str) -> Any:
    """A value as its type says. Each is converted by itself, so that it has a name if it is
    wrong."""
    if get_origin(kind) is UnionType:
        kind, _ = get_args(kind)  # and None, which TOML has not
    if isinstance(kind, type) and is_dataclass(kind):
        return _read(kind, _value(dict, value, where, key), f"{where}{key}.")
    if get_origin(kind) is Mapping:
        _, item = get_args(kind)
        table = _value(dict, value, where, key)
        return {name: _value(item, table[name], f"{where}{key}.", name) for name in table}
    if get_origin(kind) is Sequence:
        (item,) = get_args(kind)
        return [
            _read(item, table, f"{where}{key} {number}{_named(table)}: ")
            for number, table in enumerate(_value(list[dict[str, Any]], value, where, key), start=1)
        ]
    try:
        found = msgspec.convert(value, kind, strict=True, builtin_types=[datetime])
    except msgspec.ValidationError:
        raise _wrong(where, key, f"must be {_words(kind, key)}, not {_shown(value)}.") from None
    if isinstance(found, datetime) and not FIRST_YEAR <= found.year <= LAST_YEAR:
        years = f"from {FIRST_YEAR} to {LAST_YEAR}"
        raise _wrong(where, key, f"must be in a year {years}, not {found.year}.")
    return found


_WORDS = {
    str: "text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    datetime: "a date with a time and without quotes, such as 2027-01-15T23:59:00",
    dict: "a table",
}


def _words(kind: Any, key: str = "") -> str:
    """What a value must be, in words."""
    if get_origin(kind) is list:
        return f"written as [[{key}]] tables"
    if get_origin(kind) is Literal:
        return " or ".join(f'"{value}"' for value in get_args(kind))
    if get_origin(kind) is not Annotated:
        return _WORDS[kind]
    number, bounds = get_args(kind)
    least = f"from {bounds.ge} to" if bounds.gt is None else f"above {bounds.gt} and at most"
    return f"{_WORDS[number]} {least} {bounds.le}"


def _shown(value: Any) -> str:
    """A value much as TOML writes it, if it is not too long."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else reprlib.repr(value)


def _named(table: Mapping[str, Any]) -> str:
    """The name of an assignment, where it has one."""
    name = table.get("name")
    return f" ({reprlib.repr(name)})" if isinstance(name, str) else ""


def _wrong(where: str, key: str, what: str) -> CourseError:
    return CourseError(f"{where}{key if key.isidentifier() else repr(key)} {what}")


def _require_file(path: Path, url: str | None) -> None:
    """Refuse what SQLite would keep in memory, or take for something else than a path: every
    command would then have a gradebook of its own. Whatever is no address of SQLite's is told where
    it is opened."""
    if url is None or not re.match(r"sqlite\b", url):
        return
    sqlite = _SQLITE.fullmatch(url)
    place = sqlite["path"] if sqlite else ""
    in_memory = place == ":memory:" or "mode=memory" in url
    if not place or in_memory or place.startswith("file:"):
        raise CourseError(
            f"{path}: gradebook: {url!r} names no file, and would keep nothing. Write "
            '"sqlite:///grades.db": the path behind the third slash is relative to the course.'
        )


def _zone(path: Path, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CourseError(
            f"{path}: timezone {name!r} is not known on this machine. Write one such as "
            '"Europe/Berlin".'
        ) from None


def _zoned(when: datetime, zone: ZoneInfo) -> datetime:
    """A time; one without a time zone is in the course's."""
    return when if when.tzinfo else when.replace(tzinfo=zone)


def did_you_mean(name: str, names: Sequence[str], listed: bool = False) -> str:
    """The end of a sentence about a name that is unknown: the nearest of those that are known, or
    else all of them; with ``listed`` all of them in any case."""
    near = difflib.get_close_matches(name, names, n=1)
    all_ = f" There is: {', '.join(names)}." if names and (listed or not near) else ""
    return f" Did you mean {near[0]!r}?{all_}" if near else all_
