"""Running tests as somebody else: as root, an ordinary user without any rights."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from autograder.sandbox import kernel

#: Debian's user nobody.
SOMEBODY = 65534
ROOT = Path(__file__).resolve().parent.parent


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
    """Give up being root; where Python lies in root's own folder, show it in the same place."""
    closed = [folder for folder in _python_folders() if not _open_to_all(folder)]
    if closed:
        _show(closed)
    os.setgroups([])
    os.setresgid(SOMEBODY, SOMEBODY, SOMEBODY)
    os.setresuid(SOMEBODY, SOMEBODY, SOMEBODY)


def _python_folders() -> list[Path]:
    return [Path(os.path.realpath(sys.base_prefix)), Path(sys.prefix), ROOT]


def _open_to_all(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))


def _show(folders: list[Path]) -> None:
    """In a view of the file system of our own: the closed folder above them hidden by an empty
    one, and they in it again."""
    new_mounts = kernel.NEW_NAMESPACES["mount"]
    kernel.call("unshare", new_mounts)
    kernel.mount("none", "/", "none", kernel.MS_REC | kernel.MS_PRIVATE)
    for folder in folders:
        top = next(p for p in reversed((folder, *folder.parents)) if not p.stat().st_mode & 0o001)
        kernel.mount(str(folder), "/mnt", "none", kernel.MS_BIND | kernel.MS_REC)
        kernel.mount("none", str(top), "tmpfs", 0, "mode=0755")
        folder.mkdir(parents=True)
        kernel.mount("/mnt", str(folder), "none", kernel.MS_BIND | kernel.MS_REC)
