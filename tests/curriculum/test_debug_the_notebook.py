"""The notebook to debug: its derivatives are those of an independent library, each repaired
function alone gets its points, and the numbers that its text states are those of its code."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from autograder.course import Course
from autograder.exercise.solution import load_solution, run_solution
from autograder.judge.judge import judge
from autograder.report import FunctionReport
from autograder.sandbox.in_process import InProcess
from autograder.submission import parse_submission
from tests.conftest import ROOT
from tests.curriculum.derivatives import agree, solution_of

NAME = "debug_the_notebook"
GIVEN = ("training_cell", "manual_cells", "run_notebook")
SECONDS = 10.0


@functools.cache
def as_released() -> str:
    """The script that students get."""
    return (ROOT / "assignments" / NAME / f"{NAME}.py").read_text()


@pytest.fixture(scope="module")
def found(course: Course) -> Mapping[str, Any]:
    """All names of the solution."""
    return solution_of(course, NAME)


@pytest.fixture(scope="module")
def released() -> Mapping[str, Any]:
    """All names of what students get."""
    return dict(run_solution(f"{NAME}.py", as_released().encode()))


def document(names: Mapping[str, Any]) -> tuple[Any, ...]:
    return names["params"], names["x"], names["t"], names["lr"]


def cell(source: str, function: str) -> str:
    """The code of one function's cell."""
    start = source.index(f"def {function}(")
    return re.split(r"\n+# %%", source[start:])[0]


def judged(course: Course, source: str) -> dict[str, FunctionReport]:
    solution = load_solution(course, NAME)
    cells = parse_submission(f"{NAME}.py", source.encode()).cells
    runner = InProcess(cells, SECONDS)
    found = judge(
        solution.answer_key(b"key"),
        runner,
        SECONDS,
        mutants=solution.mutants,
        restart=runner.restart,
        cells=cells,
    )
    return {report.name: report for report in found}


def error_at(h: Any, params: Any, t: Any) -> Any:
    y = 1 / (1 + anp.exp(-(anp.dot(h, params["w2"]) + params["b2"])))
    return anp.sum((y - t) ** 2)


def error_of(params: Any, x: Any, t: Any) -> Any:
    """The loss of the document's network, of its formula and by another library."""
    return error_at(1 / (1 + anp.exp(-(anp.dot(x, params["w1"]) + params["b1"]))), params, t)


