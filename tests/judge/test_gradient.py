"""`backward` against a student's own loss: what is followed through, and what is made up."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.composition import composition
from autograder.judge.batching import run_alone
from autograder.judge.derivative_messages import subject
from autograder.judge.elsewhere import respond
from autograder.judge.follow import Followed, follow
from autograder.judge.gradient import gradient_cases
from autograder.judge.ideas import BATCH_BYTES, OwnIdea
from autograder.judge.observe import observe
from autograder.judge.sides import OwnGradients
from autograder.sandbox.calls import Call, Outcome
from autograder.sandbox.in_process import InProcess
from tests.helpers.exercises import answer_key_of

Functions = dict[str, Any]


def followed(answer_key: AnswerKey, case: Case, functions: Functions) -> Followed:
    """Whether functions in this process give the derivative of their own loss on a case."""
    runner = InProcess(namespace=dict(functions))
    backward = answer_key.function("backward")
    assert backward is not None
    seen = run_alone(runner, observe(backward, [case], {case.label: ()}))
    network = composition(case.functions, backward)
    idea = OwnIdea(runner, runner.restart)
    (found,) = runner([Call("forward", (case.inputs["params"], case.inputs["x"]))])
    handed_on = {case: network.handed_on(0, found.value)}
    gradients = OwnGradients(network, runner, runner.restart)
    return follow(network, seen, handed_on, idea, gradients, narrow=True)


def test_what_is_differentiated_is_named(answer_key: AnswerKey) -> None:
    """An exercise may have no loss."""
    backward = answer_key.function("backward")
    assert backward is not None and subject(backward) == "loss"
    functions = {function.name: function for function in answer_key_of("cnn").functions}
    assert subject(functions["conv_backward"]) == "conv_forward"
    assert subject(functions["cross_entropy_backward"]) == "cross_entropy"


def tampered(functions: Functions, name: str, change: Callable[[Any], Any]) -> Functions:
    """The solution with what one entry of `backward` gives changed."""

    def backward(params: Any, x: Any, t: Any, activations: Any) -> Any:
        grads = functions["backward"](params, x, t, activations)
        return {**grads, name: change(grads[name])}

    return {**functions, "backward": backward}


@pytest.fixture
def at(answer_key: AnswerKey) -> list[Case]:
    backward = answer_key.function("backward")
    assert backward is not None
    return gradient_cases(answer_key, backward)


def test_the_solution_follows_its_own_loss(
    answer_key: AnswerKey, at: list[Case], functions: Functions
) -> None:
    for case in at:
        verdict = followed(answer_key, case, functions)
        assert verdict.passed is True, (case.label, verdict.text)


@pytest.mark.parametrize("name", ["W1", "b1", "W2", "b2", "y"])
def test_a_thousandth_is_seen_in_any_single_entry(
    name: str, answer_key: AnswerKey, functions: Functions
) -> None:
    case = answer_key.cases[0]
    for index in np.ndindex(np.shape(case.expected["backward"][name])):

        def change(value: np.ndarray, index: tuple[int, ...] = index) -> np.ndarray:
            value = value.copy()
            value[index] *= 1.001
            return value

        verdict = followed(answer_key, case, tampered(functions, name, change))
        assert verdict.passed is False, (name, index)
        assert f'grads["{name}"] is not the derivative of your own loss' in verdict.text
        assert f"at [{', '.join(map(str, index))}]" in verdict.text or name in ("b2", "y")


@pytest.mark.parametrize(
    "change",
    [lambda g: g.T, lambda g: g[0], lambda g: np.float64(g[0, 0]), lambda g: g[None]],
    ids=["transposed", "row", "scalar", "extra-axis"],
)
def test_shape_comes_before_values(
    change: Callable[[Any], Any], answer_key: AnswerKey, functions: Functions
) -> None:
    case = next(case for case in answer_key.cases if case.label == "practice")
    verdict = followed(answer_key, case, tampered(functions, "W1", change))
    assert verdict.passed is False
    assert "shape" in verdict.text


@pytest.mark.parametrize(
    "loss",
    [lambda e: round(e, 5), lambda e: float("nan")],
    ids=["rounded", "nan"],
)
def test_a_loss_that_says_nothing_is_inconclusive(
    loss: Callable[[float], float], answer_key: AnswerKey, functions: Functions
) -> None:
    broken = {**functions, "loss": lambda y, t: loss(functions["loss"](y, t))}
    verdict = followed(answer_key, answer_key.cases[0], broken)
    assert verdict.passed is None
    assert "rounded" in verdict.text


def test_zeros_for_a_loss_that_ignores_a_parameter_are_no_gradient(
    answer_key: AnswerKey, functions: Functions
) -> None:
    def forward(params: Any, x: Any) -> Any:
        return functions["forward"]({**params, "b1": 0 * params["b1"]}, x)

    def backward(params: Any, x: Any, t: Any, activations: Any) -> Any:
        grads = functions["backward"]({**params, "b1": 0 * params["b1"]}, x, t, activations)
        return {**grads, "b1": 0 * grads["b1"]}

    ignoring = {**functions, "forward": forward, "backward": backward}
    verdict = followed(answer_key, answer_key.cases[0], ignoring)
    assert verdict.passed is False
    assert 'does not depend on params["b1"]' in verdict.text


def made_up(
    value: Callable[[Any], float], slope: Callable[[Any], Any], activations: Any
) -> Functions:
    """A loss that is a function of the parameters, carried in the output, and its derivative."""

    def forward(params: Any, x: Any) -> Any:
        return {"h": activations["h"], "y": np.full_like(activations["y"], value(params))}

    def backward(params: Any, x: Any, t: Any, activations: Any) -> Any:
        return slope(params)

    return {"forward": forward, "loss": lambda y, t: float(y[0]), "backward": backward}


def responds(cases: list[Case], functions: Functions) -> bool:
    """Whether the loss of functions depends on all that a network's does."""
    runner = InProcess(namespace=dict(functions))
    network = composition(cases[0].functions, cases[0].functions["backward"])
    idea = OwnIdea(runner, runner.restart)
    return respond(network, cases, idea, OwnGradients(network, runner, runner.restart))


