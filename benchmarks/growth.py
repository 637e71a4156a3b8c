"""Classes of growing size: the time for one more submission, and the peak of memory.

Memory is the largest sum of the proportional set sizes (PSS) of the command's process and all its
descendants, read every 100 ms: a page that n processes share counts for one nth in each of them.
Reading takes some of one core's time, equally for every size. Smaller classes are graded before and
after the largest. CPU time is reported too, since it depends less on other load.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean

from benchmarks.classes import Classes
from benchmarks.measuring import (
    ENVIRONMENT,
    Failed,
    Row,
    descendants,
    main,
    processor_of_children,
    python,
)

TARGET = 1.2
EVERY = 0.1
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Run:
    """The grading of one class: wall seconds, CPU seconds, and the peak of memory in bytes."""

    size: int
    seconds: float
    processor: float
    memory: int


def measure(options: argparse.Namespace) -> list[Row]:
    """Grade a class of each size, and compare the largest with the smallest."""
    sizes = sorted(set(options.sizes))
    if len(sizes) < 3:
        raise Failed("growth needs three different sizes")
    runs: dict[int, list[Run]] = {size: [] for size in sizes}
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        classes = Classes(Path(scratch))
        for size in (*sizes, *reversed(sizes[:-1])):
            runs[size].append(graded(classes, size))
    peaks = {size: max(run.memory for run in runs[size]) / MEGABYTE for size in sizes}
    first, last = sizes[0], sizes[-1]
    texts = f"{peaks[last]:.0f} MB at {last}", f"{peaks[first]:.0f} MB at {first}"
    return [
        growth("time", {size: mean(run.seconds for run in runs[size]) for size in sizes}),
        growth(
            "processor time", {size: mean(run.processor for run in runs[size]) for size in sizes}
        ),
        Row("growth of the peak of memory (PSS)", *texts, peaks[last] / peaks[first], TARGET),
    ]


def growth(what: str, seconds: Mapping[int, float]) -> Row:
    """The time for one more submission, between the largest sizes and between the smallest.

    The differences leave out the start of the command.
    """
    costs = [((seconds[b] - seconds[a]) / (b - a), f"{a} to {b}") for a, b in pairwise(seconds)]
    (first, near), (last, far) = costs[0], costs[-1]
    texts = f"{last * 1000:.1f} ms from {far}", f"{first * 1000:.1f} ms from {near}"
    return Row(f"growth of the {what} of one more submission", *texts, last / first, TARGET)


def graded(classes: Classes, size: int) -> Run:
    """Grade a new class, and measure it."""
    folder = classes.course(size)
    run = Run(size, *watched(python("autograder", "grade", classes.name), folder))
    shutil.rmtree(folder)
    print(
        f"{size} submissions: {run.seconds:.2f} s, {run.seconds / size * 1000:.1f} ms each with "
        f"the command's start; {run.processor:.2f} s of the processors; "
        f"at most {run.memory / MEGABYTE:.0f} MB of memory",
        flush=True,
    )
    return run


def watched(command: list[str | Path], folder: Path) -> tuple[float, float, int]:
    """Run a command; its wall seconds, its CPU seconds, and the peak of memory in bytes."""
    peak = 0
    with processor_of_children() as processor, tempfile.TemporaryFile("w+") as log:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=log, stderr=log)
        ended = os.pidfd_open(process.pid)
        while not select.select([ended], [], [], EVERY)[0]:
            peak = max(peak, sum(map(memory_of, descendants(process.pid))))
        seconds = time.perf_counter() - started
        os.close(ended)
        if process.wait():
            log.seek(0)
            raise Failed(f"exit status {process.returncode}: {log.read()[-2000:]}")
    return seconds, processor.seconds, peak


def memory_of(process: int) -> int:
    """A process's PSS in bytes; 0 if it has ended.

    The RSS, which is larger, is the fallback if the PSS cannot be read, as of another user's
    process.
    """
    for file, key in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{process}/{file}").read_text().splitlines():
                if line.startswith(key):
                    return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Growth with the size of the class")
    options.add_argument("--sizes", type=int, nargs="+", default=[30, 300, 3000])
    sys.exit(main(options, measure))
