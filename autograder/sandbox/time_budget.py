"""The time that a submission may take: for cells, for calls, and for cells that run again."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from autograder.sandbox.calls import Outcome
from autograder.sandbox.inside.stopwatch import Stopwatch, own_sample
from autograder.sandbox.limits import Limits
from autograder.sandbox.lost import Lost, limit_reached

#: A machine under load may need long to fork; that is never the student's fault.
START_SECONDS = 30.0
#: How often, at the least, time is charged to what is running.
TICK_SECONDS = 0.05
#: How long a process may be stopped, and how much time the machine may keep from it in all: then
#: its call is made again, in another one.
STOPPED_SECONDS, TAKEN_SECONDS = 10.0, 300.0
#: An answer that takes the grader longer counts with its CPU time only.
ANSWER_SECONDS = 1.0
#: So often a limit is put off for a process that seems to wait for a processor.
MAX_PUT_OFF = 100
#: What a process is at that is not ready yet: nothing of the submission's.
READY = "ready"
PAUSED = "the machine, or the grader, stood still until a limit was reached"
#: What time is charged to: the cells, which run once; the calls; and cells that run again.
CELLS, CALLS, AGAIN = "cells", "calls", "again"
#: Running cells again may take so many times as long as a submission has for them.
MAX_AGAIN = 3
#: What a process that is lost in a cell costs at the least.
LOST_SECONDS = 0.1
#: The seconds that are left of each account, and those of each function or cell.
UsedTime = tuple[Mapping[str, float], Mapping[str, float]]


class TimeBudget:
    """The seconds of one submission, in three accounts. Which one is charged depends on the cell
    and statement that are running: what ran before is run again for the grader."""

    def __init__(self, limits: Limits, positions: Mapping[str, int], contained: bool) -> None:
        """``positions`` are those of the submission's own cells, by name. Nobody but the machine
        can have stopped a ``contained`` process."""
        self._limits, self._positions = limits, positions
        self._certain = contained and not limits.processes
        total = limits.total_seconds
        self._left = {CELLS: total, CALLS: total, AGAIN: MAX_AGAIN * total}
        self._seconds: defaultdict[str, float] = defaultdict(float)
        #: The cell and statement that are running, and the last ones that ever ran.
        self._here = self._furthest = (-1, 0)
        #: From where on there was no time for more than definitions.
        self._full: tuple[int, int] | None = None
        #: The seconds of functions that have some by themselves.
        self._own: Mapping[str, float] = {}
        self._put_off = 0
        self._answers = Stopwatch(own_sample, own=True)

    @property
    def is_over(self) -> bool:
        """Whether there is no time left for calls."""
        return self._left[CALLS] <= 0

    def used(self) -> UsedTime:
        """What is left, and what was counted, until now."""
        return dict(self._left), dict(self._seconds)

    def restore(self, used: UsedTime) -> None:
        """Go on from what was there earlier."""
        left, seconds = used
        self._left = dict(left)
        self._seconds.clear()
        self._seconds.update(seconds)

    def extend(self) -> None:
        """Count every function anew, and give calls as much as two functions need, from what there
        is for cells that run again."""
        self._seconds.clear()
        added = min(2 * self._limits.seconds - self._left[CALLS], self._left[AGAIN])
        if added > 0:
            self._left[CALLS] += added
            self._left[AGAIN] -= added

    def allow(self, own: Mapping[str, float]) -> None:
        """Give functions seconds by themselves, counted anew, in the place of what they have for
        all their calls; no account is charged. This ends when it is called again."""
        self._own = own
        for name in own:
            self._seconds[name] = 0.0

    def begin(self, name: str) -> None:
        """Count the time of a function or cell anew."""
        self._seconds[name] = 0.0

    def is_cell(self, name: str) -> bool:
        """Whether it is one of the submission's own cells."""
        return name in self._positions

    def begin_statement(self, name: str, number: int) -> None:
        """Begin to count the time of a cell's statement, if another one was running until now."""
        here = self._positions[name], number
        if here != self._here:
            self._here = here
            self._seconds[name] = 0.0

    def end_cell(self, at: int) -> None:
        """Go on to the next cell."""
        self._here = (at + 1, 0)

    def end_cells(self, count: int) -> None:
        """Note that all cells have run."""
        self._furthest = max(self._furthest, (count, 0))

    def definitions_from(self, at: int) -> int:
        """From which statement of a cell on there is time for definitions only; -1 for none."""
        if self._full is None or at < self._full[0]:
            return -1
        return max(0, self._full[1]) if at == self._full[0] else 0

    def charge(self, name: str, seconds: float) -> None:
        """Charge what is running."""
        self._seconds[name] += seconds
        if name != READY and name not in self._own:
            self._left[self._account(name)] -= seconds

    def charge_loss(self, name: str, at: int, number: int) -> str:
        """Charge a process that was lost at a statement of the cell at a position. Where that uses
        up an account for cells, only definitions run from there on, and it is that account."""
        self._here = (at, number)
        account = self._account(name)
        self._left[account] -= LOST_SECONDS
        if self._left[account] > 0 or account == CALLS:
            return ""
        self._full = (at, number) if account == CELLS else (0, -1)
        return account

    @contextlib.contextmanager
    def answering(self, name: str) -> Iterator[None]:
        """Charge what the grader takes to answer."""
        self._answers.start()
        yield
        self.charge(name, self._answers.lap(ANSWER_SECONDS))

    def seconds_left(self, name: str, watch: Stopwatch, heard: bool = False) -> float:
        """How long something may still run, of which ``watch`` measures the time; raises `Lost`
        when it may not. What was just ``heard`` had a processor: its limit is not put off."""
        if watch.stopped > STOPPED_SECONDS or watch.taken > TAKEN_SECONDS:
            what = "stopped" if watch.stopped else "kept from the processor"
            fault = f"the process that ran it was {what} from outside for too long"
            outcome = Outcome("crashed", message="was kept from running")
            raise Lost(outcome, name, fault=fault, certain=self._certain)
        left = self._time(name)
        if left <= 0:  # by what was measured until now
            watch.start()
            self.charge(name, watch.lap(TICK_SECONDS, settle=True))
            left = self._time(name)
        if left > 0:
            return left
        if watch.waits and not heard and self._put_off < MAX_PUT_OFF:
            self._put_off += 1  # what it waited for is known when it runs again
            return TICK_SECONDS
        limits = replace(self._limits, seconds=self._own.get(name, self._limits.seconds))
        is_own = name in self._own or self._left[self._account(name)] > 0
        outcome = limit_reached(limits, "seconds" if is_own else "total", "timeout")
        raise Lost(outcome, name, fault=PAUSED if watch.gap else "")

    def _time(self, name: str) -> float:
        if name == READY:
            return START_SECONDS - self._seconds[name]
        if name in self._own:
            return self._own[name] - self._seconds[name]
        account = self._account(name)
        # What ended in time may take a little longer when it runs again.
        most = self._limits.seconds * (2 if account == AGAIN else 1)
        return min(most - self._seconds[name], self._left[account])

    def _account(self, name: str) -> str:
        """Whose time it is. What ran before is run again for the grader, and costs nothing."""
        if name not in self._positions or (self._full is not None and self._here >= self._full):
            return CALLS
        if self._here < self._furthest:
            return AGAIN
        self._furthest = self._here
        return CELLS
