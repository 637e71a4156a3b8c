"""``autograder adopt``: a course of nbgrader's goes on as it is, and takes our exercises beside its
own. Two files are written; no notebook and no database is touched."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory

from autograder.course import COURSE_FILE, CourseError, load_course
from autograder.nbgrader.api import CONFIG_FILE, read_settings

#: At the end, so that it has the last word.
CALL = f"""
# Added by `autograder adopt`: what {COURSE_FILE} says counts.
from autograder.nbgrader.config import configure  # noqa: E402

configure(get_config())  # noqa: F821
"""
EXAMPLE = """
# An exercise of autograder has a folder in solutions/, and here its name:
# [[assignments]]
# name = "sigmoid_network"
# due = 2027-01-15T23:59:00Z
"""
#: What grading takes for granted; nbgrader would let a course have it otherwise.
_TAKEN_FOR_GRANTED = {
    "submitted_directory": "submitted",
    "autograded_directory": "autograded",
    "directory_structure": "{nbgrader_step}/{student_id}/{assignment_id}",
}


def adopt(folder: Path) -> Iterator[str]:
    """Make nbgrader's course in a folder one of ours as well; what was done, line by line.

    Raises `CourseError` for a folder that holds no such course, or one that cannot be adopted;
    nothing is written then.
    """
    path, config = folder / COURSE_FILE, folder / CONFIG_FILE
    if not config.is_file():
        raise CourseError(
            f"{folder} is not a course of nbgrader's: it has no {CONFIG_FILE}. Name the course's "
            "folder: `autograder adopt DIR`."
        )
    with contextlib.chdir(folder):  # where nbgrader looks for its settings
        found = _settings(folder)
    known = load_course(folder) if path.exists() else None
    if known is not None and _text(known.id) != found["id"]:
        raise CourseError(
            f"{path} has the id {_text(known.id)}, and {config} {found['id']}. Make them the same."
        )
    if known is None:
        lines = [f"{key} = {value}" for key, value in found.items()]
        with open(path, "x", encoding="utf-8") as stream:
            stream.write("\n".join(["# The course.", *lines, EXAMPLE]))
        yield f"{COURSE_FILE}: written, with {', '.join(found)} as they are in nbgrader's settings."
    if not _calls_us(config):
        with open(config, "a", encoding="utf-8") as stream:
            stream.write(CALL)
        yield f"{CONFIG_FILE}: a call was added at its end; its other lines are as they were."


def _calls_us(config: Path) -> bool:
    text = config.read_text(encoding="utf-8")
    return (
        re.search(r"^from autograder\.nbgrader\.config import configure\b", text, re.MULTILINE)
        is not None
    )


def _settings(folder: Path) -> dict[str, str]:
    """What ``course.toml`` has to say, in TOML, so that nbgrader's settings stay as they are."""
    app = read_settings(folder)
    course = CourseDirectory(parent=app)
    _can_be_adopted(folder, course)
    settings = {
        "id": _text(course.course_id or folder.name),
        "source_directory": _text(course.source_directory),
        "release_directory": _text(course.release_directory),
    }
    if course.db_url != f"sqlite:///{folder / 'gradebook.db'}":
        settings["gradebook"] = _text(course.db_url)
    exchange: Any = app.config.Exchange
    for key, name in (("timezone", "timezone"), ("exchange", "root")):
        if name in exchange:
            settings[key] = _text(str(exchange[name]))
    if app.config.LateSubmissionPlugin.get("penalty_method") == "zero":
        settings["late"] = "{ percent_per_day = 100 }"
    return settings


def _text(value: str) -> str:
    """A string of TOML: JSON's are such."""
    return json.dumps(value, ensure_ascii=False)


def _can_be_adopted(folder: Path, course: Any) -> None:
    found = {key: getattr(course, key) for key in _TAKEN_FOR_GRANTED}
    found["root"] = str(Path(course.root).resolve())
    for key, value in {"root": str(folder), **_TAKEN_FOR_GRANTED}.items():
        if found[key] != value:
            raise CourseError(
                f"{folder / CONFIG_FILE} sets CourseDirectory.{key} to {found[key]!r}; "
                f"autograder can grade only with {value!r}."
            )
