"""A command while it runs, with every process that it has started, and what came of it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

SUPERVISOR = Path(__file__).with_name("supervisor.py")
#: So long a command may take before it counts as one that hangs: far beyond what any of them takes.
HANGS_SECONDS = 150.0
#: What no person may ever be shown.
OURS = ("Traceback (most recent call last)", "internal error of autograder", "Exception ignored")


@dataclass(frozen=True)
class Ended:
    """How a command ended: what it said, and the processes that it left."""

    status: int
    said: str
    left: Sequence[str]
    seconds: float

    def complaints(self) -> list[str]:
        """What must not be so, however a command ends."""
        found = [f"it said {words!r}:\n{self.said[-1500:]}" for words in OURS if words in self.said]
        if self.left:
            found.append(f"left running: {self.left}")
        return found


class Running:
    """A command that has been started, in a session of its own."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str],
        prepare: Callable[[], None] | None = None,
        **streams: Any,
    ) -> None:
        """Start it; ``prepare`` is called in its process before."""
        reading, writing = os.pipe()
        self._log = log
        self._began = time.monotonic()
        with open(log, "wb") as said:
            given: dict[str, Any] = {"stdin": -3, "stdout": said, "stderr": said, **streams}
            self._supervisor = subprocess.Popen(
                [sys.executable, "-I", "-S", str(SUPERVISOR), str(writing), *command],
                env=environment,
                pass_fds=[writing],
                preexec_fn=prepare,
                **given,
            )
        os.close(writing)
        self._told: IO[str] = os.fdopen(reading)
        self.pid = int(self._told.readline())

    def send(self, number: int) -> None:
        """What a terminal does: signal the command's whole process group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Signal the command alone."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    @property
    def has_ended(self) -> bool:
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.pid).status() == psutil.STATUS_ZOMBIE
        return True

    def family(self) -> list[tuple[int, psutil.Process]]:
        """What the command has started, each process with how many stand between, and one more."""
        found: list[tuple[int, psutil.Process]] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            depths = {self.pid: 0}
            for process in psutil.Process(self.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    depths[process.pid] = depths.get(process.ppid(), 0) + 1
                    found.append((depths[process.pid], process))
        return found

    def until(self, reached: Callable[[], object]) -> bool:
        """Wait until something is so, or the command has ended; whether it was so."""
        deadline = time.monotonic() + HANGS_SECONDS
        while not self.has_ended and time.monotonic() < deadline:
            if reached():
                return True
            time.sleep(0.02)
        return False

    def wait(self) -> Ended:
        """Wait for its end; one that hangs is killed, and has a status that no command has."""
        try:
            self._supervisor.wait(HANGS_SECONDS)
        except subprocess.TimeoutExpired:
            for _, process in self.family():
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            self.kill()
            self._supervisor.wait()
            self._told.close()
            return Ended(-99, self.said, ["it hung"], time.monotonic() - self._began)
        seconds = time.monotonic() - self._began
        with self._told:
            status, left = json.loads(self._told.readline())
        return Ended(status, self.said, left, seconds)

    @property
    def said(self) -> str:
        """Everything that it has printed so far."""
        return self._log.read_text(errors="replace")
