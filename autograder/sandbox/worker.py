"""One submission in the hands of the grader: one process at a time, one outcome per call."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import select
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from autograder.sandbox.calls import (
    MAX_FAILURES,
    Call,
    CannotServe,
    Cell,
    How,
    Kind,
    Outcome,
    Place,
    Serve,
)
from autograder.sandbox.fork_server import Child, Ended, ForkServer
from autograder.sandbox.inside.stopwatch import Descendants, Stopwatch, own_sample
from autograder.sandbox.levels import NONE, WorkerFault
from autograder.sandbox.limits import MAX_ASKED, MAX_RESULTS
from autograder.sandbox.signals import OWN_SIGNALS, signal_text
from autograder.sandbox.wire import (
    CANNOT_SERVE_FRAME,
    HEADER_BYTES,
    MAX_DATA,
    MAX_MESSAGE,
    Ask,
    Received,
    TooMuch,
    WireError,
    answer_frame,
    calls_frame,
    cells_frame,
    decode_outcomes,
    frame_lengths,
    split_printed,
)
from autograder.text import visible_text

#: A machine under load may need long to fork; that is never the student's fault.
START_SECONDS = 30.0
#: How often, at the least, time is charged to what is running.
TICK_SECONDS = 0.05
#: How long a process may be stopped, and how much time the machine may keep from it in all: then
#: its call is made again, in another one.
STOPPED_SECONDS, TAKEN_SECONDS = 10.0, 300.0
KILOBYTE, MEGABYTE = 1_000, 1_000_000
#: So many bytes are kept of what all cells print, and so many shown of what one prints.
MAX_KEPT, MAX_SHOWN = 200_000, 2_000
#: What a function returned before its process was lost is kept up to so many bytes: each of them
#: may lose one, and the next attempt holds as much again.
KEPT_OF_LOST = 1_000_000
#: An answer that takes the grader longer counts with its CPU time only.
ANSWER_SECONDS = 1.0
#: So often the machine is believed to have ended a process of one submission.
MAX_REPEATS = 3
#: So often a limit is put off for a process that seems to wait for a processor.
MAX_PUT_OFF = 100
NOT_CALLED, READY = "", "ready"
PAUSED = "the machine, or the grader, stood still until a limit was reached"
#: What numpy says of an array for which there is no memory.
UNABLE = re.compile(r"Unable to allocate (\d+(?:\.\d*)?) ([KMGTPE])iB")
#: What time is charged to: the cells, which run once; the calls; and cells that run again.
CELLS, CALLS, AGAIN = "cells", "calls", "again"
#: Running cells again may take so many times as long as a submission has for them.
MAX_AGAIN = 3
#: What a process that is lost in a cell costs at the least.
LOST_SECONDS = 0.1
#: The seconds that are left, and what was counted for each function or cell.
_Used = tuple[dict[str, float], Sequence[Mapping[str, float]]]
SENT_MORE = "sent messages that nobody asked for"
#: What a submission is told by the kernel when it reaches one of the limits.
LIMIT_OF_ERRNO = {
    errno.EPERM: "forbidden",
    errno.EACCES: "forbidden",
    errno.EAGAIN: "processes",
    errno.EMFILE: "files",
    errno.EFBIG: "written",
    errno.ENOSPC: "written",
    errno.EROFS: "forbidden",
}
MAX_LINE = 1_000_000


class ContainedSandbox:
    """Runs submissions in children of a fork server."""

    def __init__(self, server: ForkServer) -> None:
        """Take the level and the limits of ``server``, which has to be open."""
        self._server = server
        self.containment = server.containment
        self.seconds = server.limits.seconds

    def start(
        self, cells: Sequence[Cell], modules: Mapping[str, str] = MappingProxyType({})
    ) -> Worker:
        """Prepare to run the cells of a submission, which may import the ``modules``."""
        return Worker(cells, self._server, modules)


class Worker:
    """Runs one submission in a process of its own; usable as a context manager."""

    def __init__(
        self,
        cells: Sequence[Cell],
        server: ForkServer,
        modules: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Prepare to run ``cells`` in children of ``server``; they may import ``modules``, sources
        by name."""
        self._own_cells = self._cells = list(cells)
        self._modules = modules
        self._server = server
        self._limits = server.limits
        total = self._limits.total_seconds
        self._left = {CELLS: total, CALLS: total, AGAIN: MAX_AGAIN * total}
        self._over = False
        self._one_by_one = False
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._returned: Counter[str] = Counter()
        self._held: Counter[str] = Counter()
        self._printed: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._serve: Serve | None = None
        self._given_up: dict[str, Outcome] = {}
        #: By a cell's position, its statements that took a process down; and whole cells that did.
        self._left_out: defaultdict[int, set[int]] = defaultdict(set)
        self._lost_cells: set[int] = set()
        #: The cell and statement that are running, and the last ones that ever ran.
        self._here = self._furthest = (-1, 0)
        #: From where on there was no time for more than definitions.
        self._full: tuple[int, int] | None = None
        #: What the machine ended once already, as it was running.
        self._interrupted: list[str] = []
        #: Whether nothing in its process can send signals.
        self._contained = server.containment != NONE
        self._put_off = 0
        self._lacks_memory = False
        self._answering = Stopwatch(own_sample, own=True)
        self._child: Child | None = None
        self._names: Sequence[str] = [READY]
        self._calls: Sequence[Call] = ()
        self._ticket = self._at = self._reached = 0
        self._kept: bytearray | None = None
        self._labels = {cell.label for cell in cells} | {f"{name}.py" for name in modules}
        self._positions = {f"cell at {at}": at for at in range(len(cells))}
        self._called = False
        #: The beginning of what each cell printed, by its position, from before the first call:
        #: what a submission prints later may be what it was called with.
        self.printed: dict[int, str] = {}
        # What came of each cell that failed before the first call, by its position: as it was told,
        # and as it was seen from here. Cells that run again later may have been told the time by
        # what was called, and so more than the time.
        self._told: dict[int, list[Outcome]] = {}
        self._seen: defaultdict[int, list[Outcome]] = defaultdict(list)
        #: Whether the submission sent something after its last answer.
        self.sent_more = False

    def __enter__(self) -> Worker:
        self._start()
        return self

    def __exit__(self, *about: object) -> None:
        if self._child is not None:
            self.sent_more = bool(self._buffer) or self._child.has_more()
        self._end()

    @property
    def cell_failures(self) -> dict[int, Outcome]:
        """What came of each cell that failed before the first call, by its position."""
        failures = {}
        for at in range(len(self._cells)):
            found = [*self._told.get(at, ()), *self._seen.get(at, ())]
            if found:
                first, *more = sorted(found, key=lambda outcome: outcome.place or ("", 0))
                failures[at] = first._replace(more=tuple(more))
        return failures

    def __call__(self, calls: Sequence[Call]) -> list[Outcome]:
        """Make the calls; one outcome per call, in order, whatever happens."""
        self._called = True
        outcomes: dict[int, Outcome] = {}
        while not self._over and any(call.function not in self._given_up for call in calls):
            before = self._used()
            try:
                self._attempt(calls, outcomes)
                break
            except _Lost as lost:
                if self._held[lost.what] > KEPT_OF_LOST:
                    _forget(lost.what, calls, outcomes)
                if self._is_repeated(lost, before):
                    self._start()
                else:
                    self._lose(lost, calls)
        return [outcomes.get(at) or self._reason(call.function) for at, call in enumerate(calls)]

    def restart(self, serve: Serve | None = None, more: Sequence[Cell] = ()) -> None:
        """Run the cells in a fresh process, which knows of no call that was made, and after them
        ``more``. Functions that were given up are called again. Until the next restart ``serve``
        answers for served helpers.

        None of this is the submission's time, and its calls then have as much as two functions
        need; but all restarts together take no more than `MAX_AGAIN` allows.
        """
        self._serve, self._cells = serve, [*self._own_cells, *more]
        count = len(self._own_cells)
        self._lost_cells = {at for at in self._lost_cells if at < count}
        for at in [at for at in self._left_out if at >= count]:
            del self._left_out[at]
        self._given_up.clear()
        self._one_by_one = self._over = False
        for counts in self._counts():
            counts.clear()
        added = min(2 * self._limits.seconds - self._left[CALLS], self._left[AGAIN])
        if added > 0:
            self._left[CALLS] += added
            self._left[AGAIN] -= added
        self._start()

    def _lose(self, lost: _Lost, calls: Sequence[Call]) -> None:
        """Give up what took the process down, and have another one."""
        # Each loss gives up one more function, so that this ends; a process that is lost
        # at nothing in particular gives up all of them.
        new = lost.what != NOT_CALLED and lost.what not in self._given_up
        for name in [lost.what] if new else {call.function for call in calls}:
            self._given_up.setdefault(name, lost.outcome)
        self._start()

    def _reason(self, function: str) -> Outcome:
        """Why a function was not called to the end."""
        return self._given_up.get(function) or self._limit("timeout", "total")

    def _is_repeated(self, lost: _Lost, before: _Used) -> bool:
        """Whether to ask again, as if nothing had been asked since ``before``: where the machine
        ended it, once; where an answer was forged, answer by answer, since among answers that come
        together nobody can tell at which call it was."""
        if lost.fault and self._is_machines(lost):
            self._interrupted.append(lost.what)
            self._left, counted = before
            for counts, earlier in zip(self._counts(), counted, strict=True):
                counts.clear()
                counts.update(earlier)
            self._seconds[lost.what] = 0.0
            return True
        if not lost.forged or self._one_by_one:
            return False
        self._one_by_one = True
        self._returned.clear()
        self._asked.clear()
        return True

    def _is_machines(self, lost: _Lost) -> bool:
        """Whether it was the machine, which is believed once for each function, and about a pause
        as often as in all; raises `WorkerFault` when it was for certain, and again."""
        again = lost.what in self._interrupted and lost.fault != PAUSED
        again |= len(self._interrupted) >= MAX_REPEATS
        if again and lost.certain:
            raise WorkerFault(f"{lost.fault}, and so again when it was asked again")
        return not again

    def _counts(self) -> Sequence[Any]:
        """What is counted for each function or cell."""
        return self._seconds, self._returned, self._printed, self._asked

    def _used(self) -> _Used:
        """What the submission has used up."""
        return dict(self._left), [dict(counts) for counts in self._counts()]

    def _attempt(self, calls: Sequence[Call], outcomes: dict[int, Outcome]) -> None:
        """Send the whole batch, since later calls build on earlier ones, and keep what is new."""
        sent = calls
        if self._given_up:
            sent = [
                call._replace(function=NOT_CALLED, served=())
                if call.function in self._given_up
                else call
                for call in calls
            ]
        ticket = secrets.randbits(62)
        frame = calls_frame(ticket, not self._one_by_one, sent)
        answers = self._exchange(frame, ticket, [call.function for call in sent], sent)
        for at, (call, outcome) in enumerate(zip(calls, answers, strict=True)):
            if outcome.counts:  # under no other names than were asked for
                counts = {name: outcome.counts.get(name, 0) for name in call.watch}
                outcome = outcome._replace(counts=counts)
            outcomes.setdefault(at, self._given_up.get(call.function, outcome))

    def _start(self) -> None:
        """Have a process forked and run the cells in it, leaving out those that took one down."""
        while True:
            self._end()
            if self._left[CALLS] <= 0:
                self._over = True
                return
            self._fork()
            try:
                self._run_cells()
                return
            except _Lost:
                continue

    def _end(self, patience: bool = False) -> Ended:
        child, self._child = self._child, None
        return Ended() if child is None else child.end(patience)

    def _fork(self) -> None:
        for attempt in (1, 2):
            self._child = self._said = child = self._server.fork()
            self._buffer = bytearray()
            self._events = select.poll()
            for descriptor in (child.outcomes, child.printed):
                self._events.register(descriptor, select.POLLIN)
            self._stopwatch = Stopwatch(Descendants(child.server))
            self._forked, self._own = time.monotonic(), time.thread_time()
            self._seconds[READY], self._lacks_memory = 0.0, False
            try:
                (ready,) = self._exchange(b"", 0, [READY])
                self._lacks_memory = ready.kind == "memory"
                return
            except _Lost as lost:
                self._end()
                if attempt == 2:
                    why = lost.outcome.message
                    raise WorkerFault(f"a worker did not start: it {why}") from None

    def _run_cells(self) -> None:
        left = [at for at in range(len(self._cells)) if at not in self._lost_cells]
        names = [f"cell at {at}" for at in left]
        for name in names:
            self._seconds[name] = self._printed[name] = 0
        cells = [self._cells[at] for at in left]
        ticket = secrets.randbits(62)
        sources = [(cell.source, cell.label, cell.first_line) for cell in cells]
        how = [self._how(at) for at in left]
        frame = cells_frame(ticket, not self._one_by_one, sources, how, self._modules)
        self._kept, last = None if self._called else bytearray(), left[-1:]
        before = self._used()
        try:
            for at, outcome in zip(left, self._exchange(frame, ticket, names), strict=True):
                self._here = (at + 1, 0)
                if not self._called:
                    # Of a cell nothing else is asked; there may be thousands of them.
                    self._told[at] = [] if outcome.returned else self._failures(outcome)
            self._furthest = max(self._furthest, (len(self._cells), 0))
            while names and self._count_printed(names[-1]):
                pass  # what came with the last answer
        except _Lost as lost:
            if self._is_repeated(lost, before):
                self._kept, last = None, []
            else:
                at = left[names.index(lost.what)]
                self._lose_statement(at, lost.outcome)
                last = [at]
            raise
        finally:
            self._keep_printed(ticket, left, last)

    def _how(self, at: int) -> How:
        """How a cell is run: without what took a process down, and once there is no time left, its
        definitions only."""
        full = -1
        if self._full is not None and at >= self._full[0]:
            full = max(0, self._full[1]) if at == self._full[0] else 0
        return How(tuple(sorted(self._left_out[at])), full, self._cells[at].checks)

    def _failures(self, outcome: Outcome) -> list[Outcome]:
        """All that failed in a cell, as it was told."""
        found = [outcome._replace(value=None, changed=(), warnings=())]
        told = outcome.value if isinstance(outcome.value, list) else []
        for item in told[:MAX_FAILURES]:
            match item:
                case [
                    "raised" | "memory" as kind,
                    str(exception),
                    str(message),
                    int(line),
                    int(number),
                ]:
                    label = outcome.place.label if outcome.place else ""
                    raised = Outcome(kind, None, visible_text(message), Place(label, line))
                    raised = raised._replace(exception=visible_text(exception), errno=number)
                    found.append(self._explained(raised))
        return found

    def _lose_statement(self, at: int, outcome: Outcome) -> None:
        """Leave out the statement of a cell that took the process down, or the cell where it does
        not say which one. Where there is no time left for cells, only definitions run after it."""
        number, line = self._said.statement()
        if self._said.at() - self._ticket != self._names.index(f"cell at {at}"):
            number = -1  # what it says is of another cell
        self._here = (at, number)
        account = self._account(f"cell at {at}")
        self._left[account] -= LOST_SECONDS
        if self._left[account] <= 0 and account != CALLS:
            self._full = (at, number) if account == CELLS else (0, -1)
            if account == AGAIN:
                return
            outcome = self._limit("timeout", "cells")
        place = None
        if number < 0 or number in self._left_out[at]:
            self._lost_cells.add(at)
        else:
            self._left_out[at].add(number)
            place = Place(self._cells[at].label, line)
        if not self._called:
            known = place if place and self._is_known(place) else None
            self._seen[at].append(outcome._replace(place=known))
            self.printed.pop(at, None)

    def _keep_printed(self, ticket: int, ran: Sequence[int], last: Sequence[int]) -> None:
        """Keep what each cell printed; what none says was its own is the last's."""
        printed, rest = split_printed(bytes(self._kept or b""), ticket, len(ran))
        self._kept = None
        for at, part in [*zip(ran, printed, strict=False), *((at, rest) for at in last)]:
            if part and at not in self.printed:
                text = visible_text(part[:MAX_SHOWN].decode(errors="replace"))
                more = "\n(More was printed.)\n" if len(part) > MAX_SHOWN else ""
                self.printed[at] = text + more

    def _exchange(
        self, request: bytes, ticket: int, names: Sequence[str], calls: Sequence[Call] = ()
    ) -> Iterator[Outcome]:
        """Send a request and give its outcomes as they come, one for each of ``names``: time,
        bytes and faults are charged to the function or cell of that name."""
        assert self._child is not None
        if request and (self._buffer or self._child.has_more()):
            raise _Lost(Outcome("crashed", message=SENT_MORE), self._names[-1])
        self._held.clear()
        self._request = memoryview(request)
        self._names, self._calls, self._ticket = names, calls, ticket
        self._at = self._reached = 0
        self._own = time.thread_time()
        self._send()
        while self._at < len(names):
            for outcome in self._answers(ticket + self._at, names[self._at]):
                yield self._explained(outcome)
                self._at += 1

    def _answers(self, ticket: int, name: str) -> Sequence[Outcome]:
        """The next outcomes, as many as came together; none where something was asked for."""
        try:
            received = decode_outcomes(*self._frame(), self._limits.returned_arrays)
        except TooMuch as much:
            raise _Lost(self._limit("limit", str(much)), name, True) from None
        except WireError as error:
            raise _Lost(Outcome("crashed", message=f"sent {error}"), name, True) from None
        if received.ticket != ticket or not self._is_awaited(received):
            if self._ticket <= received.ticket < ticket:  # a second answer
                name = self._names[received.ticket - self._ticket]
            raise _Lost(Outcome("crashed", message=SENT_MORE), name, True)
        if received.ask is not None:
            self._answer(received.ask, name)  # which keeps nothing of it
        else:
            self._hold(received.sizes)
        return received.outcomes

    def _is_awaited(self, received: Received) -> bool:
        """Whether it can be what comes next: some outcomes, or a call of a helper that is served.
        Whoever has not read all that was sent has nothing to say."""
        if self._request:
            return False
        if received.ask is None:
            return 0 < len(received.outcomes) <= len(self._names) - self._at
        served = self._calls[self._at].served if self._calls else ()
        may_ask = self._serve is not None and received.ask.function in served
        return may_ask and not received.outcomes

    def _answer(self, ask: Ask, name: str) -> None:
        """Send what a helper gives, on the time of what is running. What goes wrong here is a fault
        of the grader's."""
        assert self._serve is not None
        self._asked[name] += 1
        if self._asked[name] > MAX_ASKED:
            raise _Lost(self._limit("limit", "asked"), name, True)
        running = self._running()
        self._seconds_left(running)
        self._answering.start()
        try:
            frame = answer_frame(self._serve(*ask))
        except CannotServe:
            frame = CANNOT_SERVE_FRAME
        self._charge(running, self._answering.lap(ANSWER_SECONDS))
        self._own = time.thread_time()
        self._request = memoryview(frame)
        self._send()

    def _hold(self, sizes: Sequence[int]) -> None:
        """Charge what came to whoever returned it. Where all of a batch is too much, that is the
        fault of the function with the most of it."""
        for name, size in zip(self._names[self._at :], sizes, strict=False):
            self._held[name] += size
        if self._held.total() > MAX_RESULTS:
            ((name, _),) = self._held.most_common(1)
            raise _Lost(self._limit("limit", "results"), name, True)

    def _explained(self, outcome: Outcome) -> Outcome:
        """An outcome with no text that the submission could have made up, but for what an exception
        said; or the limit of which it tells."""
        if outcome.returned and not (outcome.place or outcome.exception or outcome.message):
            return outcome  # what nearly all are
        if outcome.kind == "memory" and self._lacks_memory and not self._is_too_large(outcome):
            most = self._limits.memory_mb
            fault = f"this machine has less memory than the {most:g} MB that a submission may take"
            raise _Lost(outcome, self._names[self._at], fault=fault, certain=True)
        place = outcome.place if outcome.place and self._is_known(outcome.place) else None
        if outcome.kind != "raised":
            message = "a call it builds on gave no result" if outcome.kind == "skipped" else ""
            return outcome._replace(exception="", message=message, place=place)
        key = LIMIT_OF_ERRNO.get(outcome.errno)
        if "can't start new thread" in outcome.message:
            key = "processes"
        outcome = self._limit("limit", key) if key else outcome
        return outcome._replace(place=place)

    def _is_too_large(self, outcome: Outcome) -> bool:
        """Whether a single array was for more memory than a submission may take."""
        found = UNABLE.search(outcome.message)
        if found is None:
            return False
        size: float = float(found[1]) * 1024.0 ** (1 + "KMGTPE".index(found[2]))
        return size > self._limits.memory_mb * MEGABYTE

    def _is_known(self, place: Place) -> bool:
        """Whether a submission can have such a line."""
        return place.label in (*self._labels, "") and 0 <= place.line < MAX_LINE

    def _running(self) -> str:
        """What is running now. When answers come together, that is as the process says itself; it
        can say that it went on, and not that it went back."""
        assert self._child is not None
        said = self._child.at() - self._ticket
        if not self._one_by_one and self._reached < said < len(self._names):
            self._reached = said
        self._reached = max(self._reached, self._at)
        return self._names[min(self._reached, len(self._names) - 1)]

    def _frame(self) -> tuple[bytes, bytes]:
        """The two parts of the next frame, taken only when they are within the limits."""
        self._fill(HEADER_BYTES)
        length, data_length = frame_lengths(self._buffer)
        name = self._names[self._at]
        self._returned[name] += length + data_length
        most = self._limits.returned_mb * MEGABYTE
        if self._returned[name] > most:
            raise _Lost(self._limit("limit", "returned"), name, True)
        if length > MAX_MESSAGE or data_length > MAX_DATA:
            raise _Lost(self._limit("limit", "result"), name, True)
        end = HEADER_BYTES + length
        self._fill(end + data_length)
        with memoryview(self._buffer) as view:
            parts = bytes(view[HEADER_BYTES:end]), bytes(view[end : end + data_length])
        del self._buffer[: end + data_length]
        return parts

    def _fill(self, count: int) -> None:
        while len(self._buffer) < count:
            self._wait()

    def _wait(self) -> None:
        """Read and write what can be, on the time of what is running."""
        assert self._child is not None
        name = self._running()
        self._note_statement(name)
        most = min(self._seconds_left(name), TICK_SECONDS)
        self._stopwatch.start()
        ready = {fd for fd, _ in self._events.poll(most * 1000)}
        # What it sends piece by piece costs the grader time, which is charged as well.
        before, self._own = self._own, time.thread_time()
        self._charge(name, self._stopwatch.lap(most) + self._own - before)
        if self._child.printed in ready:
            self._count_printed(name)
        if self._child.outcomes in ready:
            part = os.read(self._child.outcomes, 1 << 18)
            if not part:
                raise self._how_it_ended(self._running())
            self._buffer += part
        elif self._child.requests in ready:
            # Never ahead of what came: that is no answer to what is not sent yet.
            self._send()

    def _note_statement(self, name: str) -> None:
        """Begin to count the time of a statement, if another one is running now."""
        if name in self._positions:
            here = self._positions[name], self._said.statement()[0]
            if here != self._here:
                self._here = here
                self._seconds[name] = 0.0

    def _account(self, name: str) -> str:
        """Whose time it is. What ran before is run again for the grader, and costs nothing."""
        if name not in self._positions or (self._full is not None and self._here >= self._full):
            return CALLS
        if self._here < self._furthest:
            return AGAIN
        self._furthest = self._here
        return CELLS

    def _charge(self, name: str, seconds: float) -> None:
        self._seconds[name] += seconds
        if name != READY:
            self._left[self._account(name)] -= seconds

    def _seconds_left(self, name: str) -> float:
        """How long something may still run; raises `_Lost` when it may not."""
        watch = self._stopwatch
        if watch.stopped > STOPPED_SECONDS or watch.taken > TAKEN_SECONDS:
            what = "stopped" if watch.stopped else "kept from the processor"
            fault = f"the process that ran it was {what} from outside for too long"
            raise _Lost(
                Outcome("crashed", message="was kept from running"),
                name,
                fault=fault,
                certain=self._contained and not self._limits.processes,
            )
        left = self._time(name)
        if left <= 0:  # by what was measured until now
            watch.start()
            self._charge(name, watch.lap(TICK_SECONDS, settle=True))
            left = self._time(name)
        if left > 0:
            return left
        if watch.waits and self._put_off < MAX_PUT_OFF:
            self._put_off += 1  # what it waited for is known when it runs again
            return TICK_SECONDS
        left = self._left[self._account(name)]
        outcome = self._limit("timeout", "seconds" if left > 0 else "total")
        raise _Lost(outcome, name, fault=PAUSED if watch.gap else "")

    def _time(self, name: str) -> float:
        if name == READY:
            return START_SECONDS - self._seconds[name]
        account = self._account(name)
        # What ended in time may take a little longer when it runs again.
        most = self._limits.seconds * (2 if account == AGAIN else 1)
        return min(most - self._seconds[name], self._left[account])

    def _send(self) -> None:
        """Send as much of the request, or of an answer, as the pipe takes at once."""
        assert self._child is not None
        try:
            self._request = self._request[os.write(self._child.requests, self._request) :]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._request = memoryview(b"")  # reading then says how it ended
        if self._request:
            self._events.register(self._child.requests, select.POLLOUT)
        else:
            with contextlib.suppress(KeyError):
                self._events.unregister(self._child.requests)

    def _count_printed(self, name: str) -> int:
        assert self._child is not None
        try:
            part = os.read(self._child.printed, 1 << 16)
        except BlockingIOError:
            return 0
        self._printed[name] += len(part)
        if self._kept is not None:
            self._kept += part[: MAX_KEPT - len(self._kept)]
        if not part:
            with contextlib.suppress(KeyError):
                self._events.unregister(self._child.printed)
        if self._printed[name] > self._limits.printed_kb * KILOBYTE:
            raise _Lost(self._limit("limit", "printed"), name)
        return len(part)

    def _how_it_ended(self, name: str) -> _Lost:
        """Why there is nothing more to read while something was running."""
        ended = self._end(patience=True)
        number = -(ended.status or 0)
        outcome = Outcome("crashed", message=_ending(ended.status or 0))
        certain = self._contained
        if number in (signal.SIGXCPU, signal.SIGKILL) and self._may_have_computed():
            # The kernel does not measure closely, and a submission may know when it does.
            outcome, certain = self._limit("timeout", "cpu"), False
            if ended.cpu_seconds > 0.5 * self._limits.cpu_seconds and not self._stopwatch.gap:
                return _Lost(outcome, name)
        fault = ""
        if ended.status is None:
            fault = "the fork server that ran it was ended from outside"
        elif number > 0 and number not in OWN_SIGNALS and not ended.killed:
            fault = f"its process was ended from outside ({signal_text(number)})"
        return _Lost(outcome, name, fault=fault, certain=certain)

    def _may_have_computed(self) -> bool:
        """Whether a process is old enough to have used up its CPU time."""
        lived = time.monotonic() - self._forked
        return lived * (1 + self._limits.processes) > 0.9 * self._limits.cpu_seconds

    def _limit(self, kind: Kind, key: str) -> Outcome:
        return Outcome(kind, message=self._limits.reached(key))


def _forget(function: str, calls: Sequence[Call], outcomes: dict[int, Outcome]) -> None:
    """Drop what a function returned in a batch."""
    for at, call in enumerate(calls):
        if call.function == function:
            outcomes.pop(at, None)


class _Lost(Exception):
    """The process is of no more use; ``outcome`` says why, ``what`` was running.

    With ``forged``, it sent what was not an answer, and ``what`` only seems to have done it. A
    ``fault`` is what the machine did, which is ``certain`` or only likely.
    """

    def __init__(
        self,
        outcome: Outcome,
        what: str,
        forged: bool = False,
        fault: str = "",
        certain: bool = False,
    ) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome
        self.what = what
        self.forged = forged
        self.fault = fault
        self.certain = certain


def _ending(status: int) -> str:
    """How a process ended, in words."""
    if status >= 0:
        return f"ended its process (exit status {status})"
    return f"brought its process down ({signal_text(-status)})"
