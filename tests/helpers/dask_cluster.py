"""A Dask scheduler and workers, each a process, on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

_DASK = [sys.executable, "-m", "dask"]
_START_SECONDS = 120.0


class DaskCluster:
    """Processes with their files in a folder; all of them end with `close`."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.folder = folder
        self.environment = {**os.environ, **environment, "STARTED_BY": str(folder)}
        self.workers: list[subprocess.Popen[bytes]] = []
        self.file = folder / "scheduler.json"
        told = ["scheduler", "--port", "0", "--scheduler-file", str(self.file), *options]
        self.scheduler = self._start("scheduler", *told, "--host", "127.0.0.1")
        deadline = time.monotonic() + _START_SECONDS
        while not self.file.exists() or not self.file.read_text():
            assert self.scheduler.poll() is None and time.monotonic() < deadline, self.log()
            time.sleep(0.05)
        self.address = str(json.loads(self.file.read_text())["address"])

    def _start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        with open(self.folder / f"{name}.log", "ab") as log:
            return subprocess.Popen(
                [*_DASK, *arguments, "--no-dashboard"],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,
            )

    def add_worker(self, threads: int = 1) -> subprocess.Popen[bytes]:
        """Start a worker, and wait for nothing."""
        told = ["worker", "--scheduler-file", str(self.file), "--nthreads", str(threads)]
        scratch = ["--no-nanny", "--local-directory", str(self.folder)]
        self.workers.append(self._start(f"worker-{len(self.workers)}", *told, *scratch))
        return self.workers[-1]

    def log(self) -> str:
        """What all processes wrote."""
        return "\n".join(path.read_text() for path in self.folder.glob("*.log"))

    def close(self) -> None:
        """End all of them, also those that are stopped."""
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a process as a machine that hangs is stopped."""
    process.send_signal(signal.SIGSTOP)


def go_on(process: subprocess.Popen[bytes]) -> None:
    """Have it continue."""
    process.send_signal(signal.SIGCONT)
