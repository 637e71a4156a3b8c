"""The course in the folder that nbgrader works in, which need not be the configured one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.course import COURSE_FILE, Course, load_course


def course_of(part: Any) -> Course | None:
    """The course in the folder that a part of nbgrader works in; None if there is none, as in
    another folder that is named with --course-dir.

    Raises `CourseError` if it is not valid.
    """
    root = part.config.CourseDirectory.get("root")
    while part is not None:
        if getattr(part, "coursedir", None) is not None:
            # While nbgrader works, a relative path is no longer from the current folder.
            root = part.coursedir.root
            break
        part = part.parent
    if not isinstance(root, str) or not (Path(root) / COURSE_FILE).is_file():
        return None
    return load_course(Path(root))
