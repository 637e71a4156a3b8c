"""``autograder doctor``: what this machine has for running a course, and what would help it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.sandbox.inside.environment import DIFFERENTIATING
from autograder.sandbox.levels import LADDER, CourseShown, NotContained, require_linux
from autograder.sandbox.limits import Limits

PACKAGES = ("numpy", "nbgrader", "jupyter", "jupytext", "sqlalchemy", "pytest")
_INSTALL = "pip install 'backprop-autograder[{}]'"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``good`` is None where it is only of interest."""

    what: str
    good: bool | None
    said: str
    help: str = ""

    def line(self) -> str:
        """The finding for a terminal."""
        sign = {True: "ok  ", False: "FAIL", None: "    "}[self.good]
        return f"{sign} {self.what}: {self.said}" + (f"\n     -> {self.help}" if self.help else "")


def examine(course: Course | None) -> Iterator[Finding]:
    """Look at everything; nothing is changed."""
    yield Finding("Python", None, f"{sys.version.split()[0]} on {sys.platform}")
    yield from _packages()
    yield from _differentiating()
    yield from _containment(*(course.limits, course.private) if course else (Limits(), ()))
    if course is not None:
        yield _writable("course", course.root)
        yield _gradebook(course)
        yield _exchange(course)


def _packages() -> Iterator[Finding]:
    for name in PACKAGES:
        try:
            yield Finding(name, None, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            extra = "dev" if name == "pytest" else "instructor"
            yield Finding(name, None, "not installed", _INSTALL.format(extra))


def _differentiating() -> Iterator[Finding]:
    """Submissions are kept from importing these, but one that sets out to gets round it."""
    found = sorted(name for name in DIFFERENTIATING if importlib.util.find_spec(name))
    if found:
        said = f"{', '.join(found)}: a submission that sets out to can import what is installed"
        remedy = "grade in an environment without them"
        yield Finding("libraries that differentiate", None, said, remedy)


def _containment(limits: Limits, private: Sequence[Path]) -> Iterator[Finding]:
    """Every rung, tried by itself, and which one a run would take."""
    try:
        require_linux()
    except NotContained as fault:
        yield Finding("containment", False, str(fault))
        return
    if importlib.util.find_spec("msgspec") is None:  # in which a submission's answers come back
        said = "nothing can be graded without the package msgspec"
        yield Finding("containment", False, said, _INSTALL.format("instructor"))
        return
    from autograder.sandbox.fork_server import ForkServer  # made of what only Linux has

    first = True
    for rung in LADDER:
        try:
            with ForkServer(limits, [rung], private) as server:
                name = "containment" if first else "also"
                yield Finding(name, True if first else None, server.containment)
                first = False
        except CourseShown as fault:
            yield Finding("containment", False, str(fault))
            return
        except NotContained as fault:
            reason = fault.refused.get(rung, str(fault))
            yield Finding(
                "containment", None, f"{rung} does not hold here: {reason}", _remedy(rung)
            )
    if first:
        yield Finding(
            "containment",
            False,
            "submissions cannot be contained on this machine",
            "grade in a Linux container or virtual machine; --containment none does without",
        )


def _remedy(rung: str) -> str:
    """The one command that is likely to help."""
    if sys.platform != "linux":
        return ""
    if "namespaces" in rung:
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


def _writable(what: str, folder: Path) -> Finding:
    if os.access(folder, os.W_OK):
        return Finding(what, True, str(folder))
    return Finding(what, False, f"{folder} cannot be written", f"sudo chown $USER {folder}")


def _gradebook(course: Course) -> Finding:
    url, path = course.gradebook_url, course.gradebook_file
    if path is not None and not path.exists():
        return Finding("gradebook", None, f"{url}: not there yet", "autograder build")
    return Finding("gradebook", None, url)


def _exchange(course: Course) -> Finding:
    """As nbgrader looks at it. Its own default is needed only where a course uses it."""
    if course.exchange is not None:
        return _usable(course.root / course.exchange, needed=True)
    try:
        from autograder.nbgrader.api import exchange_root  # nbgrader takes seconds to import
    except ModuleNotFoundError:
        return Finding("exchange", None, "nbgrader's own default")
    try:
        return _usable(exchange_root(course), needed=False)
    except CourseError as error:
        return Finding("exchange", False, str(error))


def _usable(folder: Path, needed: bool) -> Finding:
    bad, sudo = (False, "") if needed else (None, "sudo ")
    if not folder.is_dir():
        wrong, remedy = "is not there", "mkdir -p -m 777"
    elif not os.access(folder, os.W_OK | os.X_OK):
        wrong, remedy = "cannot be written", "chmod 777"
    else:
        return Finding("exchange", True, str(folder))
    without = "" if needed else ", and without it nbgrader releases and collects nothing"
    return Finding("exchange", bad, f"{folder} {wrong}{without}", f"{sudo}{remedy} {folder}")
