"""A school on one machine: an instructor and students, each a user of the operating system with a
home closed to the others, and nbgrader's exchange between them."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import NAME, ROOT, course_text
from tests.helpers import loaded, users

INSTRUCTOR = "noether"
COURSE = "backprop"
#: Far from the numbers that systems give to users.
FIRST_UID = 64100


@dataclass(frozen=True)
class Person:
    """A user of the operating system."""

    name: str
    uid: int
    home: Path
    accounts: Path

    @property
    def environment(self) -> dict[str, str]:
        """What this user's programs find set."""
        beside = Path(sys.executable).parent
        return {
            "HOME": str(self.home),
            "PATH": os.pathsep.join([str(beside), os.defpath]),
            "PYTHONWARNINGS": "ignore",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(
        self, *command: str, cwd: Path | None = None, **streams: int
    ) -> subprocess.Popen[str]:
        """Start a program as this user, in a clean environment."""
        return subprocess.Popen(
            command,
            cwd=cwd or self.home,
            env=self.environment,
            preexec_fn=functools.partial(users.become, self.uid, self.accounts),
            umask=0o022,
            text=True,
            **streams,
        )

    def run(self, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, whatever that is."""
        with self.start(*command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as it:
            out, _ = it.communicate(timeout=300)
        return subprocess.CompletedProcess(command, it.returncode, out)

    def start_nbgrader(self, *arguments: str, cwd: Path | None = None) -> loaded.Command:
        """Start one of nbgrader's commands as this user."""
        user = loaded.User(self.uid, self.accounts, users.shown())
        return loaded.start(arguments, cwd or self.home, self.environment, user, together=True)

    def nbgrader(self, *arguments: str, cwd: Path | None = None) -> str:
        """What one of nbgrader's commands prints; it must succeed."""
        done = self.start_nbgrader(*arguments, cwd=cwd).wait()
        assert done.returncode == 0, done.stdout
        return done.stdout

    def python(self, module: str, *arguments: str, cwd: Path | None = None) -> str:
        """What a module prints; it must succeed."""
        done = self.run(sys.executable, "-m", module, *arguments, cwd=cwd)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def write(self, path: Path, text: str) -> None:
        """A file of this user's own."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.own(self.home)

    def own(self, folder: Path) -> None:
        """Give a folder, and everything in it, to this user."""
        for path in (folder, *folder.rglob("*")):
            os.chown(path, self.uid, self.uid, follow_symlinks=False)


@dataclass(frozen=True)
class School:
    """The instructor with the course, the students, and the exchange."""

    instructor: Person
    students: dict[str, Person]
    exchange: Path

    @property
    def course(self) -> Path:
        return self.instructor.home / COURSE

    def nbgrader(self, *arguments: str) -> str:
        """One of nbgrader's commands, as the instructor in the course's folder."""
        return self.instructor.nbgrader(*arguments, cwd=self.course)

    def autograder(self, *arguments: str) -> str:
        """One of our commands, as the instructor in the course's folder."""
        return self.instructor.python("autograder", *arguments, cwd=self.course)

    def copy(self) -> Path:
        """A copy of the course's folder, with the course's key."""
        copy = self.instructor.home / "copy"
        assert self.instructor.run("cp", "-a", str(self.course), str(copy)).returncode == 0
        return copy

    def each(self, *arguments: str) -> None:
        """The same command of nbgrader by every student, at the same time."""
        for started in [each.start_nbgrader(*arguments) for each in self.students.values()]:
            done = started.wait()
            assert done.returncode == 0, done.stdout


@contextmanager
def school(students: Sequence[str]) -> Iterator[School]:
    """A school with the course of this repository, and these students; removed afterwards."""
    users.require_users()
    # Not in pytest's folder, which only its owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="school-", dir="/tmp"))
    try:
        folder.chmod(0o755)
        yield _founded(folder, students)
    finally:
        shutil.rmtree(folder)


def _founded(folder: Path, students: Sequence[str]) -> School:
    exchange = folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    people = {name: _person(folder, name, n) for n, name in enumerate([INSTRUCTOR, *students])}
    entries = [f"{p.name}:x:{p.uid}:{p.uid}::{p.home}:/bin/sh\n" for p in people.values()]
    (folder / "passwd").write_text(Path("/etc/passwd").read_text() + "".join(entries))
    found = School(people.pop(INSTRUCTOR), people, exchange)
    _lay_out(found)
    for student in people.values():
        student.write(
            student.home / ".jupyter" / "nbgrader_config.py",
            "c = get_config()\n"
            f"c.CourseDirectory.course_id = {COURSE!r}\n"
            f"c.Exchange.root = {str(exchange)!r}\n",
        )
    return found


def _person(folder: Path, name: str, number: int) -> Person:
    person = Person(name, FIRST_UID + number, folder / name, folder / "passwd")
    person.home.mkdir(mode=0o700)
    person.own(person.home)
    return person


def _lay_out(school: School) -> None:
    """The repository's course, with an exchange of its own."""
    hidden = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "solutions" / NAME, school.course / "solutions" / NAME, ignore=hidden)
    shutil.copyfile(ROOT / "nbgrader_config.py", school.course / "nbgrader_config.py")
    text = course_text()
    text = re.sub('# exchange = ".*"', f'exchange = "{school.exchange}"', text)
    school.instructor.write(school.course / "course.toml", text)
