"""A class graded by stock nbgrader and by `autograder grade`: the same notebooks and scores.

Both are whole commands that write the gradebook and ``autograded/``. Stock nbgrader gets fewer
notebooks, since it takes seconds for each. Two sizes of a class separate out the cost of the start.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from nbgrader.api import Gradebook

from autograder.course import load_course
from autograder.nbgrader.api import nbgrader_quiet
from benchmarks.classes import Classes
from benchmarks.measuring import Failed, Row, main, python, timed

TARGET = 100.0
Scores = Mapping[str, tuple[float | None, bool]]


def measure(options: argparse.Namespace) -> list[Row]:
    """Time both commands on two sizes of a class, in turn, and compare all scores.

    The speed of the machine varies over time, so that each round has its own ratio.
    """
    rounds = []
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        classes = Classes(Path(scratch))
        for _ in range(options.rounds):
            stock_few, _ = graded(classes, options.stock_few, stock=True)
            ours_few, ours = graded(classes, options.stock)
            stock, theirs = graded(classes, options.stock, stock=True)
            total, large = graded(classes, options.ours)
            rounds.append((stock_few, stock, ours_few, total))
            print("seconds:", " ".join(f"{seconds:.2f}" for seconds in rounds[-1]), flush=True)
        compared = compare(classes, scores(theirs), scores(ours), scores(large))
        files = graded_files(classes, options.ours)
    few, many, large_class = options.stock_few, options.stock, options.ours
    print(
        f"(stock nbgrader, {few} and {many} submissions; autograder, {many} and {large_class})\n"
        f"The same scores in both gradebooks: {compared}.\n"
        f"autograder grade, the same {large_class} files without a gradebook: {files:.2f} s"
    )
    whole = [(many_seconds / many, total / large_class) for _, many_seconds, _, total in rounds]
    more = [
        (slope(few, few_seconds, many, seconds), slope(many, small, large_class, total))
        for few_seconds, seconds, small, total in rounds
    ]
    return [row("whole commands", whole), row("without their start", more)]


def row(what: str, rounds: Sequence[tuple[float, float]]) -> Row:
    """Milliseconds per submission of stock nbgrader and of ours, as medians of the rounds."""
    stock, ours = (median(column) * 1000 for column in zip(*rounds, strict=True))
    texts = f"{ours:.1f} ms each", f"{stock:.0f} ms each, stock nbgrader"
    ratio = median(theirs / our for theirs, our in rounds)
    return Row(f"throughput, {what}", *texts, ratio, TARGET, at_least=True)


def slope(few: int, few_seconds: float, many: int, many_seconds: float) -> float:
    """The seconds for one more submission."""
    return (many_seconds - few_seconds) / (many - few)


def graded(
    classes: Classes, size: int, stock: bool = False, words: Sequence[str] = ("autograder", "grade")
) -> tuple[float, Path]:
    """Grade a new class; the seconds of the whole command, and the course's folder."""
    folder = classes.course(size, stock)
    words = ("nbgrader", "autograde") if stock else words
    seconds = timed(python(*words, classes.name), folder)
    written = len(list((folder / "autograded").glob(f"*/*/{classes.name}.ipynb")))
    if written != size:
        raise Failed(f"{' '.join(words)} wrote {written} of {size} autograded notebooks")
    return seconds, folder


def graded_files(classes: Classes, size: int) -> float:
    """The seconds for the same files without a gradebook, in a new course."""
    folder = classes.course(size)
    paths = sorted((folder / "submitted").glob(f"*/*/{classes.name}.ipynb"))
    command = python("autograder", "grade", classes.name, *paths, "--json", "reports.jsonl")
    return timed(command, folder)


def scores(folder: Path) -> dict[str, Scores]:
    """The score of each cell by student, and whether a person has to mark it."""
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
    """Raise `Failed` if a score differs; otherwise a sentence on how much was compared.

    The large class is compared with the stock scores of the same kind of answer.
    """
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
    options.add_argument("--stock", type=int, default=16, help="submissions for stock nbgrader")
    options.add_argument("--stock-few", type=int, default=2, help="its smaller class")
    options.add_argument("--ours", type=int, default=400, help="submissions for autograder grade")
    options.add_argument("--rounds", type=int, default=3, help="of all four classes; medians")
    sys.exit(main(options, measure))
