"""A frame: two lengths of four bytes (big-endian), a message, and the bytes of its arrays."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import msgspec

from autograder.sandbox.plain import MAX_BYTES

#: The message of a frame without its arrays; what a function may return besides arrays.
MAX_MESSAGE = 1_000_000
#: Outcomes that are sent together are sent when they are so many bytes.
SEND_BYTES = 1 << 16
#: The arrays of a frame: what was waiting, and one more outcome.
MAX_DATA = MAX_BYTES + SEND_BYTES
_HEADER = struct.Struct(">II")
HEADER_BYTES = _HEADER.size
_encoder = msgspec.msgpack.Encoder()


def as_frame(message: msgspec.Struct, data: Sequence[bytes] = ()) -> bytes:
    """Pack a message, and the bytes of its arrays."""
    body, rest = _encoder.encode(message), b"".join(data)
    return b"".join((_HEADER.pack(len(body), len(rest)), body, rest))


def frame_lengths(header: bytes | bytearray) -> tuple[int, int]:
    """The two lengths that a frame's header announces: of the message, and of its arrays."""
    length, data_length = _HEADER.unpack_from(header)
    return length, data_length
