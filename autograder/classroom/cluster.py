"""Workers on other machines as what grades a class: who has which batch, and what comes back.

Each worker has at most `AHEAD` batches, so that what is in flight takes the same memory however
large the class is. How a worker is reached is a `Link`; `autograder.classroom.cluster_dask` has the
one there is.
"""

from __future__ import annotations

import contextlib
import queue
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.reduction import ForkingPickler
from typing import Any, Generic

from autograder import interrupts
from autograder.classroom import cluster_worker
from autograder.classroom.cluster_host import Graded, Outcome, Ready
from autograder.classroom.cluster_link import Batch, Link, Seen, Worker
from autograder.classroom.cluster_submissions import Submissions
from autograder.classroom.cluster_worker import Answer, Sealed, Versions, versions
from autograder.classroom.executor import Item, Result, Started, Work
from autograder.classroom.fault_log import NOT_GRADED
from autograder.classroom.grader import Grader
from autograder.classroom.parcel import pack
from autograder.classroom.pool import ProcessEnded
from autograder.faults import MachineFault, append_text, log_of
from autograder.sandbox.levels import NotContained
from autograder.text import visible_name

#: Batches that a worker has at once, and submissions in a batch for each of its processes.
AHEAD, BATCH = 2, 16
#: The seconds between two looks at the workers, without a sign of life of one, and without any.
LOOK_SECONDS, SILENT_SECONDS, WAIT_SECONDS = 1.0, 30.0, 120.0
#: A batch may take as long as all its submissions take at most, and so many seconds more.
MORE_SECONDS = 120.0
#: So often may a worker fail, and the scheduler not answer, before it is given up.
FAILURES = 3
_TICK, _END_SECONDS = 0.2, 1.0


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


