"""``autograder doctor``: check that this machine can run a course, and suggest fixes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from autograder.cli.arguments import add_course, course_of
from autograder.cli.rights import chmod, open_files
from autograder.faults import Refusal
from autograder.sandbox.levels import LEVELS, CourseShown, NotContained, require_linux
from autograder.version import VERSION

if TYPE_CHECKING:
    from autograder.course import Course

#: Of the object of `--json`.
SCHEMA = "autograder/doctor/1"
HELP = "what this machine has, and what is missing"
PACKAGES = ("numpy", "nbgrader", "jupyter", "jupytext", "sqlalchemy")
CONTAINMENT = "containment"
_INSTALL = "pip install 'backprop-autograder[{}]'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which course to check, and how to tell."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print all diagnoses. The exit status is 1 if something that grading needs is missing."""
    course, problem = None, ""
    try:
        course = course_of(arguments)
    except Refusal as error:
        problem = str(error)
    except ModuleNotFoundError as error:
        remedy = _INSTALL.format("instructor")
        problem = f"No course can be read without the package {error.name}: {remedy}"
    if problem:
        print(problem, file=sys.stderr)
    diagnoses = list(examine(course))
    if arguments.json:
        print(as_json(diagnoses, course, problem))
    else:
        print(*(diagnosis.line() for diagnosis in diagnoses), sep="\n")
    return 0 if is_good(diagnoses) else 1


class Diagnosis(NamedTuple):
    """The result of one check; ``good`` is None if it is only for information. ``level`` is the
    level of containment that was tried, and ``holds`` whether it does."""

    what: str
    good: bool | None
    found: str
    fix: str = ""
    level: str = ""
    holds: bool = False

    def line(self) -> str:
        """The diagnosis in a line, with the fix below."""
        sign = {True: "ok  ", False: "FAIL", None: "    "}[self.good]
        return f"{sign} {self.what}: {self.found}" + (f"\n     -> {self.fix}" if self.fix else "")


def is_good(diagnoses: Sequence[Diagnosis]) -> bool:
    """Whether nothing is missing that grading needs."""
    return all(each.good is not False for each in diagnoses)


def as_json(diagnoses: Sequence[Diagnosis], course: Course | None, problem: str) -> str:
    """All of it as a JSON object; ``problem`` is why there is no course."""
    import json

    levels = {each.level: each.holds for each in diagnoses if each.level}
    found = {
        "schema": SCHEMA,
        "autograder": VERSION,
        "good": is_good(diagnoses),
        "course": None if course is None else str(course.root),
        "problem": problem,
        "containment": next((level for level, holds in levels.items() if holds), None),
        "levels": levels,
        "diagnoses": [
            {
                "what": CONTAINMENT if each.level else each.what,
                "result": {True: "ok", False: "fail", None: "info"}[each.good],
                "found": each.found,
                "fix": each.fix,
            }
            for each in diagnoses
        ],
    }
    return json.dumps(found, indent=2)


def examine(course: Course | None) -> Iterator[Diagnosis]:
    """Run all checks, which change nothing."""
    yield Diagnosis("Python", None, f"{sys.version.split()[0]} on {sys.platform}")
    yield from _packages()
    yield from _differentiating()
    yield from _containment(course)
    if course is not None:
        yield _writable("course", course.root)
        yield from _rights(course)
        yield _gradebook(course)
        yield from _gradebook_of_nbgrader(course)
        yield _exchange(course)


