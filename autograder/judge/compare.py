"""The one comparison: a plain value from a submission against the expected one.

Shape comes first, then values, entry by entry, so that no broadcasting can hide a wrong shape.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.protocol import PARAMETERS, role_of
from autograder.judge import messages
from autograder.sandbox.calls import Outcome
from autograder.sandbox.plain import FLOAT64, Opaque, Path, agree, leaves, lookup

#: Forgives float64 rounding of any sensible way to compute an entry (1e-13 or less was seen over
#: the tests' correct answers), and rejects float32 (1e-7) and finite differences (1e-9).
RELATIVE = 1e-10
#: Of the largest entry of the array: entries that are differences of others keep no more digits.
#: Small enough to see a sigmoid that is cut off at 30 (9e-14).
ABSOLUTE = 1e-14


class Leaf:
    """One number or array of an expected result, and what the student calls it.

    A list of numbers is one leaf; ``root`` is what the student calls the value it stands in.
    """

    def __init__(self, path: Path, name: str, expected: Any, root: str = "") -> None:
        """Keep what is given; what follows from it is worked out when it is needed, and once."""
        self.path = path
        self.name = name
        self.is_list = isinstance(expected, list)
        self.expected = np.array(expected, dtype=np.float64) if self.is_list else expected
        self.is_parameter = root in PARAMETERS
        self.shape = np.shape(self.expected)
        self._bytes: bytes | None = None
        self._allowed: Any = None

    def _same_bytes(self, value: np.ndarray) -> bool:
        """Whether an array is in memory what is expected, and all of that are numbers: a sum with
        anything else in it is none either."""
        if self._bytes is None:
            expected = np.asarray(self.expected)
            finite = math.isfinite(np.add.reduce(expected, None))
            self._bytes = expected.tobytes() if finite else b""
        return bool(self._bytes) and value.tobytes() == self._bytes

    def _is_near(self, value: Any) -> Any:
        if self._allowed is None:
            self._allowed = allowed(self.expected)
        return np.abs(value - self.expected) <= self._allowed

    def is_met_by(self, value: Any) -> bool:
        """Whether a value is plainly right: what `leaf_problem` takes longer to say."""
        if type(value) is list and self.is_list:
            if not all(type(item) is float for item in value):
                return False
            value = np.array(value)
        if type(value) is float and not self.shape:
            return bool(self._is_near(value))
        if not is_float64(value, self.shape):
            return False
        return self._same_bytes(value) or bool(self._is_near(value).all())


_leaves: WeakKeyDictionary[Case, dict[str, tuple[Leaf, ...]]] = WeakKeyDictionary()


def case_leaves(case: Case, function: str) -> tuple[Leaf, ...]:
    """The `result_leaves` of what a function must return on a case, which do not change."""
    known = _leaves.setdefault(case, {})
    if function not in known:
        known[function] = tuple(result_leaves(function, case.expected[function]))
    return known[function]


def is_met(case: Case, function: str, outcome: Outcome) -> bool:
    """Whether a function plainly gave what it must on a case: nothing is wrong with its structure,
    nor with any of its leaves."""
    value = outcome.value
    return (
        outcome.returned
        and structure_problem(function, value, case.expected[function]) is None
        and all(leaf.is_met_by(lookup(value, leaf.path)) for leaf in case_leaves(case, function))
    )


def result_leaves(function: str, expected: Any) -> Iterator[Leaf]:
    """The numbers and arrays of a result, in its own order."""
    for path, item in leaves(expected, whole=(list,)):
        root, keys = _root(function, expected, path)
        name = root + "".join(f'["{key}"]' for key in keys)
        yield Leaf(path, name, item, root)


def _root(function: str, expected: Any, path: Path) -> tuple[str, Path]:
    """What a student calls the value in which a leaf stands, and the keys that lead to it there."""
    role = role_of(function)
    if not isinstance(expected, tuple):
        return (role.result if role.result and path else "") or function, path
    return part_name(function, path[0]), path[1:]


def part_name(function: str, position: int) -> str:
    """What a student calls one of several things that a function returns."""
    names = role_of(function).parts
    return names[position] if position < len(names) else f"{function}(...)[{position}]"


def structure_problem(function: str, value: Any, expected: Any) -> str | None:
    """What is wrong with a result's kind and keys; None when every leaf can be looked up."""
    if isinstance(expected, tuple):
        if not isinstance(value, (tuple, list)) or len(value) != len(expected):
            return messages.wrong_tuple(function, value, len(expected))
        names = (part_name(function, position) for position in range(len(expected)))
        parts = map(_part_problem, names, value, expected)
        return next((problem for problem in parts if problem), None)
    if isinstance(expected, Mapping):
        if not isinstance(value, dict):
            return messages.not_a_dict(function, value)
        return _keys_problem(role_of(function).result or function, value, expected)
    return None


def _part_problem(name: str, value: Any, expected: Any) -> str | None:
    if not isinstance(expected, dict):
        return None
    if not isinstance(value, dict):
        return messages.part_not_a_dict(name, value)
    return _keys_problem(name, value, expected)


