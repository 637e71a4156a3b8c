"""A submission's process: requests in, outcomes out, until the grader closes the pipe.

It begins with six descriptors: an empty standard input, the grader's pipe for what is printed as
standard output and error, requests, outcomes, and a page of memory shared with the grader, which
says what is running.
"""

from __future__ import annotations

import _thread
import builtins
import contextlib
import functools
import importlib
import io
import itertools
import mmap
import os
import sys
import threading
import time
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, TextIO

import numpy as np

from autograder.sandbox.calls import Call, How, Outcome, Result
from autograder.sandbox.inside.cell_syntax import transformer
from autograder.sandbox.inside.environment import KEPT, open_file
from autograder.sandbox.inside.namespace import Namespace
from autograder.sandbox.wire.frames import SEND_BYTES
from autograder.sandbox.wire.outcomes import OutcomesPacker, ask_frame
from autograder.sandbox.wire.printed import printed_mark
from autograder.sandbox.wire.requests import (
    AnswerMessage,
    CellMessage,
    answer_frame,
    answer_value,
    calls_frame,
    cells_frame,
    read_answer,
    read_request,
)

REQUESTS, OUTCOMES, PAGE = 3, 4, 5
#: Outcomes that are sent together are sent when they are `SEND_BYTES`, or so old.
SEND_SECONDS = 0.02
#: How many answers of helpers are kept, and of how many bytes each, with what was asked.
MOST_KNOWN, MOST_KNOWN_BYTES = 256, 4096
#: Said where no statement of a cell is running.
NO_STATEMENT = bytes([255]) * 8
#: How many threads there are besides the first one; a submission may put something in its place.
_count_threads = _thread._count


def main(submission: Namespace, lock: Callable[[], bool]) -> None:
    """Put the lock in force and serve one submission, in what `prepare` made. The first outcome
    tells whether there is the memory that it may take."""
    requests = os.fdopen(REQUESTS, "rb")
    page = mmap.mmap(PAGE, mmap.PAGESIZE)
    os.closerange(PAGE, 64)  # a mapping keeps a descriptor of its own
    printed = sys.stdout
    asking = submission.ask = _Asking(requests, printed)
    ready = Outcome("returned" if lock() else "memory")
    submission.announce = functools.partial(_announce, page)
    # From here on, time is the submission's.
    _send(printed, page, 0, False, [ready], asking)
    with submission.around:
        while (read := read_request(requests)) is not None:
            request, calls = read
            outcomes = submission.run(calls)
            if isinstance(request, CellMessage):
                _seed([*(source for source, _, _ in request.cells), *request.modules.values()])
                submission.modules.update(request.modules)
                outcomes = _run_cells(submission, request, printed)
            elif not page[24:32].strip(b"\0"):
                outcomes = _watching_threads(page, request.ticket, outcomes)
            _send(printed, page, request.ticket, request.together, outcomes, asking)
        os._exit(0)  # which saves taking everything down


def _announce(page: mmap.mmap, at: int, line: int) -> None:
    """Say which statement of the cell begins, and its line."""
    page[8:24] = at.to_bytes(8, "little") + line.to_bytes(8, "little")


def _watching_threads(
    page: mmap.mmap, ticket: int, outcomes: Iterable[Outcome]
) -> Iterator[Outcome]:
    """The outcomes of calls; says which call is the first after which more threads go on."""
    before, said = _count_threads(), False
    for number, outcome in enumerate(outcomes, ticket):
        if not said and _count_threads() > before:
            page[24:32], said = number.to_bytes(8, "little"), True
        yield outcome


