"""The program that grades beside a Dask worker: a grader and its pool, fed through a socket.

It is a process of its own, so that the worker answers the scheduler while numpy computes, and that
a submission which takes the grader down costs one line here as on a single machine.
"""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from autograder.classroom.executor import Job, grade_job
from autograder.classroom.fault_log import fault_line
from autograder.classroom.grader import Grader
from autograder.classroom.memory import processes_that_fit
from autograder.classroom.parcel import Parcel, unpack
from autograder.classroom.pool import Pool, ProcessEnded
from autograder.classroom.run import OWN_SECONDS
from autograder.faults import log_of, sentence
from autograder.report import Report
from autograder.sandbox.levels import NotContained

#: Without work for so many seconds it ends: whoever sent it may be gone.
IDLE_SECONDS = 900.0


class Ready(NamedTuple):
    """The first answer: the containment level, or why there is none; and what else to say."""

    containment: str = ""
    refused: str = ""
    note: str = ""


class Outcome(NamedTuple):
    """What came of a job: a report, or a ``fault`` of this machine. ``ended`` is how the processes
    that graded it ended, ``uncontained`` why this machine cannot contain submissions, and
    ``repeated`` how often a call was made again."""

    report: Report | None = None
    fault: str = ""
    ended: str = ""
    uncontained: str = ""
    repeated: int = 0


class Graded(NamedTuple):
    """The answer to a batch: an outcome for each job, and what was logged meanwhile."""

    outcomes: Sequence[Outcome]
    log: str = ""


def main() -> None:
    """Grade what comes through the socket until nobody sends any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker decides when this ends
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    descriptor, folder, processes = sys.argv[1:]
    try:
        with suppress(EOFError, BrokenPipeError, ConnectionResetError):
            _serve(Connection(int(descriptor)), Path(folder), int(processes))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(connection: Connection, folder: Path, processes: int) -> None:
    parcel: Parcel = connection.recv()
    try:
        grader = unpack(parcel, folder)
    except Exception as error:
        why = sentence(error) or f"{type(error).__name__}: {error}"
        connection.send(Ready(refused=why.replace(str(folder), str(parcel.course.root))))
        return
    size, note = processes_that_fit(grader.course.limits, processes)
    work = partial(_do, grader, str(parcel.course.root))
    with grader, Pool(work, size, grader.start, OWN_SECONDS) as pool:
        connection.send(_ready(pool)._replace(note=note))
        while connection.poll(IDLE_SECONDS):
            jobs: Sequence[Job] = connection.recv()
            found = dict(pool.results(jobs))
            outcomes = [_outcome(found[position]) for position in range(len(jobs))]
            connection.send(Graded(outcomes, _logged(grader)))


def _ready(pool: Pool[Job | None, Outcome | Ready]) -> Ready:
    ((_, found),) = pool.results([None])
    return found if isinstance(found, Ready) else Ready(refused=str(found))


def _outcome(found: Outcome | Ready | ProcessEnded) -> Outcome:
    return found if isinstance(found, Outcome) else Outcome(ended=str(found))


def _do(grader: Grader, root: str, job: Job | None) -> Outcome | Ready:
    """In a grading process: grade a job, or say what contains it. The course's ``root`` is that of
    whoever reads what is said of its files."""
    try:
        if job is None:
            return Ready(grader.containment())
        report = grade_job(grader, job)
        return Outcome(report, repeated=grader.repeated)
    except NotContained as error:
        return Ready(refused=str(error)) if job is None else Outcome(uncontained=str(error))
    except Exception as error:  # a fault of the machine costs one line, not the run
        path = Path(job.submission.path) if job else Path()
        fault = fault_line(grader.course, grader.name, path, error)
        fault = fault.replace(str(grader.course.root), root)
        return Ready(refused=fault) if job is None else Outcome(fault=fault)


def _logged(grader: Grader) -> str:
    """What was logged since this was last asked."""
    log = log_of(grader.course.root, grader.name)
    with suppress(FileNotFoundError):
        text = log.read_text(encoding="utf-8", errors="replace")
        log.unlink()
        return text
    return ""
