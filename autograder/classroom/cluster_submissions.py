"""The submissions of a run on workers, by position: who waits, who is handed out, what came back.

The first result for a submission counts; what comes later for it is dropped.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import Generic

from autograder.classroom.executor import Begun, Item, Job, Result, Work
from autograder.classroom.pool import ProcessEnded
from autograder.report import Report

#: How far ahead of the oldest submission that is not done yet others may be handed out: their
#: results wait for it.
WINDOW = 2000
#: So often may a submission be with a worker that ends, before it is given up.
LOSSES = 3


class Submissions(Generic[Item, Result]):
    """Those of one run. A position is never used again, since a worker may answer late."""

    def __init__(self, work: Work[Item, Result]) -> None:
        self._work = work
        self._items: list[Item] = []
        self._todo: deque[int] = deque()
        self._open: dict[int, Begun] = {}
        #: Of those that were handed out: who is to be handed out again, and how often a worker
        #: ended with one.
        self._again: set[int] = set()
        self._losses: Counter[int] = Counter()
        #: The worker that could not grade one.
        self.avoid: dict[int, str] = {}
        #: How often one was handed out again, since its worker had ended.
        self.repeated = 0
        self._results: deque[tuple[int, Result | ProcessEnded]] = deque()

    def add(self, items: Sequence[Item]) -> int:
        """Add what is to be graded; the position of the first."""
        first = len(self._items)
        self._items.extend(items)
        self._todo.extend(range(first, len(self._items)))
        return first

    @property
    def waiting(self) -> Sequence[int]:
        """Those that are to be handed out, in this order."""
        return self._todo

    @property
    def are_done(self) -> bool:
        """Whether all have a result, although it may not be taken yet."""
        return not (self._todo or self._open)

    def is_open(self, position: int) -> bool:
        """Whether it was handed out, and has no result."""
        return position in self._open

    def jobs(self, positions: Sequence[int]) -> list[Job]:
        """The jobs of those that are handed out, which can be pickled."""
        return [_plain(self._open[position].job) for position in positions]

    def results(self) -> Iterator[tuple[int, Result | ProcessEnded]]:
        """Take the results that there are."""
        while self._results:
            yield self._results.popleft()

    def hand_out(self, size: int, batch: list[int]) -> Iterator[tuple[int, Result]]:
        """Add so many to a ``batch``. What needs no grading is a result at once."""
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

    def lose(self, positions: Sequence[int]) -> None:
        """A worker ended with them."""
        self._losses.update(positions)

    def hand_out_again(self, positions: Sequence[int]) -> None:
        """Hand them out to others, but for those that are done or wait already, and give up those
        with which workers end."""
        for position in reversed(positions):
            if position not in self._open or position in self._again:
                continue
            if self._losses[position] >= LOSSES:
                self.give_up(position, "the workers that graded it ended")
            else:
                self.repeated += self._losses[position] > 0
                self._again.add(position)
                self._todo.appendleft(position)

    def finish(self, position: int, report: Report, repeated: int) -> None:
        """Its report came."""
        item, begun = self._items[position], self._open[position]
        self._done(position, self._work.finish(item, begun, report, repeated))

    def fail(self, position: int, fault: str) -> None:
        """A fault of the machines kept it from being graded."""
        self._done(position, self._work.failed(self._items[position], self._open[position], fault))

    def give_up(self, position: int, why: str) -> None:
        """Whoever graded it ended."""
        self._done(position, ProcessEnded(why))

    def _done(self, position: int, result: Result | ProcessEnded) -> None:
        del self._open[position]
        self.avoid.pop(position, None)
        del self._losses[position]
        if position in self._again:
            self._again.remove(position)
            self._todo.remove(position)
        self._results.append((position, result))


def _plain(job: Job) -> Job:
    """A job that can be pickled: a view of a dictionary cannot."""
    submission = job.submission
    return job._replace(submission=submission._replace(modules=dict(submission.modules)))
