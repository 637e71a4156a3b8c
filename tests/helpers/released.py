"""What a build would release of an exercise, made once for all tests that need it.

Trying what each mistake gives takes seconds. A grader reads it from what was released, if that was
made from the same files; so do tests of courses that nobody builds. What was made is kept in
pytest's cache folder, by the files and the code that it was made from, so that parts of the tests
that run at once share it, too.
"""

from __future__ import annotations

import atexit
import fcntl
import functools
import hashlib
import os
import platform
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograder.authoring import build as builder
from autograder.course import Course
from autograder.exercise.solution import Solution, load_solution
from autograder.exercise.visible import VISIBLE_FILE, write_visible
from autograder.files import write_file
from tests.conftest import ROOT

_KEPT = ROOT / ".pytest_cache" / "released"


def release(course: Course, *names: str) -> Course:
    """Put into a course what graders read of what these exercises would release; returns it."""
    for name in names:
        folder = course.released / name
        folder.mkdir(parents=True, exist_ok=True)
        kept = _kept(load_solution(course, name)) / VISIBLE_FILE
        (folder / VISIBLE_FILE).write_bytes(kept.read_bytes())
    return course


def build(course: Course, name: str) -> list[Path]:
    """Build an exercise as `autograder.authoring.build.build` does, but for what is known of its
    mistakes: that is made once for all tests."""

    def read(solution: Solution, released: None) -> Solution:
        return replace(solution, released=_kept(solution))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builder, "replace", read)
        return builder.build(course, name)


def _kept(solution: Solution) -> Path:
    """The folder of what an exercise would release."""
    name = f"{solution.name}-{solution.sha256}"
    folder = _KEPT / _code() / name
    if (folder / VISIBLE_FILE).exists():  # the cache may be another user's
        return folder
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not os.access(there, os.W_OK):
        folder = _own() / name
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / VISIBLE_FILE).exists():
            made = replace(solution, released=None).visible
            write_file(folder / VISIBLE_FILE, write_visible(made))
    return folder


@functools.cache
def _own() -> Path:
    """A folder for this process, where the cache cannot be written."""
    kept = tempfile.TemporaryDirectory()
    atexit.register(kept.cleanup)
    return Path(kept.name)


@functools.cache
def _code() -> str:
    """What stands for all code that what is released may depend on."""
    paths = sorted((ROOT / "autograder").rglob("*.py"))
    code = hashlib.sha256(f"{platform.python_version()} {np.__version__}".encode())
    for path in paths:
        code.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return code.hexdigest()[:16]
