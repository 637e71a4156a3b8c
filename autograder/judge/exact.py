"""What is compared exactly: integers of any width, truth values, texts and None."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.judge import messages

#: In words, one of a kind, and an array of them.
_KINDS = {
    "i": ("a whole number", "an array of integers"),
    "b": ("True or False", "an array of True and False"),
    "U": ("a string", ""),
    "": ("None", ""),
}


def kind_of(value: Any) -> str:
    """The kind of a leaf, as numpy names kinds: "f" for floating-point numbers, "i" for integers of
    any width, "b" for truth values, "U" for texts; "" for None and "O" for all else."""
    if value is None:
        return ""
    if isinstance(value, (bool, int, float, np.ndarray)):
        kind = np.asarray(value).dtype.kind
        return "i" if kind == "u" else kind
    return "U" if isinstance(value, str) else "O"


def as_exact(value: Any, expected: Any) -> np.ndarray | None:
    """A leaf of integers or truth values as an array of its own dtype and the expected shape; None
    if it cannot be one."""
    if kind_of(value) != kind_of(expected):
        return None
    array = np.asarray(value)
    if np.ndim(expected) == 0 and array.size == 1:
        array = array.reshape(())
    return array if array.shape == np.shape(expected) else None


def exact_kind(expected: Any) -> str:
    """The required kind of a leaf, in words."""
    one, several = _KINDS.get(kind_of(expected), ("data", "data"))
    return several if np.ndim(expected) else one


def exact_type_problem(
    name: str,
    value: Any,
    expected: Any,
    wanted: str,
    dims: Mapping[str, int],
    axes: Sequence[str] = (),
) -> str | None:
    """What is wrong with the kind or the shape of a leaf; None when nothing is."""
    if kind_of(value) != kind_of(expected):
        if isinstance(value, np.ndarray) and value.ndim:
            return f"{name} has dtype {value.dtype}; it must be {wanted}."
        return messages.wrong_kind(name, value, wanted)
    if kind_of(value) in "U" or as_exact(value, expected) is not None:
        return None
    return messages.wrong_shape(name, value, expected, dims, axes)


def exact_problem(name: str, value: Any, expected: Any, reveal: bool) -> str | None:
    """A message if a leaf of the right kind and shape is not the expected one; ``reveal`` allows it
    to show both."""
    array, right = np.asarray(value), np.asarray(expected)
    if isinstance(expected, str):  # numpy leaves characters out at the end of a text
        wrong = np.asarray(value != expected)
    else:
        wrong = np.asarray(array.reshape(right.shape) != right)
    if not wrong.any():
        return None
    if not reveal or right.ndim == 0:
        what = f": it is {value!r}, and must be {expected!r}" if reveal else ""
        return f"{name} is wrong{what}."
    place = [int(axis) for axis in np.argwhere(wrong)[0]]
    at = tuple(place)
    return (
        f"{name} is wrong in {int(wrong.sum())} of {wrong.size} entries.\n"
        f"first difference at {place}: expected {right[at]}, got {array[at]}"
    )
