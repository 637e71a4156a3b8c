"""nbgrader's commands, each in a fork of a process that has loaded nbgrader and does nothing else.

To load it takes a second of a core, far longer than most commands. Everything but that is as where
a shell starts ``python -m nbgrader``: folder, environment, user, streams, and the process's end.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

#: The most bytes of what is asked: arguments and an environment.
MOST = 1_000_000
#: Far more seconds than any command takes.
HANGS_SECONDS = 300


@dataclass(frozen=True)
class User:
    """Who runs a command: see `tests.helpers.users.become`."""

    uid: int
    accounts: Path
    shown: Mapping[Path, Path]


@dataclass
class Command:
    """A command that was started. What it says is kept in files, and its end told in a pipe."""

    arguments: Sequence[str]
    stdout: IO[str]
    stderr: IO[str]
    status: int

    def wait(self) -> subprocess.CompletedProcess[str]:
        """Wait for its end."""
        with os.fdopen(self.status) as told, self.stdout, self.stderr:
            assert select.select([told], [], [], HANGS_SECONDS)[0], f"{self.arguments} hangs"
            code = int(told.read())
            self.stdout.seek(0)
            out = self.stdout.read()
            if self.stderr is self.stdout:
                return subprocess.CompletedProcess(self.arguments, code, out)
            self.stderr.seek(0)
            return subprocess.CompletedProcess(self.arguments, code, out, self.stderr.read())


def run(
    arguments: Sequence[str], cwd: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run one of nbgrader's commands, and keep what it says."""
    return start(arguments, cwd, environment).wait()


def start(
    arguments: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str],
    user: User | None = None,
    together: bool = False,
) -> Command:
    """Start one of nbgrader's commands; ``together`` has its two streams in one file."""
    out = tempfile.TemporaryFile("w+")  # noqa: SIM115
    err = out if together else tempfile.TemporaryFile("w+")  # noqa: SIM115
    reading, writing = os.pipe()
    asked: dict[str, Any] = {
        "arguments": [*arguments],
        "cwd": str(cwd),
        "environment": {**environment},
    }
    if user:
        shown = [[str(at), str(it)] for at, it in user.shown.items()]
        asked |= {"uid": user.uid, "accounts": str(user.accounts), "shown": shown}
    server = _server()
    socket.send_fds(server, [json.dumps(asked).encode()], [out.fileno(), err.fileno(), writing])
    os.close(writing)
    return Command(arguments, out, err, reading)


@functools.cache
def _server() -> socket.socket:
    """The way to the process that has loaded nbgrader, which ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST)
    command = [sys.executable, "-W", "ignore", "-m", "tests.helpers.loaded"]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(command, stdin=theirs, cwd=root)
    theirs.close()

    def end() -> None:
        ours.close()
        process.terminate()
        process.wait()

    atexit.register(end)
    return ours


def _serve(asking: socket.socket) -> None:
    """Fork for each command; returns in the fork that is one."""
    signal.signal(signal.SIGCHLD, lambda *about: _reap())
    while True:
        data, given, *_ = socket.recv_fds(asking, MOST, 3)
        if not data:
            sys.exit()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asking.close()
            out, err, status = given
            command = os.fork()
            if command == 0:
                os.close(status)
                _become(json.loads(data), out, err)
                return
            _, ended = os.waitpid(command, 0)
            os.write(status, str(os.waitstatus_to_exitcode(ended)).encode())
            os._exit(0)
        for each in given:
            os.close(each)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become(asked: dict[str, Any], out: int, err: int) -> None:
    """What a shell and Python do before a module begins."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for given, stream in ((nothing, 0), (out, 1), (err, 2)):
        if given != stream:
            os.dup2(given, stream)
            os.close(given)
    os.chdir(asked["cwd"])
    if "uid" in asked:
        shown = {Path(at): Path(it) for at, it in asked["shown"]}
        users.go_on_as(asked["uid"], Path(asked["accounts"]), shown)
        os.umask(0o022)
    os.environ.clear()
    os.environ.update(asked["environment"])
    tempfile.tempdir = None  # which is in the environment
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    sys.path[0] = asked["cwd"]
    sys.argv[:] = ["nbgrader", *asked["arguments"]]


if __name__ == "__main__":
    import nbgrader.apps  # noqa: F401

    from tests.helpers import users

    gc.freeze()
    with socket.socket(fileno=0) as asking:
        _serve(asking)
    runpy.run_module("nbgrader", run_name="__main__", alter_sys=True)
