"""How exact an answer has to be: borderline ones, with what a fair teacher would say of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.exercise.solution import Solution, load_solution
from autograder.exercise.visible import read_visible, write_visible
from autograder.grade import grade_submission
from autograder.report import DIFFERS, CheckResult, FunctionReport, Report
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import parse_submission
from tests.conftest import KEY, NAME

REMARK = "Right to single precision"


@dataclass(frozen=True)
class Row:
    """An answer; the functions in which a fair teacher sees a mistake, those that do not pass,
    and those that pass with the remark."""

    name: str
    source: str
    teacher: str = ""
    judge: str = ""
    remarked: str = ""


def sigmoid(expression: str) -> str:
    """A sigmoid of its own, with ``small`` for exp(-abs(z))."""
    return f"""
def sigmoid(z):
    small = np.exp(-np.abs(z))
    return {expression}
"""


RIGHT_SIGMOID = "np.where(z >= 0, 1.0, small) / (1.0 + small)"


def power_of(base: str) -> str:
    return sigmoid(RIGHT_SIGMOID).replace("np.exp(-np.abs(z))", f"{base} ** -np.abs(z)")


def clipped(at: float) -> str:
    return f"""
def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -{at}, {at})))
"""


def changed(function: str, arguments: str, result: str) -> str:
    """The solution's function, and ``result`` made of its ``value``."""
    return f"""
solved_{function} = {function}
def {function}({arguments}):
    value = solved_{function}({arguments})
    return {result}
"""


def activations(each: str) -> str:
    return changed("forward", "params, x", f"{{name: {each} for name, a in value.items()}}")


def gradients(each: str) -> str:
    return changed(
        "backward", "params, x, t, activations", f"{{name: {each} for name, g in value.items()}}"
    )


def differences(step: str, quotient: str) -> str:
    """Finite differences of a network that is written out inside backward."""
    return f"""
def backward(params, x, t, activations):
    def error(name, index, by):
        p = {{n: v.copy() for n, v in params.items()}}
        p[name][index] += by
        h = 1 / (1 + np.exp(-(x @ p["W1"] + p["b1"])))
        return np.mean((1 / (1 + np.exp(-(h @ p["W2"] + p["b2"]))) - t) ** 2)
    s = {step}
    grads = {{"y": 2 * (activations["y"] - t) / t.size}}
    slope = activations["y"] * (1 - activations["y"])
    grads["h"] = params["W2"] @ (grads["y"] * slope)
    for n, v in params.items():
        grads[n] = np.zeros(v.shape)
        for i in np.ndindex(v.shape):
            grads[n][i] = {quotient}
    return grads
"""


CENTRAL = "(error(n, i, s) - error(n, i, -s)) / (2 * s)"
FORWARD = "(error(n, i, s) - error(n, i, 0)) / s"
FOURTH = (
    "(8 * (error(n, i, s) - error(n, i, -s)) - error(n, i, 2 * s) + error(n, i, -2 * s)) / (12 * s)"
)

FLOAT32 = """
def f(v):
    if isinstance(v, dict):
        return {name: f(item) for name, item in v.items()}
    return np.float32(v)
def sigmoid(z):
    small = np.exp(-np.abs(f(z)))
    return np.where(z >= 0, f(1), small) / (f(1) + small)
def sigmoid_derivative(a):
    return f(a) * (f(1) - f(a))
def forward(params, x):
    p = f(params)
    h = sigmoid(f(x) @ p["W1"] + p["b1"])
    return {"h": h, "y": sigmoid(h @ p["W2"] + p["b2"])}
def loss(y, t):
    return np.mean((f(y) - f(t)) ** 2)
def backward(params, x, t, activations):
    p, a = f(params), f(activations)
    gy = f(2) * (a["y"] - f(t)) / f(t.size)
    d2 = gy * sigmoid_derivative(a["y"])
    gh = p["W2"] @ d2
    d1 = gh * sigmoid_derivative(a["h"])
    return {"y": gy, "W2": np.outer(a["h"], d2), "b2": d2, "h": gh, "W1": np.outer(f(x), d1), "b1": d1}
def update(params, grads, lr):
    return {name: f(params[name]) - f(lr) * f(grads[name]) for name in params}
"""
EVERYTHING = "sigmoid sigmoid_derivative forward loss backward update train"
UNDER_SIGMOID = "sigmoid forward backward train"

