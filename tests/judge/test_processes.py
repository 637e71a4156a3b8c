"""In how many processes a wrong answer is asked: each runs all of its cells."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from autograder.course import load_course
from autograder.exercise.function import Function
from autograder.exercise.solution import Solution, load_solution, run_solution
from autograder.grade import grade_submission
from autograder.judge import given
from autograder.judge.judge import judge
from autograder.judge.observe import Observation
from autograder.judge.state import State
from autograder.report import FunctionReport
from autograder.sandbox.calls import Cell, Serve
from autograder.sandbox.in_process import InProcess, InProcessSandbox
from autograder.submission import parse_submission
from tests.conftest import KEY
from tests.helpers.autodiff import changed as source_with
from tests.helpers.autodiff import solution_in
from tests.helpers.exercises import FOLDER

Change = tuple[str, str]
WRONG_LAYER = (
    "centred = x - x.mean(axis=-1, keepdims=True)",
    "centred = x - 1.3 * x.mean(axis=-1, keepdims=True)",
)
#: A neuron, whose output is z tanh(z), as nobody declared it.
ONLY_A_SUM = [("total = bias", "total = Value(0.0)"), ("total * total.tanh()", "total")]
BIAS_OUTSIDE = [
    ("total = bias", "total = Value(0.0)"),
    ("total * total.tanh()", "total * total.tanh() + bias"),
]
CUBED = [("total * total.tanh()", "total * total * total")]
#: Derivatives that are those of nothing.
SHARES_LOST = ("for value in reversed(order):", "for value in order:")


@pytest.fixture(scope="module")
def autodiff(tmp_path_factory: pytest.TempPathFactory) -> Solution:
    return solution_in(tmp_path_factory.mktemp("classes"))


@pytest.mark.parametrize(
    ("changes", "processes", "points"),
    [
        (ONLY_A_SUM, 1, 0.0),  # no loss is shown to depend on the bias
        ([*CUBED, SHARES_LOST], 1, 0.0),
        (BIAS_OUTSIDE, 2, 2.0),
    ],
)
def test_derivatives_that_are_wrong_are_refuted_where_they_were_given(
    changes: list[Change],
    processes: int,
    points: float,
    autodiff: Solution,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing passes there: what is right is asked in one more process."""
    served: list[bool] = []
    restart = InProcess.restart

    def noted(runner: InProcess, serve: Serve | None = None, more: Sequence[Cell] = ()) -> None:
        served.extend([] if more else [serve is not None])
        restart(runner, serve, more)

    monkeypatch.setattr(InProcess, "restart", noted)
    answer = parse_submission("work.py", source_with(*changes).encode())
    key = autodiff.answer_key(KEY, naming=False)
    report = grade_submission(answer, "", key, InProcessSandbox(10.0), autodiff.mutants)
    (backward,) = [each for each in report.functions if each.name == "Value.backward"]
    (gradient,) = [check for check in backward.checks if check.key == "gradient"]
    assert gradient.score == points
    assert served == [False] * processes


def test_a_process_knows_no_more_than_its_last_function_may_ask_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On hidden instances, with right helpers. In one process each, functions get the same."""
    name = "transformer"
    shutil.copytree(FOLDER / name, tmp_path / "solutions" / name)
    (tmp_path / "course.toml").write_text(f'id = "c"\n[[assignments]]\nname = "{name}"\n')
    solution = load_solution(load_course(tmp_path), name)
    key = solution.answer_key(KEY, naming=False)
    source = solution.source.replace(*WRONG_LAYER)
    assert source != solution.source
    restarts: list[str] = []
    asked: list[tuple[int, set[str]]] = []
    ask = given._ask_on_hidden

    def noted(state: State, function: Function, seen: Sequence[Observation]) -> None:
        asked.append((len(restarts), {*state.helpers[function.name]}))
        ask(state, function, seen)

    monkeypatch.setattr(given, "_ask_on_hidden", noted)

    def judged(most: int) -> list[FunctionReport]:
        monkeypatch.setattr(given, "MOST_TOGETHER", most)
        restarts.clear()
        asked.clear()
        runner = InProcess(seconds=10.0, namespace=dict(run_solution("answer.py", source.encode())))

        def restart(serve: Serve | None = None, more: Sequence[Cell] = ()) -> None:
            restarts.append("")
            runner.restart(serve, more)

        how: dict[str, Any] = {"mutants": solution.mutants, "restart": restart, "trace": False}
        return judge(key, runner, 10.0, **how)

    alone = judged(1)
    assert [process for process, _ in asked] == [1, 2]
    assert judged(2) == alone
    assert [process for process, _ in asked] == [1, 1]
    assert asked[0][1] < asked[1][1]
    monkeypatch.setattr(given, "_all_helpers", lambda state, function: {"softmax"})
    assert judged(2) == alone
    assert [process for process, _ in asked] == [1, 2]
