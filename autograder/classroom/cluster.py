"""Workers on other machines as what grades a class: who has which batch, and what comes back.

Each worker has at most `AHEAD` batches, so that what is in flight takes the same memory however
large the class is. The first result for a submission counts; what comes later for it is dropped.
How a worker is reached is a `Link`; `autograder.classroom.cluster_dask` has the one there is.
"""

from __future__ import annotations

import contextlib
import queue
import secrets
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.reduction import ForkingPickler
from typing import Any, Generic, NamedTuple, Protocol

from autograder import interrupts
from autograder.classroom import cluster_worker
from autograder.classroom.cluster_host import Graded, Outcome, Ready
from autograder.classroom.cluster_worker import Answer, Sealed, Versions, versions
from autograder.classroom.executor import Begun, Item, Job, Result, Started, Work
from autograder.classroom.grader import Grader
from autograder.classroom.parcel import pack
from autograder.classroom.pool import ProcessEnded
from autograder.faults import MachineFault, append_text, log_of
from autograder.sandbox.levels import NotContained

#: Batches that a worker has at once, and submissions in a batch for each of its processes.
AHEAD, BATCH = 2, 16
#: How far ahead of the oldest submission that is not done yet others may be handed out: their
#: results wait for it.
WINDOW = 2000
#: The seconds between two looks at the workers, without a sign of life of one, and without any.
LOOK_SECONDS, SILENT_SECONDS, WAIT_SECONDS = 1.0, 30.0, 120.0
#: A batch may take as long as all its submissions take at most, and so many seconds more.
MORE_SECONDS = 120.0
#: So often may a submission be with a worker that ends, and a worker fail, before it is given up.
LOSSES = 3
_TICK, _END_SECONDS = 0.2, 1.0


class Seen(NamedTuple):
    """What a scheduler knows of a worker: how many threads it has, and when it last gave a sign of
    life. ``refused`` is why it is not used."""

    threads: int
    beat: float
    refused: str = ""


class Link(Protocol):
    """The way to a scheduler and its workers."""

    name: str

    def workers(self) -> Future[Mapping[str, Seen]]:
        """All workers that the scheduler knows, by address."""

    def ask(self, worker: str, function: Callable[..., Any], *arguments: object) -> Future[Any]:
        """Have a worker call a coroutine function of `autograder.classroom.cluster_worker`."""


@dataclass(frozen=True)
class Cluster:
    """A cluster as what grades; see `autograder.classroom.executor.Start`."""

    link: Link

    @contextmanager
    def __call__(
        self, grader: Grader, work: Work[Item, Result], submissions: int
    ) -> Iterator[Started[Item, Result]]:
        """Use the workers of the link while inside."""
        grading = _Grading(self.link, grader, work)
        try:
            yield Started(grading)
        finally:
            grading.close()


@dataclass(eq=False)
class _Batch:
    """The positions of submissions, and for how many seconds a worker is at them. ``away`` is
    whether they were handed out again meanwhile."""

    positions: Sequence[int]
    seconds: float = 0.0
    away: bool = False


@dataclass(eq=False)
class _Worker:
    """What is known here of a worker. It has given no sign of life for ``silent`` seconds, and is
    ``quiet`` if it counts as hanging; ``faults`` are those in a row."""

    address: str
    seen: Seen
    silent: float = 0.0
    batches: list[_Batch] = field(default_factory=list)
    ready: bool = False
    refused: bool = False
    quiet: bool = False
    faults: int = 0

    def __str__(self) -> str:
        return f"Worker {self.address}"

    @property
    def is_usable(self) -> bool:
        """Whether it may get batches, now or when it is ready."""
        return not (self.refused or self.quiet)


