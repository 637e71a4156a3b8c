"""The typed wire between grader and worker: frames of MessagePack, arrays as raw bytes.

A frame is four bytes of length (big-endian) and a message. What arrives is decoded against fixed
types and limits; nothing in it is ever run, and no pickle is involved. A message that does not fit
raises `WireError`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, BinaryIO

import msgspec
import numpy as np

from autograder.calls import Call, Outcome, Result
from autograder.plain import NUMERIC_DTYPES, Opaque

MAX_FRAME = 64_000_000
MAX_DIMENSIONS = 8
HEADER_BYTES = 4
KINDS = frozenset({"returned", "raised", "missing", "memory", "skipped"})


class WireError(Exception):
    """What came over the wire is not a message of the protocol."""


class _Array(msgspec.Struct, tag="a", array_like=True):
    dtype: str
    shape: tuple[int, ...]
    data: bytes


class _Items(msgspec.Struct, tag="i", array_like=True):
    kind: str
    items: list[_Value]


class _Table(msgspec.Struct, tag="t", array_like=True):
    items: list[tuple[str, _Value]]


class _Opaque(msgspec.Struct, tag="o", array_like=True):
    type_name: str


class _Result(msgspec.Struct, tag="r", array_like=True):
    of: int
    key: str | None


_Value = None | bool | int | float | str | _Array | _Items | _Table | _Opaque | _Result


class CallMessage(msgspec.Struct, tag="call", array_like=True):
    """Grader to worker: make these calls."""

    calls: list[tuple[str, list[_Value], bool, list[str]]]


class CellMessage(msgspec.Struct, tag="cell", array_like=True):
    """Grader to worker: run this cell."""

    source: str
    label: str
    first_line: int


class OutcomeMessage(msgspec.Struct, array_like=True):
    """Worker to grader: what came of the next cell or call."""

    kind: str
    value: _Value
    message: str
    line: str
    changed: list[tuple[int, str]]
    warnings: list[str]
    counts: dict[str, int]


_encoder = msgspec.msgpack.Encoder()
_requests = msgspec.msgpack.Decoder(CallMessage | CellMessage)
_outcomes = msgspec.msgpack.Decoder(OutcomeMessage)


def frame_bytes(message: msgspec.Struct) -> bytes:
    """One message as it goes over the wire."""
    body = _encoder.encode(message)
    return len(body).to_bytes(HEADER_BYTES, "big") + body


def frame_length(header: bytes) -> int:
    """The length that a frame's header announces; `WireError` when it is over the limit."""
    length = int.from_bytes(header, "big")
    if length > MAX_FRAME:
        raise WireError(f"a message of {length} bytes was announced; {MAX_FRAME} is the limit")
    return length


def read_request(stream: BinaryIO) -> CallMessage | CellMessage | None:
    """The worker's side: the next request, or None at the end."""
    header = stream.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return None
    request: CallMessage | CellMessage = _requests.decode(stream.read(frame_length(header)))
    return request


def calls_message(calls: Sequence[Call]) -> CallMessage:
    """Pack calls for the worker."""
    return CallMessage(
        [
            (call.function, [_pack(a) for a in call.arguments], call.wanted, list(call.watch))
            for call in calls
        ]
    )


def read_calls(message: CallMessage) -> list[Call]:
    """Unpack calls in the worker."""
    return [
        Call(function, tuple(_unpack(a) for a in arguments), wanted, tuple(watch))
        for function, arguments, wanted, watch in message.calls
    ]


def outcome_message(outcome: Outcome) -> OutcomeMessage:
    """Pack an outcome for the grader."""
    return OutcomeMessage(
        outcome.kind,
        _pack(outcome.value),
        outcome.message,
        outcome.line,
        list(outcome.changed),
        list(outcome.warnings),
        dict(outcome.counts),
    )


def decode_outcome(body: bytes) -> Outcome:
    """Unpack an outcome in the grader; raises `WireError` for anything out of the ordinary."""
    try:
        message = _outcomes.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise WireError(f"not a message of the protocol ({error})") from None
    if message.kind not in KINDS:
        raise WireError(f"unknown kind of outcome {message.kind[:40]!r}")
    return Outcome(
        message.kind,
        _unpack(message.value),
        visible_text(message.message),
        visible_text(message.line),
        tuple((position, visible_text(key)) for position, key in message.changed),
        tuple(visible_text(text) for text in message.warnings),
        message.counts,
    )


def visible_text(text: str) -> str:
    """A student's text as it may be shown: what would steer a terminal, or hide in a line, is
    written out."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in "\n\t" else char.encode("unicode_escape").decode()
        for char in text
    )


def _pack(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _Array(value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, dict):
        return _Table([(key, _pack(item)) for key, item in value.items()])
    if isinstance(value, (list, tuple)):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return _Items(kind, [_pack(item) for item in value])
    if isinstance(value, Opaque):
        return _Opaque(value.type_name)
    if isinstance(value, Result):
        return _Result(value.of, value.key)
    return value


def _unpack(value: Any) -> Any:
    if isinstance(value, _Array):
        return _unpack_array(value)
    if isinstance(value, _Table):
        return {visible_text(key): _unpack(item) for key, item in value.items}
    if isinstance(value, _Items):
        items = [_unpack(item) for item in value.items]
        return tuple(items) if value.kind == "tuple" else items
    if isinstance(value, _Opaque):
        return Opaque(visible_text(value.type_name))
    if isinstance(value, _Result):
        return Result(value.of, value.key)
    return value


def _unpack_array(value: _Array) -> np.ndarray:
    if value.dtype not in NUMERIC_DTYPES:
        raise WireError(f"dtype {value.dtype[:40]!r} is not one of the protocol")
    dtype = np.dtype(value.dtype)
    if len(value.shape) > MAX_DIMENSIONS or min(value.shape, default=0) < 0:
        raise WireError(f"an array cannot have the shape {value.shape[:20]}")
    # In Python's integers: a product of forged sizes must not wrap around.
    if math.prod(value.shape) * dtype.itemsize != len(value.data):
        raise WireError("an array's bytes do not fit its shape")
    return np.frombuffer(value.data, dtype).reshape(value.shape)
