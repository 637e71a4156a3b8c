"""The only comparison of a plain value from a submission with the expected one.

Shapes are compared before values, so that broadcasting cannot hide a wrong shape.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.function import Function
from autograder.judge import messages
from autograder.judge.exact import as_exact, exact_kind, exact_problem, exact_type_problem, kind_of
from autograder.precision import DOUBLE
from autograder.sandbox.calls import Outcome
from autograder.sandbox.plain import (
    FLOAT64,
    Matrix,
    Opaque,
    Path,
    agree,
    is_row,
    leaves,
    lookup,
    numbers,
    path_text,
)

#: Relative tolerance of an entry that is exact. It accepts float64 rounding (1e-13 or less over the
#: tests' correct answers), and rejects float32 (1e-7) and finite differences (1e-9).
RELATIVE = 1e-10
#: Tolerance relative to the largest entry of the array, for exact entries that lose digits to
#: cancellation. It rejects a sigmoid whose argument is clipped at 30 (9e-14).
ABSOLUTE = 1e-14
#: Tolerance of single precision, relative to the largest entry of the array. Functions written in
#: float32 throughout reach 2e-6 on instances where two near numbers are subtracted.
SINGLE = 3e-6
#: The same of the losses that a training run records. Where an output is near its target, an error
#: of `forward` that is right to single precision is a hundred times as large in them.
SINGLE_RECORDED = 3e-4


class Leaf:
    """One number or array of an expected result, and the student's name for it.

    A list of numbers is one leaf. ``single`` is the tolerance of single precision, relative to the
    largest entry; None if the course asks for double precision. One that ``is_new`` is a new
    version of ``old``, such as a parameter after a step, which may lead near 0.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        expected: Any,
        is_new: bool = False,
        single: float | None = SINGLE,
        old: Any = None,
    ) -> None:
        """Store the arguments; derived values are computed on first use and cached."""
        self.path = path
        self.name = name
        self.single = single
        self._old = old
        self.is_list = isinstance(expected, list)
        self.expected = np.array(expected, dtype=np.float64) if self.is_list else expected
        self.is_new = is_new
        #: Integers, truth values and texts are compared exactly.
        self.is_exact = not self.is_list and kind_of(expected) != "f"
        self.shape = np.shape(self.expected)
        self._bytes: bytes | None = None
        self._allowed: Any = None

    def _equals(self, value: Any) -> bool:
        """Whether a value is exactly the expected one, of any width."""
        if kind_of(value) != kind_of(self.expected) or np.shape(value) != self.shape:
            return False
        if isinstance(value, str):  # numpy leaves characters out at the end of a text
            return bool(value == self.expected)
        return bool(np.array_equal(value, self.expected))

    def _same_bytes(self, value: np.ndarray) -> bool:
        """Whether an array equals the expected one byte for byte, and that one is finite."""
        if self._bytes is None:
            expected = np.asarray(self.expected)
            # The sum is NaN or infinite if any entry is.
            finite = math.isfinite(np.add.reduce(expected, None))
            self._bytes = expected.tobytes() if finite else b""
        return bool(self._bytes) and value.tobytes() == self._bytes

    def _is_near(self, value: Any) -> Any:
        return np.abs(value - self.expected) <= self._tolerance

    @property
    def _tolerance(self) -> Any:
        if self._allowed is None:
            self._allowed = allowed(self.expected)
        return self._allowed

    @functools.cached_property
    def size(self) -> float:
        """What the error of an entry is relative to in single precision."""
        return max(
            float(np.max(np.abs(array), initial=0.0))
            for array in (self.expected, *numbers(self._old))
        )

    def wrong_entries(self, array: np.ndarray) -> np.ndarray:
        """A boolean mask of the entries that are wrong by the course's precision."""
        if self.is_exact:
            return np.asarray(array != self.expected)
        with np.errstate(invalid="ignore", over="ignore"):
            apart = np.abs(as_floats(array) - self.expected)
            # As `differing` has it.
            wrong: np.ndarray = ~(apart <= self._tolerance)
            if self.single is None or not wrong.any():
                return wrong
            far: np.ndarray = ~(apart <= self.single * self.size)
        return far

    def entries_to_count(self, array: np.ndarray) -> np.ndarray:
        """A boolean mask of the entries that are said to be wrong, where some are: those beyond
        single precision, also where rounding excuses more. Nothing else is right there."""
        if self.is_exact or self.single is None or self.single <= SINGLE:
            return self.wrong_entries(array)
        with np.errstate(invalid="ignore", over="ignore"):
            far = ~(np.abs(array - self.expected) <= SINGLE * self.size)
        return np.asarray(far & differing(array, self.expected))

    def is_met_by(self, value: Any) -> bool:
        """A fast path for `leaf_problem`: True if a value is exact. An exact one may give False."""
        if self.is_exact:
            return self._equals(value)
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
    """The cached `result_leaves` of what a function must return on a case."""
    known = _leaves.setdefault(case, {})
    if function not in known:
        known[function] = tuple(result_leaves(function, case.expected[function], case))
    return known[function]


