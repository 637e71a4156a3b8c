"""Grading processes: the same work on many items, on every core, whatever happens to one of them."""

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

from autograder.faults import Fault
from autograder.sandbox import linux

Item = TypeVar("Item")
Done = TypeVar("Done")
#: Items that wait in each process, so that it has work while the others' results are dealt with: a
#: disk may take long over a few of them.
AHEAD = 4
#: New objects until the collector looks for cycles: grading makes many objects, and hardly a cycle.
GARBAGE = 20_000


class ProcessEnded(Fault):
    """A grading process ended before it answered: a fault of the machine."""


class Pool(AbstractContextManager["Pool[Item, Done]"], Generic[Item, Done]):
    """Processes that are forked at once, before anything starts a thread; a context manager."""

    def __init__(
        self, work: Callable[[Item], Done], size: int, prepare: Callable[[], None] = lambda: None
    ) -> None:
        """Fork ``size`` processes, each of which does ``prepare`` and then ``work``; neither must
        raise."""
        self._work = work
        self._prepare = prepare
        # What was there before the fork stays shared: the collector would touch, and so copy, it all.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE)
        # By name: a class that is forked needs no second start of Python.
        self._context = multiprocessing.get_context("fork")
        self._processes = [self._fork(cpu) for cpu in _cores(size)]

    def __exit__(self, *about: object) -> None:
        for process in self._processes:
            process.end()

    def results(self, items: Sequence[Item]) -> Iterator[tuple[int, Done | ProcessEnded]]:
        """The results as they come, each with the position of its item.

        An item whose process ends is given to another one, once.
        """
        left = deque(enumerate(items))
        again: set[int] = set()
        for _ in range(len(items)):
            done: tuple[int, Done | ProcessEnded] | None = None
            while done is None:
                self._hand_out(left)
                busy = {process.connection: process for process in self._processes if process.has}
                connection = wait(list(busy))[0]
                done = self._receive(busy[connection], left, again)
            yield done

    def _hand_out(self, left: deque[tuple[int, Item]]) -> None:
        for _ in range(AHEAD):
            for process in self._processes:
                if left and len(process.has) < AHEAD:
                    process.give(*left.popleft())

    def _receive(
        self,
        process: _Process[Item],
        left: deque[tuple[int, Item]],
        again: set[int],
    ) -> tuple[int, Done | ProcessEnded] | None:
        try:
            position, result = process.connection.recv()
        except (EOFError, OSError):
            how = process.end()
            self._processes[self._processes.index(process)] = self._fork(process.cpu)
            position, _ = process.has[0]
            if position not in again:
                again.add(position)
                left.extendleft(reversed(process.has))
                return None
            process.has.popleft()
            left.extendleft(reversed(process.has))
            return position, ProcessEnded(f"the processes that graded it ended ({how})")
        process.has.popleft()
        return position, result

    def _fork(self, cpu: int | None) -> _Process[Item]:
        return _Process(self._context, self._work, self._prepare, cpu)


class _Process(Generic[Item]):
    """One process, and what it was given and has not answered yet."""

    def __init__(
        self,
        context: Any,
        work: Callable[[Item], Any],
        prepare: Callable[[], None],
        cpu: int | None,
    ) -> None:
        self.cpu = cpu
        self.has: deque[tuple[int, Item]] = deque()
        self.connection, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=_main, args=(theirs, self.connection, work, prepare, cpu), daemon=False
        )
        self._process.start()
        theirs.close()

    def give(self, position: int, item: Item) -> None:
        self.has.append((position, item))
        with contextlib.suppress(OSError):  # it has ended, which the next receipt finds out
            self.connection.send((position, item))

    def end(self) -> str:
        """Kill it; how it ended, in words."""
        self._process.join(timeout=0.05 if self.has else 0)
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
) -> None:
    other_end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever gave the work ends it
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        if cpu is not None:
            os.sched_setaffinity(0, {cpu})
    prepare()
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            position, item = connection.recv()
            connection.send((position, work(item)))


def in_order(numbered: Iterable[tuple[int, Done]]) -> Iterator[Done]:
    """What comes with its position, each as soon as those before it are there."""
    waiting: dict[int, Done] = {}
    position = 0
    for at, done in numbered:
        waiting[at] = done
        while position in waiting:
            yield waiting.pop(position)
            position += 1


def _cores(size: int) -> list[int | None]:
    """A core for each process when there is one for each, since moving about costs a tenth."""
    cores = sorted(os.sched_getaffinity(0))
    return [*cores] if size == len(cores) else [None] * size


def core_count() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
