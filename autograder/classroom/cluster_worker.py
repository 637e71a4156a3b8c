"""What a Dask worker is asked to do: say its version, start a grading process, pass batches to it.

The functions run in the worker's own event loop, called by the name of this module, which therefore
has to be the same on both sides. They never raise: what they were given would stand in a log.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import platform
import socket
import subprocess
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from autograder.files import scratch_folder
from autograder.sandbox import interpreter
from autograder.version import VERSION

Value = TypeVar("Value")
_PROGRAM = "from autograder.classroom.cluster_host import main; main()"
#: The seconds in which a grading process that has nothing more to do ends by itself.
_PATIENCE = 5.0


class Versions(NamedTuple):
    """What two machines must have in common to give the same report."""

    autograder: str
    python: str
    numpy: str


class Sealed(NamedTuple):
    """Bytes that no log shows."""

    data: bytes

    def __repr__(self) -> str:
        return f"<{len(self.data)} bytes>"


class Answer(NamedTuple):
    """What a grading process answered; or, without ``data``, how it ``ended``; "" if there is
    none."""

    data: bytes = b""
    ended: str = ""


@cache
def versions() -> Versions:
    """Those of this machine; that of the package has a digest of its files, since two copies of one
    version may differ."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    python = ".".join(platform.python_version_tuple()[:2])
    return Versions(f"{VERSION} ({digest.hexdigest()[:8]})", python, np.__version__)


async def greet() -> tuple[str, ...]:
    """The versions here, as plain text."""
    return tuple(await _apart(versions))


async def prepare(run: str, parcel: Sealed, processes: int) -> Answer:
    """Start the grading process of a run, and give it a pickled `Parcel`; its first answer."""
    forget(run)

    def start() -> Answer:
        try:
            host = _hosts[run] = _Host(processes)
        except OSError as error:
            return Answer(ended=f"it did not start: {error.strerror}")
        return host.ask(parcel.data)

    return await _apart(start)


async def grade(run: str, batch: Sealed) -> Answer:
    """The outcomes of a batch of pickled jobs."""
    host = _hosts.get(run)
    return Answer() if host is None else await _apart(lambda: host.ask(batch.data))


async def end(run: str) -> None:
    """End the grading process of a run."""
    forget(run)


def forget(run: str) -> None:
    """End the grading process of a run, without waiting for it."""
    host = _hosts.pop(run, None)
    if host is not None:
        threading.Thread(target=host.close, daemon=True).start()


_hosts: dict[str, _Host] = {}


class _Host:
    """A grading process beside this one. It ends when this one does: its socket closes."""

    def __init__(self, processes: int) -> None:
        self._lock = threading.Lock()
        self._opened = ExitStack()
        self._socket, theirs = socket.socketpair()
        self._connection = Connection(os.dup(self._socket.fileno()))
        with theirs, self._opened:
            from autograder.classroom.parcel import place_in_memory

            folder = self._opened.enter_context(scratch_folder(place_in_memory()))
            told = (str(theirs.fileno()), str(folder), str(processes))
            self._process = subprocess.Popen(
                interpreter.python(_PROGRAM, *told),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                cwd="/",
                env={**_environment(), "OPENBLAS_NUM_THREADS": "1"},
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C in the worker's terminal is the worker's
            )
            self._opened = self._opened.pop_all()

    def ask(self, data: bytes) -> Answer:
        """Send what is pickled already; the answer, which is not unpickled here."""
        with self._lock:
            try:
                self._connection.send_bytes(data)
                return Answer(self._connection.recv_bytes())
            except (EOFError, OSError):
                return Answer(ended=self._end())

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # also wakes whoever waits for an answer
        self._end()

    def _end(self) -> str:
        try:
            status = self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._opened.close()  # removes its folder, if it could not
        self._connection.close()
        self._socket.close()
        return f"signal {-status}" if status < 0 else f"exit status {status}"


def _environment() -> dict[str, str]:
    """The worker's own environment, without what Dask was told there, as of keys."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DASK")}


async def _apart(function: Callable[[], Value]) -> Value:
    """Call a function in a thread that nobody waits for at the worker's end."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Value] = loop.create_future()

    def settle(value: Value) -> None:
        if not done.done():
            done.set_result(value)

    def call() -> None:
        value = function()
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, value)

    threading.Thread(target=call, daemon=True).start()
    return await done
