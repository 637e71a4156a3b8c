"""Which files of a course others on this machine may read, and the command that ends it."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.course import Course


def chmod(folder: Path) -> str:
    """The command that keeps others out of a course's folder; "" if nobody may enter it."""
    return _command(folder, _others(folder), "700")


def open_files(course: Course) -> Iterator[tuple[Path, str]]:
    """The files of a course that others may read by their mode, each with the command that ends it.

    The gradebook is nbgrader's, which leaves it to the folder to keep others out.
    """
    others = _others(course.root)
    book = course.gradebook_file
    ours = course.root / ".autograder"
    paths = [course.key_file, ours, *sorted(ours.glob("*.sqlite*"))]
    if book is not None and (chmod(course.root) or course.root not in book.parents):
        paths.append(book)
    for path in paths:
        if command := _command(path, others, "700" if path.is_dir() else "600"):
            yield path, command


def _others(folder: Path) -> int:
    """Whom a course has to be closed to: everybody else; a group that may write in its folder are
    the course's people."""
    return stat.S_IRWXO | (0 if folder.stat().st_mode & stat.S_IWGRP else stat.S_IRWXG)


def _command(path: Path, others: int, mode: str) -> str:
    if os.name != "posix" or not path.exists() or not path.stat().st_mode & others:
        return ""
    change = mode if others & stat.S_IRWXG else "o="
    return f"chmod {change} {shlex.quote(str(path))}"
