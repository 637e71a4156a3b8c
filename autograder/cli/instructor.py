"""The commands of authors and instructors: adopt, build, grade, report, doctor, demo. They decide nothing.

nbgrader and jupytext take seconds to import, so that only the commands that call them do it.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence

from autograder.course import (
    COURSE_FILE,
    Course,
    CourseError,
    find_course,
    load_course,
)
from autograder.sandbox.levels import require_linux


def _course(arguments: argparse.Namespace) -> Course:
    return find_course() if arguments.course is None else load_course(arguments.course.resolve())


def adopt(arguments: argparse.Namespace) -> int:
    """Add what we need to a course of nbgrader's, and say what was added."""
    from autograder.nbgrader import adopt as adoption

    folder = arguments.folder.resolve()
    done = list(adoption.adopt(folder))
    print(*(done or [f"There is nothing to do: {folder} has been adopted."]), sep="\n")
    return 0


def build(arguments: argparse.Namespace) -> int:
    """Build assignments, or prove with ``--check`` that they are sound."""
    course = _course(arguments)
    names = arguments.names or _all_names(course)
    return _prove(course, names) if arguments.check else _build(course, names)


def _all_names(course: Course) -> list[str]:
    if not course.assignments:
        raise CourseError(
            f"{course.root / COURSE_FILE} has no [[assignments]] yet: add one with the name of a "
            "folder in solutions/."
        )
    return [assignment.name for assignment in course.assignments]


def _build(course: Course, names: Sequence[str]) -> int:
    from autograder.authoring.build import build

    for name in names:
        for path in build(course, name):
            print(path.relative_to(course.root))
    return 0


def _prove(course: Course, names: Sequence[str]) -> int:
    require_linux()
    from autograder.authoring.proofs import proofs  # made of what only Linux has

    sound = True
    for name in names:
        for proof in proofs(course, name):
            sound = sound and proof.holds
            print(f"{'ok  ' if proof.holds else 'FAIL'} {name}: {proof.text}", flush=True)
    return 0 if sound else 1


def grade(arguments: argparse.Namespace) -> int:
    """Grade files, or the class that was collected."""
    require_linux()
    gc.disable()  # nothing of what is loaded is ever garbage
    from autograder.cli import grade  # made of what only Linux has

    gc.freeze()
    gc.enable()
    return grade.grade(_course(arguments), arguments)


def report(arguments: argparse.Namespace) -> int:
    """Write the class page of an assignment."""
    require_linux()
    from autograder.classroom.write_page import write_class

    course, name = _course(arguments), arguments.name
    ending = "-without-names" if arguments.hide_names else ""
    folder = arguments.into or course.root / "report" / f"{name}{ending}"
    print(write_class(course, name, folder, arguments.hide_names))
    return 0


def doctor(arguments: argparse.Namespace) -> int:
    """Say what this machine has, what is missing, and how to get it."""
    from autograder.cli.doctor import examine

    try:
        course = _course(arguments)
    except CourseError as error:
        course = None
        print(error, file=sys.stderr)
    findings = list(examine(course))
    for finding in findings:
        print(finding.line())
    return 0 if all(finding.good is not False for finding in findings) else 1


def demo(arguments: argparse.Namespace) -> int:
    """Run a whole course on a made-up class, and end with its table."""
    require_linux()
    from autograder.cli import demo as demonstration

    course = _course(arguments)
    _all_names(course)
    return demonstration.run(course, arguments.into or course.root / "build" / "demo")
