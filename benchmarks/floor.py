"""The overhead of containment: one grading's calls in a bare fork, a contained fork and a worker.

The batches of calls are recorded from a real grading, so that all three make the same calls without
the checks. Neither fork sends anything back, so that their ratio is the overhead of containment
alone. The worker also sends every argument and result.
"""

from __future__ import annotations

import argparse
import math
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from autograder.course import load_course
from autograder.exercise.solution import load_solution
from autograder.judge.judge import judge
from autograder.sandbox.calls import Call, Caller, Cell, Outcome
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.inside import containment
from autograder.sandbox.inside.containment import ALL_LEVELS, Level
from autograder.sandbox.inside.namespace import Namespace
from autograder.sandbox.inside.server import Loaded, Lock, hold
from autograder.sandbox.worker import Worker
from autograder.submission import parse_submission
from benchmarks.measuring import ROOT, Failed, Row, main

TARGET = 1.3
KEY = b"the instances on which speed is measured"


@dataclass(frozen=True)
class Work:
    """The cells and calls of one grading."""

    cells: Sequence[Cell]
    batches: Sequence[Sequence[Call]]


def measure(options: argparse.Namespace) -> list[Row]:
    """Replay each work in a bare fork, in a contained fork, and in a worker."""
    limits = load_course(ROOT).limits
    with ForkServer(limits) as server:
        works = record(server)
        level = next(level for level in ALL_LEVELS if level.name == server.containment)
        bare, contained = Forker(works, None), Forker(works, level)
        times = []
        for number in range(options.rounds):
            worker_seconds = in_worker(works[number % len(works)], server)
            times.append((bare.seconds(number), contained.seconds(number), worker_seconds))
        bare.close()
        contained.close()
    print(f"{len(works)} answers, {len(works[0].batches)} batches of calls for the right one")
    fork, locked, worker = (median(column) * 1000 for column in zip(*times, strict=True))
    beside = f"{fork:.1f} ms in a bare fork"
    ratio = median(two / one for one, two, _ in times)
    whole = median(three / one for one, _, three in times)
    return [
        Row("containment", f"{locked:.1f} ms contained", beside, ratio, TARGET),
        Row("the worker, with all it sends", f"{worker:.1f} ms", beside, whole, math.inf),
    ]


class Forker:
    """A warm process that forks a child for each work."""

    def __init__(self, works: Sequence[Work], level: Level | None) -> None:
        """Start it, on a level of containment or without containment."""
        self._works, self._level = works, level
        self._ask, self._answer = os.pipe(), os.pipe()
        self._process = os.fork()
        if self._process == 0:
            os.setsid()
            os.close(self._ask[1])
            self._start()
            os._exit(0)
        os.close(self._ask[0])
        os.close(self._answer[1])

    def close(self) -> None:
        """Kill it and its children."""
        os.killpg(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)

    def seconds(self, number: int) -> float:
        """The seconds from the fork for one work until the child's exit."""
        os.write(self._ask[1], bytes([number % len(self._works)]))
        answer = os.read(self._answer[0], 100)
        if not answer:
            raise Failed("a fork ended early")
        return float(answer)

    def _start(self) -> None:
        if self._level is None:
            self._serve(None)
            return
        allowance = containment.Allowance(1 << 30, 60, 0, 0, 64, 16_000_000)
        reason = hold(
            self._level,
            allowance,
            lambda _: Loaded(lambda lock: None, containment.interpreter_folders()),
            lambda lock, loaded: self._serve(lock),
        )
        if reason:
            print(reason, file=sys.stderr)

    def _serve(self, lock: Lock | None) -> None:
        while number := os.read(self._ask[0], 1):
            started = time.perf_counter()
            child = os.fork()
            if not child:
                try:
                    if lock is not None:
                        lock.close()
                    replay(self._works[number[0]])
                    os._exit(0)
                finally:
                    os._exit(1)
            _, status = os.waitpid(child, 0)
            if status:
                return
            os.write(self._answer[1], str(time.perf_counter() - started).encode())


def record(server: ForkServer) -> list[Work]:
    """The works of the right answer and of every declared mistake, from real gradings."""
    course = load_course(ROOT)
    solution = load_solution(course, course.assignments[0].name)
    answer_key = solution.answer_key(KEY)
    mistakes = (mistake.apply(solution.source) for mistake in solution.exercise.mistakes)
    works = []
    for source in (solution.source, *mistakes):
        cells = parse_submission("answer.py", source.encode()).cells
        batches: list[Sequence[Call]] = []
        with Worker(cells, server) as caller:

            def keep(
                calls: Sequence[Call], batches: list[Sequence[Call]] = batches, to: Caller = caller
            ) -> Sequence[Outcome]:
                batches.append(list(calls))
                return to(calls)

            judge(answer_key, keep, server.limits.seconds)
        works.append(Work(cells, batches))
    return works


def replay(work: Work) -> None:
    """Do the work in this process; the outcomes are discarded."""
    submission = Namespace()
    for cell in work.cells:
        submission.run_cell(cell.source, cell.label, cell.first_line)
    for batch in work.batches:
        for _ in submission.run(batch):
            pass


def in_worker(work: Work, server: ForkServer) -> float:
    """The seconds of a worker from start to end, including the decoding of outcomes."""
    started = time.perf_counter()
    with Worker(work.cells, server) as caller:
        for batch in work.batches:
            caller(batch)
    return time.perf_counter() - started


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="The contained worker, beside a bare fork")
    options.add_argument(
        "--rounds", type=int, default=45, help="of two forks and a worker; medians"
    )
    sys.exit(main(options, measure))
