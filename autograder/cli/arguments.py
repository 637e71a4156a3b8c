"""Options that several commands have, and the course that one of them names."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.course import Course


def add_file(parser: argparse.ArgumentParser) -> None:
    """The file that is checked."""
    parser.add_argument("path", metavar="PATH", type=Path, help="a .ipynb or .py file")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Reports for programs."""
    parser.add_argument(
        "--json", metavar="FILE", help="write one report per line to FILE; - is standard output"
    )


def add_course(parser: argparse.ArgumentParser) -> None:
    """The course, which is `course_of` what was given."""
    parser.add_argument(
        "--course",
        metavar="DIR",
        type=Path,
        help="the course's folder (default: here or the nearest one above that has course.toml)",
    )


def course_of(arguments: argparse.Namespace) -> Course:
    """The course that a command was given, or is in; raises `CourseError` where there is none."""
    from autograder.course import find_course, load_course

    return find_course() if arguments.course is None else load_course(arguments.course.resolve())


def all_names(course: Course) -> Sequence[str]:
    """The course's assignments; raises `CourseError` where there are none."""
    from autograder.course import COURSE_FILE, CourseError

    if not course.assignments:
        raise CourseError(
            f"{course.root / COURSE_FILE} has no [[assignments]] yet: add one with the name of a "
            "folder in solutions/."
        )
    return [assignment.name for assignment in course.assignments]
