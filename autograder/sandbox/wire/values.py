"""Plain values as parts of a message, which names arrays by their position beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from autograder.sandbox.calls import Result
from autograder.sandbox.plain import (
    FLOAT64,
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_TEXT,
    NUMERIC_DTYPES,
    Matrix,
    Opaque,
    float_bytes,
)
from autograder.text import visible_text

#: Values in one result, and things told of one call.
MAX_VALUES = 100_000
#: What a value takes up in the grader besides its text or its numbers, at least.
VALUE_BYTES = 64
_DTYPES = {name: np.dtype(name) for name in NUMERIC_DTYPES}


class WireError(Exception):
    """What came over the wire is not a message of the protocol."""


class TooMuch(WireError):
    """More came over the wire than a limit allows, which is the key of `Limits.reached`."""


class _Array(msgspec.Struct, tag="a", array_like=True):
    at: int
    is_matrix: bool = False


class Items(msgspec.Struct, tag="i", array_like=True):
    """A list or a tuple."""

    kind: str
    items: list[Value]


class Table(msgspec.Struct, tag="t", array_like=True):
    """A dict."""

    items: list[tuple[str, Value]]


class _Opaque(msgspec.Struct, tag="o", array_like=True):
    type_name: str


class _Result(msgspec.Struct, tag="r", array_like=True):
    of: int
    key: str | int | None


Value = None | bool | int | float | str | _Array | Items | Table | _Opaque | _Result
#: Of each array of a message, in order: its dtype and its shape.
Arrays = list[tuple[str, tuple[int, ...]]]


class Packer:
    """Turns plain values into messages, and keeps the bytes of their arrays, each of them once."""

    def __init__(self) -> None:
        """Begin with no array."""
        self.arrays: Arrays = []
        self.data: list[bytes] = []
        self.size = 0
        # With the value itself: while it lives, no other one has its id.
        self._known: dict[int, tuple[np.ndarray, _Array]] = {}

    def pack(self, value: Any) -> Any:
        """A plain value as a part of a message."""
        if isinstance(value, np.ndarray):
            known = self._known.get(id(value))
            return known[1] if known else self._add(value)
        if isinstance(value, float):
            return value
        if isinstance(value, dict):
            return Table([(sendable(key), self.pack(item)) for key, item in value.items()])
        if isinstance(value, (list, tuple)):
            kind = "tuple" if isinstance(value, tuple) else "list"
            self.size += 9 * len(value)  # of a list of numbers, which nothing else counts
            return Items(kind, [self.pack(item) for item in value])
        if isinstance(value, Opaque):
            return _Opaque(sendable(value.type_name))
        if isinstance(value, Result):
            return _Result(value.of, value.key)
        return sendable(value) if isinstance(value, str) else value

    def _add(self, value: np.ndarray) -> _Array:
        packed = _Array(len(self.arrays), type(value) is Matrix)
        self._known[id(value)] = value, packed
        self.arrays.append((value.dtype.str, value.shape))
        self.data.append(value.tobytes())
        self.size += value.nbytes
        return packed


def unpacked_arrays(
    described: Arrays, data: bytes, max_bytes: float = math.inf
) -> list[np.ndarray]:
    """The arrays of a message; raises `WireError` unless they take up its bytes exactly, or where
    one could not be compared within ``max_bytes``."""
    found = []
    position = 0
    for dtype_name, shape in described:
        dtype = _DTYPES.get(dtype_name)
        if dtype is None:
            raise WireError(f"dtype {dtype_name[:40]!r} is not one of the protocol")
        if len(shape) > MAX_DIMENSIONS or min(shape, default=0) < 0:
            raise WireError(f"an array cannot have the shape {shape[:20]}")
        # In Python's integers: a product of forged sizes must not wrap around.
        entries = math.prod(shape)
        if not 0 < 16 * entries <= max_bytes and float_bytes(shape, dtype.kind) > max_bytes:
            raise WireError("an array of more bytes than a result may have")
        start, position = position, position + entries * dtype.itemsize
        if position > len(data):
            raise WireError("an array's bytes do not fit its shape")
        try:
            found.append(np.ndarray(shape, dtype, data, start))
        except ValueError as error:  # a shape that numpy does not take
            raise WireError(f"an array that cannot be ({error})") from None
    if position != len(data):
        raise WireError("bytes that belong to no array")
    return found


class Unpacker:
    """Unpacks one value, within what a worker keeps to by itself and a forged message need not: how
    deep values are nested, how many there are, how many of them are arrays, and how many bytes they
    take up: an array at every place that names it, in the float64 that it is compared in."""

    def __init__(
        self, arrays: Sequence[np.ndarray], max_arrays: int, max_bytes: float = math.inf
    ) -> None:
        """Take the ``arrays`` of a message, so many of them for one value."""
        self._arrays, self._max_arrays, self._max_bytes = arrays, max_arrays, max_bytes
        self.begin()

    def begin(self) -> None:
        """Count from nothing: another value begins."""
        self._values = self._found = 0
        self.size = VALUE_BYTES

    def unpack(self, value: Any, depth: int = 0) -> Any:
        """A part of a message as a plain value."""
        self._values += 1
        if depth > MAX_DEPTH + 1 or self._values > MAX_VALUES:
            raise WireError("more than a result can hold")
        kind = type(value)
        if kind is _Array:
            self._found += 1
            if self._found > self._max_arrays:
                raise TooMuch("arrays")
            if not 0 <= value.at < len(self._arrays):
                raise WireError(f"there is no array {value.at}")
            array = self._arrays[value.at]
            array = array.view(Matrix) if value.is_matrix else array
            plainly = array.dtype is FLOAT64
            self._add(array.nbytes if plainly else float_bytes(array.shape, array.dtype.kind))
            return array
        if kind is Table:
            self._add(VALUE_BYTES * len(value.items))
            table = {_shown(key): self.unpack(item, depth + 1) for key, item in value.items}
            self._add(4 * sum(map(len, table)))
            return table
        if kind is Items:
            self._add(VALUE_BYTES * len(value.items))
            items = [self.unpack(item, depth + 1) for item in value.items]
            return tuple(items) if value.kind == "tuple" else items
        if kind is _Opaque:
            return Opaque(self.shown(value.type_name))
        if kind is str:
            self._add(4 * len(value[:MAX_TEXT]))
            return value[:MAX_TEXT]
        return self._result(value) if kind is _Result else value

    def shown(self, text: str) -> str:
        """A submission's text, as much of it as may be shown."""
        text = _shown(text)
        self._add(VALUE_BYTES + 4 * len(text))
        return text

    def _add(self, size: int) -> None:
        self.size += size
        if self.size > self._max_bytes:
            raise TooMuch("result")

    def _result(self, value: _Result) -> Result:
        """Only the grader names results of other calls."""
        if self._max_bytes < math.inf:
            raise WireError("the result of another call")
        return Result(value.of, value.key)


def sendable(text: str) -> str:
    """Text that can go over the wire: half a surrogate pair is none."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _shown(text: str) -> str:
    """What a submission sent as text: no more of it than a worker sends, before and after it is
    made visible."""
    if len(text) <= MAX_TEXT and text.isprintable():
        return text  # what nearly all is
    return visible_text(text[:MAX_TEXT])[:MAX_TEXT]