def is_exact(case: Case, function: str, outcome: Outcome) -> bool:
    """A fast path: True if a function's result on a case is exact, in structure and all leaves. An
    exact one may give False."""
    value = outcome.value
    return (
        outcome.returned
        and structure_problem(case, function, value, case.expected[function]) is None
        and all(leaf.is_met_by(lookup(value, leaf.path)) for leaf in case_leaves(case, function))
    )


def is_right(case: Case, function: str, outcome: Outcome) -> bool:
    """Whether a function's result on a case is right by the course's precision, in structure and
    all leaves. Slower than `is_exact`, so that one comes first."""
    value = outcome.value
    return (
        outcome.returned
        and structure_problem(case, function, value, case.expected[function]) is None
        and not any(
            leaf_problem(leaf, lookup(value, leaf.path), case.dims, reveal=False)
            for leaf in case_leaves(case, function)
        )
    )


def is_near(case: Case, function: str, outcome: Outcome, share: float) -> bool:
    """Whether every entry of a result on a case is right within a ``share`` of the largest one."""
    value = outcome.value
    if not outcome.returned or structure_problem(case, function, value, case.expected[function]):
        return False
    for leaf in case_leaves(case, function):
        part = lookup(value, leaf.path)
        if leaf.is_exact:
            if not leaf.is_met_by(part):
                return False
            continue
        array = as_array(part, leaf.expected)
        if array is None or not largest_difference(array, leaf.expected) <= share * leaf.size:
            return False
    return True


def largest_difference(one: Any, two: Any) -> float:
    """The largest difference of two arrays of the same shape; NaN if there is one."""
    with np.errstate(invalid="ignore", over="ignore"):
        return float(np.max(np.abs(as_floats(one) - as_floats(two)), initial=0.0))


def imprecision(case: Case, function: str, value: Any) -> tuple[Leaf, float] | None:
    """The leaf of a right result that is least exact, with the error relative to the leaf's size;
    None if all are exact."""
    found = [
        each
        for leaf in case_leaves(case, function)
        if (each := leaf_imprecision(leaf, lookup(value, leaf.path))) is not None
    ]
    return max(found, key=lambda each: each[1], default=None)


def leaf_imprecision(leaf: Leaf, value: Any) -> tuple[Leaf, float] | None:
    """A leaf with the relative error of a right value; None if the value is exact."""
    if leaf.is_exact:
        return None
    array = as_array(value, leaf.expected)
    if array is None or not differing(array, leaf.expected).any():
        return None
    return leaf, largest_difference(array, leaf.expected) / leaf.size


def result_leaves(function: str, expected: Any, case: Case) -> Iterator[Leaf]:
    """The leaves of a right result on a case, in its order, but for those that may be anything."""
    declared = case.functions[function]
    for path, item in leaves(expected, rows=True):
        if isinstance(item, Opaque):
            continue
        old = declared.old(path)
        single = SINGLE_RECORDED if isinstance(item, list) else SINGLE
        yield Leaf(
            path,
            declared.named(path) if path else function,
            item,
            old is not None,
            None if case.precision == DOUBLE else single,
            None if old is None else _part(case.inputs, old),
        )


def _part(value: Any, path: Path) -> Any:
    try:
        return lookup(value, path)
    except (LookupError, TypeError):
        return None


