"""How the derivatives of a solution are compared with those of an independent library."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.course import Course
from autograder.exercise.solution import load_solution

#: How far a derivative may be from that of the other library.
DIFFERENCE = 1e-10


def solution_of(course: Course, name: str) -> dict[str, Any]:
    """The functions of a solution."""
    return dict(load_solution(course, name).functions)


def agree(ours: Any, theirs: Any) -> bool:
    """Whether two arrays are the same up to rounding, relative to the largest entry."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    return bool(np.max(np.abs(ours - theirs)) <= DIFFERENCE * np.max(np.abs(theirs)))
