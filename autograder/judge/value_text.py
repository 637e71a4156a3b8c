"""How messages write numbers, arrays, shapes and kinds.

Numbers are shown as numpy prints them by default, with eight digits, and with more where the right
number and the student's would look the same.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.sandbox.plain import FLOAT64, Opaque

#: Larger arrays are abbreviated.
MAX_PRINTED = 24
#: How many digits are shown, and with how many two float64 that differ look different.
DIGITS, ALL_DIGITS = 8, 17
#: How arrays are printed, whatever a student set in a process that is the student's own, too.
_PRINT_OPTIONS: dict[str, Any] = {
    "edgeitems": 3,
    "floatmode": "maxprec",
    "formatter": None,
    "infstr": "inf",
    "legacy": False,
    "linewidth": 64,
    "nanstr": "nan",
    "sign": "-",
    "suppress": False,
    "threshold": 1000,
}


def number(value: complex, digits: int = DIGITS) -> str:
    """A number with so many significant digits at most."""
    return f"{value:.{digits}g}"


def array_text(value: Any, digits: int = DIGITS) -> str:
    """A number or array on as few lines as numpy needs, at most `MAX_PRINTED` entries."""
    if isinstance(value, (int, float)):
        return number(value, digits)
    if not isinstance(value, np.ndarray):
        return kind_name(value)
    if value.size > MAX_PRINTED:
        first = ", ".join(number(item, digits) for item in value.ravel()[:4].tolist())
        return f"array of shape {shape_text(value.shape)}: {first}, ..."
    if value.dtype is FLOAT64:
        return _float64_text(value.shape, value.tobytes(), digits)
    return _text(value, digits)


def texts_apart(one: Any, two: Any) -> tuple[str, str]:
    """Two values as `array_text` shows them, with as many digits as they need to look different; if
    they never do, with the usual ones."""
    texts = usual = array_text(one), array_text(two)
    for digits in range(DIGITS + 1, ALL_DIGITS + 1):
        if texts[0] != texts[1]:
            return texts
        texts = array_text(one, digits), array_text(two, digits)
    return texts if texts[0] != texts[1] else usual


def _text(value: np.ndarray, digits: int) -> str:
    with np.printoptions(precision=digits, **_PRINT_OPTIONS):
        return np.array2string(value, separator=", ")


@functools.lru_cache(maxsize=512)
def _float64_text(shape: tuple[int, ...], data: bytes, digits: int) -> str:
    """The cached text of an array: most students' numbers equal the expected ones, and numpy's
    formatting is slow."""
    return _text(np.frombuffer(data).reshape(shape), digits)


def shape_text(shape: Sequence[int]) -> str:
    """A shape as Python writes it."""
    return str(tuple(int(size) for size in shape))


def named_shape(shape: Sequence[int], dims: Mapping[str, int]) -> str:
    """A shape, with the names of its sizes where each size has exactly one name: "(3, 5), which is
    (n_in, n_hidden)"."""
    names = [[name for name, size in dims.items() if size == length] for length in shape]
    if shape and all(len(found) == 1 for found in names):
        symbols = ", ".join(found[0] for found in names)
        comma = "," if len(shape) == 1 else ""
        return f"{shape_text(shape)}, which is ({symbols}{comma})"
    return shape_text(shape)


def kind_name(value: Any) -> str:
    """The kind of a value, in words."""
    if value is None:
        return "None"
    if isinstance(value, Opaque):
        article = "an" if value.type_name.startswith(("array", "int ")) else "a"
        return f"{article} {value.type_name}" if " " in value.type_name else value.type_name
    if isinstance(value, np.ndarray):
        return f"an array of shape {shape_text(value.shape)}" if value.ndim else "a number"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "a number"
    return f"a {type(value).__name__}"


def rounded_text(value: Any, decimals: int) -> str:
    """A number or array rounded as a document prints it."""
    if isinstance(value, (np.ndarray, float, int)) and np.asarray(value).dtype.kind in "iuf":
        array = np.asarray(value, dtype=np.float64)
        if array.size > MAX_PRINTED:
            return array_text(_rounded(array, decimals))
        return _rounded_text(array.tobytes(), array.shape, decimals)
    return kind_name(value)


@functools.lru_cache(maxsize=1000)
def _rounded_text(data: bytes, shape: tuple[int, ...], decimals: int) -> str:
    """Cached: formatting numbers is slow, and most submissions have the same numbers."""
    rounded = _rounded(np.frombuffer(data).reshape(shape), decimals)
    return array_text(rounded if shape else float(rounded))


def _rounded(array: np.ndarray, decimals: int) -> np.ndarray:
    """Rounded, except where np.round overflows to infinity."""
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = np.round(array, decimals)
    return np.where(np.isfinite(rounded), rounded, array)
