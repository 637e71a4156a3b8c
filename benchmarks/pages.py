"""The class page: its time to open in a browser, its size, and the time of `autograder report`.

The reports are those of a small class, graded for this and repeated.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from autograder.classroom.journal import Journal, journal_path, read_reports
from autograder.course import Course, load_course
from autograder.nbgrader.gradebook import GradebookWriter
from autograder.nbgrader.release import load_release
from autograder.report import Report
from benchmarks.classes import Classes
from benchmarks.growth import MEGABYTE, Run, watched
from benchmarks.measuring import Row, main, python, timed

CHROMIUM = Path("/usr/bin/chromium")
#: The targets for the page of 1,000 students.
SECONDS, MEGABYTES = 2.0, 3.0
#: Resolves when the page has been painted.
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def measure(options: argparse.Namespace) -> list[Row]:
    """Write the pages of two classes, and open the smaller one's."""
    few, many = sorted(options.sizes)
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        classes = Classes(Path(scratch))
        folder = classes.course(2 * len(classes.kinds))
        timed(python("autograder", "grade", classes.name), folder)
        course = load_course(folder)
        reports = list(read_reports(course, classes.name))
        runs = {}
        for size in (many, few):
            journal_path(course, classes.name).unlink()
            note(course, classes.name, reports, size)
            command = python("autograder", "report", classes.name, "--into", Path(scratch) / "page")
            runs[size] = Run(size, *watched(command, folder))
        rows = list(page_rows(Path(scratch) / "page" / "index.html", few, options.rounds))
    one, other = runs[many], runs[few]
    seconds = f"{one.seconds:.1f} s", f"{other.seconds:.1f} s for {few}"
    peaks = one.memory / MEGABYTE, other.memory / MEGABYTE
    texts = f"{peaks[0]:.0f} MB", f"{peaks[1]:.0f} MB for {few}"
    return [
        *rows,
        Row(f"autograder report of {many}", *seconds, one.seconds / other.seconds, many / few),
        Row("its peak of memory (PSS)", *texts, peaks[0] / peaks[1], 2.0),
    ]


def page_rows(page: Path, students: int, rounds: int) -> Iterator[Row]:
    """The page's size and, if there is a browser, its time to open, with their targets."""
    what, size = f"class page of {students}", page.stat().st_size / MEGABYTE
    yield Row(f"{what}: size", f"{size:.2f} MB", f"{MEGABYTES:g} MB", size / MEGABYTES, 1.0)
    if CHROMIUM.is_file():
        seconds = opened(page, rounds)
        yield Row(f"{what} opens", f"{seconds:.2f} s", f"{SECONDS:g} s", seconds / SECONDS, 1.0)


def note(course: Course, name: str, reports: list[Report], size: int) -> None:
    """Write the gradebook and a journal of ``size`` students, repeating these reports."""
    writer = GradebookWriter(course, load_release(course, name))
    with Journal(course, name) as journal, writer as gradebook:
        for number, report in zip(range(size), itertools.cycle(reports)):
            # Identical files would be listed on the page.
            each = replace(report, student=f"student{number:05}", sha256=f"{number:064}")
            gradebook.write(each, {}, None)
            journal.add("key", each)


def opened(page: Path, rounds: int) -> float:
    """The median of the seconds from opening a page in a browser until it is painted."""
    from playwright.sync_api import sync_playwright

    seconds = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        for _ in range(rounds):
            tab = browser.new_page()
            started = time.perf_counter()
            tab.goto(page.as_uri())
            tab.evaluate(PAINTED)
            seconds.append(time.perf_counter() - started)
            tab.close()
        browser.close()
    return median(seconds)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="The class page and autograder report")
    options.add_argument("--sizes", type=int, nargs=2, default=[1000, 10000])
    options.add_argument("--rounds", type=int, default=5, help="of opening the page; the median")
    sys.exit(main(options, measure))
