"""The arguments of a function, those with defaults, and those of derivatives."""

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

SOURCE = """
import functools
import numpy as np

def by_name(x, *, scale): return x * scale
def many(x, *more): return x
def options(x, **more): return x
def optional(x, a=1.0, b=2.0): return x * a + b
def opaque(x, a=max): return x
def attend(x, causal): return x * causal
def block(x, t, causal=True): return x + t
def layer(x, w): return x * w
def layer_back(dout, x, w): return {"dx": dout * w, "dw": dout * x}
def layer_back_x(dout, w): return dout * w
vectorised = np.vectorize(max)
"""
GIVEN = {"x": np.array([1.0, 2.0]), "w": np.array([3.0, 4.0]), "dout": np.array([0.5, 0.25])}


def key_of(*functions: Function, instances: Any = (), hidden: Any = ()) -> AnswerKey:
    namespace: dict[str, Any] = {}
    exec(SOURCE, namespace)
    exercise = Exercise("t", functions, instances or [Instance("a", GIVEN)], lambda rng: hidden)
    key = make_answer_key("t", exercise, namespace, SOURCE)
    draw_cases(exercise, key, namespace, np.random.default_rng(0))
    return key


def values(name: str, **more: Any) -> Function:
    return Function(name, {"values": 1}, **more)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("by_name", "by_name of the solution takes scale, and students' functions are given each"),
        ("many", r"takes \*more, and"),
        ("options", r"takes \*\*more, and"),
        ("vectorised", "binds it to no function, but to a vectorize; use def"),
    ],
)
def test_what_cannot_be_given_by_its_place(name: str, words: str) -> None:
    with pytest.raises(ExerciseError, match=words):
        key_of(values(name))


def test_a_default_stands_for_what_an_instance_leaves_out() -> None:
    plain, given = Instance("a", GIVEN), Instance("b", {**GIVEN, "a": 2.0})
    key = key_of(values("optional"), instances=[plain], hidden=[Instance("h", GIVEN)])
    assert key.functions[0].arguments == ("x",)
    key = key_of(values("optional"), instances=[plain, given])
    assert [case.inputs["a"] for case in key.cases] == [1.0, 2.0]
    key_of(values("optional"), instances=[given], hidden=[plain])
    key = key_of(values("optional"), instances=[Instance("c", {**GIVEN, "b": 2.5})])
    assert [key.cases[0].inputs[name] for name in "ab"] == [1.0, 2.5]


def test_a_default_that_cannot_stand_for_an_argument_is_refused() -> None:
    plain, given = Instance("a", GIVEN), Instance("b", {**GIVEN, "a": 2.0})
    words = "'b': a has a default in optional that no visible instance replaces: give it in"
    with pytest.raises(ExerciseError, match=words):
        key_of(values("optional"), instances=[plain], hidden=[given])
    for instances, hidden in (([plain, given], []), ([given], [plain])):
        words = "'a': a has a default in opaque that is no data: give it in every"
        with pytest.raises(ExerciseError, match=words):
            key_of(values("opaque"), instances=instances, hidden=hidden)


def test_a_default_stands_where_another_functions_instances_give_that_name() -> None:
    instances = [
        Instance("attention", {"x": 1.0, "causal": 0.5}, only=["attend"]),
        Instance("block", {"x": 1.0, "t": 0.5}, only=["block"]),
    ]
    key = key_of(values("attend"), values("block"), instances=instances)
    assert [each.arguments for each in key.functions] == [("x", "causal"), ("x", "t")]


def test_arguments_that_no_instance_has_together() -> None:
    instances = [Instance("a", {"x": 1.0}), Instance("b", {"w": 1.0})]
    with pytest.raises(
        ExerciseError, match="no instance that is for it has all its arguments together: x, w"
    ):
        key_of(values("layer"), instances=instances)


