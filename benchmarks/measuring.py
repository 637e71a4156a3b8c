"""Shared by all benchmarks: timed commands, and a table of ratios with their targets.

Only ratios within one run are meaningful; absolute times depend on the machine and its load.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.sandbox import linux

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
#: Makes this process the parent of what its children leave behind (see prctl(2)).
PR_SET_CHILD_SUBREAPER = 36
#: nbgrader runs alembic by its bare name, and its own code raises warnings.
ENVIRONMENT = {
    **os.environ,
    "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", "")]),
    "PYTHONWARNINGS": "ignore",
}


class Failed(Exception):
    """There is no result, because an error would make it wrong."""


@dataclass(frozen=True)
class Row:
    """One result, its baseline, their ratio, and the target of the ratio."""

    what: str
    ours: str
    beside: str
    ratio: float
    target: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the ratio reaches its target."""
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target


def table(rows: Iterable[Row]) -> str:
    """The rows as aligned text."""
    lines = [("what", "ours", "beside it", "ratio", "target", "")]
    for row in rows:
        sign = ">=" if row.at_least else "<="
        verdict = "met" if row.met else "missed"
        target = f"{sign} {row.target:g}"
        if math.isinf(row.target):
            verdict = target = ""
        lines.append((row.what, row.ours, row.beside, f"{row.ratio:.2f}", target, verdict))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def timed(command: Sequence[str | Path], folder: Path) -> float:
    """Run a command in a folder; its seconds. Raises `Failed` unless it exits with 0."""
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        words = " ".join(map(str, command[:6]))
        output = (done.stderr or done.stdout)[-2000:]
        raise Failed(f"{words}: exit status {done.returncode}: {output}")
    return seconds


@dataclass
class Processor:
    """The processor time of the processes that ran, in seconds."""

    seconds: float = 0.0


@contextlib.contextmanager
def processor_of_children() -> Iterator[Processor]:
    """Measures the processor time of all processes that are started meanwhile, and of those that
    they start. The processes that grade are killed at the end: what they started, the submissions'
    processes among them, is waited for here."""
    linux.prctl(PR_SET_CHILD_SUBREAPER, 1)
    before, others, found = _of_children(), set(children_of(os.getpid())), Processor()
    yield found
    while left := set(children_of(os.getpid())) - others:
        for process in left:
            os.waitpid(process, 0)
    found.seconds = _of_children() - before


def children_of(parent: int) -> list[int]:
    """The processes whose parent a process is."""
    return [process for process, its_parent in _parents() if its_parent == parent]


def descendants(root: int) -> Iterator[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for process, parent in _parents():
        children.setdefault(parent, []).append(process)
    todo = [root]
    while todo:
        process = todo.pop()
        yield process
        todo += children.get(process, [])


def _parents() -> Iterator[tuple[int, int]]:
    """Every process with its parent."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended
            fields = entry.read_text().rpartition(")")[2].split()
            yield int(entry.parent.name), int(fields[1])


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def python(*arguments: str | Path) -> list[str | Path]:
    """The command that runs a module with this interpreter."""
    return [sys.executable, "-m", *arguments]


def load() -> str:
    """The load averages, since other load affects every result."""
    return "load average " + " ".join(f"{average:.2f}" for average in os.getloadavg())


def main(
    parser: argparse.ArgumentParser, measure: Callable[[argparse.Namespace], list[Row]]
) -> int:
    """Parse the options, measure, and print the table; 1 if there is no result."""
    parser.add_argument("--rows", metavar="FILE", type=Path, help="write the rows as JSON too")
    options = parser.parse_args()
    print(f"{parser.description}\n{load()}", flush=True)
    try:
        rows = measure(options)
    except Failed as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    if options.rows:
        options.rows.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")
    else:
        print(table(rows))
    print(f"{load()}\n", flush=True)
    return 0
