"""What an author may give and return: it is the same to the solution and to students, or refused in
one sentence."""

from __future__ import annotations

import functools
from collections import defaultdict, namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.authoring.rounding import magnified
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.data import Data, DataError, DataFiles
from autograder.exercise.declaration import Exercise, ExerciseError, Function, Instance
from autograder.exercise.solve import draw_cases, make_answer_key
from autograder.exercise.visible import read_visible, write_visible
from autograder.sandbox.plain import same

Layer = namedtuple("Layer", "W b")


def key_of(value: Any, solved: Any = lambda x: {"y": 1.0}, **how: Any) -> AnswerKey:
    """The answer key of one function ``f(x)`` on an instance with this value."""
    instance = Instance("a", {"x": value}, **how)
    exercise = Exercise("t", [Function("f", {"values": 1})], [instance], lambda rng: [])
    key = make_answer_key("t", exercise, {"f": solved})
    draw_cases(exercise, key, {"f": solved}, np.random.default_rng(0))
    return key


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({0: 1.0, 1: 2.0}, r"the input x has the key 0, and only strings can be keys: take a list"),
        ([{("W", 1): 1.0}], r"the input x\[0\] has the key \('W', 1\)"),
        ([Layer(1.0, 2.0)], r"the input x\[0\] is a Layer, whose names of fields would be lost"),
        ({"d": defaultdict(float)}, r'the input x\["d"\] is a defaultdict, whose default would be'),
        (np.random.default_rng(1), "numpy.Generator, which is no data: give numbers, arrays"),
    ],
)
def test_what_students_would_not_be_given(value: Any, words: str) -> None:
    with pytest.raises(ExerciseError, match=words):
        key_of(value)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (None, "must return something to compare, and returns None, on the instance 'a'"),
        ([], r"must return something to compare, and returns \[\]"),
        ({"layers": [{}]}, "must return something to compare"),
        ({0: 1.0, 1: 2.0}, "its result has the key 0, and only strings can be keys"),
        ({"a": [{1: 2.0}]}, r'its result\["a"\]\[0\] has the key 1'),
    ],
)
def test_results_that_any_answer_would_match(result: Any, words: str) -> None:
    with pytest.raises(ExerciseError, match=words):
        key_of(1.0, lambda x: result)


def test_nothing_on_one_instance_is_a_result() -> None:
    """Such as the hidden layers of a network that has none."""

    def hidden(x: list[float]) -> list[float]:
        return [2 * each for each in x]

    instances = [Instance("two", {"x": [1.0, 2.0]}), Instance("none", {"x": []})]
    exercise = Exercise("t", [Function("f", {"values": 1})], instances, lambda rng: [])
    key = make_answer_key("t", exercise, {"f": hidden})
    draw_cases(exercise, key, {"f": hidden}, np.random.default_rng(0))
    assert [case.expected["f"] for case in key.cases] == [[2.0, 4.0], []]


def test_a_single_number_of_numpys_is_one_of_pythons() -> None:
    """So that it can be a seed, a size or a condition."""
    key = key_of({"seed": np.int64(3), "more": [np.bool_(True)], "scale": np.float64(0.5)})
    given = key.cases[0].inputs["x"]
    assert [type(each) for each in (given["seed"], given["more"][0], given["scale"])] == [
        int,
        bool,
        float,
    ]


@pytest.mark.parametrize("dtype", ["complex64", "complex128", "float16", "uint8", "bool", "int64"])
def test_every_dtype_is_kept_in_the_students_copy(dtype: str, tmp_path: Path) -> None:
    for value in (np.arange(6).reshape(2, 3) * (1 + 2j), np.zeros((0, 2)), np.array(1.0)):
        array = value.astype(dtype) if dtype.startswith("c") else value.real.astype(dtype)
        (tmp_path / "visible.json").write_text(write_visible(key_of(array)))
        read = read_visible(tmp_path / "visible.json").cases[0].inputs["x"]
        assert same(read, array)


def test_sizes_may_be_numpys_integers_and_nothing_else() -> None:
    assert write_visible(key_of(1.0, dims={"n": np.int64(3)}))
    with pytest.raises(ExerciseError, match="the size 'n' in dims must be a whole number, not"):
        key_of(1.0, dims={"n": "three"})


@pytest.mark.parametrize(
    ("result", "says"),
    [
        ({"y": 1.0, "cache": None, "name": "relu", "skipped": [], "none": np.zeros((0, 2))}, ""),
        ({"y": 1.0, "kept": [None, True, 3]}, ""),
    ],
)
def test_what_cannot_move_magnifies_nothing(result: Any, says: str) -> None:
    key = key_of(1.0, lambda x: result)
    assert magnified(key, {"f": lambda x: result}) is None


def test_chance_is_named() -> None:
    rng = np.random.default_rng(0)
    key = key_of(np.ones(3), lambda x: x + rng.normal(size=3))
    found = magnified(key, {"f": lambda x: x + rng.normal(size=3)})
    assert found is not None
    assert "is another one when it is called again with the same arguments" in found.text


def test_float32_stays_float32() -> None:
    def product(x: np.ndarray) -> np.ndarray:
        return x @ np.full((3, 2), 0.1, dtype=np.float32)

    key = key_of(np.array([0.1, 0.7, 1.3], dtype=np.float32), product)
    assert magnified(key, {"f": product}) is None


def test_draw_returns_instances() -> None:
    key, solved = key_of(1.0), {"f": lambda x: {"y": x}}
    instance = Instance("b", {"x": 2.0})
    for returned, words in ((None, "None"), (instance, "an Instance")):
        draw: Any = functools.partial(lambda returned, rng: returned, returned)
        exercise = Exercise("t", [Function("f", {"values": 1})], [Instance("a", {"x": 1.0})], draw)
        with pytest.raises(
            ExerciseError, match=f"draw must return a list of instances, not {words}"
        ):
            draw_cases(exercise, key, solved, np.random.default_rng(0))


def test_an_array_that_is_not_in_a_file(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=np.ones((4, 2)), y=np.ones(2))
    (tmp_path / "d.csv").write_text("1,2\n")
    files = DataFiles(tmp_path)
    assert len(files.array(Data("d.npz", "x", rows=4))) == 4
    for data, words in (
        (Data("d.npz"), "has no array ''; it has x, y"),
        (Data("d.npz", "x", rows=9), "x has 4 rows, and not 9"),
        (Data("d.csv"), "is no .npz or .npy file, from which alone Data takes arrays"),
    ):
        with pytest.raises(DataError, match=words):
            files.array(data)
