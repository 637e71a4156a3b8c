"""Options that several commands share, and the course they name."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.course import Course


def add_file(parser: argparse.ArgumentParser) -> None:
    """The student's file."""
    parser.add_argument("path", metavar="PATH", type=Path, help="a .ipynb or .py file")


def add_json(parser: argparse.ArgumentParser) -> None:
    """``--json``: reports for programs."""
    parser.add_argument(
        "--json", metavar="FILE", help="write one report per line to FILE; - is standard output"
    )


def add_course(parser: argparse.ArgumentParser) -> None:
    """``--course``, which `course_of` reads."""
    parser.add_argument(
        "--course",
        metavar="DIR",
        type=Path,
        help="the course's folder (default: here or the nearest one above that has course.toml)",
    )


def course_of(arguments: argparse.Namespace) -> Course:
    """The course of ``--course``, else of the current folder or the nearest one above it.

    Raises `CourseError` if there is none.
    """
    from autograder.course import find_course, load_course

    return find_course() if arguments.course is None else load_course(arguments.course.resolve())


def all_names(course: Course) -> Sequence[str]:
    """The names of all assignments of the course; raises `CourseError` if there are none."""
    from autograder.course import COURSE_FILE, CourseError

    if not course.assignments:
        raise CourseError(
            f"{course.root / COURSE_FILE} has no [[assignments]] yet: add one with the name of a "
            "folder in solutions/."
        )
    return [assignment.name for assignment in course.assignments]
