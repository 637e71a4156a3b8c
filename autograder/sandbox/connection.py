"""The grader's pipes to one process of a submission: bytes in and out, on the time of what is
running there."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable

from autograder.sandbox.calls import Outcome
from autograder.sandbox.fork_server import Child, Ended
from autograder.sandbox.inside.stopwatch import Descendants, Stopwatch
from autograder.sandbox.limits import MAX_THREADS, Limits
from autograder.sandbox.lost import Lost, ending, limit_reached
from autograder.sandbox.quotas import Quotas
from autograder.sandbox.signals import OWN_SIGNALS, signal_text
from autograder.sandbox.time_budget import READY, TICK_SECONDS, TimeBudget
from autograder.sandbox.wire.frames import HEADER_BYTES, frame_lengths

#: So many bytes are kept of what all cells print.
MAX_KEPT = 200_000
#: Names the function or cell that is running.
Running = Callable[[], str]


class Connection:
    """Holds a process from its fork to its end. Raises `Lost` when it is of no more use."""

    def __init__(
        self, child: Child, limits: Limits, budget: TimeBudget, quotas: Quotas, contained: bool
    ) -> None:
        """Begin with a ``child`` that was forked just now. Nothing that is ``contained`` can send
        signals to it."""
        self.child = child
        self.budget, self.quotas = budget, quotas
        self._limits, self._contained = limits, contained
        #: Whether this machine has less memory than the process may take.
        self.lacks_memory = False
        #: What is printed, where it is kept.
        self.kept: bytearray | None = None
        self._has_ended = False
        self._request = memoryview(b"")
        self._buffer = bytearray()
        self._events = select.poll()
        for descriptor in (child.outcomes, child.printed):
            self._events.register(descriptor, select.POLLIN)
        self._stopwatch = Stopwatch(Descendants(child.server))
        self._forked, self._own = time.monotonic(), time.thread_time()
        budget.begin(READY)

    def end(self, patience: bool = False) -> Ended:
        """End the process, if it has not ended; see `Child.end`."""
        if self._has_ended:
            return Ended()
        self._has_ended = True
        return self.child.end(patience)

    def has_more(self) -> bool:
        """Whether the process sent something that nobody asked for."""
        return not self._has_ended and (bool(self._buffer) or self.child.has_more())

    @property
    def is_sent(self) -> bool:
        """Whether the process has taken all that was sent."""
        return not self._request

    def send(self, frame: bytes) -> None:
        """Send a request or an answer: as much as the pipe takes now, and the rest while waiting
        for what comes of it."""
        self._own = time.thread_time()
        self._request = memoryview(frame)
        self._write()

    def frame(self, name: str, running: Running) -> tuple[bytes, bytes]:
        """The two parts of the next frame, taken only when they are within the limits of the
        function or cell of that name."""
        self._fill(HEADER_BYTES, running)
        length, data_length = frame_lengths(self._buffer)
        self.quotas.add_returned(name, length, data_length)
        end = HEADER_BYTES + length
        self._fill(end + data_length, running)
        with memoryview(self._buffer) as view:
            parts = bytes(view[HEADER_BYTES:end]), bytes(view[end : end + data_length])
        del self._buffer[: end + data_length]
        return parts

    def require_time(self, name: str, heard: bool = False) -> float:
        """How long something may still run; see `TimeBudget.seconds_left`."""
        return self.budget.seconds_left(name, self._stopwatch, heard)

    def read_printed(self, name: str) -> int:
        """Take some of what was printed; the number of bytes."""
        try:
            part = os.read(self.child.printed, 1 << 16)
        except BlockingIOError:
            return 0
        if self.kept is not None:
            self.kept += part[: MAX_KEPT - len(self.kept)]
        if not part:
            with contextlib.suppress(KeyError):
                self._events.unregister(self.child.printed)
        self.quotas.add_printed(name, len(part))
        return len(part)

    def _fill(self, count: int, running: Running) -> None:
        while len(self._buffer) < count:
            self._wait(running)

    def _wait(self, running: Running) -> None:
        """Read and write what can be, on the time of what is running."""
        name = running()
        if self.budget.is_cell(name):
            self.budget.begin_statement(name, self.child.statement()[0])
        most = min(self.require_time(name), TICK_SECONDS)
        self._stopwatch.start()
        ready = {fd for fd, _ in self._events.poll(most * 1000)}
        # What it sends piece by piece costs the grader time, which is charged as well.
        before, self._own = self._own, time.thread_time()
        self.budget.charge(name, self._stopwatch.lap(most) + self._own - before)
        if self.child.printed in ready:
            self.read_printed(name)
        if self.child.outcomes in ready:
            part = os.read(self.child.outcomes, 1 << 18)
            if not part:
                raise self._how_it_ended(running())
            self._buffer += part
        elif self.child.requests in ready:
            # Never ahead of what came: that is no answer to what is not sent yet.
            self._write()

    def _write(self) -> None:
        """Write as much of what is to be sent as the pipe takes at once."""
        try:
            self._request = self._request[os.write(self.child.requests, self._request) :]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._request = memoryview(b"")  # reading then says how it ended
        if self._request:
            self._events.register(self.child.requests, select.POLLOUT)
        else:
            with contextlib.suppress(KeyError):
                self._events.unregister(self.child.requests)

    def _how_it_ended(self, name: str) -> Lost:
        """Why there is nothing more to read while something was running."""
        ended = self.end(patience=True)
        number = -(ended.status or 0)
        outcome = Outcome("crashed", message=ending(ended.status or 0))
        certain = self._contained
        if number in (signal.SIGXCPU, signal.SIGKILL) and self._may_have_computed():
            # The kernel does not measure closely, and a submission may know when it does.
            outcome, certain = limit_reached(self._limits, "cpu", "timeout"), False
            if ended.cpu_seconds > 0.5 * self._limits.cpu_seconds and not self._stopwatch.gap:
                return Lost(outcome, name)
        fault = ""
        if ended.status is None:
            fault = "the fork server that ran it was ended from outside"
        elif number > 0 and number not in OWN_SIGNALS and not ended.killed:
            fault = f"its process was ended from outside ({signal_text(number)})"
        return Lost(outcome, name, fault=fault, certain=certain)

    def _may_have_computed(self) -> bool:
        """Whether a process is old enough to have used up its CPU time."""
        lived = time.monotonic() - self._forked
        most = min(1 + self._limits.processes + MAX_THREADS, os.cpu_count() or 1)
        return lived * most > 0.9 * self._limits.cpu_seconds
