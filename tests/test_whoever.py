"""The tests say the same whoever runs them: from a closed folder, under another's name."""

from __future__ import annotations

import os
import pwd
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import environment, users
from tests.helpers.processes import as_nobody

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A clone in a home that is closed, with an environment in it."""
    home = tmp_path / "home"
    clone = home / "a clone of Zoë's"
    (clone / ".venv" / "lib").mkdir(parents=True)
    for path in (clone / "test.py", clone / ".venv" / "lib" / "library.py"):
        path.write_text("text")
    home.chmod(0o700)
    everything = users.needed() | {clone, clone / ".venv"}
    monkeypatch.setattr(users, "needed", lambda: everything)
    forget()
    yield clone
    forget()


def forget() -> None:
    """Let it be found out again what is needed."""
    users.require_users.cache_clear()
    users.shown.cache_clear()


def as_seen(clone: Path) -> str:
    """What an ordinary user makes of it, beginning in it; "" if all can be read."""

    def look() -> None:
        assert [path.name for path in clone.parent.iterdir()] == [clone.name]
        for path in ("test.py", clone / "test.py", ".venv/lib/library.py"):
            assert Path(path).read_text() == "text"
        with pytest.raises(PermissionError):
            (clone / "new").touch()

    here = os.getcwd()
    try:
        os.chdir(clone)
        return as_nobody(look)
    finally:
        os.chdir(here)


@as_root
def test_somebody_reads_a_clone_in_a_closed_home(clone: Path) -> None:
    assert as_seen(clone) == ""


@as_root
@pytest.mark.parametrize("mask", [0o077, 0o027])
def test_somebody_reads_a_clone_that_was_made_for_its_owner_alone(clone: Path, mask: int) -> None:
    for path in (clone, *clone.rglob("*")):
        path.chmod(path.stat().st_mode & ~mask)
    assert as_seen(clone) == ""
    assert (clone / "test.py").stat().st_mode & 0o007 == 0  # the clone itself is as it was


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Whatever is set here, or by what is tried, is as before afterwards."""
    before, folder = dict(os.environ), tempfile.tempdir
    yield monkeypatch
    monkeypatch.undo()
    os.environ.clear()
    os.environ.update(before)
    tempfile.tempdir = folder


def test_the_environment_says_nothing_of_whoever_runs_the_tests(
    settled: pytest.MonkeyPatch,
) -> None:
    personal = {"LOGNAME": "alice", "USERNAME": "alice", "PYTHONPATH": "/", "PGHOST": "db"}
    for key, value in (personal | {"JUPYTER_CONFIG_DIR": "/", "NO_COLOR": "1"}).items():
        settled.setenv(key, value)
    environment.settle()
    assert os.environ["USER"] == os.environ["LOGNAME"] == pwd.getpwuid(os.getuid()).pw_name
    assert not {"USERNAME", "PYTHONPATH", "PGHOST", "JUPYTER_CONFIG_DIR", "NO_COLOR"} & {
        *os.environ
    }


@pytest.mark.parametrize("name", ["a b", "closed", "long" * 20, "missing"])
def test_what_is_temporary_lies_where_sockets_and_other_users_may_be(
    name: str, settled: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        os.chmod(short, 0o755)
        folder = Path(short) / name
        if name != "missing":
            folder.mkdir()
            folder.chmod(0o700 if name == "closed" else 0o755)
        settled.setenv("TMPDIR", str(folder))
        tempfile.tempdir = None
        environment.settle()
        usable = name == "a b"
        assert os.environ["TMPDIR"] == tempfile.gettempdir() == (str(folder) if usable else "/tmp")


@as_root
def test_a_folder_of_tests_that_is_somebody_elses_is_left_to_them(
    settled: pytest.MonkeyPatch,
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        theirs = Path(folder) / "pytest-of-root"
        theirs.mkdir()
        os.chown(theirs, users.SOMEBODY, -1)
        settled.setenv("TMPDIR", folder)
        tempfile.tempdir = None
        environment.settle()
        assert os.environ["PYTEST_DEBUG_TEMPROOT"].startswith(f"{folder}/tests-")
