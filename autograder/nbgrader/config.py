"""nbgrader's settings, read from ``course.toml``: the one call in ``nbgrader_config.py``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from autograder.course import Course, CourseError, find_course


def configure(config: Any, course: Course | None = None) -> None:
    """Set up nbgrader for a course: by default the one of the current folder.

    ``config`` is the traitlets configuration that ``get_config()`` gives in an nbgrader_config.py.
    """
    if course is None:
        try:
            course = find_course(Path.cwd())
        except CourseError as error:
            # nbgrader would go on without a configuration, and write where it should not.
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
    # A test cell that a student deleted is graded all the same.
    config.OverwriteCells.add_missing_cells = True
    # What students wrote runs contained, and not in a kernel.
    config.ContainedAutograde.contained = True
    install()
    # A feedback page is one file: pictures have to be inside it.
    if "exporter_class" not in config.GenerateFeedback:
        config.GenerateFeedback.exporter_class = "autograder.nbgrader.feedback.FeedbackExporter"
    # A course that came to us from nbgrader may have its own.
    if "plugin_class" not in config.ExportApp:
        config.ExportApp.plugin_class = "autograder.nbgrader.export.GradesCsv"
    if course.late or any(assignment.late for assignment in course.assignments):
        _take_off_late_work(config)


def _take_off_late_work(config: Any) -> None:
    config.AssignLatePenalties.plugin_class = "autograder.nbgrader.late_plugins.LatePenalties"
    if "preprocessors" not in config.GenerateFeedback:
        config.GenerateFeedback.preprocessors = [
            "autograder.nbgrader.late_plugins.GetSettledGrades",  # in the place of nbgrader's GetGrades
            "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
        ]


def find_programs() -> None:
    """Let nbgrader find what is installed beside it: it starts alembic by its bare name, also
    where nobody activated the environment."""
    beside = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if beside not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([beside, path])