@pytest.mark.parametrize("seed", range(6))
def test_its_derivatives_are_those_of_another_library(found: Mapping[str, Any], seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_in, n_hidden = rng.integers(1, 9, size=2)
    params = {
        "w1": rng.normal(size=(n_in, n_hidden)),
        "b1": rng.normal(size=n_hidden),
        "w2": rng.normal(size=(n_hidden, 1)),
        "b2": rng.normal(size=1),
    }
    x, t = rng.normal(size=n_in), rng.normal(size=1)
    theirs = autograd.grad(error_of)(params, x, t)
    trained, values = found["training_cell"](params, x, t, 1.0)
    grads, stepped = found["manual_cells"](params, x, t, values, 1.0)
    for name, value in params.items():
        assert agree(value - trained[name], theirs[name])
        assert agree(value - stepped[name], theirs[name])
    assert agree(grads["grad_E_W1"], theirs["w1"])
    assert agree(grads["grad_E_W2"], theirs["w2"])
    assert agree(grads["grad_E_h"], autograd.grad(error_at)(values["h"], params, t))
    assert agree(grads["grad_E_y"], 2 * (values["y"] - t))
    assert agree(values["error"].sum(), error_of(params, x, t))


def test_it_learns_both_targets_once_it_is_repaired(
    found: Mapping[str, Any], released: Mapping[str, Any]
) -> None:
    for target in (0.7, 0.6):
        assert found["learn"](target)[1][-1] < 1e-9
    # As two_targets says of the code that is given.
    losses = {target: released["learn"](target)[1] for target in (0.7, 0.6)}
    assert losses[0.7][-1] < losses[0.7][0]
    assert losses[0.6][-1] > losses[0.6][0]


def test_the_printed_numbers_come_from_hidden_state(found: Mapping[str, Any]) -> None:
    printed, start = found["PRINTED"], document(found)
    assert sum(numbers.size for numbers in printed.values()) == 22
    afresh = found["differs"](printed, found["run_notebook"](*start), 8)
    moved = {name: int(where.sum()) for name, where in afresh.items() if where.any()}
    assert moved == {"grad_E_h": 2, "grad_E_W1": 2, "w1": 4, "w2": 2, "b1": 2, "b2": 1}
    assert afresh["grad_E_W1"].tolist() == [[False, False], [True, True]]
    again = found["differs"](printed, found["recorded"](*start), 8)
    assert not any(where.any() for where in again.values())


def test_the_given_code_printed_what_the_document_shows(released: Mapping[str, Any]) -> None:
    """With hidden state, as a kernel keeps it; brackets included."""
    params, x, t, lr = document(released)
    kernel, values = released["training_cell"](params, x, t, lr)
    grads, new = released["manual_cells"](kernel, x, t, values, lr)
    for name, numbers in released["PRINTED"].items():
        shown = {**values, **grads, **new}[name]
        assert shown.shape == numbers.shape
        assert np.array_equal(np.round(shown, 8), numbers)
    assert grads["grad_E_h"].shape == new["b1"].shape == (1, 2)
    # The whole notebook does the same, one cell after the other.
    assert np.array_equal(released["run_notebook"](params, x, t, lr)["b1"], new["b1"])


def test_the_table_by_hand_is_right(found: Mapping[str, Any]) -> None:
    params, x, t, lr = document(found)
    rows = re.findall(r"^# \| (0\.\d+) \| (0\.\d+) \| (0\.\d+) \|$", as_released(), re.MULTILINE)
    assert len(rows) == 3
    for weight, y, error in rows:
        w2 = np.array([[float(weight)], [0.6]])
        _, values = found["training_cell"]({**params, "w2": w2}, x, t, lr)
        assert f"{values['y'][0]:.8f}" == y
        assert f"{values['error'][0]:.8f}" == error
    assert abs(found["nudge"]("w2", (0, 0)) + 0.00501868) < 1e-8
    assert params["w2"].tolist() == [[0.5], [0.6]], "a nudge changes nothing"


@pytest.mark.parametrize("repaired", [(), *((name,) for name in GIVEN)])
def test_each_repaired_function_gets_its_points_alone(
    course: Course, repaired: tuple[str, ...]
) -> None:
    source, right = as_released(), load_solution(course, NAME).source
    for name in repaired:
        source = source.replace(cell(source, name), cell(right, name))
    reports = judged(course, source)
    for name, report in reports.items():
        assert report.score == (report.max_score if name in repaired else 0), name


def test_a_fault_is_none_the_less_one_where_another_hides_it(course: Course) -> None:
    """Where the first cell changes no weights, the last one does not use changed ones."""
    solution = load_solution(course, NAME)
    repaired = {name: cell(solution.source, name) for name in GIVEN[1:2]}
    source = as_released()
    for name, code in repaired.items():
        source = source.replace(cell(source, name), code)
    source += (
        "\n\n# %%\n_step = training_cell\n\n\ndef training_cell(params, x, t, lr):\n"
        "    return params, _step(params, x, t, lr)[1]\n"
    )
    reports = judged(course, source)
    assert reports["manual_cells"].score == reports["manual_cells"].max_score
    assert reports["training_cell"].score == reports["run_notebook"].score == 0.0


def test_no_fault_is_told_to_who_does_not_ask(course: Course) -> None:
    solution = load_solution(course, NAME)
    exercise = solution.exercise
    sentences = {mistake.id: mistake.message for mistake in exercise.mistakes}
    reports = judged(course, as_released())
    for name, faults in exercise.given.items():
        assert not reports[name].mistakes
        assert {each.id for each in reports[name].on_request} == {*faults}
        for check in reports[name].checks:
            assert not any(sentences[fault] in check.message for fault in faults)
    notebook = json.loads((ROOT / "assignments" / NAME / f"{NAME}.ipynb").read_text())
    text = "\n".join("".join(each["source"]) for each in notebook["cells"])
    assert not any(sentence in text for sentence in sentences.values())
