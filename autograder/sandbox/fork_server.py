"""The grader's hold on a fork server: start it, have it fork, see how a child ended."""

from __future__ import annotations

import array
import contextlib
import fcntl
import json
import mmap
import os
import select
import signal
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from os.path import abspath, realpath
from pathlib import Path
from typing import Any, NamedTuple

from autograder.files import scratch_folder
from autograder.sandbox import interpreter
from autograder.sandbox.inside.containment import ALL_LEVELS, library_folders, require_apart
from autograder.sandbox.levels import LEVELS, NONE, NotContained, WorkerFault, require_linux
from autograder.sandbox.limits import MAX_THREADS, Limits

START_SECONDS = 60
#: How long the server may take to end a child, and then to end.
END_SECONDS, CLOSE_SECONDS = 10, 2.0
MEGABYTE = 1_000_000
#: What a message says of its sender, and who that is: process, user, group.
_SCM_CREDENTIALS, _SENDER = 2, struct.Struct("iII")
_PROGRAM = "from autograder.sandbox.inside.server import main; main()"
_ENVIRONMENT = {
    # More threads would each take address space, and may not be started everywhere.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # Threads of a submission would each reserve a part of its address space.
    "MALLOC_ARENA_MAX": "1",
    # The same submission must give the same report: sets of strings keep their order.
    "PYTHONHASHSEED": "0",
    "LC_ALL": "C.UTF-8",
    "HOME": "/scratch",
    "USER": "student",
    "TMPDIR": "/scratch",
    "MPLBACKEND": "Agg",
}


