"""The grader's end of the pipes: one submission, one worker process, one outcome per call."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType

import msgspec

from autograder.calls import Call, Outcome
from autograder.submission import Cell
from autograder.wire import (
    HEADER_BYTES,
    CellMessage,
    WireError,
    calls_message,
    decode_outcome,
    frame_bytes,
    frame_length,
)

#: What contains the worker, as the report names it.
CONTAINMENT = "separate process"
#: A machine under load may need long to start an interpreter; that is never the student's fault.
START_SECONDS = 60.0
NOT_CALLED = ""


class WorkerFault(Exception):
    """The worker could not be started: a fault of the machine, never of the submission."""


class Worker:
    """Runs one submission in a process of its own; usable as a context manager."""

    def __init__(self, cells: Sequence[Cell], seconds: float, memory_bytes: int) -> None:
        """Prepare to run ``cells``; each cell and each function gets ``seconds`` of wall time."""
        self._cells = list(cells)
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._spent: dict[str, float] = {}
        self._given_up: dict[str, Outcome] = {}
        self._lost_cells: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="autograder-")
        #: What came of each cell that failed, by its position.
        self.cell_failures: dict[int, Outcome] = {}

    def __enter__(self) -> Worker:
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._kill()
        self._folder.cleanup()

    def __call__(self, calls: Sequence[Call]) -> list[Outcome]:
        """Make the calls; one outcome per call, in order, whatever happens."""
        outcomes: dict[int, Outcome] = {}
        while True:
            try:
                self._attempt(calls, outcomes)
            except _Lost as lost:
                # Each loss gives up one more function, so that this ends; a worker that is lost
                # at nothing in particular gives up all of them.
                new = lost.what != NOT_CALLED and lost.what not in self._given_up
                for name in [lost.what] if new else {call.function for call in calls}:
                    self._given_up.setdefault(name, lost.outcome)
                self._start()
                if all(call.function in self._given_up for call in calls):
                    return [
                        outcomes.get(position, self._given_up[call.function])
                        for position, call in enumerate(calls)
                    ]
            else:
                return [outcomes[position] for position in range(len(calls))]

    def _attempt(self, calls: Sequence[Call], outcomes: dict[int, Outcome]) -> None:
        """Send the whole batch, since later calls build on earlier ones, and keep what is new."""
        sent = [
            replace(call, function=NOT_CALLED) if call.function in self._given_up else call
            for call in calls
        ]
        self._send(calls_message(sent))
        for position, (call, asked) in enumerate(zip(calls, sent, strict=True)):
            outcome = self._receive(asked.function)
            outcomes.setdefault(position, self._given_up.get(call.function, outcome))

    def _start(self) -> None:
        """Start a process and run the cells in it, leaving out those that took one down."""
        while True:
            self._kill()
            self._spawn()
            try:
                self._run_cells()
            except _Lost:
                continue
            return

    def _run_cells(self) -> None:
        for position, cell in enumerate(self._cells):
            if position in self._lost_cells:
                continue
            name = f"cell at {position}"
            self._spent.pop(name, None)
            try:
                self._send(CellMessage(cell.source, cell.label, cell.first_line))
                outcome = self._receive(name)
            except _Lost as lost:
                self._lost_cells.add(position)
                self.cell_failures[position] = lost.outcome
                raise
            if not outcome.returned:
                self.cell_failures[position] = outcome

    def _spawn(self) -> None:
        command = [sys.executable, "-s", "-P", "-B", "-m", "autograder.sandbox.process"]
        try:
            self._process = subprocess.Popen(
                [*command, str(self._memory_bytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._folder.name,
                env=_ENVIRONMENT,
                start_new_session=True,
            )
            assert self._process.stdin is not None
            os.set_blocking(self._process.stdin.fileno(), False)
            self._read_outcome(time.monotonic() + START_SECONDS)
        except (OSError, _Lost) as error:
            raise WorkerFault(f"the worker process did not start ({error})") from error

    def _kill(self) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        # Not communicate(): a child that left the group may hold the pipes open.
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.wait()
        self._process = None

    def _send(self, message: msgspec.Struct) -> None:
        assert self._process is not None and self._process.stdin is not None
        descriptor = self._process.stdin.fileno()
        rest = memoryview(frame_bytes(message))
        deadline = time.monotonic() + self._seconds
        while rest:
            _wait(descriptor, selectors.EVENT_WRITE, deadline)
            try:
                rest = rest[os.write(descriptor, rest) :]
            except BrokenPipeError:
                return  # reading then says how it ended

    def _receive(self, what: str) -> Outcome:
        """Wait for the next outcome, on the time of the function (or cell) it belongs to."""
        started = time.monotonic()
        spent = self._spent.get(what, 0.0)
        try:
            return self._read_outcome(started + self._seconds - spent)
        except _Lost as lost:
            lost.what = what
            raise
        finally:
            self._spent[what] = spent + time.monotonic() - started

    def _read_outcome(self, deadline: float) -> Outcome:
        try:
            header = self._read(HEADER_BYTES, deadline)
            return decode_outcome(self._read(frame_length(header), deadline))
        except WireError as error:
            raise _Lost(Outcome("crashed", message=f"sent {error}")) from None

    def _read(self, count: int, deadline: float) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        parts: list[bytes] = []
        while count:
            _wait(descriptor, selectors.EVENT_READ, deadline)
            part = os.read(descriptor, min(count, 1 << 20))
            if not part:
                raise _Lost(Outcome("crashed", message=_ending(self._process.wait())))
            parts.append(part)
            count -= len(part)
        return b"".join(parts)


class _Lost(Exception):
    """The worker is of no more use; ``outcome`` says why, ``what`` was running."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome
        self.what = ""


_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # The same submission must give the same report: sets of strings keep their order.
    "PYTHONHASHSEED": "0",
}


def _wait(descriptor: int, event: int, deadline: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, event)
        if not selector.select(max(0.0, deadline - time.monotonic())):
            raise _Lost(Outcome("timeout"))


def _ending(status: int) -> str:
    """How a process ended, in words."""
    if status >= 0:
        return f"ended its process (exit status {status})"
    try:
        return f"brought its process down ({signal.Signals(-status).name})"
    except ValueError:
        return f"brought its process down (signal {-status})"
