"""Runs benchmarks, each in its own process, and prints one table."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import ROOT, Row, python, table

#: Each benchmark, with tiny sizes for ``--quick``.
QUICK = {
    "throughput": "--stock 2 --stock-few 1 --ours 4 --rounds 1",
    "autograde": "--students 2",
    "floor": "--rounds 1",
    "growth": "--sizes 1 2 4",
    "check": "--pairs 1",
    "diagnosis": "--students 2 --rounds 1",
    "hopeless": "--rounds 1",
    "exercises": "--exercises mlp --students 2 --answers 1",
    "gradient": "--networks 3",
    "pages": "--sizes 2 4 --rounds 1",
    "naming": "mlp",
    "halves": "--draws 1",
    "alike": "--exercises sigmoid_network --honest 20 --copies 2 --seeds 1 --large 20",
    "cluster": "--sizes 2 4 --workers 1 --empty 40",
}


def run(arguments: list[str]) -> int:
    """Run them; 1 if one of them has no result. A missed target is a result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes, in parallel: only checks that they run"
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="these only; otherwise all")
    options = parser.parse_args(arguments)
    rows: list[Row] = []
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        files = {name: Path(scratch) / f"{name}.json" for name in options.names or QUICK}
        started: list[subprocess.Popen[bytes]] = []
        for name, file in files.items():
            sizes = QUICK[name].split() if options.quick else []
            command = python(f"benchmarks.{name}", "--rows", file)
            started.append(subprocess.Popen([*command, *sizes], cwd=ROOT))
            if not options.quick:
                started[-1].wait()
        for process, (name, file) in zip(started, files.items(), strict=True):
            if process.wait():
                failed.append(name)
            else:
                rows += [Row(**row) for row in json.loads(file.read_text(encoding="utf-8"))]
    print(table(rows))
    print("".join(f"{name}: no result\n" for name in failed), end="")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
