"""Late work, as nbgrader's own step takes it into account."""

from __future__ import annotations

from typing import Any

from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from autograder.course import Course
from autograder.nbgrader.config import configure


def take_off_with_nbgrader(course: Course, name: str, student: str) -> None:
    """Nbgrader's own step, with the plug-in that our configuration gives it."""
    config = Config()
    configure(config, course)
    about = {
        "notebook": name,
        "assignment": name,
        "student": student,
        "db_url": course.gradebook_url,
    }
    step = AssignLatePenalties(config=config)
    step.log.disabled = True
    step.preprocess(_Empty(), {"nbgrader": about})


class _Empty:
    cells: tuple[Any, ...] = ()
