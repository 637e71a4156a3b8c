"""The computation in a report: which quantity is wrong, and which follows."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.computation import right_losses, right_trace
from autograder.exercise.solution import Solution, run_solution
from autograder.exercise.solve import make_answer_key
from autograder.report import FunctionReport, Losses, Quantity, Report
from tests.helpers.deep_network import backward, deep_sheet, forward, loss
from tests.helpers.second_exercise import FOLDER, NAME
from tests.helpers.traces import HALF, HIDDEN_BIAS, judged, judged_with_changes, trace_of

SOFTMAX = FOLDER / f"{NAME}.py"


@pytest.fixture(scope="module")
def deep() -> AnswerKey:
    return deep_sheet()


@pytest.fixture(scope="module")
def answer(solution: Solution) -> Callable[..., list[FunctionReport]]:
    return judged_with_changes(solution)


def states(trace: Mapping[str, Quantity], state: str) -> list[str]:
    return [name for name, quantity in trace.items() if quantity.state == state]


# What is wrong, and what follows.


def test_a_right_answer_has_none(answer: Callable[..., list[FunctionReport]]) -> None:
    reports = answer()
    assert all(report.status == "passed" for report in reports)
    assert not any(report.trace or report.losses for report in reports)


def test_backward_asked_for_alone_has_one(answer: Callable[..., list[FunctionReport]]) -> None:
    (report,) = answer(only={"backward"})
    assert {quantity.state for quantity in report.trace} == {"given", "right"}


def test_a_wrong_activation(
    answer: Callable[..., list[FunctionReport]], answer_key: AnswerKey
) -> None:
    reports = answer(HIDDEN_BIAS)
    assert [report.name for report in reports if report.trace] == ["forward"]
    trace = trace_of(reports)
    assert states(trace, "wrong") == ["h"]
    assert states(trace, "follows") == ["y"] and trace["y"].because == "h"
    wrong = trace["h"]
    assert wrong.expected == tuple(answer_key.cases[0].expected["forward"]["h"].tolist())
    x, params = answer_key.cases[0].inputs["x"], answer_key.cases[0].inputs["params"]
    assert wrong.numbers == pytest.approx(1 / (1 + np.exp(-x @ params["W1"])))
    assert wrong.apart == pytest.approx(np.abs(np.subtract(wrong.numbers, wrong.expected)).max())
    # The others are judged alone, and right.
    assert trace["loss"].state == "right" and trace['grads["y"]'].state == "right"


def test_a_wrong_gradient_and_what_it_is_handed_on_to(
    answer: Callable[..., list[FunctionReport]],
) -> None:
    reports = answer(HALF)
    assert [report.name for report in reports if report.trace] == ["backward"]
    trace = trace_of(reports)
    assert states(trace, "wrong") == ['grads["y"]']
    assert states(trace, "follows") == [f'grads["{n}"]' for n in ("W2", "b2", "h", "W1", "b1")]
    assert {quantity.because for quantity in trace.values()} == {"", 'grads["y"]'}


def test_a_second_mistake_elsewhere_is_wrong_too(
    answer: Callable[..., list[FunctionReport]],
) -> None:
    bias, weights = (
        ('"b2": delta_out', '"b2": -delta_out'),
        ('"b1": delta_hidden', '"b1": delta_hidden.sum()'),
    )
    trace = trace_of(answer(bias, weights))
    assert states(trace, "wrong") == ['grads["b2"]', 'grads["b1"]']
    assert states(trace, "follows") == []
    assert trace['grads["b1"]'].shape == () and trace['grads["b1"]'].numbers == ()


def test_what_is_right_for_its_own_helpers_follows(
    answer: Callable[..., list[FunctionReport]],
) -> None:
    reports = answer(("1.0 + small)", "1.001 + small)"))
    assert [report.name for report in reports if report.trace] == ["forward"]
    trace = trace_of(reports)
    assert states(trace, "wrong") == []
    assert trace["h"].because == trace["y"].because == "sigmoid"


def test_a_gradient_of_the_students_own_loss_follows(
    answer: Callable[..., list[FunctionReport]],
) -> None:
    trace = trace_of(
        answer(
            ("np.mean((y - t) ** 2)", "2 * np.mean((y - t) ** 2)"),
            (HALF[0], "4 * (y - t) / t.size"),
        )
    )
    assert states(trace, "wrong") == ["loss"]
    assert {trace[name].because for name in states(trace, "follows")} == {"loss"}
    assert len(states(trace, "follows")) == 6


def test_missing_and_unusable_values(answer: Callable[..., list[FunctionReport]]) -> None:
    missing = trace_of(answer(('        "h": grad_h,\n', "")))
    assert states(missing, "missing") == ['grads["h"]'] and states(missing, "wrong") == []
    for text in ("[[1.0, 2.0]]", "None", "'text'", "np.ones(2) * 1j"):
        trace = trace_of(answer(('"b1": delta_hidden', f'"b1": {text}')))
        assert states(trace, "wrong") == ['grads["b1"]'] and not trace['grads["b1"]'].numbers
    trace = trace_of(answer(('"b1": delta_hidden', '"b1": np.array([np.nan, np.inf])')))
    assert trace['grads["b1"]'].numbers == (None, None) and trace['grads["b1"]'].apart is None


def test_nothing_written_has_none(answer_key: AnswerKey) -> None:
    assert not any(report.trace for report in judged(answer_key, {}))


def test_batches_and_other_names() -> None:
    solved = run_solution(str(SOFTMAX), SOFTMAX.read_bytes())
    namespace: dict[str, Any] = {}
    exec((SOFTMAX.parent / "exercise.py").read_text(), namespace)
    answer_key = make_answer_key("softmax_regression", namespace["exercise"], solved)
    source = SOFTMAX.read_text().replace(' / len(t)\n    return {"z"', '\n    return {"z"')
    trace = trace_of(judged(answer_key, run_solution("answer.py", source.encode())))
    assert states(trace, "wrong") == ['grads["z"]']
    assert states(trace, "follows") == ['grads["W"]', 'grads["b"]']
    assert states(trace, "given") == ["x", "W", "b", "t"]
    assert len(trace["x"].expected) == 12 and trace["x"].expected_shape == (5, 3)


def test_a_deeper_network_in_which_a_value_is_used_twice(deep: AnswerKey) -> None:
    right = {"forward": forward, "loss": loss, "backward": backward}
    assert not any(report.trace for report in judged(deep, right))

    def without_the_skip(*given: Any) -> Any:
        grads = backward(*given)
        x, activations = given[1], given[3]
        lost = grads["h1"] - grads["s"]
        slope = 1 - activations["h1"] ** 2
        return {**grads, "h1": lost, "W1": np.outer(x, lost * slope)}

    trace = trace_of(judged(deep, {**right, "backward": without_the_skip}))
    assert states(trace, "wrong") == ['grads["h1"]']
    assert states(trace, "follows") == ['grads["W1"]']

    def scaled(params: Any, x: Any) -> Any:
        found = forward(params, x)
        return {**found, "h2": found["h2"] * 2, "s": found["s"] + 1, "y": found["y"]}

    trace = trace_of(judged(deep, {**right, "forward": scaled}))
    assert states(trace, "wrong") == ["h2"] and states(trace, "follows") == ["s"]


def test_the_losses_of_a_training_run(
    answer: Callable[..., list[FunctionReport]], answer_key: AnswerKey
) -> None:
    expected = tuple(answer_key.cases[0].expected["train"][1])

    def losses_of(change: tuple[str, str]) -> Losses | None:
        return next(f.losses for f in answer(change) if f.name == "train")

    losses = losses_of(
        ("params = update(params, grads, lr)", "params = update(params, grads, 3 * lr)")
    )
    assert losses is not None and losses.expected == expected
    assert losses.numbers[0] == expected[0] and losses.numbers[1] < expected[1]
    broken = (
        "losses.append(loss(activations",
        "losses.append(losses and np.nan or loss(activations",
    )
    losses = losses_of(broken)
    assert losses is not None and losses.numbers == expected[:1]
    assert losses_of(("    return params, losses", "    return params")) is None
    for nothing in ("[]", "[np.nan, 1.0]", "np.array(5.0)"):
        returned = ("    return params, losses", f"    return params, {nothing}")
        assert losses_of(returned) is None
    right = right_losses(answer_key)
    assert right is not None and right.numbers == right.expected == expected


# The report.


def test_the_report_carries_it_and_gives_it_back(
    answer: Callable[..., list[FunctionReport]],
) -> None:
    functions = answer(HALF)
    report = Report("a", "s", "p", "0", "1", "0", "none", functions, 20.0)
    data = json.loads(report.to_json())["functions"]
    by_name = {function["name"]: function for function in data}
    assert "trace" not in by_name["forward"] and "losses" not in by_name["forward"]
    wrong = next(q for q in by_name["backward"]["trace"] if q["name"] == 'grads["y"]')
    assert wrong["state"] == "wrong" and wrong["feeds"] == ["loss"] and len(wrong["numbers"]) == 1
    kept = Report.from_json(report.to_json())
    assert [f.trace for f in kept.functions] == [f.trace for f in functions]


def test_nothing_of_a_hidden_instance_is_in_it(answer_key: AnswerKey) -> None:
    hidden = dataclasses.replace(
        answer_key, cases=[case for case in answer_key.cases if case.hidden]
    )
    assert right_trace(hidden) == () and right_losses(hidden) is None
    assert not any(report.trace for report in judged(hidden, {"forward": lambda params, x: {}}))