def _packages() -> Iterator[Diagnosis]:
    import importlib.metadata

    for name in PACKAGES:
        try:
            yield Diagnosis(name, None, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Diagnosis(name, None, "not installed", _INSTALL.format("instructor"))


def _differentiating() -> Iterator[Diagnosis]:
    """Submissions may not import these, but a determined one can get around that."""
    from importlib.util import find_spec

    from autograder.sandbox.inside.environment import DIFFERENTIATING

    found = sorted(name for name in DIFFERENTIATING if find_spec(name))
    if found:
        text = f"{', '.join(found)}: a submission that sets out to can import what is installed"
        fix = "grade in an environment without them"
        yield Diagnosis("libraries that differentiate", None, text, fix)


def _containment(course: Course | None) -> Iterator[Diagnosis]:
    """Try every level by itself. The first that works is what grading uses."""
    try:
        require_linux()
    except NotContained as fault:
        yield Diagnosis(CONTAINMENT, False, str(fault))
        return
    from importlib.util import find_spec

    if find_spec("msgspec") is None:  # the format of the worker's replies
        text = "nothing can be graded without the package msgspec"
        yield Diagnosis(CONTAINMENT, False, text, _INSTALL.format("instructor"))
        return
    from autograder.sandbox.fork_server import ForkServer  # imports what only Linux has
    from autograder.sandbox.limits import Limits

    limits, private = (course.limits, course.private) if course else (Limits(), ())
    first = True
    for level in LEVELS:
        try:
            with ForkServer(limits, [level], private) as server:
                name, good = (CONTAINMENT, True) if first else ("also", None)
                yield Diagnosis(name, good, server.containment, level=level, holds=True)
                first = False
        except CourseShown as fault:
            yield Diagnosis(CONTAINMENT, False, str(fault))
            return
        except NotContained as fault:
            reason = fault.refused.get(level, str(fault))
            text = f"{level} does not hold here: {reason}"
            yield Diagnosis(CONTAINMENT, None, text, _fix(level), level)
    if first:
        yield Diagnosis(
            CONTAINMENT,
            False,
            "submissions cannot be contained on this machine",
            "grade in a Linux container or virtual machine; --containment none does without",
        )


def _fix(level: str) -> str:
    """How to make a level of containment work."""
    if sys.platform != "linux":
        return ""
    if "namespaces" in level:
        for setting, good in (
            ("kernel/apparmor_restrict_unprivileged_userns", "0"),
            ("kernel/unprivileged_userns_clone", "1"),
            ("user/max_user_namespaces", "10000"),
        ):
            path = Path("/proc/sys") / setting
            value = path.read_text(encoding="ascii").strip() if path.is_file() else None
            if value is not None and (value == "0") == (good != "0"):
                return f"sudo sysctl -w {setting.replace('/', '.')}={good}"
        return "in a container, start it with --security-opt seccomp=unconfined"
    return "a kernel with Landlock: Linux 5.13 or newer, started with lsm=landlock,..."


def _writable(what: str, folder: Path) -> Diagnosis:
    if os.access(folder, os.W_OK):
        return Diagnosis(what, True, str(folder))
    return Diagnosis(what, False, f"{folder} cannot be written", f"sudo chown $USER {folder}")


def _rights(course: Course) -> Iterator[Diagnosis]:
    """What is open to others on this machine: it prevents nothing, but it is not for them."""
    command = chmod(course.root)
    if command:
        yield Diagnosis("rights", None, f"{course.root} is open to others", command)
    for path, fix in open_files(course):
        kept = "" if command or course.root not in path.parents else ", and only the folder is not"
        yield Diagnosis("rights", None, f"{path} is open to others{kept}", fix)


def _gradebook(course: Course) -> Diagnosis:
    url, path = course.gradebook_url, course.gradebook_file
    if path is not None and not path.exists():
        return Diagnosis("gradebook", None, f"{url}: not there yet", "autograder build")
    return Diagnosis("gradebook", None, url)


def _gradebook_of_nbgrader(course: Course) -> Iterator[Diagnosis]:
    """Whether nbgrader's commands use the same gradebook, wherever they are started."""
    from autograder.course import COURSE_FILE, CourseError

    what = "gradebook of nbgrader's commands"
    try:
        from autograder.nbgrader.api import CONFIG_FILE, gradebook_told
        from autograder.nbgrader.database import same_database
    except ModuleNotFoundError:
        return
    if not (course.root / CONFIG_FILE).is_file():
        return
    try:
        told = gradebook_told(course)
    except CourseError as error:
        yield Diagnosis(what, False, str(error))
        return
    if not same_database(told, course.gradebook_url, course.root):
        fix = f"the same address in db_url of nbgrader's settings and in gradebook of {COURSE_FILE}"
        yield Diagnosis(what, False, "another one than the course's", fix)
    elif told == course.gradebook != course.gradebook_url:
        text = f"{told}, which some commands take from the folder they are started in"
        yield Diagnosis(what, None, text, f"start them in {course.root}")


def _exchange(course: Course) -> Diagnosis:
    """Whether nbgrader can use the exchange. It is required only if course.toml names one."""
    from autograder.course import CourseError

    if course.exchange is not None:
        return _usable(course.root / course.exchange, needed=True)
    try:
        from autograder.nbgrader.api import exchange_root  # nbgrader takes seconds to import
    except ModuleNotFoundError:
        return Diagnosis("exchange", None, "nbgrader's own default")
    try:
        return _usable(exchange_root(course), needed=False)
    except CourseError as error:
        return Diagnosis("exchange", False, str(error))


def _usable(folder: Path, needed: bool) -> Diagnosis:
    bad, sudo = (False, "") if needed else (None, "sudo ")
    if not folder.is_dir():
        wrong, fix = "is not there", "mkdir -p -m 777"
    elif not os.access(folder, os.W_OK | os.X_OK):
        wrong, fix = "cannot be written", "chmod 777"
    else:
        return Diagnosis("exchange", True, str(folder))
    without = "" if needed else ", where nbgrader releases to and collects from"
    return Diagnosis("exchange", bad, f"{folder} {wrong}{without}", f"{sudo}{fix} {folder}")