def _keys_problem(name: str, value: Mapping[str, Any], expected: Mapping[str, Any]) -> str | None:
    """Activations and gradients may hold more than is asked for; parameters may not."""
    missing = [key for key in expected if key not in value]
    if missing:
        return messages.missing_keys(name, missing, list(value))
    extra = [key for key in value if key not in expected]
    if extra and name in PARAMETERS:
        return messages.extra_keys(name, extra)
    parts = (_part_problem(f'{name}["{key}"]', value[key], item) for key, item in expected.items())
    return next((problem for problem in parts if problem), None)


def as_array(value: Any, expected: Any) -> np.ndarray | None:
    """A leaf as a float64 array of the expected shape, or None when it is not one.

    Where a number is expected, an array of size one is taken too (the document prints one); where
    a list of numbers is expected, a list of such numbers is.
    """
    if isinstance(value, (list, tuple)) and np.ndim(expected) == 1:
        if len(value) != np.shape(expected)[0]:
            return None
        items = [as_array(item, 0.0) for item in value]
        if any(item is None for item in items):
            return None
        value = np.array([float(item) for item in items if item is not None])
    if is_float64(value, np.shape(expected)):
        checked: np.ndarray = value
        return checked
    if isinstance(value, bool) or not isinstance(value, (int, float, np.ndarray)):
        return None
    array = np.asarray(value)
    # The shape comes before the dtype: what is no answer is not copied.
    if np.ndim(expected) == 0 and array.size == 1:
        array = array.reshape(())
    if array.dtype.kind not in "iuf" or array.shape != np.shape(expected):
        return None
    return array.astype(np.float64)


def is_float64(value: Any, shape: tuple[int, ...]) -> bool:
    """Whether a value is an array of float64 of that shape, as it should be."""
    return type(value) is np.ndarray and value.dtype is FLOAT64 and value.shape == shape


def type_problem(leaf: Leaf, value: Any, dims: Mapping[str, int]) -> str | None:
    """What is wrong with a leaf's kind, dtype, shape or finiteness; None when nothing is."""
    if leaf.is_met_by(value) or (is_float64(value, leaf.shape) and np.isfinite(value).all()):
        return None
    wanted = kind_wanted(leaf)
    if value is None or isinstance(value, (bool, str, dict, Opaque)):
        return messages.wrong_kind(leaf.name, value, wanted)
    if isinstance(value, (list, tuple)):
        if wanted != messages.LIST_OF_NUMBERS:
            return messages.wrong_kind(leaf.name, value, wanted)
        for position, item in enumerate(value[:MANY]):
            if as_array(item, 0.0) is None:
                return messages.wrong_kind(f"{leaf.name}[{position}]", item, "a float")
    dtype = getattr(value, "dtype", None)
    if dtype is not None and dtype != np.float64:
        return messages.wrong_dtype(leaf.name, dtype)
    array = as_array(value, leaf.expected)
    if array is None:
        return messages.wrong_shape(leaf.name, value, leaf.expected, dims)
    if not np.isfinite(array).all():
        return messages.not_finite(leaf.name, array)
    return None


#: Items of a list that are looked at before its length; a forged one has as many as it likes.
MANY = 1_000


def kind_wanted(leaf: Leaf) -> str:
    """What a leaf has to be."""
    if leaf.is_list:
        return messages.LIST_OF_NUMBERS
    return "an array of float64" if np.ndim(leaf.expected) else "a float"


def alike(one: Any, two: Any) -> bool:
    """Whether two results of a student are the same, but for rounding, whatever they are."""
    return agree(one, two, _alike)


def _alike(one: Any, two: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(two, np.ndarray):
        if one.shape != two.shape or one.dtype != two.dtype:
            return False
        if one.tobytes() == two.tobytes() and np.isfinite(one).all():
            return True
        known = one == one  # what is NaN in one has to be NaN in the other
        if not np.array_equal(known, two == two):
            return False
        with np.errstate(invalid="ignore", over="ignore"):  # as a complex infinity is
            return not differing(two[known] * 1.0, one[known] * 1.0).any()
    if isinstance(one, (int, float)) and isinstance(two, (int, float)):
        if one == two and math.isfinite(one):
            return True
        return _alike(np.array(one, dtype=np.float64), np.array(two, dtype=np.float64))
    return type(one) is type(two) and bool(one == two)


def differing(value: Any, expected: Any) -> np.ndarray:
    """Which entries differ beyond rounding; both of the same shape."""
    expected = np.asarray(expected)
    with np.errstate(invalid="ignore", over="ignore"):
        # Written so that NaN differs.
        wrong: np.ndarray = ~(np.abs(value - expected) <= allowed(expected))
    return wrong


def allowed(expected: Any) -> Any:
    """How far each entry may be from the expected one."""
    size = np.abs(expected)
    return RELATIVE * size + ABSOLUTE * np.max(size, initial=0.0)


def leaf_problem(leaf: Leaf, value: Any, dims: Mapping[str, int], reveal: bool) -> str | None:
    """Compare one leaf: kind and shape first, then values. None when it is right.

    ``reveal`` allows the message to show the expected value.
    """
    if leaf.is_met_by(value):
        return None
    problem = type_problem(leaf, value, dims)
    if problem:
        return problem
    array = as_array(value, leaf.expected)
    assert array is not None
    wrong = differing(array, leaf.expected)
    if not wrong.any():
        return None
    expected = np.asarray(leaf.expected)
    return messages.wrong_values(leaf.name, array, expected, wrong, reveal, leaf.is_parameter)
