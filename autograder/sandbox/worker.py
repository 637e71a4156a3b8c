"""One submission in the hands of the grader: one process at a time, one outcome per call."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from autograder.sandbox.apart import Apart
from autograder.sandbox.calls import Call, Cell, Outcome, Serve
from autograder.sandbox.cell_runs import CellRuns, cell_name, later_failures
from autograder.sandbox.connection import Connection
from autograder.sandbox.exchange import SENT_MORE, Exchange, Request
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.levels import NONE, WorkerFault
from autograder.sandbox.lost import Lost, limit_reached
from autograder.sandbox.quotas import Quotas
from autograder.sandbox.retries import Retries, Used
from autograder.sandbox.sanitize import Sanitizer
from autograder.sandbox.time_budget import AGAIN, READY, TimeBudget
from autograder.sandbox.wire.requests import calls_frame, cells_frame

#: What a function returned before its process was lost is kept up to so many bytes: each of them
#: may lose one, and the next attempt holds as much again.
KEPT_OF_LOST = 1_000_000
NOT_CALLED = ""


class ContainedSandbox:
    """Runs submissions in children of a fork server."""

    def __init__(self, server: ForkServer) -> None:
        """Take the level and the limits of ``server``, which has to be open."""
        self._server = server
        self.containment = server.containment
        self.seconds = server.limits.seconds
        self._worker: Worker | None = None

    @property
    def repeated(self) -> int:
        """How often something was asked again of the last submission, for the machine's sake."""
        return 0 if self._worker is None else self._worker.repeated

    def start(
        self, cells: Sequence[Cell], modules: Mapping[str, str] = MappingProxyType({})
    ) -> Worker:
        """Prepare to run the cells of a submission, which may import the ``modules``."""
        self._worker = Worker(cells, self._server, modules)
        return self._worker


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
        self._cells = CellRuns(cells)
        self._modules = modules
        self._server = server
        self._limits = limits = server.limits
        #: Whether nothing in its process can send signals.
        self._contained = server.containment != NONE
        positions = {cell_name(at): at for at in range(len(cells))}
        self._budget = TimeBudget(limits, positions, self._contained)
        self._quotas = Quotas(limits)
        self._retries = Retries(self._budget, self._quotas)
        labels = {cell.label for cell in cells} | {f"{name}.py" for name in modules}
        self._sanitizer = Sanitizer(limits, labels)
        self._apart = Apart()
        self._serve: Serve | None = None
        self._given_up: dict[str, Outcome] = {}
        self._over = False
        self._connection: Connection | None = None
        self._exchange: Exchange | None = None
        #: Whether the submission sent something after its last answer.
        self.sent_more = False

    def __enter__(self) -> Worker:
        self._start()
        return self

    def __exit__(self, *about: object) -> None:
        if self._connection is not None:
            self.sent_more = self._connection.has_more()
        self._end()

    @property
    def repeated(self) -> int:
        """How often something was asked again, since the machine had ended the process."""
        return self._retries.count

    @property
    def printed(self) -> dict[int, str]:
        """The beginning of what each cell printed, by its position, from before the first call."""
        return self._cells.printed

    @property
    def cell_failures(self) -> dict[int, Outcome]:
        """What came of each cell that failed before the first call, by its position."""
        return self._cells.failures

    def __call__(self, calls: Sequence[Call]) -> list[Outcome]:
        """Make the calls; one outcome per call, in order, whatever happens."""
        self._cells.is_recording = False
        self._budget.allow({call.function: call.seconds for call in calls if call.seconds})
        outcomes: dict[int, Outcome] = {}
        while not self._over and any(call.function not in self._given_up for call in calls):
            before = self._retries.used()
            try:
                for made in self._apart.passes(calls, outcomes.keys()):
                    if self._apart.was_called():
                        self._start()
                    if not self._over:
                        self._attempt(calls, outcomes, made)
                break
            except Lost as lost:
                if self._is_lost_beside_threads(lost, before):
                    self._start()
                    continue
                if self._quotas.held(lost.what) > KEPT_OF_LOST:
                    _forget(lost.what, calls, outcomes)
                if self._retries.is_repeated(lost, before):
                    self._start()
                else:
                    self._give_up(lost, calls)
        return [outcomes.get(at) or self._reason(call.function) for at, call in enumerate(calls)]

    def restart(self, serve: Serve | None = None, more: Sequence[Cell] = ()) -> None:
        """Run the cells in a fresh process, which knows of no call that was made, and after them
        ``more``. Functions that were given up are called again. Until the next restart ``serve``
        answers for served helpers.

        None of this is the submission's time, and its calls then have as much as two functions
        need; but all restarts together take no more than `time_budget.MAX_AGAIN` allows.
        """
        self._serve = serve
        self._cells.append(more)
        self._given_up.clear()
        self._retries.one_by_one = self._over = False
        self._quotas.clear()
        self._budget.extend()
        self._start()

    def _give_up(self, lost: Lost, calls: Sequence[Call]) -> None:
        """Give up what took the process down, and have another one."""
        # Each loss gives up one more function, so that this ends; a process that is lost
        # at nothing in particular gives up all of them.
        new = lost.what != NOT_CALLED and lost.what not in self._given_up
        for name in [lost.what] if new else {call.function for call in calls}:
            self._given_up.setdefault(name, lost.outcome)
        self._start()

    def _is_lost_beside_threads(self, lost: Lost, before: Used) -> bool:
        """Whether the process may have been lost for the threads of another function: nothing is
        known then of the one that was running."""
        assert self._connection is not None
        if not self._apart.find(self._connection.child.left_threads(), lost.what):
            return False
        self._retries.restore(before)
        return True

    def _reason(self, function: str) -> Outcome:
        """Why a function was not called to the end."""
        return self._given_up.get(function) or limit_reached(self._limits, "total", "timeout")

    def _attempt(
        self, calls: Sequence[Call], outcomes: dict[int, Outcome], made: Collection[int]
    ) -> None:
        """Send the whole batch, since later calls build on earlier ones, and keep what is new. Only
        those at the positions in ``made`` are made."""
        sent = calls
        if self._given_up or len(made) < len(calls):
            sent = [
                call._replace(function=NOT_CALLED, served=())
                if call.function in self._given_up or at not in made
                else call
                for at, call in enumerate(calls)
            ]
        ticket, together = secrets.randbits(62), not self._retries.one_by_one
        frame = calls_frame(ticket, together, sent)
        names = [call.function for call in sent]
        self._apart.ask(ticket, names)
        answers = self._ask(Request(frame, ticket, names, together, sent))
        for at, (call, outcome) in enumerate(zip(calls, answers, strict=True)):
            if outcome.counts:  # under no other names than were asked for
                counts = {name: outcome.counts.get(name, 0) for name in call.watch}
                outcome = outcome._replace(counts=counts)
            if at in made:
                outcomes.setdefault(at, self._given_up.get(call.function, outcome))

    def _start(self) -> None:
        """Have a process forked and run the cells in it, leaving out those that took one down."""
        while True:
            self._end()
            if self._budget.is_over:
                self._over = True
                return
            connection = self._fork()
            try:
                self._run_cells(connection)
                return
            except Lost:
                continue

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.end()

    def _fork(self) -> Connection:
        """A process that is ready."""
        why = ""
        self._apart.begin_process()
        for _ in range(3):  # one may end for the numbers that an earlier one took
            child = self._server.fork()
            self._connection = connection = Connection(
                child, self._limits, self._budget, self._quotas, self._contained
            )
            try:
                (ready,) = self._ask(Request(b"", 0, [READY]))
                connection.lacks_memory = ready.kind == "memory"
                return connection
            except Lost as lost:
                self._end()
                why = lost.outcome.message
        raise WorkerFault(f"a worker did not start: it {why}")

    def _ask(self, request: Request) -> Exchange:
        """Begin with a request, whose outcomes come one after the other."""
        assert self._connection is not None
        if request.frame and self._exchange is not None and self._connection.has_more():
            raise Lost(Outcome("crashed", message=SENT_MORE), self._exchange.names[-1])
        self._exchange = Exchange(
            self._connection, request, self._limits, self._sanitizer, self._serve
        )
        return self._exchange

    def _run_cells(self, connection: Connection) -> None:
        """Run the cells that are left; raises `Lost` when the process is lost in one of them, which
        is left out the next time."""
        cells, left = self._cells, self._cells.left()
        names = [cell_name(at) for at in left]
        for name in names:
            self._budget.begin(name)
        self._quotas.clear_printed(names)
        ticket, last = secrets.randbits(62), left[-1:]
        connection.kept = bytearray() if cells.is_recording else None
        before = self._retries.used()
        try:
            exchange = self._ask(self._cells_request(ticket, left, names))
            for at, outcome in zip(left, exchange, strict=True):
                self._budget.end_cell(at)
                if cells.is_recording:
                    # Of a cell nothing else is asked; there may be thousands of them.
                    cells.tell(at, _failures(outcome, exchange))
            self._budget.end_cells(len(cells))
            while names and connection.read_printed(names[-1]):
                pass  # what came with the last answer
        except Lost as lost:
            if self._retries.is_repeated(lost, before):
                connection.kept, last = None, []
            else:
                last = [left[names.index(lost.what)]]
                self._leave_out(last[0], lost)
            raise
        finally:
            cells.keep_printed(bytes(connection.kept or b""), ticket, left, last)
            connection.kept = None

    def _cells_request(self, ticket: int, left: Sequence[int], names: Sequence[str]) -> Request:
        """A request to run the cells at these positions."""
        cells = [self._cells[at] for at in left]
        sources = [(cell.source, cell.label, cell.first_line) for cell in cells]
        how = [self._cells.how(at, self._budget.definitions_from(at)) for at in left]
        together = not self._retries.one_by_one
        frame = cells_frame(ticket, together, sources, how, self._modules)
        return Request(frame, ticket, names, together)

    def _leave_out(self, at: int, lost: Lost) -> None:
        """Leave out the statement of a cell that took the process down, or the cell where it does
        not say which one. Where there is no time left for cells, only definitions run after it."""
        assert self._exchange is not None
        number, line = self._exchange.statement(lost.what)
        used_up = self._budget.charge_loss(lost.what, at, number)
        if used_up == AGAIN:
            return
        outcome = limit_reached(self._limits, "cells", "timeout") if used_up else lost.outcome
        place = self._cells.leave_out(at, number, line)
        self._cells.see(at, outcome._replace(place=self._sanitizer.known(place)))


def _failures(outcome: Outcome, exchange: Exchange) -> list[Outcome]:
    """All that failed in a cell, as it was told."""
    if outcome.returned:
        return []
    first = outcome._replace(value=None, changed=(), warnings=())
    return [first, *map(exchange.explained, later_failures(outcome))]


def _forget(function: str, calls: Sequence[Call], outcomes: dict[int, Outcome]) -> None:
    """Drop what a function returned in a batch."""
    for at, call in enumerate(calls):
        if call.function == function:
            outcomes.pop(at, None)
