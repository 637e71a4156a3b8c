"""``autograder grade --scheduler`` and ``--workers``: what is said where nothing can be graded, and
that nothing of Dask is needed without them. Real workers are in tests/whole/test_cluster.py."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import dask
import pytest

from autograder.__main__ import main
from autograder.classroom import cluster_dask
from autograder.classroom.cluster_dask import is_private
from tests.conftest import NAME

OPEN = "would send the course's key and solutions over the network in plain text. Have the "
NO_DASK = """
import sys
from autograder.__main__ import main
sys.modules["distributed"] = sys.modules["dask"] = None
status = main(sys.argv[1:])
found = {name.partition(".")[0] for name in sys.modules} & {"tornado", "cloudpickle"}
assert not found and "autograder.classroom.cluster" not in sys.modules, found
sys.exit(status)
"""


def grade(course: Path, *options: str) -> int:
    return main(["grade", NAME, "--course", str(course), *options])


def add(course: Path, text: str) -> None:
    with open(course / "course.toml", "a") as stream:
        stream.write(text)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of what listens, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--scheduler", "here:8786"], "'here:8786' is no address of a Dask scheduler. Write one"),
        (["--scheduler", "tcp://:1"], "'tcp://:1' is no address of a Dask scheduler"),
        (["--scheduler", "tcp://10.1.2.3:8786"], f"tcp://10.1.2.3:8786 {OPEN}"),
        (["--scheduler", "tcp://127.0.0.1:1"], "Nobody listens at tcp://127.0.0.1:1 ("),
        (["--scheduler", "tls://127.0.0.1:1"], "needs certificates for TLS, and Dask's"),
        (["--scheduler", "tcp://a:1", "--workers", "2"], "names others: leave one out."),
    ],
)
def test_a_scheduler_that_cannot_be_used_is_one_sentence(
    course_copy: Path, capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    assert grade(course_copy, *options) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1, said


def test_certificates_that_cannot_be_read_are_one_sentence(
    course_copy: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    file = str(tmp_path / "ca.pem")
    keys = [f"distributed.comm.tls.{key}" for key in ("ca-file", "client.cert", "client.key")]
    with dask.config.set(dict.fromkeys(keys, file)):
        assert grade(course_copy, "--scheduler", "tls://127.0.0.1:1") == 2
    said = capsys.readouterr().err
    assert "names some that cannot be read" in said and said.count("\n") == 1, said


def test_what_is_no_scheduler_is_one_sentence(
    course_copy: Path,
    capsys: pytest.CaptureFixture[str],
    silent: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster_dask, "CONNECT_SECONDS", 0.5)
    add(course_copy, f'\n[grading]\nscheduler = "{silent}"\n')
    assert grade(course_copy) == 2
    said = capsys.readouterr().err
    assert f"What listens at {silent} does not answer as a Dask scheduler" in said, said
    assert "no answer within 0.5 seconds" in said and said.count("\n") == 1


def test_without_the_package_it_is_named(
    course_copy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "autograder.classroom.cluster_dask")
    assert grade(course_copy, "--workers", "1") == 2
    said = capsys.readouterr().err
    assert "needs the package distributed: pip install 'backprop-autograder[cluster]'\n" in said


@pytest.mark.parametrize("count", ["0", "-1", "65", "two", "1.5"])
def test_so_many_workers_are_none(capsys: pytest.CaptureFixture[str], count: str) -> None:
    with pytest.raises(SystemExit):
        main(["grade", NAME, "--workers", count])
    assert "--workers: must be a whole number from 1 to 64" in capsys.readouterr().err


def test_without_the_option_nothing_of_dask_is_loaded(course_copy: Path) -> None:
    """Also where course.toml names a scheduler, and the option says that it is this machine."""
    answer = course_copy / "solutions" / NAME / f"{NAME}.py"
    add(course_copy, '\n[grading]\nscheduler = "tls://there:1"\n')
    told = ["grade", NAME, str(answer), "--course", str(course_copy), "--scheduler", "none"]
    done = subprocess.run(
        [sys.executable, "-c", NO_DASK, *told], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[0] == "1 graded."


def test_an_address_that_can_be_bound_need_not_be_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "bind", lambda *_: None)  # as with ip_nonlocal_bind
    assert not is_private("tcp://10.1.2.3:1") and not is_private("tcp://[2001:db8::1]:1")
    assert is_private("tcp://127.0.0.2:1")
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("192.0.2.1", 1))  # which fails on a machine without a network
        assert is_private(f"tcp://{asked.getsockname()[0]}:1")


def test_which_addresses_are_safe() -> None:
    assert is_private("tls://10.1.2.3:1") and is_private("tcp://127.0.0.1:1")
    assert is_private("tcp://localhost:1")
    assert not is_private("tcp://10.1.2.3:1") and not is_private("tcp://192.0.2.7:8786")
    assert not is_private("tcp://no-such-host.invalid:1") and not is_private("ws://10.1.2.3:1")