TABLE = [
    Row("float32 everywhere", FLOAT32, "", "", EVERYTHING),
    Row("float32 in backward only", gradients("np.float32(g)"), "", "", "backward train"),
    Row("e with ten digits", power_of("2.718281828"), "", "", "sigmoid backward train"),
    Row("e with six digits", power_of("2.71828"), "", "", UNDER_SIGMOID),
    Row("e with four digits", power_of("2.718"), "sigmoid", "sigmoid"),
    Row("ln 2 with ten digits", power_of("(2 ** (1 / 0.6931471806))"), "", "", "backward train"),
    Row("epsilon 1e-8 below", sigmoid(f"{RIGHT_SIGMOID[:-1]} + 1e-8)"), "", "", UNDER_SIGMOID),
    Row("epsilon 1e-3 below", sigmoid(f"{RIGHT_SIGMOID[:-1]} + 1e-3)"), "sigmoid", "sigmoid"),
    Row("clip at 30", clipped(30), "", "", "sigmoid"),
    Row("clip at 20", clipped(20), "", "", "sigmoid"),
    Row("clip at 5", clipped(5), "sigmoid", "sigmoid"),
    Row(
        "activations to 8 decimals", activations("np.round(a, 8)"), "", "", "forward backward train"
    ),
    Row(
        "activations to 6 decimals", activations("np.round(a, 6)"), "", "", "forward backward train"
    ),
    Row("activations to 4 decimals", activations("np.round(a, 4)"), "forward", "forward"),
    Row("gradients to 8 decimals", gradients("np.round(g, 8)"), "backward", "backward"),
    Row("gradients to 12 decimals", gradients("np.round(g, 12)"), "backward", "backward"),
    Row(
        "an epsilon in the mean",
        gradients("g * t.size / (t.size + 1e-8)"),
        "",
        "",
        "backward train",
    ),
    *(
        Row(f"central differences, {step}", differences(step, CENTRAL), "backward", "backward")
        for step in ("1e-6", "1e-5", "1e-4", "1e-3", "1e-2")
    ),
    Row("fourth order, 1e-2", differences("1e-2", FOURTH), "backward", "backward"),
    Row("forward differences, 1e-8", differences("1e-8", FORWARD), "backward", "backward"),
    Row("float16 activations", activations("np.float16(a)"), "forward", "forward"),
    Row("float16 loss", changed("loss", "y, t", "np.float16(value)"), "loss", "loss"),
    Row("loss to 6 decimals", changed("loss", "y, t", "round(value, 6)"), "loss", "loss"),
    Row("loss with 1e-12 added", changed("loss", "y, t", "value + 1e-12"), "", "", "loss train"),
    Row(
        "learning rate in float32",
        "def update(p, g, lr):\n    return {n: p[n] - np.float32(lr) * g[n] for n in p}\n",
        "",
        "",
        "update train",
    ),
    Row(
        "losses in float32",
        changed("train", "params, x, t, lr, epochs", "(value[0], list(np.float32(value[1])))"),
        "",
        "",
        "train",
    ),
]


def names(report: Report, chosen: Callable[[FunctionReport], bool]) -> str:
    return " ".join(function.name for function in report.functions if chosen(function))


def has_remark(function: FunctionReport) -> bool:
    return any(REMARK in check.message for check in function.checks if check.passed)


def complaints(report: Report) -> str:
    return "\n".join(
        f"{function.name}: {check.message}"
        for function in report.functions
        for check in function.checks
        if check.message
    )


def test_the_judge_is_as_fair_as_a_teacher() -> None:
    assert len(TABLE) >= 15
    assert [row.name for row in TABLE if row.judge != row.teacher] == []


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_how_exact_an_answer_must_be(
    row: Row, solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(f"{solution.source}\n\n# %%\n{row.source}")
    assert not report.problems
    failed = names(report, lambda function: function.status != "passed")
    remarked = names(report, lambda f: f.status == "passed" and has_remark(f))
    assert failed == row.judge, complaints(report)
    if not row.judge:
        assert remarked == row.remarked, complaints(report)
        assert report.score == report.max_score


def check(report: Report, function: str, key: str) -> CheckResult:
    of = next(each for each in report.functions if each.name == function)
    return next(check for check in of.checks if check.key == key)


def test_the_remark_has_numbers_on_visible_instances_only(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(f"{solution.source}\n\n# %%\n{activations('np.float32(a)')}")
    assert check(report, "forward", "values").message == (
        "On the visible instance 'document': Right to single precision: activations[\"h\"] is off "
        "by 4e-08 of its largest entry. It has dtype float32; numpy's default, float64, has twice "
        "as many digits."
    )
    assert check(report, "forward", "hidden").message == (
        "Right to single precision at least. The remark on the visible instances applies here too."
    )
    assert check(report, "forward", "printed").message.startswith(REMARK)


def test_what_is_inexact_on_hidden_instances_alone_tells_nothing(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    """Otherwise it could tell a bit of a hidden number, at no cost."""
    told = activations("a * (1 + 1e-8) if x.size == 5 and x[0] > 0 else a")
    right, telling = (grade(f"{solution.source}\n\n# %%\n{each}") for each in ("", told))
    assert telling.score == right.score
    assert check(telling, "forward", "hidden").message == ""


@pytest.mark.parametrize("row", TABLE[:3], ids=lambda row: row.name)
def test_a_course_may_ask_for_double_precision(
    row: Row, course: Course, fork_server: Callable[..., ForkServer], tmp_path: Path
) -> None:
    solution = load_solution(replace(course, precision="double"), NAME)
    answer_key = solution.answer_key(KEY)
    (tmp_path / "visible.json").write_text(write_visible(answer_key))
    assert read_visible(tmp_path / "visible.json").precision == "double"

    def graded(source: str) -> Report:
        submission = parse_submission("answer.py", source.encode())
        sandbox = ContainedSandbox(fork_server(Limits(seconds=5.0)))
        return grade_submission(submission, "ada", answer_key, sandbox, solution.mutants)

    assert graded(solution.source).score == answer_key.max_score
    report = graded(f"{solution.source}\n\n# %%\n{row.source}")
    assert report.score < report.max_score
    assert not names(report, has_remark)
    if "float32" in row.name:
        text = check(report, "backward", "shapes").message
        assert "has dtype float32; compute in float64, numpy's default." in text


TIMES_FOUR = gradients('g * (4 if name == "W1" else 1)')


def test_a_wrong_number_that_does_not_count_costs_the_check(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    """The document's own digits of it come of a stray state, and need not be reproduced."""
    report = grade(f"{solution.source}\n\n# %%\n{TIMES_FOUR}")
    printed = check(report, "backward", "printed")
    assert printed.passed is False
    place = "On the visible instance 'recorded': "
    assert printed.message.startswith(f'{place}grads["W1"] is wrong in 4 of 4 entries.')
    assert "It is 4 times the expected value everywhere." in printed.message
    assert {row.entry for row in printed.rows if row.note == DIFFERS} == {'grads["W1"]'}
