"""nbgrader's settings from ``course.toml``: `configure` is called in ``nbgrader_config.py``.

A course may have assignments that are nbgrader's own. For these everything stays as the instructor
has set it, in this file or in Jupyter's folders.
"""

from __future__ import annotations

import copy
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.course import COURSE_FILE, Course, CourseError, find_course

#: Whether the instructor's settings are being read, in which a file may call `configure` again.
_reading = False


def configure(config: Any, course: Course | None = None) -> None:
    """Set up nbgrader for a course, by default the one of the calling file's folder, or else of the
    current one.

    ``config`` is the traitlets configuration that ``get_config()`` returns in an
    nbgrader_config.py. Raises `SystemExit` with a sentence when there is no valid course.
    """
    if _reading:
        return
    theirs = copy.deepcopy(config)
    if course is None:
        folder = _folder_of(sys._getframe(1).f_globals)
        try:
            course = _find_course(folder)
        except CourseError as error:
            # Any other exception is ignored: nbgrader would go on and write to the wrong folder.
            raise SystemExit(str(error)) from None
        theirs = _settings_elsewhere(folder)
        theirs.merge(config)
    from autograder.nbgrader.autograde import install  # nbgrader is loaded where this is called

    find_programs()
    config.CourseDirectory.course_id = course.id
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.source_directory = course.source_directory
    config.CourseDirectory.release_directory = course.release_directory
    config.Exchange.timezone = course.timezone
    # A relative address that both have stays relative to wherever nbgrader takes it from. With
    # neither, nbgrader takes the gradebook.db of the folder that it is told to work in.
    if theirs.CourseDirectory.get("db_url") != course.gradebook:
        config.CourseDirectory.db_url = course.gradebook_url
    if course.exchange and theirs.Exchange.get("root") != course.exchange:
        config.Exchange.root = str(course.root / course.exchange)
    # Submissions run in the sandbox, not in a kernel.
    config.ContainedAutograde.contained = True
    install()
    _release_given_code(config)
    # A feedback page is one file, so that pictures have to be embedded.
    if "exporter_class" not in theirs.GenerateFeedback:
        config.GenerateFeedback.exporter_class = "autograder.nbgrader.feedback.FeedbackExporter"
    if "preprocessors" not in theirs.GenerateFeedback:
        config.GenerateFeedback.preprocessors = [
            "autograder.nbgrader.late_plugins.GetSettledGrades",  # instead of nbgrader's GetGrades
            "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
        ]
    if "release_feedback" not in theirs.ExchangeFactory:
        config.ExchangeFactory.release_feedback = (
            "autograder.nbgrader.released_feedback.ReleaseFeedback"
        )
    if "plugin_class" not in theirs.ExportApp:
        config.ExportApp.plugin_class = "autograder.nbgrader.export.GradesCsv"
    if course.late or any(assignment.late for assignment in course.assignments):
        _configure_penalties(config, theirs)


def _release_given_code(config: Any) -> None:
    from nbgrader.converters import GenerateAssignment

    from autograder.nbgrader.given_code import with_given_code

    usual = GenerateAssignment.class_traits()["preprocessors"].default()
    theirs = config.GenerateAssignment.get("preprocessors") or usual
    config.GenerateAssignment.preprocessors = with_given_code([*theirs])


def _configure_penalties(config: Any, theirs: Any) -> None:
    """The course's policy; an assignment without one keeps the instructor's plugin."""
    if "plugin_class" in theirs.AssignLatePenalties:
        config.LatePenalties.otherwise = theirs.AssignLatePenalties.plugin_class
    config.AssignLatePenalties.plugin_class = "autograder.nbgrader.late_plugins.LatePenalties"


def _folder_of(caller: Mapping[str, Any]) -> Path:
    """The folder of a file that traitlets runs, by its globals; of another caller the current
    one."""
    return Path(caller["__file__"]).absolute().parent if "get_config" in caller else Path.cwd()


def _find_course(folder: Path) -> Course:
    """The course of a folder, unless it is one of Jupyter's; that of the current one then."""
    inside = any((each / COURSE_FILE).is_file() for each in (folder, *folder.parents))
    return find_course(folder if inside else None)


def _settings_elsewhere(folder: Path) -> Any:
    """What is set in nbgrader's files of other folders: a call in this one would override it."""
    global _reading
    from jupyter_core.paths import jupyter_config_path
    from nbgrader.apps.baseapp import NbGrader
    from traitlets.config import Config

    places = dict.fromkeys(map(os.path.abspath, (os.getcwd(), *jupyter_config_path())))
    places.pop(str(folder), None)
    found = Config()
    _reading = True
    try:
        for settings, _ in NbGrader._load_config_files("nbgrader_config", path=list(places)):
            found.merge(settings)
    finally:
        _reading = False
    return found


def find_programs() -> None:
    """Put the environment's programs on PATH: nbgrader runs alembic by its bare name, which fails
    if the environment is not activated."""
    beside = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if beside not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([beside, path])
