"""Plain values: what grader and worker agree on, and how anything else becomes one.

A plain value is ``None``, ``bool``, ``int``, ``float``, ``str``, a numpy array of a numeric dtype,
a list, a tuple or a dict of plain values, and `Opaque` for everything else.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.record import record

#: dtypes a submission may return; everything else arrives as `Opaque`.
NUMERIC_DTYPES = frozenset(
    np.dtype(code).str
    for code in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
)
FLOAT64 = np.dtype(np.float64)
#: Keys and positions that lead to a part of a value.
Path = tuple[Any, ...]
#: Of one result, counted as float64: what half a million parameters take up.
MAX_BYTES = 4_000_000
MAX_DIMENSIONS = 8
MAX_ITEMS = 20_000
MAX_DEPTH = 6
MAX_TEXT = 300


@record
class Opaque:
    """A returned object that is not data: only the name of its type is known."""

    type_name: str


#: Stands for a value that may be anything, such as what one function of a submission keeps for
#: another one.
ANYTHING = Opaque("anything")


class Matrix(np.ndarray):
    """The numbers of an ``np.matrix``. They are judged as an array's; that it was none is told."""


def plain(value: Any, depth: int = 0) -> Any:
    """Turn what a student's function returned into a plain value (see
    `autograder.sandbox.calls`)."""
    if (
        type(value) is np.ndarray
        and value.dtype is FLOAT64
        and 0 < value.nbytes <= MAX_BYTES
        and value.ndim <= MAX_DIMENSIONS
    ):
        return value.copy()  # what nearly everything is
    if value is None or isinstance(value, (bool, float)):
        return value if value is None or isinstance(value, bool) else float(value)
    if isinstance(value, int):
        return int(value) if abs(value) < 2**63 else Opaque("int beyond 64 bits")
    if isinstance(value, str):
        return str(value)[:MAX_TEXT]
    if isinstance(value, complex):
        value = np.complex128(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return _plain_array(value)
    if isinstance(value, (dict, list, tuple, Mapping)):
        if depth == MAX_DEPTH or len(value) > MAX_ITEMS:
            return Opaque(f"{type(value).__name__} of {len(value)} items, or nested too deeply")
        if isinstance(value, (dict, Mapping)):
            return {_key(key): plain(item, depth + 1) for key, item in value.items()}
        kind = tuple if isinstance(value, tuple) else list
        return kind([plain(item, depth + 1) for item in value])
    return Opaque(_type_name(type(value)))


def _type_name(kind: type) -> str:
    """A type as messages name it: one of a library with the library's name, "pandas.Series"."""
    library = f"{kind.__module__}".partition(".")[0]
    # What a submission defines itself has no library, whatever its module is called there.
    named = library in sys.modules and kind.__module__ not in ("builtins", "__main__", "submission")
    return f"{library}.{kind.__name__}"[:MAX_TEXT] if named else kind.__name__[:MAX_TEXT]


def float_bytes(shape: Sequence[int], kind: str) -> int:
    """How many bytes an array of this shape, and of a dtype of this ``kind``, has when it is
    compared: as float64, or as complex128. An axis without entries counts as one with one: numpy
    makes an empty array only where its other axes would fit into memory."""
    return math.prod([size or 1 for size in shape]) * (16 if kind == "c" else 8)


def _plain_array(value: Any) -> Any:
    if value.ndim > MAX_DIMENSIONS:
        return Opaque(f"array of {value.ndim} axes")
    size = float_bytes(value.shape, value.dtype.kind)
    if size > MAX_BYTES:
        what = f"{size} bytes" if value.size else f"shape {value.shape}"
        return Opaque(f"array of {what}"[:MAX_TEXT])
    native = value.dtype.newbyteorder("=")
    if native.str not in NUMERIC_DTYPES:
        return Opaque(f"array of dtype {value.dtype.name}")
    masked = sys.modules.get("numpy.ma")
    if masked and isinstance(value, masked.MaskedArray) and masked.is_masked(value):
        return Opaque("masked array with masked entries")  # there are numbers below the mask
    array = np.array(value, dtype=native, order="C", subok=False)
    return array.view(Matrix) if isinstance(value, (np.matrix, Matrix)) else array


def _key(key: Any) -> str:
    return str.__str__(key)[:MAX_TEXT] if isinstance(key, str) else f"<{type(key).__name__}>"


def leaves(value: Any, rows: bool = False, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Everything in a plain value that holds nothing else, with the keys and positions that lead to
    it. With ``rows`` a list of numbers is not looked into."""
    items: Iterable[tuple[Any, Any]]
    if isinstance(value, np.ndarray):  # first, since it is the commonest
        yield path, value
        return
    if isinstance(value, (dict, Mapping)):
        items = value.items()
    elif isinstance(value, (list, tuple)) and not (rows and is_row(value)):
        items = enumerate(value)
    else:
        yield path, value
        return
    for key, item in items:
        yield from leaves(item, rows, (*path, key))


def is_row(value: Any) -> bool:
    """Whether a value is a list of numbers, such as the losses of a training run."""
    return isinstance(value, list) and all(type(item) in (int, float) for item in value)


def map_leaves(function: Callable[[Path, Any], Any], value: Any, path: Path = ()) -> Any:
    """The value with ``function(path, leaf)`` in the place of each leaf."""
    if isinstance(value, Mapping):
        return {k: map_leaves(function, item, (*path, k)) for k, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = (map_leaves(function, v, (*path, at)) for at, v in enumerate(value))
        return type(value)(items)
    return function(path, value)


def path_text(path: Path) -> str:
    """A path as it is written behind a name: ``[0]["W"]``."""
    return "".join(f'["{key}"]' if isinstance(key, str) else f"[{key}]" for key in path)


def agree(one: Any, two: Any, leaf: Callable[[Any, Any], bool]) -> bool:
    """Whether two plain values are made alike, lists and tuples being the same, and ``leaf`` holds
    of each two leaves that stand in the same place."""
    if isinstance(one, (np.ndarray, float)) and isinstance(two, (np.ndarray, float)):
        return leaf(one, two)  # what most are
    if isinstance(one, (dict, Mapping)):
        made_alike = isinstance(two, Mapping) and one.keys() == two.keys()
        return made_alike and all(agree(one[key], two[key], leaf) for key in one)
    if isinstance(one, (list, tuple)):
        made_alike = isinstance(two, (list, tuple)) and len(one) == len(two)
        return made_alike and all(agree(*pair, leaf) for pair in zip(one, two, strict=True))
    return not isinstance(two, (Mapping, list, tuple)) and leaf(one, two)


def lookup(value: Any, path: Path) -> Any:
    """The part to which a path leads; raises `LookupError` or `TypeError` where there is none."""
    for key in path:
        value = value[key]
    return value


def numbers(value: Any) -> Iterator[np.ndarray]:
    """All numbers of a plain value, as arrays."""
    for _, leaf in leaves(value):
        if isinstance(leaf, (float, int, np.ndarray)):
            yield np.asarray(leaf)


def copy_plain(value: Any) -> Any:
    """Copy a plain value deeply, so that no two calls share an array."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (float, int, str)):
        return value  # as most arguments are; the walk would take longer
    if isinstance(value, dict):  # parameters, which most calls are given
        return {key: copy_plain(item) for key, item in value.items()}
    return map_leaves(lambda _, leaf: leaf.copy() if isinstance(leaf, np.ndarray) else leaf, value)


def same(old: Any, new: Any) -> bool:
    """Whether two plain values are equal to the last bit, with their types and the order of their
    keys; NaN equals itself."""
    if type(old) is not type(new):
        return False
    if isinstance(old, np.ndarray):
        same_kind = old.dtype == new.dtype and old.shape == new.shape
        return bool(same_kind and old.tobytes() == new.tobytes())
    if isinstance(old, dict):
        return list(old) == list(new) and all(same(old[key], new[key]) for key in old)
    if isinstance(old, (list, tuple)):
        return len(old) == len(new) and all(map(same, old, new))
    return bool(old == new) or bool(old != old and new != new)
