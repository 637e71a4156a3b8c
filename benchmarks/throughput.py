"""A class graded by stock nbgrader and by `autograder grade`: the same notebooks and scores.

Both are whole commands that write the gradebook and ``autograded/``. Stock nbgrader gets fewer
notebooks, since it needs seconds for each; two sizes of a class take out what a start costs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from nbgrader.api import Gradebook

from autograder.course import load_course
from autograder.stock import nbgrader_quiet
from benchmarks.classes import Classes
from benchmarks.measuring import Failed, Row, main, python, timed

TARGET = 100.0
Scores = Mapping[str, tuple[float | None, bool]]


def measure(options: argparse.Namespace) -> list[Row]:
    """Time both commands on two sizes of a class, and compare all that they scored."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        classes = Classes(Path(scratch))
        few, same = [], []
        for _ in range(options.rounds):
            few.append(graded(classes, options.stock_few, stock=True)[0])
            seconds, ours = graded(classes, options.stock)
            same.append(seconds)
        stock, theirs = graded(classes, options.stock, stock=True)
        total, large = graded(classes, options.ours)
        compared = compare(classes, scores(theirs), scores(ours), scores(large))
        files = graded_files(classes, options.ours)
    print(f"The same scores in both gradebooks: {compared}.")
    stock_each, ours_each = stock / options.stock, total / options.ours
    stock_slope = slope(options.stock_few, median(few), options.stock, stock)
    ours_slope = slope(options.stock, median(same), options.ours, total)
    print(f"nbgrader autograde, {options.stock_few} submissions: {median(few):.2f} s")
    print(f"nbgrader autograde, {options.stock} submissions: {stock:.2f} s")
    print(f"autograder grade, {options.stock} submissions: {median(same):.2f} s")
    print(f"autograder grade, {options.ours} submissions: {total:.2f} s")
    print(
        f"autograder grade, the same {options.ours} files without a gradebook: {files:.2f} s; "
        f"gradebook and autograded/ are {(total - files) / total:.0%} of the whole"
    )
    return [
        row("whole commands", ours_each, stock_each),
        row("without their start", ours_slope, stock_slope),
    ]


def row(what: str, ours: float, stock: float) -> Row:
    """Seconds per submission of both."""
    texts = f"{ours * 1000:.1f} ms each", f"{stock * 1000:.0f} ms each, stock nbgrader"
    return Row(f"throughput, {what}", *texts, stock / ours, TARGET, at_least=True)


def slope(few: int, few_seconds: float, many: int, many_seconds: float) -> float:
    """What one more submission costs."""
    return (many_seconds - few_seconds) / (many - few)


def graded(classes: Classes, size: int, stock: bool = False) -> tuple[float, Path]:
    """Grade a fresh class; the seconds of the whole command, and the course's folder."""
    folder = classes.course(size, stock)
    words = ("nbgrader", "autograde") if stock else ("autograder", "grade")
    seconds = timed(python(*words, classes.name), folder)
    written = len(list((folder / "autograded").glob(f"*/*/{classes.name}.ipynb")))
    if written != size:
        raise Failed(f"{' '.join(words)} wrote {written} of {size} autograded notebooks")
    return seconds, folder


def graded_files(classes: Classes, size: int) -> float:
    """Seconds for the same files without a gradebook, in a course that has graded nothing yet."""
    folder = classes.course(size)
    paths = sorted((folder / "submitted").glob(f"*/*/{classes.name}.ipynb"))
    command = python("autograder", "grade", classes.name, *paths, "--json", "reports.jsonl")
    return timed(command, folder)


def scores(folder: Path) -> dict[str, Scores]:
    """Of every student, every cell's score, and whether a person has to look at it."""
    course = load_course(folder)
    (name,) = [assignment.name for assignment in course.assignments[:1]]
    with nbgrader_quiet("reading scores"), Gradebook(course.gradebook_url, course.id) as gradebook:
        return {
            submission.student_id: {
                grade.name: (grade.auto_score, grade.needs_manual_grade)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(name)
        }


def compare(
    classes: Classes,
    stock: Mapping[str, Scores],
    ours: Mapping[str, Scores],
    large: Mapping[str, Scores],
) -> str:
    """Raise `Failed` where a score differs, also from the same kind of answer's in the large class;
    otherwise say how much was compared."""
    for student, kind in classes.roster(len(stock)).items():
        if not stock.get(student) or stock[student] != ours.get(student):
            raise Failed(f"{student} ({kind}): {ours.get(student)}, stock {stock.get(student)}")
    of_kind = {kind: stock[student] for student, kind in classes.roster(len(stock)).items()}
    for student, kind in classes.roster(len(large)).items():
        if kind in of_kind and large.get(student) != of_kind[kind]:
            raise Failed(f"{student} ({kind}): {large.get(student)}, stock {of_kind[kind]}")
    cells = sum(len(cells) for cells in stock.values())
    return f"{len(stock)} students, {cells} scores, and {len(large)} students of the large class"


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Throughput of a class, beside stock nbgrader")
    options.add_argument("--stock", type=int, default=24, help="submissions for stock nbgrader")
    options.add_argument("--stock-few", type=int, default=2, help="its smaller class")
    options.add_argument("--ours", type=int, default=400, help="submissions for autograder grade")
    options.add_argument("--rounds", type=int, default=3, help="of the smaller classes; medians")
    sys.exit(main(options, measure))
