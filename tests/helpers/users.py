"""Running tests as somebody else: as root, an ordinary user without any rights."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from autograder.sandbox import linux
from tests.conftest import ROOT

#: Debian's user nobody.
SOMEBODY = 65534
#: What lies in the repository and is its owner's alone; no test reads it.
PRIVATE = {*".git .hypothesis .autograder autograded build feedback report submitted".split()}
PRIVATE |= {"course.key", "gradebook.db"}
#: Where a process of a user's has folders that are about to be hidden.
STAGE = Path("/mnt")


def run_as_somebody(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with these arguments as an ordinary user, who has no part in our environment."""
    require_users()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    # Not in pytest's folder, which only its owner may enter.
    with tempfile.TemporaryDirectory(prefix="somebody-", dir="/tmp") as home:
        os.chown(home, SOMEBODY, SOMEBODY)
        return subprocess.run(
            command,
            cwd=ROOT,
            env={"HOME": home, "TMPDIR": home, "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
            preexec_fn=become_somebody,
            umask=0o022,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=900,
        )


@functools.cache
def require_users() -> None:
    """Skip the test where this process cannot start another as an ordinary user."""
    if os.geteuid() != 0:
        pytest.skip("only root can start processes of several users")
    shown()  # here and not in every process: what is copied serves all of them
    try:
        subprocess.run([sys.executable, "-c", ""], preexec_fn=become_somebody, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"this root cannot start processes of other users: {error}")


def become_somebody() -> None:
    """Give up being root, and every right with it."""
    become(SOMEBODY)


def become(uid: int, accounts: Path | None = None) -> None:
    """Go on as this user, who may read Python and the tests wherever they lie; where there are
    ``accounts``, these are the users whom the system knows."""
    go_on_as(uid, accounts, shown())


def go_on_as(uid: int, accounts: Path | None, shown: Mapping[Path, Path]) -> None:
    """As `become`, where what is `shown` is known."""
    if shown or accounts:
        linux.call("unshare", linux.NEW_NAMESPACES["mount"])
        linux.mount("none", "/", "none", linux.MS_REC | linux.MS_PRIVATE)
    if shown:
        _show(shown)
    if accounts:
        linux.mount(str(accounts), "/etc/passwd", "none", linux.MS_BIND)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def needed() -> set[Path]:
    """The folders of Python, of the environment, and of the tests; one may lie in another."""
    base = Path(sys.base_prefix)
    return {base, base.resolve(), Path(sys.prefix), ROOT}


@functools.cache
def shown() -> Mapping[Path, Path]:
    """What is needed and not everybody may read, such as a clone in root's own folder: each folder,
    and what to show in its place."""
    folders = needed()
    outer = [folder for folder in folders if not folders & {*folder.parents}]
    readable = {folder: folder if _is_readable(folder) else _copy(folder) for folder in outer}
    return {at: it for at, it in readable.items() if it != at or _closed((at, *at.parents))}


def _closed(folders: Iterable[Path]) -> list[Path]:
    return [folder for folder in folders if not folder.stat().st_mode & 0o001]


def _is_readable(folder: Path) -> bool:
    """Whether everybody who may enter a folder may read all that is in it."""
    for path, folders, files in os.walk(folder):
        if Path(path) == ROOT:
            folders[:], files[:] = set(folders) - PRIVATE, set(files) - PRIVATE
        entries = [os.lstat(os.path.join(path, name)).st_mode for name in (*folders, *files)]
        if not all(mode & 0o004 for mode in (os.stat(path).st_mode, *entries)):
            return False
    return True


def _copy(folder: Path) -> Path:
    """A copy that may be read, in a folder that nobody else may enter."""
    place = tempfile.mkdtemp(prefix="readable-")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    copy = Path(place) / "copy"
    leave = lambda path, names: PRIVATE & {*names} if Path(path) == ROOT else set()  # noqa: E731
    shutil.copytree(folder, copy, symlinks=True, ignore=leave)
    subprocess.run(["chmod", "-R", "a+rX", str(copy)], check=True)
    return copy


def _show(shown: Mapping[Path, Path]) -> None:
    """Hide every closed folder by an empty one, and show what is needed of it in there again."""
    here = os.getcwd()
    os.umask(0o022)
    hidden = {folder for at in shown for folder in _closed((at, *at.parents))[-1:]}
    linux.mount("none", str(STAGE), "tmpfs", 0, "mode=0755")
    for number, it in enumerate(shown.values()):
        (STAGE / str(number)).mkdir()
        linux.mount(str(it), str(STAGE / str(number)), "none", linux.MS_BIND | linux.MS_REC)
    for folder in hidden:
        linux.mount("none", str(folder), "tmpfs", 0, "mode=0755")
    for number, at in enumerate(shown):
        at.mkdir(parents=True, exist_ok=True)
        linux.mount(str(STAGE / str(number)), str(at), "none", linux.MS_BIND | linux.MS_REC)
    os.chdir(here)  # which may be hidden itself
