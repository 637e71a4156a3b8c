"""Answers in other forms than the solution's: helpers that are kept in tables or under other names,
parts that are no floating-point numbers, and arguments that need not be used."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.exercise.declaration import Exercise, Function, Instance
from autograder.exercise.mutants import Mutants
from autograder.exercise.solution import run_solution
from autograder.exercise.solve import draw_cases, draw_near, make_answer_key
from autograder.grade import grade_submission
from autograder.report import FunctionReport
from autograder.sandbox.calls import Call, Cell
from autograder.sandbox.in_process import InProcess, InProcessSandbox
from autograder.submission import parse_submission

SOURCE = '''
import numpy as np

def double(z):
    """Twice z."""
    return 2 * z

def outer(x):
    """Twice the exponential."""
    return double(np.exp(x))

def dropout(x, p, causal):
    """What is kept, and which."""
    kept = x > p
    return {"out": x * kept / (1 - p), "kept": kept, "count": int(kept.sum()), "bias": None}
'''
POINTS = {"shapes": 1, "values": 1}
X = np.array([0.5, -1.0, 0.25])
EXERCISE = Exercise(
    "t",
    [Function(name, POINTS) for name in ("double", "outer", "dropout")],
    [Instance("a", {"x": X, "z": X + 1, "p": 0.125, "causal": True})],
    lambda rng: [Instance("b", {"x": X * 2, "z": X, "p": 0.375, "causal": False})],
)


def reports(answer: str, exercise: Exercise = EXERCISE) -> dict[str, FunctionReport]:
    """What is said of the solution with more cells below it."""
    solved = run_solution("solution.py", SOURCE.encode())
    key = make_answer_key("t", exercise, solved, SOURCE)
    rng = np.random.default_rng(0)
    drawn, _ = draw_cases(exercise, key, solved, rng)
    near = draw_near(exercise, key, solved, rng)
    submission = parse_submission("answer.py", f"{SOURCE}\n# %%\n{answer}".encode())
    graded = grade_submission(
        submission,
        "",
        replace(key, cases=[*key.cases, *drawn], near=near),
        InProcessSandbox(10.0),
        Mutants(exercise, SOURCE, solved),
    )
    return {report.name: report for report in graded.functions}


WRONG = "def double(z):\n    return 3 * z\n"
DECORATED = """
import functools

def logged(f):
    @functools.wraps(f)
    def inner(*arguments, **keywords):
        return f(*arguments, **keywords)
    return inner

@logged
def double(z):
    return 3 * z
"""


@pytest.mark.parametrize(
    "answer",
    [
        f"{WRONG}\nTABLE = {{'double': double}}\n\ndef outer(x):\n    return TABLE['double'](np.exp(x))\n",
        f"{WRONG}\ntwice = double\n\ndef outer(x):\n    return twice(np.exp(x))\n",
        f"{WRONG}\n\ndef outer(x, by=double):\n    return by(z=np.exp(x))\n",
        "def double(z, by=3, *, plus=0):\n    return by * z + plus\n\nKEPT = [double]\n\n"
        "def outer(x):\n    return KEPT[0](np.exp(x))\n",
        f"{DECORATED}\nKEPT = [double]\n\ndef outer(x):\n    return KEPT[0](np.exp(x))\n",
    ],
    ids=["table", "other name", "default", "with defaults", "decorated"],
)
def test_an_error_is_paid_once_wherever_the_helper_is_kept(answer: str) -> None:
    found = reports(answer)
    assert found["double"].score < 2
    assert found["outer"].score == 2, "it is right with a right double"


def test_a_helper_is_as_it_was_after_the_call() -> None:
    made = InProcess([Cell("def double(z, by=3):\n    return by * z\n", "cell")], 5.0)
    double, before = made.functions["double"], set(made.functions)
    code, defaults = double.__code__, double.__defaults__
    made.restart(lambda name, arguments, keywords: -1.0)
    double = made.functions["double"]
    (served,) = made([Call("double", (2.0,), served=("double",))])
    (own,) = made([Call("double", (2.0,))])
    assert (served.value, own.value) == (-1.0, 6.0)
    assert (double.__code__, double.__defaults__, set(made.functions)) == (code, defaults, before)


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("/ (1 - p)", "/ (1 + p)", "dropout(...)"),
        ("kept = x > p", "kept = x < p", "dropout"),
        ('"bias": None', '"bias": 0.5', 'dropout["bias"]'),
    ],
)
def test_truth_values_counts_and_none_are_judged_beside_numbers(
    old: str, new: str, name: str
) -> None:
    body = SOURCE[SOURCE.index("def dropout") :]
    assert body.count(old) == 1
    found = reports(body.replace(old, new))["dropout"]
    assert found.score < 2
    said = " ".join(check.message for check in found.checks)
    assert "cannot be compared" not in said
    assert name.removesuffix("(...)") in said


def test_a_count_beside_a_number_needs_not_follow_small_changes() -> None:
    body = SOURCE[SOURCE.index("def dropout") :]
    found = reports(body.replace("/ (1 - p)", "/ (1 + p)"))["dropout"]
    assert found.score == 1, "for names, shapes and types"
    found = reports(body.replace("x * kept / (1 - p)", "np.ones(3)"))["dropout"]
    assert found.checks[0].passed is False, "a constant is not computed"


def test_a_count_beside_a_number_follows_the_cases() -> None:
    """Where the right one does: typed in, or the same everywhere, it is no computation."""
    other = Instance("b", {"x": X * 0.1, "z": X, "p": 0.375, "causal": False})
    exercise = replace(EXERCISE, draw=lambda rng: [other])
    body = SOURCE[SOURCE.index("def dropout") :].replace("/ (1 - p)", "/ (1 + p)")
    assert reports(body, exercise)["dropout"].score == 1, "for names, shapes and types"
    typed = body.replace('"kept": kept', '"kept": x > 9').replace("int(kept.sum())", "2")
    assert reports(typed, exercise)["dropout"].checks[0].passed is False


def test_single_precision_is_right_beside_none() -> None:
    body = SOURCE[SOURCE.index("def dropout") :]
    found = reports(
        body.replace("/ (1 - p)", "/ np.float32(1 - p)").replace("x * ", "np.float32(x) * ")
    )
    assert found["dropout"].score == 2


def test_an_argument_that_the_solution_leaves_unused_is_not_blamed() -> None:
    answer = "def dropout(x, p, causal):\n    return {'out': x, 'kept': x > 0, 'count': 3, 'bias': None}\n"
    said = " ".join(check.message for check in reports(answer)["dropout"].checks)
    assert "never uses its argument p" in said
    without = answer.replace("x > 0", "x > p").replace("'out': x", "'out': x / (1 + p)")
    said = " ".join(check.message for check in reports(without)["dropout"].checks)
    assert "is wrong" in said
    assert "never uses" not in said
