"""When a submission was handed in, as nbgrader noted it in ``timestamp.txt``, and what makes that
doubtful.

The file is the word of whoever wrote it: of nbgrader's ``submit``, which runs as the student, or of
whoever puts work into ``submitted/``. Nothing here can tell a forged time that is possible.
"""

from __future__ import annotations

import codecs
import contextlib
import re
import warnings
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dateutil.parser
import dateutil.tz

from autograder.classroom.handed_in import Timestamp
from autograder.submission import small_file
from autograder.text import visible_name

TIMESTAMP_FILE = "timestamp.txt"
#: nbgrader's timestamps have 27 characters; what is far longer is none.
_MAX_BYTES = 1000
#: As nbgrader writes them; what may be written in any way takes fifty times as long to read.
_USUAL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})? UTC", re.ASCII)
#: How far a time may lie before the due date, or ahead of this machine's clock, and be no mistake.
_BEFORE, _AHEAD = timedelta(days=366), timedelta(hours=1)
#: Two days that differ in year, month and day: a text that leaves one out is another time on each.
_ONE_DAY, _ANOTHER = datetime(2001, 1, 1), datetime(2002, 2, 2)
_MAX_SHOWN = 40


def read_timestamp(folder: Path) -> Timestamp:
    """What was noted of a submission."""
    path = folder / TIMESTAMP_FILE
    data = small_file(path, _MAX_BYTES)
    if data is not None:
        return parse_timestamp(data)
    there = path.is_symlink() or path.exists()
    wrong = f"{TIMESTAMP_FILE} is no small file that can be read."
    return Timestamp(missing=wrong if there else f"There is no {TIMESTAMP_FILE}.")


def parse_timestamp(data: bytes) -> Timestamp:
    """What the bytes of the file say."""
    text = _decoded(data)
    if not text:
        return Timestamp(data, missing=f"{TIMESTAMP_FILE} is empty.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # dateutil warns of time zones that nobody knows
            return Timestamp(data, parse_utc(text))
    except (ValueError, ArithmeticError, OSError):  # whatever numbers are in it
        return Timestamp(data, missing=f"{TIMESTAMP_FILE} holds no time: {_shown(text)}")


def canonical(timestamp: Timestamp) -> bytes:
    """The file as nbgrader reads it, which takes UTF-8 only; empty where there is no time."""
    text = _decoded(timestamp.data)
    if timestamp.time is None or _USUAL.fullmatch(text) is None:
        return b"" if timestamp.time is None else f"{_text(timestamp.time)} UTC".encode()
    return text.encode()


def doubt(timestamp: Timestamp, due: datetime, now: datetime) -> str:
    """Why a time that can be read is hardly right; "" where nothing is to be seen."""
    time, text = timestamp.time, _decoded(timestamp.data)
    if time is None:
        return ""
    if not _is_full_date(text):
        return f"{_shown(text)} is no full date; it was read as {_text(time)}."
    if time < due - _BEFORE:
        return f"It is {_text(time)}, more than a year before the due date."
    if time > now + _AHEAD:
        return f"It is {_text(time)}, which is still to come."
    return ""


def _decoded(data: bytes) -> str:
    """The text, in the encodings that Windows' editors and shells write; bytes that are no text are
    replaced by what is in no time."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").strip()
    if data[1::2] and not any(data[1::2]):
        return data.decode("utf-16-le", "replace").strip()
    if data[::2] and not any(data[::2]):
        return data.decode("utf-16-be", "replace").strip()
    return data.decode("utf-8-sig", "replace").strip()


def _shown(text: str) -> str:
    return visible_name(text[:_MAX_SHOWN]) + ("…" if len(text) > _MAX_SHOWN else "")


def _text(time: datetime) -> str:
    return time.isoformat(" ", "seconds" if not time.microsecond else "microseconds")


def _is_full_date(text: str) -> bool:
    """Whether a text that holds a time says its year, month and day."""
    if _USUAL.fullmatch(text):
        return True
    one, another = (parse_utc(text, day) for day in (_ONE_DAY, _ANOTHER))
    return one.timetuple()[:3] == another.timetuple()[:3]


def parse_utc(text: str, default: datetime | None = None) -> datetime:
    """A time as nbgrader's `parse_utc` reads it: in UTC, without a time zone.

    A third word is the time zone: a name, or seconds. What the text leaves out is that of the
    ``default``, or of today.
    """
    if _USUAL.fullmatch(text):
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(text.removesuffix(" UTC"))
    words = text.split(" ")
    zones: dict[str, Any] = {}
    if len(words) == 3:
        text = f"{words[0]} {words[1]} TZ"
        zones["TZ"] = int(words[2]) if _is_int(words[2]) else _zone(words[2])
    time: datetime = dateutil.parser.parse(text, default=default, tzinfos=zones)
    offset = time.utcoffset()
    return time if offset is None else (time - offset).replace(tzinfo=None)


def _zone(name: str) -> Any:
    """A time zone by its name. A path is none: dateutil would read the file there, which may be
    the student's own."""
    if name.removeprefix(":").startswith("/") or ".." in name:
        raise ValueError(f"{name} is no time zone")
    return dateutil.tz.gettz(name)


def _is_int(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True
