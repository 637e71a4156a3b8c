"""nbgrader's settings from ``course.toml``: `configure` is called in ``nbgrader_config.py``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from autograder.course import Course, CourseError, find_course


def configure(config: Any, course: Course | None = None) -> None:
    """Set up nbgrader for a course, by default the one of the current folder.

    ``config`` is the traitlets configuration that ``get_config()`` returns in an
    nbgrader_config.py. Raises `SystemExit` with a sentence when there is no valid course.
    """
    if course is None:
        try:
            course = find_course(Path.cwd())
        except CourseError as error:
            # Any other exception is ignored: nbgrader would go on and write to the wrong folder.
            raise SystemExit(str(error)) from None
    from autograder.nbgrader.autograde import install  # nbgrader is loaded where this is called

    find_programs()
    config.CourseDirectory.course_id = course.id
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.source_directory = course.source_directory
    config.CourseDirectory.release_directory = course.release_directory
    config.CourseDirectory.db_url = course.gradebook_url
    config.Exchange.timezone = course.timezone
    if course.exchange:
        config.Exchange.root = str(course.root / course.exchange)
    # A test cell that a student deleted is graded too.
    config.OverwriteCells.add_missing_cells = True
    # Submissions run in the sandbox, not in a kernel.
    config.ContainedAutograde.contained = True
    install()
    # A feedback page is one file, so that pictures have to be embedded.
    if "exporter_class" not in config.GenerateFeedback:
        config.GenerateFeedback.exporter_class = "autograder.nbgrader.feedback.FeedbackExporter"
    # An adopted course may have its own.
    if "plugin_class" not in config.ExportApp:
        config.ExportApp.plugin_class = "autograder.nbgrader.export.GradesCsv"
    if course.late or any(assignment.late for assignment in course.assignments):
        _configure_penalties(config)


def _configure_penalties(config: Any) -> None:
    config.AssignLatePenalties.plugin_class = "autograder.nbgrader.late_plugins.LatePenalties"
    if "preprocessors" not in config.GenerateFeedback:
        config.GenerateFeedback.preprocessors = [
            "autograder.nbgrader.late_plugins.GetSettledGrades",  # instead of nbgrader's GetGrades
            "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
        ]


def find_programs() -> None:
    """Put the environment's programs on PATH: nbgrader runs alembic by its bare name, which fails
    if the environment is not activated."""
    beside = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if beside not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([beside, path])
