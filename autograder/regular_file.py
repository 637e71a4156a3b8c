"""Regular files of others: never a link, which could lead to another user's file."""

from __future__ import annotations

import os
import stat
from io import FileIO
from pathlib import Path

from autograder.faults import refused


def small_file(path: Path, limit: int) -> bytes | None:
    """The bytes of a regular file of at most ``limit`` bytes; None if there is none, or nobody lets
    us read it. Links are not followed. Raises `OSError` if the machine cannot read it."""
    stream = regular_file(path)
    if stream is None:
        return None
    with stream:
        size = os.fstat(stream.fileno()).st_size
        return stream.read(size) if size <= limit else None


def regular_file(path: Path) -> FileIO | None:
    """A regular file, open for reading; None if there is none, or nobody lets us read it. Links are
    not followed. Raises `OSError` if the machine cannot open it."""
    try:
        stream = FileIO(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK))
    except OSError as error:
        if refused(error):
            raise
        return None
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.close()
    return None
