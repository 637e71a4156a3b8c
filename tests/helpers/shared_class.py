"""A class of twelve in which some share a mistake that nobody has named, graded for real."""

from __future__ import annotations

from pathlib import Path

from autograder.classroom.grader import Grader
from autograder.classroom.journal import Journal
from autograder.course import Course
from autograder.submission import read_submission
from tests.conftest import NAME

#: The same numbers by different code, in each group.
CUBED = "return float(np.mean(np.abs(y - t) ** 3))"
CUBED_BY_LOGARITHMS = "return np.mean(np.exp(3 * np.log(np.abs(y - t))))"  # rounds otherwise
CUBED_IN_A_LOOP = '''"""My own."""
    total = 0.0
    for k in range(len(y)):  # ADA WROTE THIS
        total = total + abs(t[k] - y[k]) ** 3
    return total / len(y)'''
OUTER = "np.outer(x, delta_hidden)"
SQUARED, SQUARED_APART = f"{OUTER} * np.abs({OUTER})", f"abs({OUTER}) * {OUTER}"
BIAS, BIAS_SQUARED, BIAS_TIMES = (
    'x @ params["W1"] + params["b1"]',
    'x @ params["W1"] + params["b1"] ** 2',
    'params["b1"] * params["b1"] + x @ params["W1"]',
)
LOSS = "return float(np.mean((y - t) ** 2))"
#: What each student has in the place of what stands in the solution.
ANSWERS: dict[str, tuple[str, str]] = {
    "ada": (LOSS, CUBED_IN_A_LOOP),
    "bob": (LOSS, CUBED),
    "cyd": (OUTER, SQUARED),
    "dan": (LOSS, CUBED),
    "eve": (BIAS, BIAS_SQUARED),
    "fay": (OUTER, SQUARED_APART),
    "gus": (LOSS, 'raise ValueError("no")'),
    "hal": (LOSS, 'raise ValueError("no")'),
    "ida": (LOSS, CUBED_BY_LOGARITHMS),
    "jon": (BIAS, BIAS_TIMES),
    "kim": (LOSS, LOSS),
    "lou": (OUTER, SQUARED_APART),
    "mia": (LOSS, "return float(np.mean(np.abs(y - t) ** 5))"),
}
#: Function, first wrong quantity, and who share it.
GROUPS = [
    ("loss", "loss", ["ada", "bob", "dan", "ida"]),
    ("backward", 'grads["W1"]', ["cyd", "fay", "lou"]),
    ("forward", 'activations["h"]', ["eve", "jon"]),
]


def hand_in_and_grade(course: Course) -> None:
    """Put everybody's file where work is collected, grade it contained, and keep the reports."""
    with Grader(course, NAME) as grader, Journal(course, NAME) as journal:
        for student, (old, new) in ANSWERS.items():
            source = grader.solution.source
            assert source.count(old) == 1
            path = course.root / "submitted" / student / NAME / f"{NAME}.py"
            path.parent.mkdir(parents=True)
            path.write_text(source.replace(old, new))
            journal.add("key", grader.grade(read_submission(path), student))


def page_of(course: Course) -> Path:
    """Where the class page is written."""
    return course.root / "report" / NAME / "index.html"
