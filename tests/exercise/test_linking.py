"""What is read from a solution of its functions: arguments, calls, and where results go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.declaration import (
    Derivative,
    Exercise,
    ExerciseError,
    Function,
    Instance,
)
from autograder.exercise.solve import draw_cases, make_answer_key
from autograder.judge.stages import in_order, stages

SOURCE = """
import numpy as np

def whole(x, steps):
    return sum(part(x) for _ in range(steps))

def part(x):
    return _twice(x)

def _twice(x):
    return 2 * scale(x)

def scale(x, by=3.0):
    return by * np.clip(x, 0, 1)

def clip(x):
    return np.minimum(x, 1)

def pair(x):
    scale = 2
    return x * scale, {"kept": x}

def partner(out, cache):
    return out + cache["kept"]

TABLE = {"clip": clip}
TABLE["part"] = part
again = scale

def chosen(x, steps):
    return again(TABLE["part"](x))
"""
FUNCTIONS = [
    *(Function(name, {"values": 1}) for name in ("whole", "part", "scale", "clip")),
    Function("pair", {"values": 1}, returns=("out", "cache"), own=("cache",)),
    Function("partner", {"values": 1}),
]


def answer_key(functions: list[Function], **more: Any) -> AnswerKey:
    namespace: dict[str, Any] = {}
    exec(SOURCE, namespace)
    instance = Instance("a", {"x": np.array([0.5, 0.25]), "steps": 2, **more})
    return make_answer_key("t", Exercise("t", functions, [instance], list), namespace, SOURCE)


def test_calls_are_read_from_the_syntax_tree() -> None:
    functions = {each.name: each for each in answer_key(FUNCTIONS).functions}
    assert functions["whole"].calls == ("part",), "in a comprehension"
    assert functions["part"].calls == ("scale",), "through one that is not declared"
    assert functions["scale"].calls == (), "np.clip is not clip"
    assert functions["pair"].calls == (), "a variable of that name is not the function"
    assert [each.name for each in in_order([*functions.values()])][:3] == ["scale", "part", "whole"]


def test_calls_through_a_table_and_under_another_name() -> None:
    found = answer_key([*FUNCTIONS, Function("chosen", {"values": 1})]).function("chosen")
    assert found is not None
    assert set(found.calls) == {"part", "scale", "clip"}
    assert found.unused == ("steps",), "which another answer may leave unused too"


def test_a_default_that_no_instance_replaces_is_left_out() -> None:
    assert answer_key(FUNCTIONS).function("scale").arguments == ("x",)  # type: ignore[union-attr]
    given = answer_key(FUNCTIONS, by=2.0).function("scale")
    assert given is not None and given.arguments == ("x", "by")


def test_an_instance_that_leaves_out_what_another_gives_has_the_default() -> None:
    with_by = Instance("b", {"x": np.array([0.5, 0.25]), "by": 2.0}, only=["scale"])
    namespace: dict[str, Any] = {}
    exec(SOURCE, namespace)
    for label in ("a", "c"):  # before it, and behind it
        without = Instance(label, {"x": np.array([0.5, 0.25])}, only=["scale"])
        scale = next(each for each in FUNCTIONS if each.name == "scale")
        exercise = Exercise("t", [scale], sorted([with_by, without], key=lambda i: i.label), list)
        cases = make_answer_key("t", exercise, namespace, SOURCE).cases
        assert {case.label: case.inputs["by"] for case in cases} == {"b": 2.0, label: 3.0}
        assert {case.label: case.expected["scale"][0] for case in cases} == {"b": 1.0, label: 1.5}


def test_an_instance_that_serves_no_function_is_refused() -> None:
    namespace: dict[str, Any] = {}
    exec(SOURCE, namespace)
    instances = [Instance("a", {"out": np.ones(2)}), Instance("b", {"x": np.ones(2)})]
    exercise = Exercise("t", FUNCTIONS[3:5], instances, lambda rng: [])
    key = make_answer_key("t", exercise, namespace, SOURCE)
    said = "'a': no function has all its arguments here; clip lacks x"
    with pytest.raises(ExerciseError, match=said):
        draw_cases(exercise, key, namespace, np.random.default_rng(0))


DERIVATIVES = {
    "by names 'z', which is no argument of pair": Derivative("pair", by=("z",), times="out"),
    "times names 'dout', which is no argument of partner": Derivative(
        "pair", by=("x",), times="dout"
    ),
    "times names 2 arguments, so returns of pair must name as many values that are not its own": (
        Derivative("pair", by=("x",), times=("out", "cache"))
    ),
}


def test_a_layer_that_is_differentiated_without_times_is_refused() -> None:
    partner = Function("partner", {"values": 1}, derivative=Derivative("pair", by=("x",)))
    with pytest.raises(ExerciseError, match="since partner differentiates it and has no times"):
        answer_key([*FUNCTIONS[:5], partner])


@pytest.mark.parametrize("said", DERIVATIVES)
def test_names_in_a_derivative_that_are_not_there_are_refused(said: str) -> None:
    partner = Function("partner", {"values": 1}, derivative=DERIVATIVES[said])
    with pytest.raises(ExerciseError, match=f"function 'partner': {said}"):
        answer_key([*FUNCTIONS[:5], partner])


def test_what_is_kept_for_a_partner_is_handed_on_and_compared_with_nothing() -> None:
    key = answer_key(FUNCTIONS)
    partner = key.function("partner")
    assert partner is not None and partner.gets == {"out": ("pair", 0), "cache": ("pair", 1)}
    assert [[each.name for each in group] for group in stages(key.functions, key.cases)][-1] == [
        "partner"
    ]
    assert "kept" not in str(key.cases[0].expected["pair"]) + str(key.cases[0].inputs)


def test_a_backward_without_a_loss_is_refused() -> None:
    with pytest.raises(ExerciseError, match="there is no function 'loss'"):
        answer_key(
            [
                Function("whole", {"values": 1}, role="backward"),
                Function("part", {"values": 1}, role="forward"),
            ]
        )
