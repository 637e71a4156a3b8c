"""What a platform's download holds: a zip or a folder, read without trust.

No link is followed, nothing is written, and no name leads out of it.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from autograder.faults import Refusal, reason
from autograder.regular_file import regular_file
from autograder.submission import MAX_BYTES
from autograder.text import short_name

#: A zip may unpack to so many times its size, and so many bytes more.
MAX_RATIO, MAX_MORE = 200, 100_000_000
#: What is raised for an entry of a zip whose header, method or content is not as the zip says.
NOT_UNPACKED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError),
)
#: What systems add to a folder or a zip.
_ADDED = re.compile(
    r"__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini|\.ipynb_checkpoints", re.IGNORECASE
)
_ENCRYPTED = 0x1
#: Of these alone zipfile unpacks no more at once than is asked for, so that a size is kept to.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: No name of a file: control characters, a backslash, or a drive's letter.
_ODD = re.compile(r"[\x00-\x1f\x7f\\]|^[A-Za-z]:")
_LARGE = f"is larger than {MAX_BYTES // 10**6} MB"


class NotRead(Refusal):
    """A download cannot be read; the message names it."""


class Entry(NamedTuple):
    """A file of a download: its path in there, and how it is opened."""

    path: PurePosixPath
    open: Callable[[], IO[bytes] | None]


class Download(NamedTuple):
    """The files of a download, and a sentence for each that was left out."""

    entries: Sequence[Entry]
    problems: Sequence[str]


@contextmanager
def opened(source: Path) -> Iterator[Download]:
    """Open a zip or a folder. Raises `NotRead` if it is neither, or a zip that unpacks to far more
    than it holds."""
    if source.is_dir():
        yield _folder(source)
        return
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
        raise NotRead(f"{source} is neither a folder nor a whole zip. Download it again.") from None
    except FileNotFoundError:
        raise NotRead(f"{source} does not exist.") from None
    except OSError as error:
        if error.filename not in (str(source), source):
            raise
        raise NotRead(f"{source} cannot be read: {reason(error)}") from None
    with archive:
        yield _zip(source, archive)


def _zip(source: Path, archive: zipfile.ZipFile) -> Download:
    found = [info for info in archive.infolist() if not (info.is_dir() or _is_added(info.filename))]
    size = sum(info.file_size for info in found)
    if size > MAX_MORE + MAX_RATIO * source.stat().st_size:
        raise NotRead(
            f"{source} would unpack to {size / 1e6:,.0f} MB, far more than it holds. "
            "It is no download of a platform; nothing was collected."
        )
    entries, problems = [], []
    times = Counter(info.filename for info in found)
    for info in found:
        wrong = _wrong_name(info.filename)
        if stat.S_ISLNK(info.external_attr >> 16):
            wrong = "is a link"
        elif info.flag_bits & _ENCRYPTED:
            wrong = "is encrypted"
        elif info.compress_type not in _METHODS:
            wrong = "is packed in a way that no platform packs files"
        elif times[info.filename] > 1:
            wrong = f"stands {times[info.filename]} times in the zip"
        elif info.file_size > MAX_BYTES:
            wrong = _LARGE
        if wrong:
            problems.append(_left_out(info.filename, wrong))
        else:
            opening = partial(archive.open, info)
            entries.append(Entry(PurePosixPath(info.filename), opening))
    return Download(entries, list(dict.fromkeys(problems)))


def _folder(source: Path) -> Download:
    entries, problems = [], []

    def fail(error: OSError) -> None:
        raise NotRead(f"{error.filename} cannot be read: {reason(error)}")

    for folder, folders, files in os.walk(source, onerror=fail):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = sorted(each for each in folders if not _is_added(each))
        for name in sorted([*files, *links]):
            path = Path(folder, name)
            inside = path.relative_to(source).as_posix()
            if _is_added(name):
                continue
            status = path.lstat()
            wrong = _wrong_name(inside)
            if stat.S_ISLNK(status.st_mode):
                wrong = "is a link"
            elif not stat.S_ISREG(status.st_mode):
                wrong = "is no file"
            elif status.st_size > MAX_BYTES:
                wrong = _LARGE
            if wrong:
                problems.append(_left_out(inside, wrong))
            else:
                entries.append(Entry(PurePosixPath(inside), partial(regular_file, path)))
    return Download(entries, problems)


def _is_added(path: str) -> bool:
    return any(_ADDED.fullmatch(part) for part in path.split("/"))


def _wrong_name(path: str) -> str:
    """Why a path is none of a file in a folder, as the end of a sentence; "" if it is one."""
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or _ODD.search(path):
        return "has a name that leads elsewhere"
    if "" in parts or "." in parts or any(len(os.fsencode(part)) > 255 for part in parts):
        return "has a name that no file can have"
    return ""


def _left_out(path: str, why: str) -> str:
    return f"{short_name(path)} {why}, and was left out."
