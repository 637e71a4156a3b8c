"""The beginning of a course, and of an exercise, in files: ``autograder new`` and ``new-exercise``.

What is there is never overwritten. A folder comes to its name when all of it is written.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path

from autograder.authoring.kinds import KINDS, USUAL
from autograder.authoring.shipped import DISTRIBUTION, shipped
from autograder.course import COURSE_FILE, Course, CourseError, did_you_mean, load_course
from autograder.files import create_file, naming, write_file
from autograder.nbgrader.adopt import has_call
from autograder.nbgrader.api import CONFIG_FILE

_TEMPLATES = Path(__file__).parent / "templates"
#: The exercise of a course that begins where the ones with secret solutions are not installed.
EXAMPLE = "linear_layer"
NOT_INSTALLED = (
    f"The exercises with secret solutions are a package of their own, {DISTRIBUTION}, and it is "
    "not installed here: install its wheel, which `make wheels` makes in a clone."
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,79}")
#: Other files of an exercise's folder, which its notebook cannot be named like.
_TAKEN = ("exercise", "mistakes")
#: What a notebook imports, or what that imports, which a file beside it would hide.
_MODULES = sys.stdlib_module_names | {"autograder", "numpy"}

Fill = Callable[[Path], None]


def new_course(folder: Path, chosen: Collection[str] = ()) -> Iterator[str]:
    """Make a course of a folder, or add the chosen exercises to the one that it is; yields a line
    for everything that is new.

    A new course has all exercises if none is chosen. Raises `CourseError` before anything is
    written if an exercise is unknown, or the folder cannot be a course.
    """
    known = load_course(folder) if (folder / COURSE_FILE).exists() else None
    exercises = _chosen(chosen, begins=known is None)
    _require_usable(folder)
    _make_private(folder)
    for name, fill in exercises.items():
        if _make_folder(folder / "solutions" / name, fill):
            yield f"solutions/{name}/"
    given = {"ID": _course_id(folder), "ASSIGNMENTS": "".join(map(_entry, exercises))}
    # Last, since a folder with it is a course.
    for name, file in (("gitignore", ".gitignore"), (CONFIG_FILE, CONFIG_FILE)):
        if _create(folder / file, _template(name)):
            yield file
    if _create(folder / COURSE_FILE, _template(COURSE_FILE, given)):
        yield COURSE_FILE
    course = load_course(folder)
    for name in exercises:
        if _add_assignment(course, name):
            yield f"{COURSE_FILE}: [[assignments]] with the name {name}"
            course = load_course(folder)
    if not (key := course.key_file).exists():
        course.key()
        yield key.name


def new_exercise(course: Course, name: str, like: str = USUAL) -> Iterator[str]:
    """Make an exercise of one of the `KINDS` that builds, proves and grades as it stands, and add
    it to the course; yields a line for each file.

    Raises `CourseError`, before anything is written, if there is no such kind, if the exercise
    cannot have that name, or if there is a folder of it.
    """
    if like not in KINDS:
        raise CourseError(
            f"An exercise cannot begin like {like!r}.{did_you_mean(like, [*KINDS], listed=True)}"
        )
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise CourseError(
            f"{name!r} cannot be the name of an exercise: take letters, digits, _ and -, beginning "
            f"with a letter, and not {' or '.join(_TAKEN)}."
        )
    if name in _MODULES:
        raise CourseError(
            f"{name!r} cannot be the name of an exercise: {name}.py would take the place of the "
            "module of this name wherever its notebook runs. Take another name."
        )
    folder = course.solutions / name
    if os.path.lexists(folder):
        raise CourseError(f"{folder} is there already, and nothing was changed. Take another name.")
    _add_assignment(course, name)
    _make_folder(folder, partial(_fill_from_template, name=name, like=like))
    for path in sorted(folder.rglob("*.py")):
        yield str(path.relative_to(course.root))


def available() -> Collection[str]:
    """The names of the exercises that a course can begin with."""
    return list(shipped()) or [EXAMPLE]


def _chosen(names: Collection[str], begins: bool) -> Mapping[str, Fill]:
    """What makes the folders of the chosen exercises; all exercises where a course ``begins``."""
    folders, known = shipped(), available()
    for name in names:
        if name not in known:
            end = "" if folders else f" {NOT_INSTALLED}"
            raise CourseError(
                f"There is no exercise {name!r}.{did_you_mean(name, list(known), listed=True)}{end}"
            )
    names = names or (known if begins else ())
    return {
        name: partial(_copy, folders[name]) if folders else partial(_fill_from_template, name=name)
        for name in dict.fromkeys(names)
    }


def _require_usable(folder: Path) -> None:
    if os.path.lexists(folder) and not folder.is_dir():
        raise CourseError(f"{folder} is not a folder. Name one that is new or empty.")
    config = folder / CONFIG_FILE
    if config.is_file() and not has_call(config):
        raise CourseError(
            f"{folder} is a course of nbgrader's already. Add exercises to it with "
            f"`autograder adopt {folder}`."
        )


def _make_private(folder: Path) -> None:
    """Make the folder, for its owner only. One with files in it keeps its rights."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        folder.chmod(0o700)


def _make_folder(folder: Path, fill: Fill) -> bool:
    """Make a folder whole, or not at all; whether it was made."""
    if os.path.lexists(folder):
        return False
    new = folder.with_name(f".{folder.name}.writing")
    folder.parent.mkdir(exist_ok=True)
    shutil.rmtree(new, ignore_errors=True)  # of a run that was killed
    try:
        with naming(folder):
            fill(new)
            new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return True


def _copy(source: Path, into: Path) -> None:
    shutil.copytree(source, into, ignore=shutil.ignore_patterns("__pycache__"))


def _fill_from_template(into: Path, name: str, like: str = USUAL) -> None:
    source = _TEMPLATES / like
    for path in source.rglob("*.txt"):  # their names keep them from being taken for modules
        place = into / path.relative_to(source).with_suffix("")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place.with_name(place.name.replace("NAME", name)))


def _create(path: Path, text: str) -> bool:
    """Write a file unless there is one; whether it was written."""
    if os.path.lexists(path):
        return False
    create_file(path, text)
    return True


def _template(name: str, given: Mapping[str, str] | None = None) -> str:
    text = (_TEMPLATES / "course" / f"{name}.txt").read_text(encoding="utf-8")
    for word, value in (given or {}).items():
        text = text.replace(f"{{{word}}}", value)
    return text


def _course_id(folder: Path) -> str:
    """The folder's name, as nbgrader and its exchange can use it."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", folder.resolve().name).strip("-") or "course"


def _entry(name: str) -> str:
    return f'\n[[assignments]]\nname = "{name}"\n# due = 2027-01-15T23:59:00Z\n'


def _add_assignment(course: Course, name: str) -> bool:
    """Add an assignment at the end of course.toml, which stays as it is otherwise; whether it was
    missing."""
    if any(assignment.name == name for assignment in course.assignments):
        return False
    path = course.root / COURSE_FILE
    text = path.read_bytes() + _entry(name).encode()
    try:
        tomllib.loads(text.decode())
    except ValueError:
        raise CourseError(
            f"{path} lists its assignments in one line, and nothing was changed. Add "
            f'{{ name = "{name}" }} to that line, and run this again.'
        ) from None
    write_file(path, text)
    return True