class _Grading(Generic[Item, Result]):
    """A run on the workers of a link."""

    def __init__(self, link: Link, grader: Grader, work: Work[Item, Result]) -> None:
        self._link, self._work = link, work
        self._run = secrets.token_hex(8)
        self._parcel = _sealed(pack(grader))
        self._log = log_of(grader.course.root, grader.name)
        self._seconds = grader.course.limits.total_seconds
        self._workers: dict[str, _Worker] = {}
        self._failures: Counter[str] = Counter()
        self._events: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._look_asked: Future[Mapping[str, Seen]] | None = None
        self._looks, self._looked_at, self._unanswered, self._unused = 0, 0.0, 0, 0.0
        self._todo: deque[int] = deque()
        self._open: dict[int, Begun] = {}
        #: Of those that were handed out: who is to be handed out again, how often a worker ended
        #: with one, and which worker could not grade it.
        self._again: set[int] = set()
        self._losses: Counter[int] = Counter()
        self._avoid: dict[int, str] = {}
        self._results: deque[tuple[int, Result | NotContained | ProcessEnded]] = deque()

    @property
    def repeated(self) -> int:
        """How often an item was given to another worker, since its own had ended."""
        return self._losses.total()

    def results(
        self, items: Sequence[Item]
    ) -> Iterator[tuple[int, Result | NotContained | ProcessEnded]]:
        """The results as they come, each with the position of its item, once.

        Raises `MachineFault` when the scheduler is gone, or no worker can be used for
        `WAIT_SECONDS`.
        """
        self._items = items
        self._todo.extend(range(len(items)))
        while self._todo or self._open:
            while self._results:
                yield self._results.popleft()
            yield from self._hand_out()
            self._look()
            interrupts.to_wait_for()  # raises where a signal came
            with contextlib.suppress(queue.Empty):
                self._events.get(timeout=_TICK)()
        yield from self._results
        self._results.clear()

    def close(self) -> None:
        """Have every worker end its grading process, as it does by itself after a while."""
        asked = [
            self._link.ask(worker.address, cluster_worker.end, self._run)
            for worker in self._workers.values()
            if not worker.refused
        ]
        wait(asked, timeout=_END_SECONDS)

    # Handing out

    def _hand_out(self) -> Iterator[tuple[int, Result]]:
        """Give batches to workers that have room. What needs no grading is a result at once."""
        while self._todo and (worker := self._with_room(self._todo[0])):
            size, batch = self._size(worker), list[int]()
            while self._todo and len(batch) < size:
                position = self._todo[0]
                if position in self._open:
                    if batch and self._losses[position]:
                        break  # what a worker ended with is tried apart from others
                    self._again.discard(position)
                    size = 1 if self._losses[position] else size
                elif self._open and position > next(iter(self._open)) + WINDOW:
                    break
                else:
                    begun = self._work.begin(self._items[position])
                    if not isinstance(begun, Begun):
                        self._todo.popleft()
                        yield position, begun
                        continue
                    self._open[position] = begun
                batch.append(self._todo.popleft())
            if not batch:
                return
            self._give(worker, _Batch(batch))

    def _with_room(self, position: int) -> _Worker | None:
        """The worker with the fewest batches, if it may have one more."""
        ready = [each for each in self._workers.values() if each.ready and each.is_usable]
        others = [each for each in ready if each.address != self._avoid.get(position)]
        free = [each for each in others or ready if len(each.batches) < AHEAD]
        return min(free, key=lambda each: len(each.batches), default=None)

    def _size(self, worker: _Worker) -> int:
        """How many submissions a batch has: fewer near the end, for all workers to end together."""
        ready = [each for each in self._workers.values() if each.ready and each.is_usable]
        threads = sum(each.seen.threads for each in ready)
        share = -(-len(self._todo) // (AHEAD * threads))
        return min(BATCH, share) * worker.seen.threads

    def _give(self, worker: _Worker, batch: _Batch) -> None:
        jobs = [_plain(self._open[position].job) for position in batch.positions]
        worker.batches.append(batch)
        self._ask(
            lambda done: self._on_graded(worker, batch, done),
            worker,
            cluster_worker.grade,
            _sealed(jobs),
        )

    def _ask(
        self,
        then: Callable[[Future[Any]], None],
        worker: _Worker,
        function: Callable[..., Any],
        *arguments: object,
    ) -> None:
        """Ask a worker; ``then`` gets the answer, in this thread."""
        named = () if function is cluster_worker.greet else (self._run,)
        asked = self._link.ask(worker.address, function, *named, *arguments)
        asked.add_done_callback(lambda done: self._events.put(lambda: then(done)))

    # Workers

    def _look(self) -> None:
        """Ask for the workers now and then, and see what has changed."""
        now = time.monotonic()
        if self._look_asked is None:
            if now >= self._looked_at + LOOK_SECONDS:
                self._look_asked = self._link.workers()
        elif self._look_asked.done():
            done, self._look_asked = self._look_asked, None
            # Time in which nobody looked does not count: the caller may have been busy, or asleep.
            passed, self._looked_at = min(now - self._looked_at, 2 * LOOK_SECONDS), now
            self._unanswered = 0 if done.exception() is None else self._unanswered + 1
            if not self._unanswered:
                self._on_seen(done.result(), passed)
            elif self._unanswered == LOSSES:
                raise MachineFault(
                    f"The scheduler at {self._link.name} no longer answers. What was graded so far "
                    "is kept: run it again to go on."
                )

    def _on_seen(self, found: Mapping[str, Seen], passed: float) -> None:
        for worker in [each for each in self._workers.values() if each.address not in found]:
            self._lose(worker, "ended")
        for address, seen in found.items():
            known = self._workers.get(address)
            if known is None:
                self._welcome(_Worker(address, seen))
            else:
                known.silent = 0.0 if seen.beat != known.seen.beat else known.silent + passed
                known.seen = seen
                for batch in known.batches[:1]:
                    batch.seconds += passed
        self._looks += 1
        self._find_quiet(passed)

    def _welcome(self, worker: _Worker) -> None:
        self._workers[worker.address] = worker
        if worker.seen.refused:
            self._refuse(worker, worker.seen.refused)
        elif self._failures[worker.address] >= LOSSES:
            self._refuse(worker, "failed again and again")
        else:
            if self._looks:
                _say(f"{worker} joined.")
            self._ask(lambda done: self._on_greeted(worker, done), worker, cluster_worker.greet)

    def _on_greeted(self, worker: _Worker, done: Future[object]) -> None:
        error = done.exception()
        if isinstance(error, (ImportError, AttributeError)):
            self._refuse(worker, "has no autograder that can grade here, or another version of it")
        elif error is not None:
            self._lose(worker, "did not answer")
        elif wrong := _differ(done.result()):
            self._refuse(worker, wrong)
        else:
            self._prepare(worker)

    def _prepare(self, worker: _Worker) -> None:
        worker.ready = False
        threads = worker.seen.threads
        self._ask(
            lambda done: self._on_prepared(worker, done),
            worker,
            cluster_worker.prepare,
            self._parcel,
            threads,
        )

    def _on_prepared(self, worker: _Worker, done: Future[Answer]) -> None:
        if done.exception() is not None:
            return self._lose(worker, "did not answer")
        answer = done.result()
        if not answer.data:
            return self._refuse(worker, f"cannot start a grading process: {answer.ended}")
        first: Ready = ForkingPickler.loads(answer.data)
        if first.refused:
            return self._refuse(worker, f"cannot grade: {first.refused}")
        if first.note:
            _say(f"{worker}: {first.note}")
        worker.ready = True
        return None

    def _refuse(self, worker: _Worker, why: str) -> None:
        """Use a worker no more, and say why."""
        _say(f"{worker} is not used: it {why.rstrip('.')}.{self._given_away(worker)}")
        worker.refused = True

    def _lose(self, worker: _Worker, how: str) -> None:
        """A worker is gone; the batch that it was at may be why."""
        if self._workers.get(worker.address) is not worker:
            return
        del self._workers[worker.address]
        self._failures[worker.address] += 1
        if not worker.refused:
            at = worker.batches[0].positions if worker.batches else ()
            _say(f"{worker} {how}.{self._given_away(worker, at)}")

    def _given_away(self, worker: _Worker, at: Sequence[int] = ()) -> str:
        """Hand out again what a worker has; the end of what is said about it. It counts as lost
        with the worker what that was ``at``."""
        batches = [batch for batch in worker.batches if not batch.away]
        positions = [p for batch in batches for p in batch.positions if p in self._open]
        for batch in batches:
            batch.away = True
        self._losses.update(at)
        self._hand_out_again(positions)
        count = f"{len(positions)} submission{'s' * (len(positions) != 1)}"
        return f" Others grade the {count} that it had." if positions else ""

    def _hand_out_again(self, positions: Sequence[int]) -> None:
        for position in reversed(positions):
            if position not in self._open or position in self._again:
                continue
            if self._losses[position] >= LOSSES:
                self._done(position, ProcessEnded("the workers that graded it ended"))
            else:
                self._again.add(position)
                self._todo.appendleft(position)

    def _find_quiet(self, passed: float) -> None:
        """Notice workers that hang, and that nobody grades."""
        for worker in self._workers.values():
            beats = worker.silent < SILENT_SECONDS
            if worker.quiet and beats and not self._overdue(worker):
                worker.quiet = False
                _say(f"{worker} answers again.")
            elif worker.is_usable and not beats:
                gone = f"has given no sign of life for {SILENT_SECONDS:g} seconds"
                _say(f"{worker} {gone}.{self._given_away(worker)}")
                worker.quiet = True
            elif worker.is_usable and self._overdue(worker):
                _say(f"{worker} is at a batch for too long.{self._given_away(worker)}")
                worker.quiet = True
        is_used = any(worker.is_usable for worker in self._workers.values())
        self._unused = 0.0 if is_used else self._unused + passed
        if self._unused > WAIT_SECONDS:
            have = "has no worker" if not self._workers else "has no worker that can be used"
            raise MachineFault(
                f"The scheduler at {self._link.name} {have} for {WAIT_SECONDS:g} seconds. Start "
                "some, and run it again: what was graded so far is kept."
            )

    def _overdue(self, worker: _Worker) -> bool:
        return any(
            batch.seconds
            > len(batch.positions) / worker.seen.threads * self._seconds + MORE_SECONDS
            for batch in worker.batches[:1]
        )

    # Results

    def _on_graded(self, worker: _Worker, batch: _Batch, done: Future[Answer]) -> None:
        if done.exception() is not None:
            return self._lose(worker, "ended")
        worker.batches.remove(batch)
        answer = done.result()
        if answer.data:
            return self._on_outcomes(worker, batch, ForkingPickler.loads(answer.data))
        is_known = self._workers.get(worker.address) is worker
        if answer.ended and worker.ready:  # the other batches of this process did not begin
            self._losses.update(batch.positions)
            self._failures[worker.address] += 1
            _say(f"{worker}: its grading process ended ({answer.ended}) and is started again.")
        if not batch.away:
            self._hand_out_again(batch.positions)
        if worker.refused or not is_known:
            return None
        if self._failures[worker.address] >= LOSSES:
            self._refuse(worker, "failed again and again")
        elif worker.ready:
            self._prepare(worker)
        return None

    def _on_outcomes(self, worker: _Worker, batch: _Batch, graded: Graded) -> None:
        if graded.log:
            with contextlib.suppress(OSError):  # a failure to write it does not stop grading
                append_text(self._log, graded.log)
        for position, outcome in zip(batch.positions, graded.outcomes, strict=True):
            if position in self._open:  # else another worker was faster
                self._on_outcome(worker, position, outcome)

    def _on_outcome(self, worker: _Worker, position: int, outcome: Outcome) -> None:
        item, begun = self._items[position], self._open[position]
        if outcome.report is not None:
            worker.faults = 0
            result = self._work.finish(item, begun, outcome.report, outcome.repeated)
            self._done(position, result)
        elif outcome.ended:
            self._done(position, ProcessEnded(outcome.ended))
        elif outcome.uncontained:
            self._hand_out_again([position])
            if not worker.refused:
                self._refuse(worker, f"cannot contain submissions: {outcome.uncontained}")
        else:
            worker.faults += 1
            others = [w for w in self._workers.values() if w.ready and w.is_usable]
            if position not in self._avoid and others != [worker]:
                self._avoid[position] = worker.address
                self._hand_out_again([position])
            else:
                self._done(position, self._work.failed(item, begun, outcome.fault))
            if worker.faults >= LOSSES and len(others) > 1 and not worker.refused:
                self._refuse(worker, f"cannot grade: {outcome.fault}")

    def _done(self, position: int, result: Result | ProcessEnded) -> None:
        del self._open[position]
        self._avoid.pop(position, None)
        del self._losses[position]
        if position in self._again:
            self._again.remove(position)
            self._todo.remove(position)
        self._results.append((position, result))


def _differ(theirs: object) -> str:
    """What of a worker's versions is not as here; "" if nothing is."""
    ours = versions()
    if not isinstance(theirs, (tuple, list)) or len(theirs) != len(ours):
        return "has another version of autograder: it does not tell what it has as this one does"
    return " and ".join(
        f"has {name} {its}, and this is {own}"
        for name, its, own in zip(Versions._fields, theirs, ours, strict=True)
        if its != own
    )


def _plain(job: Job) -> Job:
    """A job that can be pickled: a view of a dictionary cannot."""
    submission = job.submission
    return job._replace(submission=submission._replace(modules=dict(submission.modules)))


def _sealed(value: object) -> Sealed:
    """Pickled by whom made it, for a worker that was told to trust it."""
    return Sealed(bytes(ForkingPickler.dumps(value)))


def _say(text: str) -> None:
    """Say on standard error what happens to a worker, in place of a progress bar."""
    clear = "\r\x1b[K" if sys.stderr.isatty() else ""
    print(f"{clear}{text}", file=sys.stderr, flush=True)
