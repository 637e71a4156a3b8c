"""A class on the workers of a Dask scheduler, beside the pool of one machine; and the scheduler
alone, with workers that grade nothing.

All is CPU time of all processes together, since other work on the machine changes every other time.
Each path grades a small class and a large one, so that what starts once does not count. With
``--gradebook`` the address of an empty PostgreSQL database, recording is measured there too.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any, NamedTuple

from autograder.classroom import cluster_worker
from autograder.classroom.cluster import Cluster
from autograder.classroom.cluster_dask import DaskLink, connected
from autograder.classroom.cluster_host import Graded, Outcome, Ready
from autograder.classroom.cluster_worker import Answer, Sealed
from autograder.classroom.executor import Begun, Start
from autograder.classroom.grader import Grader
from autograder.classroom.run import grade_class, on_this_machine
from autograder.classroom.work import FolderWork, Task
from autograder.course import Course, load_course
from autograder.nbgrader.platform import Nbgrader
from autograder.report import Report
from benchmarks.classes import Classes
from benchmarks.measuring import ROOT, Failed, Row, descendants, main, python, timed
from tests.helpers.dask_cluster import DaskCluster

TARGET = 1.15
_TICKS = os.sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    """CPU milliseconds of one more submission: of all processes, and of the command's own."""

    all: float
    caller: float


def measure(options: argparse.Namespace) -> list[Row]:
    """The cost of a submission on each path, and what one scheduler can feed."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.environ["PYTHONPATH"] = str(ROOT)
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        classes = Classes(Path(scratch))
        with processes(Path(scratch) / "two", 2) as two:
            local, remote = both_paths(classes, two, options)
        rows = [
            Row(
                "cluster: CPU time of a submission",
                f"{remote.all:.1f} ms on two workers",
                f"{local.all:.1f} ms in the pool",
                remote.all / local.all,
                TARGET,
            )
        ]
        for count in options.workers:
            with processes(Path(scratch) / f"empty{count}", count) as many:
                rows.append(scheduler_alone(classes, many, options.empty, local.all))
        rows.append(recording(classes, options.empty, "SQLite", None))
        if options.gradebook:
            rows.append(recording(classes, options.empty, "PostgreSQL", options.gradebook))
    print(f"the command itself: {remote.caller:.1f} ms of CPU time a submission on the cluster")
    return rows


@contextmanager
def processes(folder: Path, workers: int) -> Iterator[DaskCluster]:
    """A scheduler with so many workers, each a process with one thread."""
    folder.mkdir()
    started = DaskCluster(folder)
    try:
        for _ in range(workers):
            started.add_worker()
        with connected(started.address, insecure=False) as link:
            while len(link.workers().result()) < workers:
                time.sleep(0.2)
        yield started
    finally:
        started.close()


def both_paths(
    classes: Classes, dask: DaskCluster, options: argparse.Namespace
) -> tuple[Cost, Cost]:
    """The cost of one more submission in the pool, and on the cluster; each measured in turns."""
    found: dict[tuple[str, int], list[Cost]] = {}
    for size in (*options.sizes, *reversed(options.sizes)):
        folder = classes.course(size)
        found.setdefault(("pool", size), []).append(graded(folder, on_this_machine, dask))
        shutil.rmtree(folder)
        folder = classes.course(size)
        with connected(dask.address, insecure=False) as link:
            cost = graded(folder, Cluster(link), dask)
        found.setdefault(("cluster", size), []).append(cost)
        shutil.rmtree(folder)
    small, large = options.sizes
    each = []
    for path in ("pool", "cluster"):
        costs = [
            tuple(1000 * (b - a) / (large - small) for a, b in zip(less, more, strict=True))
            for less, more in zip(found[path, small], found[path, large], strict=True)
        ]
        print(f"{path}: " + ", ".join(f"{every:.1f} ms" for every, _ in costs), flush=True)
        each.append(Cost(*(sum(column) / len(costs) for column in zip(*costs, strict=True))))
    local, remote = each
    return local, remote


def graded(folder: Path, start: Start, dask: DaskCluster) -> Cost:
    """The CPU seconds of grading a class, before anything is ended."""
    course = load_course(folder)
    name = course.assignments[0].name
    before = used(dask)
    with (
        Grader(course, name) as grader,
        grade_class(grader, Nbgrader(course, name), start=start) as run,
    ):
        faults = [each.fault for each in run.results if each.fault]
        after = used(dask)
    if faults:
        raise Failed(faults[0])
    return Cost(after.all - before.all, after.caller - before.caller)


def used(dask: DaskCluster) -> Cost:
    """CPU seconds until now, of every process with its children and of this one."""
    return Cost(sum(map(seconds_of, descendants(os.getpid()))), time.process_time())


def running(process: int) -> float:
    """The CPU seconds of a process's own threads, to the microsecond."""
    threads = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def seconds_of(process: int) -> float:
    """The CPU seconds of a process, with those of its children that have ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS


class EmptyLink:
    """A link whose workers grade nothing: for each submission they send back the same report."""

    def __init__(self, link: DaskLink, report: Report) -> None:
        self.name, self.workers, self._link = link.name, link.workers, link
        self._report = Sealed(bytes(ForkingPickler.dumps(report)))

    def ask(self, worker: str, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Ask a worker, but for what would need a grading process."""
        if function is cluster_worker.prepare:
            return self._link.ask(worker, say_ready, *arguments[:1])
        if function is cluster_worker.grade:
            return self._link.ask(worker, send_back, self._report, *arguments[1:])
        return self._link.ask(worker, function, *arguments)