class _Asking:
    """Asks the grader for what a helper gives, in the middle of a call."""

    def __init__(self, requests: BinaryIO, printed: TextIO) -> None:
        self._requests, self._printed = requests, printed
        self._lock = threading.RLock()  # where a submission may start threads
        #: Outcomes of the calls before this one, which are sent first.
        self.waiting = OutcomesPacker(0)
        #: Answers by what was asked: many calls ask the same, and each costs a round trip.
        self._known: dict[bytes, tuple[AnswerMessage | None, bytes]] = {}

    def __call__(self, name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        with self._lock:
            asked = ask_frame(0, name, arguments, keywords)
            answer = self._known.get(asked)
            if answer is None:
                if self.waiting.size:
                    _flush(self._printed, self.waiting.frame())
                _flush(self._printed, ask_frame(self.waiting.number, name, arguments, keywords))
                answer = read_answer(self._requests)
                is_small = len(asked) + len(answer[1]) <= MOST_KNOWN_BYTES
                if is_small and len(self._known) < MOST_KNOWN:
                    self._known[asked] = answer
            return answer_value(*answer)


class _Output(io.FileIO):
    """Standard output, which knows whether anything was written. It was opened when it was no pipe
    yet."""

    used = False

    def seekable(self) -> bool:
        return False

    def write(self, data: Any) -> int:
        self.used = True
        return super().write(data)


def _run_cells(submission: Namespace, request: CellMessage, printed: Any) -> Iterator[Outcome]:
    """Run cells, and mark in what is printed where each ends. What they print goes out line by
    line, so that it is there when one of them ends the process."""
    output = printed.buffer.raw
    printed.reconfigure(line_buffering=True)
    how = itertools.chain(request.how, itertools.repeat(How()))
    for number, cell in enumerate(request.cells, request.ticket):
        output.used = False
        outcome = submission.run_cell(*cell, next(how))
        own: Any = getattr(sys, "stdout", None)
        for stream in (own, printed):
            with contextlib.suppress(Exception):  # a submission may have closed it, or made its own
                stream.flush()
        if output.used:
            with contextlib.suppress(OSError):
                os.write(1, printed_mark(number).encode())
        more = [_failure(failure) for failure in outcome.more]
        yield outcome._replace(value=more) if more else outcome
    with contextlib.suppress(Exception):
        printed.reconfigure(line_buffering=False)


def _failure(outcome: Outcome) -> Any:
    """A later failure in a cell, as a plain value."""
    _, line = outcome.place or ("", 0)
    return [outcome.kind, outcome.exception, outcome.message, line, outcome.errno]


def _seed(sources: Sequence[str]) -> None:
    """The same submission, the same report. The libraries are loaded for who names them only."""
    if any("random" in source for source in sources):
        random = importlib.import_module("random")
        random.seed(0)
        np.random.seed(0)


#: Run once in the fork server: a child begins with what Python and numpy make at the first use.
_REHEARSAL = """
import numpy as np
from autograder import check

def rehearse(params, x):
    kept = []
    for _ in range(3):
        a = np.tanh(x @ params["W"] + params["b"]) / (1.5 + np.exp(-np.abs(x)))
        a = np.where(a > 0, np.maximum(a, 0.5), -a) * np.dot(a, params["W"].T)
        kept.append(float(((a - x) ** 2).mean()) + np.sum(np.square(a), axis=0) / x.size)
        more = {"W": np.outer(x, a), "b": a.copy(), "c": x.reshape(-1, 1) - np.zeros_like(a)}
        params = {name: value + 0.5 * more[name] for name, value in params.items()}
    return {"b": more["b"], "kept": kept, "all": (params, kept[0])}

def ask(params, x):
    return helper(params, x, rate=0.5)["W"]

check(rehearse)
"""


def prepare(kept: Mapping[str, bytes]) -> Namespace:
    """Make in the fork server what every child begins with: fewer things for each to make. The
    ``kept`` files can be opened where no others can."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_Output(1, "w", closefd=False)),
        encoding="utf-8",
        errors="backslashreplace",
    )
    sys.stderr = sys.stdout
    builtins.open = open_file
    if kept:
        KEPT.update(kept)
        io.open = open_file  # which pathlib takes
    _rehearse()
    transformer()
    # What runs a submission is not for it to import and change.
    for name in [name for name in sys.modules if name.partition(".")[0] == "autograder"]:
        del sys.modules[name]
    sys.modules["__main__"] = types.ModuleType("__main__")
    submission = Namespace(printed=sys.stdout)
    submission.around.renew()
    return submission


def _rehearse() -> None:
    """Make calls as a submission's process does, before any submission is there."""
    params, x = {"W": np.eye(2), "b": np.ones(2)}, np.array([0.5, -0.5])
    calls = [
        Call("rehearse", (params, x), watch=("rehearse",)),
        Call("rehearse", (params, Result(0, "b")), needs_result=False),
        Call("nothing", (x, [x, 1.0], (x, "text"))),
        Call("rehearse", (1.0,)),
        Call("ask", (params, x), served=("helper",)),
    ]
    submission = Namespace()
    submission.ask = _rehearse_asking
    for _ in range(20):  # often enough for Python to specialise the code
        for frame in (cells_frame(0, True, [(_REHEARSAL, "", 1)]), calls_frame(0, True, calls)):
            read = read_request(io.BytesIO(frame))
            assert read is not None
            cells = [submission.run_cell(*cell) for cell in getattr(read[0], "cells", ())]
            packer = OutcomesPacker(0)
            for outcome in [*cells, *submission.run(read[1])]:
                packer.add(outcome)
            packer.frame()


def _rehearse_asking(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    ask_frame(0, name, arguments, keywords)
    return answer_value(*read_answer(io.BytesIO(answer_frame(arguments[0]))))


def _send(
    printed: TextIO,
    page: mmap.mmap,
    ticket: int,
    together: bool,
    outcomes: Iterable[Outcome],
    asking: _Asking,
) -> None:
    """Send outcomes as they are made, numbered from ``ticket`` on; those that come together are
    kept for a moment at most, since a call that does not return would keep them for good."""
    asking.waiting = waiting = OutcomesPacker(ticket)
    sent = time.monotonic()
    made = iter(outcomes)
    for position in itertools.count():
        page[:16] = (ticket + position).to_bytes(8, "little") + NO_STATEMENT
        outcome = next(made, None)
        if outcome is None:
            break
        waiting.add(outcome)
        late = time.monotonic() - sent > SEND_SECONDS
        if late or not together or waiting.size > SEND_BYTES:
            _flush(printed, waiting.frame())
            sent = time.monotonic()
    if waiting.size:
        _flush(printed, waiting.frame())


def _flush(printed: TextIO, frame: bytes) -> None:
    with contextlib.suppress(Exception):  # a submission may have closed it
        # What was printed is counted before the answer that came after it.
        printed.flush()
    rest = memoryview(frame)
    while rest:
        rest = rest[os.write(OUTCOMES, rest) :]
