"""``autograder export``: grades for a learning platform, or for programs that read JUnit's XML."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import interrupts
from autograder.cli.arguments import add_course, course_of
from autograder.faults import Refusal
from autograder.homes import EXPORTED

if TYPE_CHECKING:
    from autograder.classroom.person import Person
    from autograder.classroom.totals import Total

HELP = "instructor: grades for Canvas, Moodle, LTI or JUnit"
_ENDINGS = {"canvas": "csv", "moodle": "csv", "lti": "jsonl", "junit": "xml"}
_OF_TABLES = ("canvas", "moodle")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """For which platform, which assignment, and what the platform has."""
    parser.add_argument("home", metavar="HOME", choices=EXPORTED, help=", ".join(EXPORTED))
    parser.add_argument("name", metavar="NAME", help="the assignment")
    parser.add_argument(
        "--csv",
        metavar="FILE",
        type=Path,
        help="canvas, moodle: the file with the students that the platform exports",
    )
    parser.add_argument(
        "--column",
        metavar="TITLE",
        default="",
        help="canvas, moodle: the assignment's column there (default: NAME)",
    )
    parser.add_argument(
        "--points",
        metavar="N",
        type=_points,
        help="how many points it has there, where FILE does not say it (default: as many as here)",
    )
    parser.add_argument(
        "--into",
        metavar="FILE",
        type=Path,
        help="the file to write (default: report/NAME-HOME.csv, .jsonl or .xml in the course)",
    )
    add_course(parser)


def _points(text: str) -> float:
    try:
        points = float(text)
    except ValueError:
        points = math.nan
    if not 0 < points <= 10**9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of points above 0")
    return points


def run(arguments: argparse.Namespace) -> int:
    """Write the file, and print its path and who is missing on which side."""
    from autograder.sandbox.levels import require_linux

    require_linux()
    from datetime import UTC, datetime

    from autograder.classroom.journal import read_reports
    from autograder.files import write_file
    from autograder.homes import home
    from autograder.homes.grades import Asked, Class
    from autograder.nbgrader.people import read_people
    from autograder.nbgrader.status import read_marks

    course, name, platform = course_of(arguments), arguments.name, arguments.home
    course.assignment(name)
    if platform not in _OF_TABLES and (arguments.csv or arguments.column):
        raise Refusal(f"--csv and --column are for {' and '.join(_OF_TABLES)}: leave them out.")
    if platform == "junit" and arguments.points:
        raise Refusal("--points is not for junit, which has no points: leave it out.")
    with interrupts.raised():
        people: list[Person] = []
        totals: Mapping[str, Total] = {}
        if platform != "junit":
            people = read_people(course, f"autograder export {platform} {name}")
            totals = read_marks(course, name).totals
        of_class = Class(name, people, totals, read_reports(course, name), datetime.now(UTC))
        asked = Asked(arguments.csv, arguments.column, arguments.points)
        exported = home(platform).export(of_class, asked)
        into = arguments.into or course.root / "report" / f"{name}-{platform}.{_ENDINGS[platform]}"
        if arguments.csv and into.exists() and into.samefile(arguments.csv):
            raise Refusal(f"{into} is the platform's own file. Name another one for --into.")
        into.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(into, exported.text)
    print(into)
    for note in exported.notes:
        print(note, file=sys.stderr)
    return 0