async def say_ready(run: str) -> Answer:
    """In a worker: answer as a grading process does."""
    return Answer(bytes(ForkingPickler.dumps(Ready("nothing"))))


async def send_back(report: Sealed, batch: Sealed) -> Answer:
    """In a worker: the same report for each submission."""
    # Each is another object, which is pickled by itself as those of a class are.
    found = [Outcome(ForkingPickler.loads(report.data)) for _ in ForkingPickler.loads(batch.data)]
    return Answer(bytes(ForkingPickler.dumps(Graded(found))))


class Nothing:
    """Work whose results are dropped."""

    def __init__(self, begun: Begun) -> None:
        submission = begun.job.submission
        job = begun.job._replace(submission=submission._replace(modules=dict(submission.modules)))
        self._job = ForkingPickler.dumps(job)

    def begin(self, item: int) -> Begun | int:
        """The same submission for each, but another object."""
        return Begun(ForkingPickler.loads(self._job))

    def finish(self, item: int, begun: Begun, report: Report, repeated: int) -> int:
        """Nothing is published."""
        return item

    def failed(self, item: int, begun: Begun, fault: str) -> int:
        """Nothing can fail."""
        raise Failed(fault)

    def here(self, item: int) -> int:
        """Nothing is graded here."""
        raise Failed("graded here")


def scheduler_alone(classes: Classes, dask: DaskCluster, count: int, grading: float) -> Row:
    """The scheduler's CPU time for a submission, beside that of ``grading`` one."""
    course, name = load_course(classes.course(1)), classes.name
    with Grader(course, name) as grader, connected(dask.address, insecure=False) as link:
        begun, report = one(grader, course)
        empty = Cluster(EmptyLink(link, report))
        with empty(grader, Nothing(begun), count) as (executor, _):
            began = spent = 0.0
            for done, _ in enumerate(executor.results(range(2 * count)), start=1):
                if done == count:  # by now all workers take part
                    began, spent = time.monotonic(), running(dask.scheduler.pid)
            taken = running(dask.scheduler.pid) - spent
            rate = count / (time.monotonic() - began)
    shutil.rmtree(course.root)
    each = 1000 * taken / count
    return Row(
        f"cluster: scheduler alone, {len(dask.workers)} workers",
        f"{each:.2f} ms a submission ({rate:.0f} in a second)",
        f"{grading:.1f} ms to grade it",
        grading / each,
        inf,
    )


def one(grader: Grader, course: Course) -> tuple[Begun, Report]:
    """A submission of the class, and its report."""
    platform = Nbgrader(course, grader.name)
    ((student, folder),) = platform.class_folders().items()
    begun = FolderWork(grader, platform).begin(Task(student, folder, None, None))
    if not isinstance(begun, Begun):
        raise Failed(begun.graded.fault)
    return begun, grader.grade(begun.job.submission, student)


def recording(classes: Classes, count: int, where: str, url: str | None) -> Row:
    """Gradebook writes of the report of one submission under many names, in wall time."""
    folder = classes.course(1)
    if url:
        text = (folder / "course.toml").read_text()
        (folder / "course.toml").write_text(f"gradebook = {url!r}\n{text}")
        timed(python("autograder", "build", classes.name), folder)
    course = load_course(folder)
    platform = Nbgrader(course, classes.name)
    with Grader(course, classes.name) as grader:
        _, report = one(grader, course)
        platform.prepare(write=True)
        platform.check_known(grader.answer_key)
    students: Sequence[str] = [f"made-up-{number}" for number in range(count)]
    platform.recorded_scores()
    own, began = time.process_time(), time.monotonic()
    for student in students:
        platform.record(replace(report, student=student), {}, None)
    seconds, own = time.monotonic() - began, time.process_time() - own
    platform.close()
    shutil.rmtree(folder)
    return Row(
        f"cluster: recorded in {where}",
        f"{count / seconds:.0f} in a second",
        f"{1000 * own / count:.1f} ms of the command's CPU time each",
        1000 * seconds / count,
        inf,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A class on a cluster")
    parser.add_argument("--sizes", type=int, nargs=2, default=[50, 350], help="of two classes")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 4, 16])
    parser.add_argument("--empty", type=int, default=4000, help="submissions that are not graded")
    parser.add_argument("--gradebook", metavar="URL", help="of an empty PostgreSQL database")
    sys.exit(main(parser, measure))