@pytest.mark.parametrize(
    ("value", "slope"),
    [
        (
            lambda p: sum(
                float(np.sum(v * (np.arange(v.size).reshape(v.shape) + 1))) for v in p.values()
            ),
            lambda p: {k: np.arange(v.size).reshape(v.shape) + 1.0 for k, v in p.items()},
        ),
        (
            lambda p: sum(float(np.sum(v**2)) for v in p.values()),
            lambda p: {k: 2 * v for k, v in p.items()},
        ),
        (
            lambda p: float(np.sin(sum(float(np.sum(v)) for v in p.values()))),
            lambda p: {
                k: np.full(v.shape, np.cos(sum(float(np.sum(w)) for w in p.values())))
                for k, v in p.items()
            },
        ),
    ],
    ids=["linear", "squares", "of a sum"],
)
def test_a_made_up_function_of_the_parameters_is_no_network(
    value: Callable[[Any], float],
    slope: Callable[[Any], Any],
    answer_key: AnswerKey,
) -> None:
    case = answer_key.cases[0]
    functions = made_up(value, slope, case.expected["forward"])
    expected = {**case.expected, "backward": slope(case.inputs["params"])}
    plain = dataclasses.replace(case, expected=expected)
    verdict = followed(answer_key, plain, functions)
    assert not (verdict.passed and responds([plain], functions))


def test_a_network_responds_to_all_that_it_is_given(
    answer_key: AnswerKey, at: list[Case], functions: Functions
) -> None:
    assert responds(at, functions)


def test_many_parameters_go_out_in_small_batches(answer_key: AnswerKey) -> None:
    """The calls of no batch hold more than a few megabytes."""
    rng = np.random.default_rng(0)
    params = {"w": rng.normal(size=(300, 300)) / 20}
    functions = {
        "forward": lambda p, x: {"y": np.cos(x @ p["w"])},
        "loss": lambda y, t: float(np.sum((y - t) ** 2)),
        "backward": lambda p, x, t, a: {
            "w": np.outer(x, -2 * (a["y"] - t) * np.sin(x @ p["w"])),
            "y": 2 * (a["y"] - t),
        },
    }
    inputs = {"params": params, "x": rng.normal(size=300), "t": rng.normal(size=300)}
    activations = functions["forward"](params, inputs["x"])
    expected = {
        "forward": activations,
        "backward": functions["backward"](params, inputs["x"], inputs["t"], activations),
    }
    case = dataclasses.replace(
        answer_key.cases[0],
        inputs={**inputs, "y": activations["y"], "activations": activations},
        dims={},
        expected=expected,
    )
    runner, sizes = InProcess(namespace=functions), []

    def measured(calls: Sequence[Call]) -> list[Outcome]:
        sizes.append(sum(c.arguments[0]["w"].nbytes for c in calls if c.function == "forward"))
        return runner(calls)

    backward = answer_key.function("backward")
    assert backward is not None
    seen = run_alone(runner, observe(backward, [case], {case.label: ()}))
    network = composition(case.functions, backward)
    idea = OwnIdea(measured, runner.restart)
    gradients = OwnGradients(network, runner, runner.restart)
    verdict = follow(network, seen, {case: network.handed_on(0, activations)}, idea, gradients)
    assert verdict.passed is True, verdict.text
    assert max(sizes) <= BATCH_BYTES + params["w"].nbytes
