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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from autograder.course import Course, load_course
from autograder.exercise.solution import Solution, load_solution
from autograder.grade import grade_submission
from autograder.judge.judge import judge
from autograder.sandbox.calls import Call, Caller, Cell, How, Outcome
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.inside import containment
from autograder.sandbox.inside.containment import ALL_LEVELS, Level
from autograder.sandbox.inside.namespace import Namespace
from autograder.sandbox.inside.server import Loaded, Lock, hold
from autograder.sandbox.worker import ContainedSandbox, Worker
from autograder.submission import parse_submission
from benchmarks.measuring import ROOT, Failed, Row, main

TARGET = 1.3
#: How many times its own calls a right submission may take.
WHOLE = 3
KEY = b"the instances on which speed is measured"


@dataclass(frozen=True)
class Work:
    """The cells and calls of one grading."""

    cells: Sequence[Cell]
    batches: list[Sequence[Call]]


def measure(options: argparse.Namespace) -> list[Row]:
    """Replay each work in a bare fork, in a contained fork, and in a worker; or the right answers
    to ``--exercises`` in a bare fork only, beside their whole grading."""
    if options.exercises is not None:
        course = load_course(ROOT)
        names = options.exercises or [assignment.name for assignment in course.assignments]
        return [_whole(course, load_solution(course, name), options.rounds) for name in names]
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


class _Noting(Worker):
    """Notes the batches of calls that are made."""

    def __init__(self, cells: Sequence[Cell], server: ForkServer) -> None:
        super().__init__(cells, server)
        self.work = Work(cells, [])

    def __call__(self, calls: Sequence[Call]) -> list[Outcome]:
        self.work.batches.append(list(calls))
        return super().__call__(calls)


class _Recording(ContainedSandbox):
    """Keeps the work of the last submission."""

    work: Work

    def start(self, cells: Sequence[Cell], modules: Mapping[str, str] | None = None) -> Worker:
        worker = _Noting(cells, self._server)
        self.work = worker.work
        return worker


def _whole(course: Course, solution: Solution, rounds: int) -> Row:
    """The grading of a right answer, beside the same calls in a bare fork."""
    answer_key = solution.answer_key(KEY)
    seconds = course.limits.cpu_seconds + answer_key.own_seconds
    limits = replace(course.limits, cpu_seconds=seconds)
    submission = parse_submission(f"{solution.name}.py", solution.source.encode())
    with ForkServer(limits, data=solution.data_files) as server:

        def grade(sandbox: ContainedSandbox) -> None:
            report = grade_submission(submission, "", answer_key, sandbox, solution.mutants)
            if report.score < report.max_score:
                raise Failed(f"the solution of {solution.name} is not right")

        recording = _Recording(server)
        grade(recording)
        os.chdir(course.solutions / solution.name)  # where its data files are
        bare = Forker([recording.work], None)
        times = []
        for _ in range(rounds):
            started = time.perf_counter()
            grade(ContainedSandbox(server))
            times.append((time.perf_counter() - started, bare.seconds(0)))
        bare.close()
    whole, fork = (median(column) * 1000 for column in zip(*times, strict=True))
    ratio = median(one / two for one, two in times)
    return Row(solution.name, f"{whole:.1f} ms", f"{fork:.1f} ms in a bare fork", ratio, WHOLE)


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
        how = How((), -1, cell.checks, cell.probes, cell.takes)
        submission.run_cell(cell.source, cell.label, cell.first_line, how)
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
        "--exercises", nargs="*", metavar="NAME", help="whole gradings of these: all of the course"
    )
    options.add_argument(
        "--rounds", type=int, default=45, help="of two forks and a worker; medians"
    )
    sys.exit(main(options, measure))