class _Grading(Generic[Item, Result]):
    """A run on the workers of a link."""

    def __init__(self, link: Link, grader: Grader, work: Work[Item, Result]) -> None:
        self._link = link
        self._submissions = Submissions(work)
        self._run = secrets.token_hex(8)
        self._parcel = _sealed(pack(grader))
        self._log = log_of(grader.course.root, grader.name)
        self._seconds = grader.course.limits.total_seconds
        self._workers: dict[str, Worker] = {}
        self._failures: Counter[str] = Counter()
        self._events: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._look_asked: Future[Mapping[str, Seen]] | None = None
        self._looks, self._looked_at, self._unanswered, self._unused = 0, 0.0, 0, 0.0

    @property
    def repeated(self) -> int:
        """How often an item was given to another worker, since its own had ended."""
        return self._submissions.repeated

    def results(
        self, items: Sequence[Item]
    ) -> Iterator[tuple[int, Result | NotContained | ProcessEnded]]:
        """The results as they come, each with the position of its item, once.

        Raises `MachineFault` when the scheduler is gone, or no worker can be used for
        `WAIT_SECONDS`.
        """
        first = self._submissions.add(items)
        for position, result in self._results():
            yield position - first, result

    def _results(self) -> Iterator[tuple[int, Result | ProcessEnded]]:
        while not self._submissions.are_done:
            yield from self._submissions.results()
            yield from self._hand_out()
            self._look()
            interrupts.to_wait_for()  # raises where a signal came
            with contextlib.suppress(queue.Empty):
                self._events.get(timeout=_TICK)()
        yield from self._submissions.results()

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
        while worker := self._with_room():
            batch: list[int] = []
            yield from self._submissions.hand_out(self._size(worker), batch)
            if not batch:
                return
            self._give(worker, Batch(batch))

    def _with_room(self) -> Worker | None:
        """The worker with the fewest batches, if it may have one more and there is one."""
        if not self._submissions.waiting:
            return None
        ready = self._ready()
        avoided = self._submissions.avoid.get(self._submissions.waiting[0])
        others = [each for each in ready if each.address != avoided]
        free = [each for each in others or ready if len(each.batches) < AHEAD]
        return min(free, key=lambda each: len(each.batches), default=None)

    def _ready(self) -> list[Worker]:
        """The workers that may get batches now."""
        return [each for each in self._workers.values() if each.ready and each.is_usable]

    def _size(self, worker: Worker) -> int:
        """How many submissions a batch has: fewer near the end, for all workers to end together."""
        threads = sum(each.seen.threads for each in self._ready())
        share = -(-len(self._submissions.waiting) // (AHEAD * threads))
        return min(BATCH, share) * worker.seen.threads

    def _give(self, worker: Worker, batch: Batch) -> None:
        jobs = self._submissions.jobs(batch.positions)
        worker.batches.append(batch)
        self._ask(
            lambda done: self._on_graded(worker, batch, done),
            worker,
            cluster_worker.grade,
            self._run,
            _sealed(jobs),
        )

    def _ask(
        self,
        then: Callable[[Future[Any]], None],
        worker: Worker,
        function: Callable[..., Any],
        *arguments: object,
    ) -> None:
        """Ask a worker; ``then`` gets the answer, in this thread."""
        asked = self._link.ask(worker.address, function, *arguments)
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
            elif self._unanswered == FAILURES:
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
                self._welcome(Worker(address, seen))
            else:
                known.silent = 0.0 if seen.beat != known.seen.beat else known.silent + passed
                known.seen = seen
                for batch in known.batches[:1]:
                    batch.seconds += passed
        self._looks += 1
        self._find_quiet(passed)

    def _welcome(self, worker: Worker) -> None:
        self._workers[worker.address] = worker
        if worker.seen.refused:
            self._refuse(worker, worker.seen.refused)
        elif self._failures[worker.address] >= FAILURES:
            self._refuse(worker, "failed again and again")
        else:
            if self._looks:
                _say(f"{worker} joined.")
            self._ask(lambda done: self._on_greeted(worker, done), worker, cluster_worker.greet)

    def _on_greeted(self, worker: Worker, done: Future[object]) -> None:
        error = done.exception()
        if isinstance(error, (ImportError, AttributeError)):
            self._refuse(worker, "has no autograder that can grade here, or another version of it")
        elif error is not None:
            self._lose(worker, "did not answer")
        elif wrong := _differ(done.result()):
            self._refuse(worker, wrong)
        else:
            self._prepare(worker)

    def _prepare(self, worker: Worker) -> None:
        worker.ready = False
        threads = worker.seen.threads
        self._ask(
            lambda done: self._on_prepared(worker, done),
            worker,
            cluster_worker.prepare,
            self._run,
            self._parcel,
            threads,
        )

    def _on_prepared(self, worker: Worker, done: Future[Answer]) -> None:
        if done.exception() is not None:
            return self._lose(worker, "did not answer")
        answer = done.result()
        if not answer.data:
            return self._refuse(worker, f"cannot start a grading process: {answer.ended}")
        first: Ready = ForkingPickler.loads(answer.data)
        if first.refused:
            return self._refuse(worker, f"cannot grade: {first.refused.removeprefix(NOT_GRADED)}")
        if first.note:
            _say(f"{worker}: {first.note}")
        worker.ready = True
        return None

    def _refuse(self, worker: Worker, why: str) -> None:
        """Use a worker no more, and say why."""
        _say(f"{worker} is not used: it {why.rstrip('.')}.{self._given_away(worker)}")
        worker.refused = True

    def _lose(self, worker: Worker, how: str) -> None:
        """A worker is gone; the batch that it was at may be why."""
        if self._workers.get(worker.address) is not worker:
            return
        del self._workers[worker.address]
        self._failures[worker.address] += 1
        if not worker.refused:
            at = worker.batches[0].positions if worker.batches else ()
            _say(f"{worker} {how}.{self._given_away(worker, at)}")

    def _given_away(self, worker: Worker, at: Sequence[int] = ()) -> str:
        """Hand out again what a worker has; the end of what is said about it. It counts as lost
        with the worker what that was ``at``."""
        batches = [batch for batch in worker.batches if not batch.away]
        is_open = self._submissions.is_open
        positions = [p for batch in batches for p in batch.positions if is_open(p)]
        for batch in batches:
            batch.away = True
        self._submissions.lose(at)
        self._submissions.hand_out_again(positions)
        count = f"{len(positions)} submission{'s' * (len(positions) != 1)}"
        return f" Others grade the {count} that it had." if positions else ""

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

    def _overdue(self, worker: Worker) -> bool:
        return any(
            batch.seconds
            > len(batch.positions) / worker.seen.threads * self._seconds + MORE_SECONDS
            for batch in worker.batches[:1]
        )

    # Results

    def _on_graded(self, worker: Worker, batch: Batch, done: Future[Answer]) -> None:
        if done.exception() is not None:
            return self._lose(worker, "ended")
        worker.batches.remove(batch)
        answer = done.result()
        if answer.data:
            return self._on_outcomes(worker, batch, ForkingPickler.loads(answer.data))
        is_known = self._workers.get(worker.address) is worker
        if answer.ended and worker.ready:  # the other batches of this process did not begin
            self._submissions.lose(batch.positions)
            self._failures[worker.address] += 1
            _say(f"{worker}: its grading process ended ({answer.ended}) and is started again.")
        if not batch.away:
            self._submissions.hand_out_again(batch.positions)
        if worker.refused or not is_known:
            return None
        if self._failures[worker.address] >= FAILURES:
            self._refuse(worker, "failed again and again")
        elif worker.ready:
            self._prepare(worker)
        return None

    def _on_outcomes(self, worker: Worker, batch: Batch, graded: Graded) -> None:
        if graded.log:
            with contextlib.suppress(OSError):  # a failure to write it does not stop grading
                append_text(self._log, graded.log)
        for position, outcome in zip(batch.positions, graded.outcomes, strict=True):
            if self._submissions.is_open(position):  # else another worker was faster
                self._on_outcome(worker, position, outcome)

    def _on_outcome(self, worker: Worker, position: int, outcome: Outcome) -> None:
        submissions = self._submissions
        if outcome.report is not None:
            worker.faults = 0
            submissions.finish(position, outcome.report, outcome.repeated)
        elif outcome.ended:
            submissions.give_up(position, outcome.ended)
        elif outcome.uncontained:
            submissions.hand_out_again([position])
            if not worker.refused:
                self._refuse(worker, f"cannot contain submissions: {outcome.uncontained}")
        else:
            worker.faults += 1
            others = self._ready()
            if position not in submissions.avoid and others != [worker]:
                submissions.avoid[position] = worker.address
                submissions.hand_out_again([position])
            else:
                submissions.fail(position, outcome.fault)
            if worker.faults >= FAILURES and len(others) > 1 and not worker.refused:
                self._refuse(worker, f"cannot grade: {outcome.fault.removeprefix(NOT_GRADED)}")


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


def _sealed(value: object) -> Sealed:
    """Pickled by whom made it, for a worker that was told to trust it."""
    return Sealed(bytes(ForkingPickler.dumps(value)))


def _say(text: str) -> None:
    """Say on standard error what happens to a worker, in place of a progress bar."""
    clear = "\r\x1b[K" if sys.stderr.isatty() else ""
    print(f"{clear}{visible_name(text)}", file=sys.stderr, flush=True)
