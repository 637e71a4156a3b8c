"""Running tests as somebody else: as root, an ordinary user without any rights."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from autograder.sandbox import linux
from tests.conftest import ROOT

#: Debian's user nobody.
SOMEBODY = 65534


def run_as_somebody(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with these arguments as an ordinary user."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1", "CI": ""}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        preexec_fn=become_somebody,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=900,
    )


def become_somebody() -> None:
    """Give up being root, and every right with it."""
    become(SOMEBODY)


def become(uid: int, accounts: Path | None = None) -> None:
    """Go on as this user. Where Python lies in root's own folder, show it in the same place; where
    there are ``accounts``, these are the users whom the system knows."""
    closed = [folder for folder in _python_folders() if not _open_to_all(folder)]
    if closed or accounts:
        linux.call("unshare", linux.NEW_NAMESPACES["mount"])
        linux.mount("none", "/", "none", linux.MS_REC | linux.MS_PRIVATE)
    _show(closed)
    if accounts:
        linux.mount(str(accounts), "/etc/passwd", "none", linux.MS_BIND)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _python_folders() -> list[Path]:
    return [Path(os.path.realpath(sys.base_prefix)), Path(sys.prefix), ROOT]


def _open_to_all(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))


def _show(folders: list[Path]) -> None:
    """The closed folder above them hidden by an empty one, and they in it again."""
    for folder in folders:
        top = next(p for p in reversed((folder, *folder.parents)) if not p.stat().st_mode & 0o001)
        linux.mount(str(folder), "/mnt", "none", linux.MS_BIND | linux.MS_REC)
        linux.mount("none", str(top), "tmpfs", 0, "mode=0755")
        folder.mkdir(parents=True)
        linux.mount("/mnt", str(folder), "none", linux.MS_BIND | linux.MS_REC)
