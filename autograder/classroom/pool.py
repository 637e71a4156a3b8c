"""A pool of grading processes, which survives the crash of any of them."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from autograder import interrupts
from autograder.faults import Fault
from autograder.sandbox import linux

Item = TypeVar("Item")
Result = TypeVar("Result")
#: The items queued in each process, so that it has work while results of the others are
#: recorded, which may take long on a slow disk.
AHEAD = 4
#: The threshold of the garbage collector: grading makes many objects and few cycles.
GARBAGE = 20_000


class ProcessEnded(Fault):
    """A grading process ended before it returned a result: a fault of the machine."""


class Pool(AbstractContextManager["Pool[Item, Result]"], Generic[Item, Result]):
    """Processes that are forked at once, before any thread is started; a context manager."""

    def __init__(
        self,
        work: Callable[[Item], Result],
        size: int,
        prepare: Callable[[], None] = lambda: None,
        seconds: float = 0.0,
    ) -> None:
        """Fork ``size`` processes. Each calls ``prepare``, then ``work`` for each item; neither may
        raise. The kernel ends a process that takes more ``seconds`` of CPU time for an item, unless
        that is 0."""
        self._work = work
        self._prepare = prepare
        self._seconds = seconds
        #: How many items were given to another process, since theirs had ended.
        self.repeated = 0
        # Keeps memory shared after the fork: the collector would touch, and so copy, all objects.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE)
        # Not the default everywhere: a spawned process would start Python again.
        self._context = multiprocessing.get_context("fork")
        self._processes = [self._fork(cpu) for cpu in _cores(size)]

    def __exit__(self, *about: object) -> None:
        for process in self._processes:
            process.end()

    def results(self, items: Sequence[Item]) -> Iterator[tuple[int, Result | ProcessEnded]]:
        """The results as they come, each with the position of its item.

        An item whose process ends is retried once in another process, but for one that takes too
        long, as it would again.
        """
        left = deque(enumerate(items))
        retried: set[int] = set()
        for _ in range(len(items)):
            done: tuple[int, Result | ProcessEnded] | None = None
            while done is None:
                self._hand_out(left)
                busy = {
                    process.connection: process for process in self._processes if process.pending
                }
                ready = wait([*busy, *interrupts.to_wait_for()])
                if isinstance(ready[0], Connection):  # else a signal came
                    done = self._receive(busy[ready[0]], left, retried)
            yield done

    def _hand_out(self, left: deque[tuple[int, Item]]) -> None:
        for _ in range(AHEAD):
            for process in self._processes:
                if left and len(process.pending) < AHEAD:
                    process.give(*left.popleft())

    def _receive(
        self,
        process: _Process[Item],
        left: deque[tuple[int, Item]],
        retried: set[int],
    ) -> tuple[int, Result | ProcessEnded] | None:
        try:
            position, result = process.connection.recv()
        except (EOFError, OSError):
            how = process.end()
            self._processes[self._processes.index(process)] = self._fork(process.cpu)
            position, _ = process.pending[0]
            took_long = how == signal.SIGPROF.name
            if position not in retried and not took_long:
                retried.add(position)
                self.repeated += 1
                left.extendleft(reversed(process.pending))
                return None
            process.pending.popleft()
            left.extendleft(reversed(process.pending))
            why = f"the processes that graded it ended ({how})"
            if took_long:
                why = f"it takes the grader more than {self._seconds:g} seconds; look at its files"
            return position, ProcessEnded(why)
        process.pending.popleft()
        return position, result

    def _fork(self, cpu: int | None) -> _Process[Item]:
        return _Process(self._context, self._work, self._prepare, cpu, self._seconds)


class _Process(Generic[Item]):
    """One process, and its pending items."""

    def __init__(
        self,
        context: Any,
        work: Callable[[Item], Any],
        prepare: Callable[[], None],
        cpu: int | None,
        seconds: float,
    ) -> None:
        self.cpu = cpu
        self.pending: deque[tuple[int, Item]] = deque()
        self.connection, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=_main,
            args=(theirs, self.connection, work, prepare, cpu, seconds, os.getpid()),
            daemon=False,
        )
        with interrupts.held():
            self._process.start()
        theirs.close()

    def give(self, position: int, item: Item) -> None:
        self.pending.append((position, item))
        with contextlib.suppress(OSError):  # it has ended, which the next receive will find
            self.connection.send((position, item))

    def end(self) -> str:
        """Kill it; its signal or exit status, in words."""
        self._process.join(timeout=0.05 if self.pending else 0)
        self._process.kill()
        self._process.join()
        self.connection.close()
        status = self._process.exitcode or 0
        return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def _main(
    connection: Connection,
    other_end: Connection,
    work: Callable[[Any], Any],
    prepare: Callable[[], None],
    cpu: int | None,
    seconds: float,
    parent: int,
) -> None:
    other_end.close()
    interrupts.leave_to_parent()
    if sys.platform == "linux":
        linux.end_with(parent, signal.SIGKILL)
        if cpu is not None:
            os.sched_setaffinity(0, {cpu})
    prepare()
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            position, item = connection.recv()
            signal.setitimer(signal.ITIMER_PROF, seconds)
            result = work(item)
            signal.setitimer(signal.ITIMER_PROF, 0.0)
            connection.send((position, result))


def in_order(numbered: Iterable[tuple[int, Result]]) -> Iterator[Result]:
    """Numbered results in their order, each as soon as those before it are there."""
    waiting: dict[int, Result] = {}
    position = 0
    for at, done in numbered:
        waiting[at] = done
        while position in waiting:
            yield waiting.pop(position)
            position += 1


def _cores(size: int) -> list[int | None]:
    """A core for each process, if there are as many: migration between cores costs 10 %."""
    cores = sorted(os.sched_getaffinity(0))
    return [*cores] if size == len(cores) else [None] * size


def core_count() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
