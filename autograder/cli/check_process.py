"""A check in a subprocess: no state reaches the next check, and code that hangs or ends its process
costs only its own check."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from autograder.faults import NOT_DONE, REFUSED
from autograder.report import Report
from autograder.sandbox import interpreter
from autograder.sandbox.signals import signal_text

_KILLED = {-getattr(signal, name, 0) for name in ("SIGKILL", "SIGTERM", "SIGHUP")} - {0}


class NoReport(Exception):
    """A check ended without a report; the message is the reason."""


class Unreadable(NoReport):
    """The file, or one that belongs to it, cannot be read."""


class CheckProcess:
    """One check in a subprocess. One that is killed is made again, once: the kernel kills where
    memory runs out, and a check that does it itself does it again."""

    def __init__(self, path: Path) -> None:
        """Start the check."""
        self._path = path
        self._out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._err: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._again = False
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        for stream in (self._out, self._err):
            stream.seek(0)
            stream.truncate()
        arguments = "check", "--json", "-", "--", str(self._path)
        return subprocess.Popen(
            interpreter.child(interpreter.COMMAND, *arguments, ended_by=signal.SIGKILL),
            env={**os.environ, "PYTHONIOENCODING": "utf-8:backslashreplace"},
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._err,
            start_new_session=True,
        )

    @property
    def done(self) -> bool:
        """Whether the subprocess has ended, for good."""
        status = self._process.poll()
        if status in _KILLED and not self._again:
            self._again = True
            self._process = self._start()
            return False
        return status is not None

    def result(self) -> tuple[Report, str]:
        """The report, and the text on standard error; raises `NoReport` if there is none."""
        out, err = (_read(stream).rstrip() for stream in (self._out, self._err))
        with contextlib.suppress(ValueError):
            return Report.from_json(out.rpartition("\n")[2]), err
        status = self._process.returncode
        if status == 2 and err and not out:
            raise Unreadable(err)
        if status == 1 and err.startswith((REFUSED, NOT_DONE)) and not out:
            raise NoReport(err)
        if not out and os.fstatvfs(self._out.fileno()).f_bavail == 0:
            raise NoReport(f"{tempfile.gettempdir()} has no room for the report. Free some space.")
        how = signal_text(-status) if status < 0 else f"exit status {status}"
        if status in _KILLED:
            raise NoReport(
                f"The check was killed ({how}), and again when it was started again: by the code "
                "itself, by somebody, or because memory ran out."
            )
        raise NoReport(f"The code ended its own process ({how}), so there is nothing to show.")

    def end(self) -> None:
        """Kill the subprocess and its process group."""
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._out.close()
        self._err.close()


def _read(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", "replace")
