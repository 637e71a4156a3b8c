"""``autograder pack``: make what another platform grades an exercise with."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import interrupts
from autograder.cli.arguments import add_course, course_of
from autograder.faults import Refusal
from autograder.homes import PACKED, VISIBILITIES

if TYPE_CHECKING:
    from autograder.course import Course

HELP = "instructor: an exercise for Gradescope, PrairieLearn or GitHub"
#: When Gradescope shows the checks on hidden instances by default, and PrairieLearn's image.
_SHOWN = "after_published"
_IMAGE = "autograder"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """For which platform, which exercise, and where to write it."""
    parser.add_argument("home", metavar="HOME", choices=PACKED, help=", ".join(PACKED))
    parser.add_argument("name", metavar="NAME", help="the assignment")
    parser.add_argument(
        "--hidden",
        metavar="WHEN",
        choices=VISIBILITIES,
        help="gradescope: when students see the checks on hidden instances: "
        f"{', '.join(VISIBILITIES)} (default: {_SHOWN})",
    )
    parser.add_argument(
        "--image",
        metavar="IMAGE",
        help=f"prairielearn: the name of the grader's image (default: {_IMAGE})",
    )
    parser.add_argument(
        "--into",
        metavar="PATH",
        type=Path,
        help="the zip or the folder (default: packed/HOME/NAME in the course's folder)",
    )
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the package, and print where it is and what to know of it."""
    from autograder.sandbox.levels import require_linux

    require_linux()
    course, name, platform = course_of(arguments), arguments.name, arguments.home
    for option, of in (("hidden", "gradescope"), ("image", "prairielearn")):
        if getattr(arguments, option) and platform != of:
            raise Refusal(f"--{option} is for {of}: leave it out.")
    into = arguments.into or course.root / "packed" / platform / name
    with interrupts.raised():
        if platform == "gradescope":
            into = arguments.into or into.with_name(f"{name}.zip")
            _gradescope(course, name, into, arguments.hidden or _SHOWN)
        else:
            _folder(course, name, platform, into, arguments.image or _IMAGE)
    print(into)
    return 0


def _gradescope(course: Course, name: str, path: Path, hidden: str) -> None:
    from autograder.files import write_file
    from autograder.homes import gradescope
    from autograder.homes.shipped import released
    from autograder.text import points_text

    data = gradescope.pack(course, name, hidden)
    points = points_text(released(course, name).max_score)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_dir():
        raise Refusal(f"{path} is a folder. Name the zip itself for --into.")
    write_file(path, data)
    path.chmod(0o600)
    _say_private(path)
    print(f"Give the assignment {points} autograder points in Gradescope.", file=sys.stderr)


def _folder(course: Course, name: str, platform: str, into: Path, image: str) -> None:
    from autograder.homes import github, prairielearn
    from autograder.homes.files import put_folder

    if platform == "github":
        put_folder(into, github.pack(course, name))
        print(github.PUBLIC, file=sys.stderr)
    else:
        put_folder(into, prairielearn.pack(course, name, image))
        _say_private(into)


def _say_private(path: Path) -> None:
    print(
        f"{path} holds the solution, and this exercise's key: give it to the platform only.",
        file=sys.stderr,
    )
