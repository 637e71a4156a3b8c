"""A class graded by `nbgrader autograde`, with the course's configuration and with nbgrader's own.

The command, the notebooks and the folders are the same, and the scores have to be.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.classes import Classes
from benchmarks.measuring import Row, main
from benchmarks.throughput import compare, graded, scores

TARGET = 5.0


def measure(options: argparse.Namespace) -> list[Row]:
    """Time both in turn; the ratio is the median of the ratios of the rounds."""
    size, rounds = options.students, []
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        classes = Classes(Path(scratch))
        for _ in range(options.rounds):
            stock, theirs = graded(classes, size, stock=True)
            ours, configured = graded(classes, size, words=("nbgrader", "autograde"))
            rounds.append((stock, ours))
            print(f"seconds: {stock:.2f} {ours:.2f}", flush=True)
        compared = compare(classes, scores(theirs), scores(configured), scores(configured))
    print(f"The same scores in both gradebooks: {compared}.")
    stock, ours = (median(column) / size * 1000 for column in zip(*rounds, strict=True))
    texts = f"{ours:.0f} ms each", f"{stock:.0f} ms each, stock nbgrader"
    ratio = median(stock / ours for stock, ours in rounds)
    return [Row(f"nbgrader autograde, {size} notebooks", *texts, ratio, TARGET, at_least=True)]


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="nbgrader autograde, configured and stock")
    options.add_argument("--students", type=int, default=40, help="submissions in the class")
    options.add_argument("--rounds", type=int, default=1, help="of both classes; medians")
    sys.exit(main(options, measure))