@pytest.mark.parametrize(
    ("derivative", "words"),
    [
        (Derivative("layer", by=("x", "q"), times="dout"), "by names 'q', which is no argument of"),
        (Derivative("layer", by={"x": "dx", "q": "dw"}, times="dout"), "by names 'q'"),
        (
            Derivative("layer", by={"x": "dx", "w": "db"}, times="dout"),
            "the derivative by w at 'db'",
        ),
        (Derivative("layer", by=("x", "w"), times="dy"), "times names 'dy', which is no argument"),
        (Derivative("layer", by=(), times="dout"), "by names no argument"),
        (Derivative((), by=("x", "w"), times="dout"), "of names no function"),
        (Derivative(["layer"], by=3, times="dout"), "by must be a string, a list of strings, or"),  # type: ignore[arg-type]
        ("layer", "derivative must be a Derivative, not a str"),
    ],
)
def test_a_derivative_of_nothing(derivative: Any, words: str) -> None:
    with pytest.raises(ExerciseError, match=words):
        key_of(values("layer"), values("layer_back", derivative=derivative))


ROLES = """
def predict(weights, x):
    return {"y": x * weights}

def error(y):
    return float(y.sum())

def slopes(weights, x):
    return x * 1.0
"""


@pytest.mark.parametrize("more", [{"role": "backward"}, {"role": "backward", "returns": "grads"}])
def test_a_derivative_by_nothing_is_refused(more: Any) -> None:
    """Where the parameters have another name than the protocol's, any derivatives would be right;
    so they would by whole numbers."""
    namespace: dict[str, Any] = {}
    exec(ROLES, namespace)
    by = Derivative(("predict", "error"), by="weights")
    for given, how, is_refused in (
        (np.ones(2), more, True),
        (np.ones(2), {"derivative": by}, False),
        (np.ones(2, dtype=int), {"derivative": by}, True),
    ):
        functions = [
            values("predict", role="forward"),
            values("error", role="loss"),
            values("slopes", **how),
        ]
        instance = Instance("a", {"weights": given, "x": np.array([0.5, 2.0])})
        exercise = Exercise("t", functions, [instance], list)
        if not is_refused:
            make_answer_key("t", exercise, namespace, ROLES)
            continue
        with pytest.raises(
            ExerciseError, match="no visible instance has floating-point numbers there"
        ):
            make_answer_key("t", exercise, namespace, ROLES)


def test_a_single_name_may_stand_by_itself() -> None:
    derivative = Derivative("layer", by="w", times="dout")
    key = key_of(
        values("layer"),
        values("layer_back_x", derivative=Derivative("layer", by="x", times="dout")),
    )
    assert key.functions[1].by == {"x": None}
    key = key_of(values("layer"), values("layer_back", derivative=derivative))
    assert key.functions[1].by == {"w": "dw"}


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ({"own": "cache", "returns": ("out", "cache")}, "own must be a list of strings, not one"),
        ({"returns": 3}, "returns must be a string or a list of strings, not an int"),
        ({"returns": ("a", 1)}, "returns must be .* a list of strings, not one with an int in it"),
        ({"role": None}, "role must be a string, not None"),
        ({"points": {"values": np.inf}}, "every check needs points above 0"),
    ],
)
def test_words_of_another_kind(function: Any, words: str) -> None:
    with pytest.raises(ExerciseError, match=words):
        key_of(Function("layer", **{"points": {"values": 1}, **function}))


def test_a_name_of_the_protocol_that_means_something_else() -> None:
    source = "def train(x):\n    return x"
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    instance = Instance("a", {"x": 1.0})
    exercise = Exercise("t", [values("train")], [instance], list)
    with pytest.raises(ExerciseError, match="If it is no train of the protocol, say in returns="):
        make_answer_key("t", exercise, namespace, source)
    exercise = Exercise("t", [values("train", returns="y")], [instance], list)
    assert make_answer_key("t", exercise, namespace, source).cases[0].expected == {"train": 1.0}
