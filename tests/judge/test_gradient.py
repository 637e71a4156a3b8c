"""The numerical gradient: the smallest error it sees, the largest noise it forgives."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.exercise.answer_key import Case
from autograder.judge.gradient import BATCH_BYTES, Verdict, check_gradient
from autograder.judge.numerical_derivative import differentiate
from autograder.sandbox.calls import Call, Outcome
from autograder.sandbox.inside.namespace import Namespace


def caller_of(functions: dict[str, Any]) -> Callable[[Sequence[Call]], list[Outcome]]:
    """Reach functions in this process, as `check` does."""
    namespace = Namespace(dict(functions))
    return lambda calls: list(namespace.run(calls))


def verdict_on(case: Case, functions: dict[str, Any]) -> Verdict:
    """The verdict on functions in this process, which know of no other call."""
    return check_gradient([case], caller_of(functions), lambda: None, 1.0)


def tampered(functions: dict[str, Any], name: str, change: Callable[[Any], Any]) -> dict[str, Any]:
    """The solution with what one entry of `backward` gives changed."""

    def backward(params: Any, x: Any, t: Any, activations: Any) -> Any:
        grads = functions["backward"](params, x, t, activations)
        return {**grads, name: change(grads[name])}

    return {**functions, "backward": backward}


def test_the_solution_passes_everywhere(functions: dict[str, Any], cases: list[Case]) -> None:
    for case in cases:
        verdict = verdict_on(case, functions)
        assert verdict.passed is True, verdict.text
        assert verdict.depends_on == {"W1", "b1", "W2", "b2"}


@pytest.mark.parametrize("name", ["W1", "b1", "W2", "b2"])
@pytest.mark.parametrize("factor", [1.001, 0.999])
def test_a_thousandth_is_seen_in_any_single_entry(
    functions: dict[str, Any], cases: list[Case], name: str, factor: float
) -> None:
    for case in cases:
        for index in np.ndindex(np.shape(case.inputs["params"][name])):

            def change(value: np.ndarray, index: tuple[int, ...] = index) -> np.ndarray:
                value = value.copy()
                value[index] *= factor
                return value

            verdict = verdict_on(case, tampered(functions, name, change))
            assert verdict.passed is False, (case.label, name, index)


@pytest.mark.parametrize("name", ["W1", "b1", "W2", "b2"])
def test_rounding_is_forgiven(functions: dict[str, Any], cases: list[Case], name: str) -> None:
    noise = 1 + 64 * np.finfo(np.float64).eps
    for case in cases:
        noisy = tampered(functions, name, lambda value: value * noise)
        assert verdict_on(case, noisy).passed is True


@pytest.mark.parametrize(
    "change",
    [lambda g: g.T, lambda g: g[0], lambda g: np.float64(g[0, 0]), lambda g: g[None]],
    ids=["transposed", "row", "scalar", "extra-axis"],
)
def test_shape_comes_before_values(
    functions: dict[str, Any], cases: list[Case], change: Callable[[Any], Any]
) -> None:
    case = next(case for case in cases if case.label == "rectangular")
    verdict = verdict_on(case, tampered(functions, "W1", change))
    assert verdict.passed is False
    assert "shape" in verdict.text


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_the_estimated_error_bounds_the_real_one(seed: int) -> None:
    """On losses whose derivatives are known, of many scales and curvatures."""
    rng = np.random.default_rng(seed)
    scale, rate = 10 ** rng.uniform(-4, 4), rng.uniform(0.1, 5)
    params = {"w": rng.normal(size=3)}

    def loss(w: np.ndarray) -> float:
        return float(np.sum(scale * np.sin(rate * w) + w**3))

    found = differentiate(params, lambda points: [loss(point["w"]) for point in points])
    exact = scale * rate * np.cos(rate * params["w"]) + 3 * params["w"] ** 2
    assert (np.abs(found.values["w"] - exact) <= 4 * found.errors["w"] + 1e-15).all()


def test_a_rounded_loss_is_inconclusive(functions: dict[str, Any], cases: list[Case]) -> None:
    rounded = {**functions, "loss": lambda y, t: round(functions["loss"](y, t), 5)}
    verdict = verdict_on(cases[0], rounded)
    assert verdict.passed is None
    assert "different step sizes give different values" in verdict.text


def test_a_loss_of_nan_is_no_pass(functions: dict[str, Any], cases: list[Case]) -> None:
    broken = {**functions, "loss": lambda y, t: float("nan")}
    verdict = verdict_on(cases[0], broken)
    assert verdict.passed is None
    assert "finite" in verdict.text


def test_a_kink_near_by_does_not_fail_a_right_gradient(cases: list[Case]) -> None:
    """A ReLU is bent at 0; a parameter close to the bend needs a shorter step."""
    params = {"w": np.array([5e-4, -5e-4, 1.0])}
    inputs = {"params": params, "x": 0.0, "t": 0.0}
    expected = {"forward": {"y": np.zeros(3)}, "backward": {"w": np.zeros(3)}}
    case = dataclasses.replace(cases[0], inputs=inputs, dims={}, expected=expected)
    functions = {
        "forward": lambda p, x: {"y": np.maximum(p["w"], 0.0) * np.array([3.0, 2.0, 1.0])},
        "loss": lambda y, t: float(np.sum(y)),
        "backward": lambda p, x, t, a: {"w": (p["w"] > 0) * np.array([3.0, 2.0, 1.0])},
    }
    verdict = verdict_on(case, functions)
    assert verdict.passed is True, verdict.text


def test_zeros_for_a_loss_that_ignores_a_parameter_earn_nothing_elsewhere(
    functions: dict[str, Any], cases: list[Case]
) -> None:
    """The verdict says on which parameters the loss depends, so that zeros cannot be excused."""
    ignoring = {
        "forward": lambda p, x: functions["forward"]({**p, "b1": 0 * p["b1"]}, x),
        "loss": functions["loss"],
        "backward": tampered(functions, "b1", lambda g: 0 * g)["backward"],
    }

    def backward(params: Any, x: Any, t: Any, activations: Any) -> Any:
        grads = functions["backward"]({**params, "b1": 0 * params["b1"]}, x, t, activations)
        return {**grads, "b1": 0 * grads["b1"]}

    verdict = verdict_on(cases[0], {**ignoring, "backward": backward})
    assert verdict.passed is True
    assert verdict.depends_on == {"W1", "W2", "b2"}


@pytest.mark.slow
def test_many_parameters_go_out_in_small_batches(cases: list[Case]) -> None:
    """A consistent network of 9,000 parameters, one of whose derivatives is 0, so that each entry
    is looked at: the calls of no batch hold more than a few megabytes."""
    rng = np.random.default_rng(0)
    params = {"w": rng.normal(size=(90, 100)) / 10}
    params["w"][:, 0] = 0.0
    functions = {
        "forward": lambda p, x: {"y": np.cos(x @ p["w"])},
        "loss": lambda y, t: float(np.sum((y - t) ** 2)),
        "backward": lambda p, x, t, a: {
            "w": np.outer(x, -2 * (a["y"] - t) * np.sin(x @ p["w"])),
            "y": 2 * (a["y"] - t),
        },
    }
    inputs = {"params": params, "x": rng.normal(size=90), "t": rng.normal(size=100)}
    activations = functions["forward"](params, inputs["x"])
    expected = {
        "forward": activations,
        "backward": functions["backward"](params, inputs["x"], inputs["t"], activations),
    }
    case = dataclasses.replace(cases[0], inputs=inputs, dims={}, expected=expected)
    caller, sizes = caller_of(functions), []

    def measured(calls: Sequence[Call]) -> list[Outcome]:
        sizes.append(
            sum(call.arguments[0]["w"].nbytes for call in calls if call.function == "forward")
        )
        return caller(calls)

    verdict = check_gradient([case], measured, lambda: None, 1.0)
    assert verdict.passed is True, verdict.text
    assert len(sizes) > 100
    assert max(sizes) <= BATCH_BYTES + params["w"].nbytes
