"""One request to a submission's process, and the outcomes that come of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from autograder.sandbox.calls import Call, CannotServe, Outcome, Serve
from autograder.sandbox.connection import Connection
from autograder.sandbox.limits import Limits
from autograder.sandbox.lost import Lost, limit_reached
from autograder.sandbox.sanitize import Sanitizer
from autograder.sandbox.wire.outcomes import Ask, Received, decode_outcomes
from autograder.sandbox.wire.requests import CANNOT_SERVE_FRAME, answer_frame
from autograder.sandbox.wire.values import TooMuch, WireError

SENT_MORE = "sent messages that nobody asked for"


class Request(NamedTuple):
    """A frame, the number of its first outcome, and a name for each outcome: time, bytes and faults
    are charged to the function or cell of that name. ``together`` is whether outcomes may come
    together."""

    frame: bytes
    ticket: int
    names: Sequence[str]
    together: bool = False
    calls: Sequence[Call] = ()


class Exchange:
    """Sends a request and gives its outcomes as they come. Raises `Lost` when the process is of no
    more use."""

    def __init__(
        self,
        connection: Connection,
        request: Request,
        limits: Limits,
        sanitizer: Sanitizer,
        serve: Serve | None,
    ) -> None:
        """Prepare for a request; ``serve`` answers for served helpers."""
        self._connection, self._limits, self._sanitizer = connection, limits, sanitizer
        self._serve = serve
        self._frame, self._ticket, self.names, self._together, self._calls = request
        self._at = self._reached = 0

    def __iter__(self) -> Iterator[Outcome]:
        self._connection.quotas.hold_none()
        self._connection.send(self._frame)
        while self._at < len(self.names):
            for outcome in self._next_outcomes():
                yield self.explained(outcome)
                self._at += 1

    def explained(self, outcome: Outcome) -> Outcome:
        """An outcome as `Sanitizer.sanitized` has it, unless it came of the machine's memory."""
        lacks = outcome.kind == "memory" and self._connection.lacks_memory
        if lacks and not self._sanitizer.is_too_large(outcome):
            most = self._limits.memory_mb
            fault = f"this machine has less memory than the {most:g} MB that a submission may take"
            raise Lost(outcome, self.names[self._at], fault=fault, certain=True)
        return self._sanitizer.sanitized(outcome)

    def statement(self, name: str) -> tuple[int, int]:
        """The position of the statement at which the process says it is in that cell, -1 where it
        says nothing of it, and the line."""
        child = self._connection.child
        number, line = child.statement()
        if child.at() - self._ticket != self.names.index(name):
            number = -1  # what it says is of another cell
        return number, line

    def _next_outcomes(self) -> Sequence[Outcome]:
        """As many as came together; none where something was asked for."""
        ticket, name = self._ticket + self._at, self.names[self._at]
        try:
            frame = self._connection.frame(name, self._running)
            received = decode_outcomes(*frame, self._limits.returned_arrays)
        except TooMuch as much:
            raise Lost(limit_reached(self._limits, str(much)), name, True) from None
        except WireError as error:
            raise Lost(Outcome("crashed", message=f"sent {error}"), name, True) from None
        if received.ticket != ticket or not self._is_awaited(received):
            if self._ticket <= received.ticket < ticket:  # a second answer
                name = self.names[received.ticket - self._ticket]
            raise Lost(Outcome("crashed", message=SENT_MORE), name, True)
        if received.ask is not None:
            self._answer(received.ask, name)  # which keeps nothing of it
        else:
            self._connection.quotas.hold(self.names[self._at :], received.sizes)
        return received.outcomes

    def _is_awaited(self, received: Received) -> bool:
        """Whether it can be what comes next: some outcomes, or a call of a helper that is served.
        Whoever has not read all that was sent has nothing to say."""
        if not self._connection.is_sent:
            return False
        if received.ask is None:
            return 0 < len(received.outcomes) <= len(self.names) - self._at
        served = self._calls[self._at].served if self._calls else ()
        may_ask = self._serve is not None and received.ask.function in served
        return may_ask and not received.outcomes

    def _answer(self, ask: Ask, name: str) -> None:
        """Send what a helper gives, on the time of whoever asked: the process may have gone on to
        the next call meanwhile. What goes wrong here is a fault of the grader's."""
        assert self._serve is not None
        self._connection.quotas.add_asked(name)
        self._connection.require_time(name, heard=True)
        with self._connection.budget.answering(name):
            try:
                frame = answer_frame(self._serve(*ask))
            except CannotServe:
                frame = CANNOT_SERVE_FRAME
        self._connection.send(frame)

    def _running(self) -> str:
        """What is running now. When answers come together, that is as the process says itself; it
        can say that it went on, and not that it went back."""
        said = self._connection.child.at() - self._ticket
        if self._together and self._reached < said < len(self.names):
            self._reached = said
        self._reached = max(self._reached, self._at)
        return self.names[min(self._reached, len(self.names) - 1)]
