"""The folder ``.autograder`` of a course: whose its files are, and the lock on an assignment."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.faults import reason

FOLDER = ".autograder"


def make_folder(course: Course) -> Path:
    """The folder ``.autograder`` of a course, created if it does not exist.

    Only its owner may use it, and the group if the course's folder is writable for the group.
    Raises `CourseError` when it cannot be created.
    """
    folder = course.root / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _set_mode(folder, _allowed(course, 0o700))
    except OSError as error:
        raise CourseError(f"{folder} cannot be written: {reason(error)}") from None
    return folder


def private_file(course: Course, path: Path) -> Path:
    """A file with the mode of the folder, created if it does not exist; links are not followed."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    if not path.is_symlink():
        _set_mode(path, _allowed(course, 0o600))
    return path


def hold_lock(opened: ExitStack, path: Path, name: str, timeout: float) -> None:
    """Hold the lock until ``opened`` is closed; raises `CourseError` after ``timeout`` seconds."""
    lock = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    opened.callback(os.close, lock)
    deadline = time.monotonic() + timeout
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise CourseError(
                    f"{name} is being graded by another run right now. Wait for it, or stop it."
                ) from None
            time.sleep(0.1)


def _allowed(course: Course, mode: int) -> int:
    shared = course.root.stat().st_mode & stat.S_IWGRP
    return mode | mode >> 3 if shared else mode


def _set_mode(path: Path, mode: int) -> None:
    """Set the mode, also where an earlier version left another one, unless another user owns it."""
    found = os.stat(path)
    if stat.S_IMODE(found.st_mode) & 0o777 != mode and found.st_uid == os.geteuid():
        os.chmod(path, found.st_mode & 0o7000 | mode)
