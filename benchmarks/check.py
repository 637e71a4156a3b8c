"""The time of `autograder check`, compared with a Python that only imports numpy."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from autograder.course import load_course
from autograder.exercise.visible import VISIBLE_FILE
from benchmarks.measuring import BIN, ROOT, Row, main, timed

TARGET = 1.5


def measure(options: argparse.Namespace) -> list[Row]:
    """Time both commands in turn, checking the solution."""
    course = load_course(ROOT)
    name = course.assignments[0].name
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        folder = Path(scratch)
        shutil.copyfile(course.solutions / name / f"{name}.py", folder / f"{name}.py")
        shutil.copyfile(course.released / name / VISIBLE_FILE, folder / VISIBLE_FILE)
        pairs = [
            (
                timed([BIN / "autograder", "check", f"{name}.py"], folder),
                timed([sys.executable, "-c", "import numpy"], folder),
            )
            for _ in range(options.pairs + 1)
        ][1:]  # the first pair reads from the disk
    check, numpy = (median(seconds) * 1000 for seconds in zip(*pairs, strict=True))
    ratio = median(one / two for one, two in pairs)
    return [Row("check", f"{check:.0f} ms", f"{numpy:.0f} ms, import numpy", ratio, TARGET)]


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="autograder check, beside import numpy")
    options.add_argument("--pairs", type=int, default=21, help="of the two commands; medians")
    sys.exit(main(options, measure))
