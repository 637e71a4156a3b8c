"""A grader as it is sent to another machine: the exercise, the course's key, and nothing else.

A parcel holds what hidden instances and right values are made of. It is opened on the trusted side
of a worker only. Its files lie in a folder in memory while the exercise is loaded; then all of them
but data files are removed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from autograder.classroom.grader import MOST_CLASSMATES, Grader
from autograder.course import Course, CourseError
from autograder.exercise.visible import VISIBLE_FILE

#: Of an exercise's folder: answers that only prove it, and compiled files.
_LEFT_OUT = {"right", "__pycache__"}
#: A file system in memory, where the machine has one that this user may write to.
_MEMORY = Path("/dev/shm")  # noqa: S108
_RELEASED = "released"


@dataclass(frozen=True)
class Parcel:
    """What a `Grader` is made of. Nothing of it shows in a log."""

    course: Course = field(repr=False)
    name: str
    levels: Sequence[str]
    secret: bytes = field(repr=False)
    now: datetime
    classmates: Sequence[str] = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    sha256: str


def pack(grader: Grader) -> Parcel:
    """What another machine needs of a grader; of the course no more than limits and dates."""
    course = grader.course
    folder = course.solutions / grader.name
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _LEFT_OUT & set(path.relative_to(folder).parts)
    ]
    visible = course.released / grader.name / VISIBLE_FILE
    paths += [visible] if visible.is_file() else []
    return Parcel(
        # The address of a gradebook may hold a password.
        replace(course, gradebook=None, exchange=None),
        grader.name,
        list(grader.levels),
        grader.secret,
        grader.now,
        list(grader.classmates[: MOST_CLASSMATES + 1]),  # of more none is looked at
        {_place(path, course): path.read_bytes() for path in paths},
        grader.solution.sha256,
    )


def _place(path: Path, course: Course) -> str:
    """Where a file lies in the course's folder, on every machine."""
    if path.is_relative_to(course.solutions):
        return str(Path("solutions", path.relative_to(course.solutions)))
    return str(Path(_RELEASED, path.relative_to(course.released)))


def unpack(parcel: Parcel, folder: Path) -> Grader:
    """The grader; its files are written to a ``folder``, in which only data files are left.

    Raises `CourseError` if they are not what the sender's grader was made of, and whatever
    `Grader` does.
    """
    course = replace(parcel.course, root=folder, release_directory=_RELEASED)
    for place, data in parcel.files.items():
        path = folder / place
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(data)
    grader = Grader(course, parcel.name, parcel.levels, parcel.secret, now=parcel.now)
    if grader.solution.sha256 != parcel.sha256:
        raise CourseError(f"The files of {parcel.name} changed since it was loaded. Grade again.")
    grader.classmates = parcel.classmates
    grader.solution.answer_key(grader.secret, parcel.name)  # reads whatever is read late
    kept = set(grader.solution.data_files)
    for path in folder.rglob("*"):
        if path.is_file() and path not in kept and path.suffix not in (".npz", ".npy"):
            path.unlink()
    return grader


def place_in_memory() -> Path:
    """Where such a folder is made: in memory if that can be, or else on a disk."""
    found = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK | os.X_OK)
    return _MEMORY if found else Path(tempfile.gettempdir())
