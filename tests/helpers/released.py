"""What a build would release of an exercise, made once for all tests that need it.

Trying what each mistake gives takes seconds. A grader reads it from what was released, if that was
made from the same files; so do tests of courses that nobody builds. What was made is kept in
pytest's cache folder, by the files and the code that it was made from, so that parts of the tests
that run at once share it, too.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import platform
from dataclasses import replace

import numpy as np

from autograder.course import Course
from autograder.exercise.solution import load_solution
from autograder.exercise.visible import VISIBLE_FILE, write_visible
from autograder.files import write_file
from tests.conftest import ROOT

_KEPT = ROOT / ".pytest_cache" / "released"


def release(course: Course, *names: str) -> Course:
    """Put into a course what graders read of what these exercises would release; returns it."""
    for name in names:
        solution = replace(load_solution(course, name), released=None)
        kept = _KEPT / _code() / f"{name}-{solution.sha256}.json"
        kept.parent.mkdir(parents=True, exist_ok=True)
        with open(kept.with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                write_file(kept, write_visible(solution.visible))
        folder = course.released / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / VISIBLE_FILE).write_bytes(kept.read_bytes())
    return course


@functools.cache
def _code() -> str:
    """What stands for all code that what is released may depend on."""
    paths = sorted((ROOT / "autograder").rglob("*.py"))
    code = hashlib.sha256(f"{platform.python_version()} {np.__version__}".encode())
    for path in paths:
        code.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return code.hexdigest()[:16]
