"""Work in a process of its own: killed, without rights, on a disk that is full."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.helpers import users

#: The machine is made to refuse, as a container does; then the command is run on it.
REFUSING = """
import sys
from autograder.__main__ import main
from autograder.sandbox import linux
machine = linux.Filter(linux.ALLOW)
machine.rule(sys.argv.pop(1).split(","), linux.refuse(1))
linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
machine.ready().install()
sys.exit(main(sys.argv[1:]))
"""


def as_nobody(work: Callable[[], None]) -> str:
    """Do something in a process of its own, as an ordinary user; the error's text, or ""."""
    if os.geteuid() != 0:
        return in_a_fork(work)
    users.require_users()

    def child() -> None:
        users.become_somebody()
        work()

    return in_a_fork(child)


def in_a_fork(work: Callable[[], None]) -> str:
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        text = ""
        try:
            work()
        except BaseException as error:
            text = f"{type(error).__name__}: {error}"
        os.write(writing, text.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    os.waitpid(process, 0)
    return text


def open_to_all(folder: Path) -> None:
    """Let everybody in, down to a folder that pytest made for its user alone."""
    for path in (folder, *folder.parents):
        if path.is_dir() and path.owner() == Path(folder).owner() and path != Path("/tmp"):
            path.chmod(path.stat().st_mode | 0o755)
        if path.name.startswith("pytest-of-"):
            break


@dataclass(frozen=True)
class Disk:
    """A folder where there is little room."""

    folder: Path
    mounted: bool

    def limit_files(self, size: int) -> None:
        """Where no disk could be mounted, let no file of this process grow beyond a size."""
        if not self.mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Disk]:
    """A disk of so many bytes, where this user may mount one; else a folder like others."""
    place = folder / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(place)]
    mounted = subprocess.run(mount, capture_output=True).returncode == 0
    try:
        yield Disk(place, mounted)
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=True)
