"""``autograder adopt``: add our exercises to an existing nbgrader course.

It writes two files, and changes no notebook and no database."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import TraitError

from autograder.course import COURSE_FILE, CourseError, load_course
from autograder.files import create_file, write_file
from autograder.nbgrader.api import CONFIG_FILE, read_settings

#: Added at the end, so that it overrides the rest.
CALL = f"""
# Added by `autograder adopt`: {COURSE_FILE} overrides the settings above.
from autograder.nbgrader.config import configure  # noqa: E402

configure(get_config())  # noqa: F821
"""
EXAMPLE = """
# Each exercise of autograder has a folder in solutions/ and an entry here:
# [[assignments]]
# name = "sigmoid_network"
# due = 2027-01-15T23:59:00Z
"""
#: The settings that grading relies on; nbgrader lets a course change them.
_REQUIRED = {
    "submitted_directory": "submitted",
    "autograded_directory": "autograded",
    "directory_structure": "{nbgrader_step}/{student_id}/{assignment_id}",
}


def adopt(folder: Path) -> Iterator[str]:
    """Add our exercises to the nbgrader course in a folder; yields a line for each change.

    Raises `CourseError`, before anything is written, if the folder is not an nbgrader course or it
    cannot be adopted.
    """
    path, config = folder / COURSE_FILE, folder / CONFIG_FILE
    if not config.is_file():
        raise CourseError(
            f"{folder} is not an nbgrader course: it has no {CONFIG_FILE}. Name the course's "
            "folder: `autograder adopt DIR`."
        )
    with contextlib.chdir(folder):  # where nbgrader looks for its settings
        found = _settings(folder)
    known = load_course(folder) if path.exists() else None
    if known is not None and found["id"] not in (_text(known.id), _text("")):
        raise CourseError(
            f"{path} has the id {_text(known.id)}, but {config} has {found['id']}. "
            "Make them the same."
        )
    if known is None:
        lines = [f"{key} = {value}" for key, value in found.items()]
        create_file(path, "\n".join(["# The course.", *lines, EXAMPLE]))
        yield f"{COURSE_FILE}: written, with {', '.join(found)} from nbgrader's settings."
    if not has_call(config):
        write_file(config, config.read_bytes() + CALL.encode())
        yield f"{CONFIG_FILE}: a call was added at its end; its other lines are unchanged."


def has_call(config: Path) -> bool:
    """Whether a configuration file has the call of `configure`."""
    text = config.read_text(encoding="utf-8")
    return (
        re.search(r"^from autograder\.nbgrader\.config import configure\b", text, re.MULTILINE)
        is not None
    )


def _settings(folder: Path) -> dict[str, str]:
    """The values for ``course.toml``, in TOML, that keep nbgrader's settings as they are."""
    app = read_settings(folder)
    course = CourseDirectory(parent=app)
    _require_adoptable(folder, course)
    settings = {
        "id": _text(course.course_id),
        "source_directory": _text(course.source_directory),
        "release_directory": _text(course.release_directory),
    }
    if course.db_url != f"sqlite:///{folder / 'gradebook.db'}":
        settings["gradebook"] = _text(course.db_url)
    exchange: Any = app.config.Exchange
    for key, name in (("timezone", "timezone"), ("exchange", "root")):
        if name in exchange:
            settings[key] = _text(str(exchange[name]))
    if _late_is_zero(app):
        settings["late"] = "{ percent_per_day = 100 }"
    return settings


def _late_is_zero(app: Any) -> bool:
    """Whether late work counts zero, by nbgrader's own plugin; another one is kept."""
    with contextlib.suppress(TraitError):  # a plugin that cannot be imported is not nbgrader's
        if AssignLatePenalties(parent=app).plugin_class is LateSubmissionPlugin:
            return bool(LateSubmissionPlugin(parent=app).penalty_method == "zero")
    return False


def _text(value: str) -> str:
    """A string in TOML; every JSON string is one."""
    return json.dumps(value, ensure_ascii=False)


def _require_adoptable(folder: Path, course: Any) -> None:
    """Raise `CourseError` unless the course has the settings that grading relies on."""
    found = {key: getattr(course, key) for key in _REQUIRED}
    found["root"] = str(Path(course.root).resolve())
    for key, value in {"root": str(folder), **_REQUIRED}.items():
        if found[key] != value:
            raise CourseError(
                f"{folder / CONFIG_FILE} sets CourseDirectory.{key} to {found[key]!r}; "
                f"autograder can grade only with {value!r}. Change it."
            )