class ForkServer(AbstractContextManager["ForkServer"]):
    """A warm, contained process that forks one child for each submission.

    Usable as a context manager. One submission at a time; each thread or process has its own.
    """

    def __init__(
        self,
        limits: Limits,
        levels: Sequence[str] = LEVELS,
        private: Iterable[Path] = (),
        data: Sequence[Path] = (),
    ) -> None:
        """Start on the first of ``levels`` that this machine has; raises `NotContained` when it has
        none of them, and `WorkerFault` when it does not start at all.

        What is ``private``, files and folders, cannot be read from inside, or it does not start.
        Copies of the ``data`` files can be read in the folder in which a submission runs.
        """
        self._opened = contextlib.ExitStack()
        self._files = {path.name: path.read_bytes() for path in data}
        self._data = ""
        if self._files:
            self._data = str(self._opened.enter_context(scratch_folder()))
            os.chmod(self._data, 0o755)  # noqa: S103  (whoever a submission runs as)
            self._write_data()
        self.limits = limits
        self._levels = list(levels)
        self._private = sorted({f(path) for path in private for f in (abspath, realpath)})
        self._process: subprocess.Popen[bytes] | None = None
        #: The process that forks, as it is called here.
        self.process_id = 0
        #: The level that holds, and why the ones above it do not.
        self.containment = ""
        self.refused: Mapping[str, str] = {}
        self._start()

    def __exit__(self, *about: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server, and with it every child, for good."""
        self._end()
        self._opened.close()

    def _end(self) -> None:
        if self._process is not None:
            self._control.close()
            process_file = os.pidfd_open(self._process.pid)
            if not select.select([process_file], [], [], CLOSE_SECONDS)[0]:
                os.killpg(self._process.pid, signal.SIGKILL)  # one of its processes was stopped
            os.close(process_file)
            self._process.wait()
            self._complaints.close()
            self._process = None

    def fork(self) -> Child:
        """A fresh child, which answers a first time when it is ready."""
        if self.containment == NONE:
            self._write_data()  # nothing kept the one before from changing them
        for attempt in (1, 2):
            try:
                return Child(self._control, self.process_id)
            except OSError as error:
                if attempt == 2 or isinstance(error, OutOfFiles):
                    raise WorkerFault(f"no worker could be forked ({error})") from error
                self._end()  # something ended it: memory ran out, or somebody killed it
                self._start()
        raise AssertionError

    def _write_data(self) -> None:
        for name, content in self._files.items():
            path = Path(self._data, name)
            path.unlink(missing_ok=True)
            path.write_bytes(content)
            path.chmod(0o444)

    def _start(self) -> None:
        for attempt in (1, 2):
            ready = self._started()
            if isinstance(ready, dict):
                break
            said = self._said()
            self._end()
            if attempt == 2:  # the first one may have been ended from outside
                raise WorkerFault(f"the fork server did not start{said}")
        self.containment, self.refused = ready["level"] or "", ready["refused"]
        if not self.containment:
            self.close()
            reasons = "; ".join(f"{level}: {why}" for level, why in self.refused.items())
            raise NotContained(
                f"Submissions cannot be contained on this machine ({reasons}). "
                "`autograder doctor` says what would help; --containment none does without.",
                self.refused,
            )

    def _started(self) -> Any:
        """Start the server's program; its first message, or None."""
        require_linux()
        limits = self.limits
        allowance = {
            "memory": int(limits.memory_mb * MEGABYTE),
            "cpu_seconds": max(1, round(limits.cpu_seconds)),
            "processes": int(limits.processes),
            "threads": MAX_THREADS,
            "files": int(limits.files),
            "written": int(limits.written_mb * MEGABYTE),
            "data": self._data,
        }
        if any(level.opens_files for level in ALL_LEVELS if level.name in {*self._levels} - {NONE}):
            require_apart(library_folders(), self._private)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._complaints = tempfile.TemporaryFile(prefix="autograder-")  # noqa: SIM115
        private = os.memfd_create("private", os.MFD_CLOEXEC)
        os.write(private, json.dumps(self._private).encode())
        told = {
            "control": theirs.fileno(),
            "private": private,
            "allowance": allowance,
            "levels": self._levels,
        }
        try:
            self._process = subprocess.Popen(
                interpreter.python(_PROGRAM, json.dumps(told), options=("-s", "-B")),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                cwd="/",
                env=_ENVIRONMENT,
                pass_fds=[theirs.fileno(), private],
                start_new_session=True,
            )
        except OSError as error:
            raise WorkerFault(f"the fork server did not start ({error.strerror})") from error
        finally:
            theirs.close()
            os.close(private)
        self._control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        if not _is_readable(self._control, START_SECONDS):
            return None
        with contextlib.suppress(OSError, ValueError):
            message, about, _, _ = self._control.recvmsg(65_536, socket.CMSG_SPACE(_SENDER.size))
            self._control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
            for _, kind, sender in about:
                if kind == _SCM_CREDENTIALS:
                    # As it is here: in its own namespaces it is the first process.
                    self.process_id, _, _ = _SENDER.unpack(sender)
            return json.loads(message)
        return None

    def _said(self) -> str:
        """The end of what the server complained of."""
        self._complaints.seek(0)
        lines = self._complaints.read(10_000).decode(errors="replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""


class OutOfFiles(OSError):
    """The grader itself has no descriptors left."""


class Ended(NamedTuple):
    """How a submission's process ended: its exit status, negative for a signal, None when the fork
    server had ended before; the CPU seconds that it took; whether the fork server killed it."""

    status: int | None = None
    cpu_seconds: float = 0.0
    killed: bool = False


class Child:
    """A submission's process, seen from the grader: three pipes, a page, and how it ended."""

    def __init__(self, control: socket.socket, server: int) -> None:
        self._control = control
        #: The process that forks it, which has no other child.
        self.server = server
        made: list[int] = []
        try:
            for _ in range(3):
                made += os.pipe()
            theirs_in, self.requests, self.outcomes, theirs_out, self.printed, theirs_printed = made
            theirs_page = os.memfd_create("running", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            made.append(theirs_page)
            os.truncate(theirs_page, mmap.PAGESIZE)
            # A submission that made the page smaller would take the grader down.
            seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
            fcntl.fcntl(theirs_page, fcntl.F_ADD_SEALS, seals)
            self._page = mmap.mmap(theirs_page, mmap.PAGESIZE)
        except OSError as error:
            for descriptor in made:
                os.close(descriptor)
            raise OutOfFiles(error.errno, error.strerror) from error
        theirs = [theirs_in, theirs_out, theirs_printed, theirs_page]
        try:
            packed = array.array("i", theirs)
            control.sendmsg([b"fork"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, packed)])
        except OSError:
            self._close()
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        for descriptor in (self.requests, self.outcomes, self.printed):
            os.set_blocking(descriptor, False)

    def end(self, patience: bool = False) -> Ended:
        """End it. With ``patience`` it may end by itself first, so that the status is its own."""
        self._close()
        with contextlib.suppress(OSError):
            self._control.send(b"wait" if patience else b"kill")
            ended = _receive(self._control, END_SECONDS)
            if isinstance(ended, dict):
                if ended["last"]:
                    self._control.close()  # the next child is forked by a new server
                return Ended(ended["status"], ended["cpu_seconds"], ended["killed"])
            self._control.close()  # a late answer must not be taken for the next child's
        return Ended()

    def at(self) -> int:
        """The number of the cell or call at which it says it is."""
        return int.from_bytes(self._page[:8], "little")

    def statement(self) -> tuple[int, int]:
        """The position of the statement at which it says it is in a cell, -1 where it is at none,
        and the line."""
        number = int.from_bytes(self._page[8:16], "little", signed=True)
        return max(-1, number), int.from_bytes(self._page[16:24], "little")

    def left_threads(self) -> int:
        """The number of the first call after which it says that threads went on; 0 for none."""
        return int.from_bytes(self._page[24:32], "little")

    def has_more(self) -> bool:
        """Whether there is something to read that nobody asked for."""
        try:
            return bool(os.read(self.outcomes, 1))
        except BlockingIOError:
            return False

    def _close(self) -> None:
        for descriptor in (self.requests, self.outcomes, self.printed):
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _receive(control: socket.socket, seconds: int) -> object:
    """The next message of the server, or None when it is gone or silent."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads(control.recv(65_536)) if _is_readable(control, seconds) else None
    return None


def _is_readable(control: socket.socket, seconds: int) -> bool:
    """Whether a message comes in time. Counted second by second, so that none counts in which the
    whole machine, or this process, was stopped."""
    return any(select.select([control], [], [], 1.0)[0] for _ in range(seconds))