def structure_problem(case: Case, function: str, value: Any, expected: Any) -> str | None:
    """What is wrong with a result's kind, keys and lengths; None when every leaf can be looked
    up."""
    declared = case.functions[function]
    if isinstance(expected, tuple):
        if not isinstance(value, (tuple, list)) or len(value) != len(expected):
            return messages.wrong_tuple(function, value, len(expected))
    elif isinstance(expected, Mapping):
        if not isinstance(value, dict):
            return messages.not_a_dict(function, value)
    elif _is_tree(expected) and not isinstance(value, (list, tuple)):
        return messages.not_a_list(function, value, len(expected))
    return _inside_problem(declared, (), value, expected)


def _is_tree(expected: Any) -> bool:
    """Whether a value is looked into: a dict, a tuple, or a list of other things than numbers."""
    return isinstance(expected, (Mapping, tuple, list)) and not is_row(expected)


def _inside_problem(function: Function, path: Path, value: Any, expected: Any) -> str | None:
    """What is wrong with a part of a result that is of the right kind. Dicts may have extra keys,
    but for new versions of arguments, since the next step gets them."""

    def name() -> str:
        return function.named(path) if path else function.named_whole

    items: Iterable[tuple[Any, Any]]
    if isinstance(expected, Mapping):
        missing = [key for key in expected if key not in value]
        if missing:
            return messages.missing_keys(name(), missing, list(value))
        extra = [key for key in value if key not in expected]
        if extra and (old := function.old(path)):
            return messages.extra_keys(name(), extra, f"{old[0]}{path_text(old[1:])}")
        items = expected.items()
    elif _is_tree(expected):
        if len(value) != len(expected):
            return messages.wrong_length(name(), len(value), len(expected))
        items = enumerate(expected)
    else:
        return None
    for key, item in items:
        inside = (*path, key)
        if not _is_tree(item):
            continue
        if isinstance(item, Mapping) and not isinstance(value[key], dict):
            return messages.part_not_a_dict(function.named(inside), value[key])
        if not isinstance(item, Mapping) and not isinstance(value[key], (list, tuple)):
            return messages.part_not_a_list(function.named(inside), value[key], len(item))
        problem = _inside_problem(function, inside, value[key], item)
        if problem:
            return problem
    return None


def as_array(value: Any, expected: Any) -> np.ndarray | None:
    """A leaf as a float64 array of the expected shape, or None if it cannot be one.

    Where a number is expected, an array of size one is accepted too, since the document prints
    one. Where a one-dimensional array is expected, so is a list of such numbers.
    """
    if kind_of(expected) in ("i", "b") and not isinstance(expected, list):
        return as_exact(value, expected)
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
    # Check the shape before converting, so that a huge wrong array is not copied.
    if np.ndim(expected) == 0 and array.size == 1:
        array = array.reshape(())
    if array.dtype.kind not in "iuf" or array.shape != np.shape(expected):
        return None
    return array.astype(np.float64)


def is_float64(value: Any, shape: tuple[int, ...]) -> bool:
    """Whether a value is exactly a numpy array of native float64 of that shape."""
    return type(value) is np.ndarray and value.dtype is FLOAT64 and value.shape == shape


def type_problem(
    leaf: Leaf, value: Any, dims: Mapping[str, int], axes: Sequence[str] = ()
) -> str | None:
    """What is wrong with a leaf's kind, dtype, shape or finiteness; None when nothing is. ``axes``
    are the names of the value's axes, if all instances bear them out."""
    wanted = kind_wanted(leaf)
    if leaf.is_exact:
        return exact_type_problem(leaf.name, value, leaf.expected, wanted, dims, axes)
    if leaf.is_met_by(value) or (is_float64(value, leaf.shape) and np.isfinite(value).all()):
        return None
    whole = not leaf.path
    if value is None or isinstance(value, (bool, str, dict, Opaque)):
        return messages.wrong_kind(leaf.name, value, wanted, whole=whole)
    if isinstance(value, (list, tuple)):
        if not leaf.is_list:
            return messages.wrong_kind(leaf.name, value, wanted, leaf.expected, whole)
        if wanted == messages.EMPTY_LIST and value:
            return messages.wrong_length(leaf.name, len(value), 0)
        for position, item in enumerate(value[:MANY]):
            place = f"{leaf.name}[{position}]"
            if as_array(item, 0.0) is None:
                return messages.wrong_kind(place, item, "a float")
            if isinstance(item, np.ndarray) and item.dtype.kind == "f" and _is_coarse(leaf, item):
                return messages.wrong_dtype(place, item.dtype)
    if getattr(value, "dtype", None) is not None and _is_coarse(leaf, value):
        return messages.wrong_dtype(leaf.name, value.dtype)
    array = as_array(value, leaf.expected)
    if array is None:
        problem = messages.wrong_shape(leaf.name, value, leaf.expected, dims, axes)
        if type(value) is Matrix:
            problem = f"{messages.is_matrix(leaf.name, whole)} {problem}"
        return problem
    if not np.isfinite(array).all():
        return messages.not_finite(leaf.name, array)
    return None


