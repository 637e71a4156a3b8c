"""The shorter proof of a right gradient: what it spares, and that no wrong one slips through."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.exercise.answer_key import Case
from autograder.judge.gradient import check_gradient
from autograder.judge.numerical_derivative import FREQUENCIES, direction
from autograder.sandbox.calls import Call, Outcome
from autograder.sandbox.inside.namespace import Namespace


class Counting:
    """Reaches functions in this process, and counts the calls of `forward`."""

    def __init__(self, functions: dict[str, Any]) -> None:
        self.namespace = Namespace(dict(functions))
        self.forwards = 0

    def __call__(self, calls: Sequence[Call]) -> list[Outcome]:
        self.forwards += sum(call.function == "forward" for call in calls)
        return list(self.namespace.run(calls))


def entries(case: Case) -> int:
    return sum(value.size for value in case.inputs["params"].values())


def test_a_right_gradient_takes_no_more_calls_for_more_entries(
    functions: dict[str, Any], cases: list[Case]
) -> None:
    spent = set()
    for case in cases:
        caller = Counting(functions)
        assert check_gradient([case], caller, lambda: None, 1.0).passed is True
        spent.add(caller.forwards)
    assert len(spent) == 1
    assert len({entries(case) for case in cases}) > 1


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_errors_of_several_entries_do_not_make_up_for_each_other(
    functions: dict[str, Any], cases: list[Case], data: st.DataObject
) -> None:
    case = data.draw(st.sampled_from(cases))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    share, size = rng.uniform(0.1, 1), 10 ** rng.uniform(-3, 1)

    def off(value: Any) -> Any:
        signs = rng.choice([-1.0, 1.0], value.shape)
        return value * (1 + size * signs * (rng.random(value.shape) < share))

    right = case.expected["backward"]
    wrong = {name: off(np.asarray(value)) for name, value in right.items()}
    wrong["b1"] = np.asarray(right["b1"]) * (1 + size)
    caller = Counting({**functions, "backward": lambda params, x, t, activations: wrong})
    assert check_gradient([case], caller, lambda: None, 1.0).passed is False


def test_errors_that_cancel_along_one_direction_show_along_the_other(
    functions: dict[str, Any], cases: list[Case]
) -> None:
    """Every pair of entries, with errors made to cancel along the first direction."""
    case = cases[0]
    move = direction(case.inputs["params"], FREQUENCIES[0])
    right = case.expected["backward"]
    places = [(name, index) for name in move for index in np.ndindex(move[name].shape)]
    for one in places:
        for other in places:
            if one == other:
                continue
            wrong = {name: np.array(value) for name, value in right.items()}
            error = 1e-3 * right[one[0]][one[1]]
            wrong[one[0]][one[1]] += error
            wrong[other[0]][other[1]] -= error * move[one[0]][one[1]] / move[other[0]][other[1]]
            caller = Counting({**functions, "backward": lambda p, x, t, a, w=wrong: w})
            assert check_gradient([case], caller, lambda: None, 1.0).passed is False, (one, other)


def test_entries_that_are_zero_are_looked_at_one_by_one(
    functions: dict[str, Any], cases: list[Case]
) -> None:
    """A sum does not show whether an entry of 0 is meant to be 0."""
    case = next(case for case in cases if case.label == "practice")
    dead = {**case.inputs["params"], "W2": case.inputs["params"]["W2"].copy()}
    dead["W2"][0] = 0.0  # what enters the first hidden unit no longer matters
    inputs = {**case.inputs, "params": dead}
    activations = functions["forward"](dead, inputs["x"])
    expected = {
        "forward": activations,
        "backward": functions["backward"](dead, inputs["x"], inputs["t"], activations),
    }
    zeros = Case(case.label, case.dims, inputs, expected)
    caller = Counting(functions)
    assert check_gradient([zeros], caller, lambda: None, 1.0).passed is True
    assert caller.forwards > 4 * entries(zeros)


def test_an_even_gradient_counts_as_dependence_only_where_entries_differ(cases: list[Case]) -> None:
    """A loss of the sum of a parameter is right in every entry, and is still no network."""
    inputs = {"params": {"w": np.array([0.3, 0.5, 0.7])}, "x": 0.0, "t": 0.0}
    expected = {"forward": {"y": np.zeros(1)}, "backward": {"w": np.zeros(3)}}
    functions = {
        "forward": lambda p, x: {"y": np.array([np.sin(np.sum(p["w"]))])},
        "loss": lambda y, t: float(y[0]),
        "backward": lambda p, x, t, a: {"w": np.full(3, np.cos(np.sum(p["w"])))},
    }
    verdict = check_gradient(
        [Case("sum", {}, inputs, expected)], Counting(functions), lambda: None, 1.0
    )
    assert verdict.passed is True
    assert verdict.depends_on == frozenset()


def test_an_absurd_gradient_is_wrong_and_no_failure(
    functions: dict[str, Any], cases: list[Case]
) -> None:
    huge = {
        name: np.full(np.shape(value), 1.7e308)
        for name, value in cases[0].expected["backward"].items()
    }
    huge["W1"][0] *= -1
    caller = Counting({**functions, "backward": lambda params, x, t, activations: huge})
    assert (
        check_gradient(
            [dataclasses.replace(cases[0], hidden=True)], caller, lambda: None, 1.0
        ).passed
        is False
    )
