"""Submission times from nbgrader's ``timestamp.txt``, and checks that they are plausible.

The file is not trustworthy: it is written by ``nbgrader submit``, which runs as the student, or by
anybody who puts work into ``submitted/``. A plausible forged time cannot be detected here.
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
from autograder.regular_file import small_file
from autograder.text import visible_name

TIMESTAMP_FILE = "timestamp.txt"
#: nbgrader's timestamps have 30 characters; a much longer file is not one.
_MAX_BYTES = 1000
#: nbgrader's own format; the general parser takes fifty times as long.
_USUAL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})? UTC", re.ASCII)
#: How long before the due date, or after this machine's clock, a time is still plausible.
_BEFORE, _AHEAD = timedelta(days=366), timedelta(hours=1)
#: Defaults that differ in year, month and day, to detect a text that omits one of them.
_ONE_DAY, _ANOTHER = datetime(2001, 1, 1), datetime(2002, 2, 2)
_MAX_SHOWN = 40


def read_timestamp(folder: Path) -> Timestamp:
    """The submission time of a folder."""
    path = folder / TIMESTAMP_FILE
    data = small_file(path, _MAX_BYTES)
    if data is not None:
        return parse_timestamp(data)
    exists = path.is_symlink() or path.exists()
    wrong = f"{TIMESTAMP_FILE} is not a small, readable file."
    return Timestamp(missing=wrong if exists else f"There is no {TIMESTAMP_FILE}.")


def parse_timestamp(data: bytes) -> Timestamp:
    """The time in the content of the file."""
    text = _decoded(data)
    if not text:
        return Timestamp(data, missing=f"{TIMESTAMP_FILE} is empty.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # dateutil warns of unknown time zones
            return Timestamp(data, parse_utc(text))
    except (ValueError, ArithmeticError, OSError):  # dateutil raises any of these
        return Timestamp(data, missing=f"{TIMESTAMP_FILE} does not contain a time: {_shown(text)}")


def canonical(timestamp: Timestamp) -> bytes:
    """The file's content in UTF-8, which is all that nbgrader reads; empty if there is no time."""
    text = _decoded(timestamp.data)
    if timestamp.time is None or _USUAL.fullmatch(text) is None:
        return b"" if timestamp.time is None else f"{_text(timestamp.time)} UTC".encode()
    return text.encode()


def doubt(timestamp: Timestamp, due: datetime, now: datetime) -> str:
    """Why a time is probably wrong; "" if it is plausible."""
    time, text = timestamp.time, _decoded(timestamp.data)
    if time is None:
        return ""
    if not _is_full_date(text):
        return f"{_shown(text)} is not a full date; it was read as {_text(time)}."
    if due - time > _BEFORE:
        return f"It is {_text(time)}, more than a year before the due date."
    if time > now + _AHEAD:
        return f"It is {_text(time)}, which is in the future."
    return ""


def _decoded(data: bytes) -> str:
    """The text, also in Windows' encodings; invalid bytes are replaced."""
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
    """Whether a text with a time has its year, month and day."""
    if _USUAL.fullmatch(text):
        return True
    one, another = (parse_utc(text, day) for day in (_ONE_DAY, _ANOTHER))
    return one.timetuple()[:3] == another.timetuple()[:3]


def parse_utc(text: str, default: datetime | None = None) -> datetime:
    """A time as nbgrader's `parse_utc` reads it: in UTC, without a time zone.

    A third word is the time zone: a name, or seconds. What the text omits is taken from
    ``default``, or from today. Raises `ValueError` and other errors of dateutil.
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
    """A time zone by name. Paths are rejected: dateutil would read a file of the student's."""
    if name.removeprefix(":").startswith("/") or ".." in name:
        raise ValueError(f"{name} is not a time zone")
    return dateutil.tz.gettz(name)


def _is_int(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True
