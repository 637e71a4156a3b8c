"""Other homes of a course: each platform is one file, and the commands know it by its name.

``pack`` of a platform makes what is uploaded there, and its ``grade`` runs in the platform's
container. ``export`` makes a file that is imported there, and ``found`` reads the work that is
downloaded from it. All of them show the same `autograder.report.Report`, and none adds up points.
"""

from __future__ import annotations

import importlib
from types import ModuleType

#: The platforms of ``autograder pack``, ``autograder export`` and ``autograder collect``.
PACKED = ("gradescope", "prairielearn", "github")
EXPORTED = ("canvas", "moodle", "lti", "junit")
COLLECTED = ("gradescope", "moodle", "canvas")
#: When Gradescope shows a check to students.
VISIBILITIES = ("visible", "after_due_date", "after_published", "hidden")


def home(name: str) -> ModuleType:
    """The module of a platform, one of the names above."""
    return importlib.import_module(f"autograder.homes.{name}")
