"""The gradient check on networks of 9 to 80,000 parameters: verdicts, losses, time and memory.

Its verdicts are compared with the gradients of HIPS autograd. Memory is what Python allocates at
most at one time; the parameters themselves are not in it.
"""

from __future__ import annotations

import argparse
import sys
import time
import tracemalloc
from collections import Counter

from benchmarks.measuring import Row, main
from benchmarks.networks import Example, examples, mistakes, trial

#: The number of losses may not depend on the number of parameters.
TARGET = 1.2
WORDS = {True: "right", False: "wrong", None: "undecided"}
COLUMNS = "{:32} {:>10} {:>10} {:>7} {:>8} {:>9}  {}"


def measure(options: argparse.Namespace) -> list[Row]:
    """Judge every network, with its gradient and with every mistake in it."""
    print(COLUMNS.format("network", "parameters", "its own", "losses", "ms", "peak MB", "mistakes"))
    most: dict[int, int] = {}
    for example in examples(options.seed)[: options.networks]:
        most[example.entries] = max(_judged(example), most.get(example.entries, 0))
    small, large = min(most), max(most)
    ours = f"{most[large]} losses at most for {large:,} parameters"
    return [Row("gradient", ours, f"{most[small]} for {small}", most[large] / most[small], TARGET)]


def _judged(example: Example) -> int:
    """Print a line; the most losses that a verdict took."""
    started = time.perf_counter()
    right = trial(example, example.gradient)
    seconds = time.perf_counter() - started
    tracemalloc.start()
    trial(example, example.gradient)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    wrong = [trial(example, claim) for _, claim in mistakes(example)]
    said = Counter(WORDS[each.judged.passed] for each in wrong)
    print(
        COLUMNS.format(
            example.name,
            f"{example.entries:,}",
            WORDS[right.judged.passed],
            right.losses,
            f"{seconds * 1000:.0f}",
            f"{peak:.2f}",
            ", ".join(f"{count} {word}" for word, count in said.items()),
        ),
        flush=True,
    )
    return max(each.losses for each in [right, *wrong])


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="The gradient check, beside true gradients")
    options.add_argument("--networks", type=int, default=None, help="only so many of them")
    options.add_argument("--seed", type=int, default=0, help="of the networks")
    sys.exit(main(options, measure))
