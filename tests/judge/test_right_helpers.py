"""What a right helper is served for: arguments like the solution's own, or small ones."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.mutants import Mutants
from autograder.exercise.solution import Solution
from autograder.judge import right_helpers
from autograder.judge.right_helpers import RightHelpers
from autograder.sandbox.calls import CannotServe
from autograder.sandbox.plain import Opaque


@pytest.fixture
def serve(solution: Solution, answer_key: AnswerKey) -> RightHelpers:
    return RightHelpers(solution.mutants, answer_key.functions, answer_key.cases)


def test_a_helper_is_right_on_every_instance(serve: RightHelpers, cases: list[Case]) -> None:
    for case in cases:
        given = [case.inputs[name] for name in ("params", "x", "t", "activations")]
        grads = serve("backward", given, {})
        assert all(np.array_equal(grads[n], v) for n, v in case.expected["backward"].items())
        output = serve("forward", (), {"x": case.inputs["x"], "params": case.inputs["params"]})
        assert np.array_equal(output["y"], case.expected["forward"]["y"])


def test_entries_of_the_student_s_own_are_left_out(serve: RightHelpers, cases: list[Case]) -> None:
    for case in cases:
        more = {**case.inputs["activations"], "z1": np.ones((50, 100)), "E": 0.5, "note": "mine"}
        grads = serve("backward", [*(case.inputs[n] for n in ("params", "x", "t")), more], {})
        assert np.array_equal(grads["W1"], case.expected["backward"]["W1"])


@pytest.mark.parametrize(
    "z", [0.5, np.ones((1, 7)), np.ones((10, 100)), np.float32([1.0, 2.0]), np.array([3])]
)
def test_small_arguments_of_another_shape_are_served(z: Any, serve: RightHelpers) -> None:
    right = 1 / (1 + np.exp(-np.asarray(z, float)))
    assert np.max(np.abs(serve("sigmoid", [z], {}) - right)) < 1e-6


N = 900
PARAMS = {"W1": np.ones((1, 1)), "b1": np.ones(1), "W2": np.ones((1, N)), "b2": np.ones(1)}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("sigmoid", [np.ones(1001)]),
        ("sigmoid", [Opaque("object")]),
        ("sigmoid", []),
        ("sigmoid", [1.0, 2.0]),
        ("loss", [np.ones((1000, 1)), np.ones((1, 1001))]),
        ("update", [{"W": np.ones((1, 1, N))}, {"W": np.ones((1, N, 1))}, np.ones((N, 1, 1))]),
        ("update", [{"W": [[[1.0]]] * 300}, {"W": [[[1.0]] * 300]}, np.ones(300)]),
        ("update", [{"W": 1.0}, {"W": 1.0}, 10**9]),
        ("update", [{"W": 1.0}, {"W": 1.0}, np.array(10**9)]),
        ("update", [{str(n): 1.0 for n in range(600)}, {str(n): 1.0 for n in range(600)}, 1.0]),
        (
            "backward",
            [PARAMS, np.ones(N), np.ones((1, N)), {"h": np.ones(N), "y": np.ones((N, 1))}],
        ),
    ],
)
def test_what_could_take_much_memory_or_time_is_not_served(
    name: str, arguments: Sequence[Any], serve: RightHelpers
) -> None:
    with pytest.raises(CannotServe):
        serve(name, arguments, {})


def test_what_the_solution_passes_is_kept_as_long_as_the_instances(
    solution: Solution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Visible ones are everybody's, and hidden ones those of one student."""
    asked: list[str] = []
    value = Mutants.value

    def noted(mutants: Mutants, function: str, case: Case, *how: Any, **more: Any) -> Any:
        asked.append(case.label)
        return value(mutants, function, case, *how, **more)

    mutants = solution.mutants.of(solution.exercise)
    monkeypatch.setattr(Mutants, "value", noted)
    for student in ("one", "two"):
        key = solution.answer_key(b"kept as long as the instances", student)
        visible = [case.label for case in key.cases if not case.hidden]
        asked.clear()
        RightHelpers(mutants, key.functions, key.cases)("sigmoid", [0.5], {})
        assert set(visible).isdisjoint(asked) == (student == "two")
        assert {case.label for case in key.cases if case.hidden} <= set(asked)
    del key
    gc.collect()
    assert len(right_helpers._passed[mutants]) == len(visible)
