"""The one comparison: what it must see, and what it must forgive."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.exercise.answer_key import Case
from autograder.exercise.declaration import Derivative, Function
from autograder.judge.compare import (
    SINGLE_RECORDED,
    Leaf,
    as_array,
    case_leaves,
    differing,
    leaf_problem,
    structure_problem,
)
from autograder.judge.derivative_messages import another_derivative
from autograder.judge.messages import relation, wrong_values
from autograder.judge.redact import shape_problem
from autograder.judge.value_text import array_text
from autograder.sandbox.calls import Outcome
from autograder.sandbox.plain import Matrix, Opaque

EXPECTED = np.arange(1.0, 21.0).reshape(5, 4)
arrays = hnp.arrays(
    np.float64,
    hnp.array_shapes(max_dims=3, max_side=5),
    elements=st.floats(-1e6, 1e6, allow_subnormal=False),
)


def problem(value: Any, expected: Any = EXPECTED) -> str | None:
    leaf = Leaf(("W1",), 'grads["W1"]', expected)
    return leaf_problem(leaf, value, {"n_in": 5, "n_hidden": 4}, reveal=True)


@given(arrays)
def test_rounding_is_forgiven(expected: np.ndarray) -> None:
    """A few units in the last place, as any other order of operations gives."""
    noise = 1 + 8 * np.finfo(np.float64).eps * np.resize([1, -1, 0], expected.shape)
    assert not differing(expected * noise, expected).any()


@given(arrays, st.data())
def test_a_relative_error_of_1e_9_is_seen(expected: np.ndarray, data: st.DataObject) -> None:
    """In any single entry that is not vanishingly small beside the others."""
    index = tuple(data.draw(st.integers(0, size - 1)) for size in expected.shape)
    expected[index] = np.max(np.abs(expected)) + 1
    wrong = expected.copy()
    wrong[index] *= 1 + 1e-9
    assert differing(wrong, expected)[index]


def rounded(value: Any, leaf: Leaf | None = None) -> str | None:
    return leaf_problem(leaf or Leaf((), "W1", EXPECTED), value, {}, reveal=False)


@pytest.mark.parametrize(
    "value", [EXPECTED.astype(np.float32), EXPECTED * (1 + 2e-6), np.round(EXPECTED / 3, 5) * 3]
)
def test_single_precision_is_right_unless_the_course_asks_for_more(value: np.ndarray) -> None:
    assert rounded(value) is None
    strict = rounded(value, Leaf((), "W1", EXPECTED, single=None))
    assert (strict is None) == (value.dtype == np.float64 and (value == EXPECTED).all())


def test_an_error_is_relative_to_the_largest_entry() -> None:
    small = EXPECTED.copy()
    small[0, 0] = 1 + 5e-5  # of 20
    assert rounded(small) is None
    small[0, 0] = 1 + 7e-5
    assert rounded(small) == "W1 is wrong in 1 of 20 entries."


def test_an_error_of_new_parameters_is_relative_to_the_old_ones_too() -> None:
    assert rounded(np.full(2, 1.01e-4), Leaf((), "b", np.full(2, 1e-4))) is not None
    assert rounded(np.full(2, 1.01e-4), Leaf((), "b", np.full(2, 1e-4), old=np.ones(2))) is None


@pytest.mark.parametrize("value", [1e-300, -1e-12, np.float32(1e-30)])
def test_zeros_are_exact_in_single_precision_too(value: Any) -> None:
    assert rounded(np.full(3, value), Leaf((), "b", np.zeros(3))) is not None


def test_a_list_of_half_precision_is_refused() -> None:
    losses = Leaf((), "losses", [1.0, 0.5])
    assert rounded([np.array(1.0, np.float32), 0.5], losses) is None
    assert "losses[0] has dtype float16" in str(rounded([np.array(1.0, np.float16), 0.5], losses))


@given(arrays)
def test_nan_never_equals(expected: np.ndarray) -> None:
    assert differing(np.full_like(expected, np.nan), expected).all()


def test_zeros_are_exact() -> None:
    assert differing(np.array([1e-300]), np.array([0.0])).all()


@pytest.mark.parametrize(
    "value",
    [
        3.0,
        np.float64(1.0),
        EXPECTED[0],
        EXPECTED[:, :1],
        EXPECTED[None],
        EXPECTED.T,
        np.array(EXPECTED[0, 0]),
        EXPECTED.ravel(),
    ],
    ids=["float", "scalar", "(4,)", "(5,1)", "(1,5,4)", "(4,5)", "()", "(20,)"],
)
def test_no_broadcasting_hides_a_wrong_shape(value: Any) -> None:
    assert "shape" in str(problem(value))


def test_a_transposed_shape_is_named() -> None:
    assert problem(EXPECTED.T) == (
        'grads["W1"] has shape (4, 5), which is (n_hidden, n_in); '
        "it must have shape (5, 4), which is (n_in, n_hidden). It is transposed."
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None"),
        ("0.5", "a str"),
        (True, "a bool"),
        (Opaque("Tensor"), "Tensor"),
        (EXPECTED.tolist(), "is a list; it must be an array of float64"),
        (EXPECTED.astype(np.float16), "float16"),
        (EXPECTED.astype(int), "int64"),
        (EXPECTED.astype(complex), "complex128"),
        (np.where(EXPECTED == 7, np.nan, EXPECTED), "[1, 2] is nan"),
        (np.where(EXPECTED == 7, np.inf, EXPECTED), "[1, 2] is inf"),
    ],
)
def test_what_is_not_an_array_of_finite_float64_is_named(value: Any, words: str) -> None:
    assert words in str(problem(value))


@pytest.mark.parametrize("value", [0.5, 0, np.array(0.5), np.array([0.5]), np.array([[0.5]])])
def test_a_number_may_be_an_array_of_size_one(value: Any) -> None:
    assert as_array(value, 0.5) is not None


@pytest.mark.parametrize("value", [True, None, "0.5", np.array([0.5, 0.5]), np.array([]), 1j])
def test_other_things_are_no_number(value: Any) -> None:
    assert as_array(value, 0.5) is None


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (0.5, "It is 0.5 times the expected value everywhere."),
        (-1.0, "It has the opposite sign everywhere."),
        (1 + 1e-5, "Its relative error is 1e-05."),
    ],
)
def test_one_factor_is_named(factor: float, words: str) -> None:
    assert words in str(problem(EXPECTED * factor))


@pytest.mark.parametrize(
    ("factor", "words"), [(3.0, "\nIt is 3 times the expected value."), (-1.0, "opposite sign.")]
)
def test_of_one_entry_nothing_is_everywhere(factor: float, words: str) -> None:
    assert relation(factor * np.ones(1), np.ones(1), 1e-9).endswith(words)


@pytest.mark.parametrize(
    ("factor", "words"), [(1.7, ""), (0.5, "0.5 times"), (4 / 3, "1.3333 times")]
)
def test_one_number_is_a_multiple_only_where_that_helps(factor: float, words: str) -> None:
    said = relation(factor * np.ones(1), np.ones(1), 1e-9)
    assert words in said if words else said == ""


@pytest.mark.parametrize("order", [lambda a: a, lambda a: -a, lambda a: a.T, np.flip])
def test_nothing_is_said_of_what_is_right_but_for_the_last_digits(
    order: Callable[[np.ndarray], np.ndarray],
) -> None:
    """Such as central differences, in a course that asks for double precision."""
    expected = np.array([[1.0, -2.0], [-2.0, 1.0]])
    said = relation(expected * (1 + 5e-10), expected, 1e-9)
    assert said == ""
    other = order(EXPECTED[:4])
    is_same = np.array_equal(other, EXPECTED[:4])
    assert (relation(other, EXPECTED[:4], 1e-9) == "") == is_same


@pytest.mark.parametrize("apart", [1e-3, 1e-8, 1e-10, 3e-16])
def test_numbers_that_differ_look_different(apart: float) -> None:
    wrong = EXPECTED / 3
    wrong[0, 1] *= 1 + apart
    leaf = Leaf(("W1",), 'grads["W1"]', EXPECTED / 3, single=None)
    mask = wrong != EXPECTED / 3
    text = wrong_values(leaf.name, wrong, EXPECTED / 3, mask, reveal=True)
    found = re.search(r"first difference at \[0, 1\]: expected (\S+), got (\S+)", text)
    assert found is not None
    assert found[1] != found[2]
    right, yours = re.findall(r"^(?:expected|got     ) (.*(?:\n {9}.*)*)", text, re.MULTILINE)
    assert right != yours


def test_print_options_are_not_the_students() -> None:
    usual = array_text(EXPECTED / 3), array_text(EXPECTED[:2] / 3, digits=12)
    with np.printoptions(
        precision=1,
        suppress=True,
        threshold=1,
        sign="+",
        linewidth=20,
        formatter={"float": lambda value: "?"},
    ):
        assert (array_text(EXPECTED / 3), array_text(EXPECTED[:2] / 3, digits=12)) == usual
        assert "?" not in str(problem(EXPECTED + 1))


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (-0.00055550795, 1e-16, "the derivative is -0.00055550795."),
        (1e-17, 1e-16, "the derivative is 0."),
        (0.123456789, 1e-5, "the derivative is about 0.1235."),
    ],
)
def test_a_derivative_has_the_digits_that_are_known(value: float, error: float, words: str) -> None:
    function = Function("backward", {}, derivative=Derivative("cost", by=("params",)))
    text = another_derivative(function, "b1", np.array([0.7, 0.5]), (1,), value, error)
    assert text.startswith("b1 is not the derivative of your own cost at [1]: backward gives 0.5")
    assert text.endswith(words)
    assert "±" not in text


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (
            EXPECTED[0].tolist(),
            "is a list; it must be an array of float64: use np.array. The numbers",
        ),
        (
            tuple(EXPECTED[0]),
            "is a tuple; it must be an array of float64: use np.array. The numbers",
        ),
        ([1.0, 2.0], "use np.array."),
        (
            Opaque("pandas.Series"),
            "is pandas.Series; it must be an array of float64: use np.array.",
        ),
        (Opaque("array of dtype object"), "is an array of dtype object; it must"),
        (EXPECTED[:1].view(Matrix), "is np.matrix; use np.array."),
    ],
)
def test_what_is_no_array_is_told_to_be_one(value: Any, said: str) -> None:
    assert said in str(problem(value, EXPECTED[0]))


def test_a_function_returns_and_a_part_is() -> None:
    whole = Leaf((), "sigmoid", EXPECTED)
    assert str(leaf_problem(whole, None, {}, True)).startswith(
        "sigmoid returned None; it must return"
    )


def test_the_first_difference_is_shown() -> None:
    wrong = EXPECTED.copy()
    wrong[2, 1] = -1
    text = str(problem(wrong))
    assert "wrong in 1 of 20 entries" in text
    assert "first difference at [2, 1]: expected 10, got -1" in text


def test_hidden_values_are_not_shown() -> None:
    leaf = Leaf(("W1",), 'grads["W1"]', EXPECTED)
    text = leaf_problem(leaf, EXPECTED + 0.123, {}, reveal=False)
    assert text == 'grads["W1"] is wrong in 20 of 20 entries.'


@pytest.mark.parametrize(
    ("function", "value", "words"),
    [
        ("forward", None, "Is a return statement missing?"),
        ("forward", {"h": 1.0}, 'activations has no "y". Its keys: "h".'),
        ("update", {"h": 1.0, "y": 2.0, "z": 3.0}, 'keys that params does not have: "z"'),
    ],
)
def test_keys_are_checked(function: str, value: Any, words: str, cases: list[Case]) -> None:
    expected = {"h": 1.0, "y": 2.0}
    assert words in str(structure_problem(cases[0], function, value, expected))


def test_more_activations_than_asked_are_fine(cases: list[Case]) -> None:
    value = {"h": 1.0, "y": 2.0, "z": 3.0}
    assert structure_problem(cases[0], "forward", value, {"h": 1.0}) is None


TREE = ([{"W": np.ones(2), "b": 0.5}, {"W": np.ones(3), "b": 0.5}], {"step": 3})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (TREE, None),
        ([[*TREE[0]], TREE[1]], None),
        ((TREE[0][:1], TREE[1]), "layers has 1 items; it must have 2."),
        ((TREE[0], {}), 'state has no "step".'),
        (([TREE[0][0], np.ones(2)], TREE[1]), "layers[1] must be a dict, not an array"),
        ((0.5, TREE[1]), "layers must be a list of 2, not a number."),
        (TREE[0], "layers must be a list of 2, not a dict."),
        (TREE[0][:1], "must return 2 values; it returned one list of 1."),
        ((TREE[0], TREE[1], 0), "must return 2 values; it returned 3 values."),
    ],
)
def test_trees_are_checked_at_every_level(value: Any, words: str | None, cases: list[Case]) -> None:
    function = Function("step", {"values": 1}, returns=("layers", "state"))
    case = dataclasses.replace(cases[0], functions={"step": function})
    found = structure_problem(case, "step", value, TREE)
    assert found is None if words is None else words in str(found)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], None),
        ((), None),
        (np.zeros(0), None),
        ([np.ones(2)], 'activations["h"] has 1 items; it must have 0.'),
        ([0.5], 'activations["h"] has 1 items; it must have 0.'),
        (None, 'activations["h"] is None; it must be an empty list.'),
        ({}, 'activations["h"] is a dict; it must be an empty list.'),
    ],
)
def test_an_empty_list_is_a_result_too(value: Any, words: str | None, cases: list[Case]) -> None:
    case = dataclasses.replace(cases[0], expected={"forward": {"h": []}})
    (leaf,) = case_leaves(case, "forward")
    found = leaf_problem(leaf, value, {}, reveal=True)
    assert found is None if words is None else words in str(found)
    if words:
        told = shape_problem("forward", case, Outcome("returned", {"h": value}))
        assert told == 'activations["h"] has the wrong shape or type. It must be an empty list.'


EXACT = {
    "integers": np.array([3, 1, 2]),
    "narrow integers": np.array([3, 1, 2], dtype=np.uint8),
    "truth values": np.array([True, False, True]),
    "one": 3,
    "flag": True,
    "text": "a",
    "none": None,
}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("integers", np.array([3, 1, 2], dtype=np.int8), None),
        ("narrow integers", np.array([3, 1, 2]), None),
        ("integers", np.array([3.0, 1.0, 2.0]), "has dtype float64; it must be an array of int"),
        ("integers", np.array([3, 1, 3]), "wrong in 1 of 3 entries"),
        ("integers", np.array([[3, 1, 2]]), "It has one axis too many."),
        ("integers", np.array([2**53 + 1, 1, 2]), "wrong in 1 of 3"),
        ("integers", [3, 1, 2], "it must be an array of integers"),
        ("truth values", np.array([True, False, True]), None),
        ("truth values", np.array([1, 0, 1]), "it must be an array of True and False"),
        ("truth values", np.array([True, True, True]), "first difference at [1]"),
        ("one", np.array(3), None),
        ("one", 4, "it is 4, and must be 3"),
        ("one", 3.0, "it must be a whole number"),
        ("one", True, "it must be a whole number"),
        ("flag", True, None),
        ("flag", 1, "it must be True or False"),
        ("text", "a", None),
        ("text", "b", "it is 'b', and must be 'a'"),
        ("text", None, "it must be a string"),
        ("none", None, None),
        ("none", 0.0, "must be None"),
    ],
)
def test_what_is_no_float_is_compared_exactly(name: str, value: Any, words: str | None) -> None:
    found = leaf_problem(Leaf((name,), name, EXACT[name]), value, {}, True)
    assert found is None if words is None else words in str(found), found
    if words and "first difference" in words:
        hidden = leaf_problem(Leaf((name,), name, EXACT[name]), value, {}, False)
        assert hidden == "truth values is wrong."


def test_where_losses_are_wrong_those_that_rounding_would_excuse_are_counted() -> None:
    right = [4.2731e-4, 4.1330e-4, 3.9976e-4, 3.9e-4]
    leaf = Leaf((1,), "losses", right, single=SINGLE_RECORDED)
    rounded = np.add(right, [0.0, 6e-8, 0.0, 1e-12])
    assert leaf_problem(leaf, [*map(float, rounded)], {}, reveal=False) is None
    wrong = [float(each) for each in np.add(rounded, [7e-6, 0.0, 0.0, 0.0])]
    text = leaf_problem(leaf, wrong, {}, reveal=False)
    assert text is not None and "wrong in 2 of 4 entries" in text
