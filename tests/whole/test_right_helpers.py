"""A function that is right, given right helpers, has all its points, whatever its helpers do."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from autograder.exercise.solution import Solution
from autograder.report import FunctionReport, Report

#: What a helper does instead of its work. ``RIGHT`` is the right one, under another name.
BROKEN = {
    "raises": "raise ValueError('never')",
    "is not written": "raise NotImplementedError",
    "returns nothing": "pass",
    "returns text": "return 'right'",
    "returns NaN": "return float('nan')",
    "returns one number": "return 0.5",
    "returns zeros of another shape": "return np.zeros((3, 4, 5))",
    "returns an empty dict": "return {}",
    "returns a function": "return RIGHT",
    "recurses without end": "return {name}(*arguments)",
    "returns twice the right": "return scaled(RIGHT(*arguments), 2.0)",
    "returns the negative": "return scaled(RIGHT(*arguments), -1.0)",
    "is right in single precision and a half": "return scaled(RIGHT(*arguments), 1.0 + 1e-4)",
    "is right the first ten times": "COUNT[0] += 1; return scaled(RIGHT(*arguments), 1.0 + (COUNT[0] > 10))",
}
#: These take the process or much time with them.
FATAL = {
    "ends the process": "import os; os._exit(3)",
    "asks to exit": "raise SystemExit",
    "ends the process by a signal": "import os; os.kill(os.getpid(), 11)",
    "never ends": "while True: pass",
    "takes all memory": "return np.ones(10**11)",
}
HELPERS = ("sigmoid", "sigmoid_derivative", "forward", "loss", "backward", "update")

CELL = """
# %%
RIGHT, COUNT = {name}, [0]


def scaled(value, factor):
    if isinstance(value, dict):
        return {{key: scaled(item, factor) for key, item in value.items()}}
    return factor * value


def {name}(*arguments):
    {body}
"""


def cell(name: str, body: str) -> str:
    return CELL.format(name=name, body=body.format(name=name) if "{name}" in body else body)


def losing(report: Report) -> dict[str, FunctionReport]:
    return {f.name: f for f in report.functions if f.score < f.max_score}


def cases(broken: dict[str, str]) -> list[object]:
    return [
        pytest.param(name, body, id=f"{name} {what}")
        for name, (what, body) in itertools.product(HELPERS, broken.items())
    ]


@pytest.mark.parametrize(("name", "body"), cases(BROKEN))
def test_a_broken_helper_costs_its_own_points_only(
    name: str, body: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(solution.source + cell(name, body))
    assert set(losing(report)) == {name}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "body"), cases(FATAL))
def test_a_fatal_helper_costs_its_own_points_only(
    name: str, body: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(solution.source + cell(name, body), seconds=0.4)
    assert set(losing(report)) == {name}


def test_two_broken_helpers_of_one_function(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    source = solution.source + cell("loss", "return None") + cell("update", "raise KeyError")
    assert set(losing(grade(source))) == {"loss", "update"}


def test_what_only_passes_a_mistake_on_says_whose_it_is(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(solution.source + cell("sigmoid", BROKEN["returns the negative"]))
    given = {f.name: f.given for f in report.functions if f.given}
    assert given == {"forward": ("sigmoid",), "train": ("sigmoid",)}
    forward = next(f for f in report.functions if f.name == "forward")
    assert "Right, given a right sigmoid." in {check.message for check in forward.checks}


#: Each is wrong whatever its helpers are, and calls a helper that is wrong, too.
WRONG_ITSELF = {
    "forward": """
def forward(params, x):
    h = sigmoid(x @ params["W1"] - params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}
""",
    "train": """
def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        activations = forward(params, x)
        params = update(params, backward(params, x, t, activations), lr)
        losses.append(loss(activations["y"], t))
    return params, losses[::-1]
""",
}


@pytest.mark.parametrize("name", WRONG_ITSELF)
def test_a_mistake_of_its_own_still_costs_points(
    name: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    wrong = f"# %%\n{WRONG_ITSELF[name]}"
    helper = "sigmoid" if name == "forward" else "update"
    report = grade(solution.source + wrong + cell(helper, BROKEN["returns nothing"]))
    assert {name, helper} <= set(losing(report))
    found = losing(report)[name]
    messages = " ".join(check.message for check in found.checks)
    assert "not right even given a right" in messages or found.mistakes