def _is_coarse(leaf: Leaf, array: np.ndarray) -> bool:
    """Whether an array's dtype is neither float64 nor float32, where that is enough."""
    return not (array.dtype == np.float64 or (leaf.single and array.dtype == np.float32))


def matrices(case: Case, function: str, outcome: Outcome) -> Iterator[Leaf]:
    """The arrays of a result on a case that came in an np.matrix. A number may come in anything."""
    if outcome.returned and not structure_problem(
        case, function, outcome.value, case.expected[function]
    ):
        for leaf in case_leaves(case, function):
            if leaf.shape and type(lookup(outcome.value, leaf.path)) is Matrix:
                yield leaf


#: At most so many items of a list are checked before its length, which a submission may inflate.
MANY = 1_000


def kind_wanted(leaf: Leaf) -> str:
    """The required kind of a leaf, in words."""
    if leaf.is_list:
        return messages.LIST_OF_NUMBERS if leaf.shape[0] else messages.EMPTY_LIST
    if leaf.is_exact:
        return exact_kind(leaf.expected)
    return messages.ARRAY if np.ndim(leaf.expected) else "a float"


def nearly_equal(one: Any, two: Any) -> bool:
    """Whether two arbitrary results of a student agree up to rounding."""
    return agree(one, two, _nearly_equal_leaves)


def _nearly_equal_leaves(one: Any, two: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(two, np.ndarray):
        if one.shape != two.shape or one.dtype != two.dtype:
            return False
        if one.tobytes() == two.tobytes() and np.isfinite(one).all():
            return True
        not_nan = one == one  # NaN has to be in the same places
        if not np.array_equal(not_nan, two == two):
            return False
        with np.errstate(invalid="ignore", over="ignore"):  # a complex infinity warns
            return not differing(two[not_nan] * 1.0, one[not_nan] * 1.0).any()
    if isinstance(one, (int, float)) and isinstance(two, (int, float)):
        if one == two and math.isfinite(one):
            return True
        return _nearly_equal_leaves(
            np.array(one, dtype=np.float64), np.array(two, dtype=np.float64)
        )
    return type(one) is type(two) and bool(one == two)


def differing(value: Any, expected: Any) -> np.ndarray:
    """A boolean mask of the entries that differ beyond rounding. Both must have the same shape."""
    value, expected = as_floats(value), as_floats(expected)
    with np.errstate(invalid="ignore", over="ignore"):
        # Negated <= so that NaN differs.
        wrong: np.ndarray = ~(np.abs(value - expected) <= allowed(expected))
    return wrong


def as_floats(value: Any) -> np.ndarray:
    """An array of which differences can be taken: there is none of truth values, and one of
    unsigned integers is never below 0."""
    array = np.asarray(value)
    return array if array.dtype.kind in "fc" else array.astype(np.float64)


def allowed(expected: Any) -> Any:
    """The tolerance of each entry, in the shape of ``expected``."""
    size = np.abs(expected)
    return RELATIVE * size + ABSOLUTE * np.max(size, initial=0.0)


def leaf_problem(
    leaf: Leaf, value: Any, dims: Mapping[str, int], reveal: bool, axes: Sequence[str] = ()
) -> str | None:
    """The message on the first thing wrong with a leaf: kind, dtype and shape, then values. None if
    it is right.

    ``reveal`` allows the message to show expected values; ``axes`` are as in `type_problem`.
    """
    if leaf.is_met_by(value):
        return None
    problem = type_problem(leaf, value, dims, axes)
    if problem:
        return problem
    if leaf.is_exact:
        return exact_problem(leaf.name, value, leaf.expected, reveal)
    array = as_array(value, leaf.expected)
    assert array is not None
    if not leaf.wrong_entries(array).any():
        return None
    wrong = leaf.entries_to_count(array)
    expected = np.asarray(leaf.expected)
    return messages.wrong_values(leaf.name, array, expected, wrong, reveal, leaf.is_new)
