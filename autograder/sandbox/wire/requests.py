"""From the grader to the worker: cells to run, calls to make, and answers of helpers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, BinaryIO

import msgspec

from autograder.sandbox.calls import Call, CannotServe, How
from autograder.sandbox.wire.frames import HEADER_BYTES, as_frame, frame_lengths
from autograder.sandbox.wire.values import (
    MAX_VALUES,
    Arrays,
    Packer,
    Unpacker,
    Value,
    unpacked_arrays,
)


class _Call(msgspec.Struct, array_like=True, gc=False):
    """The fields of a `Call`; of its arguments the positions."""

    function: str
    arguments: list[int]
    needs_result: bool
    watch: list[str]
    served: list[str] = []
    instead: list[tuple[str, str]] = []


class CallMessage(msgspec.Struct, tag="call", array_like=True):
    """Grader to worker: make these calls. The outcomes carry ``ticket`` and the numbers after it,
    and come all ``together`` or each as soon as it is there. An argument is a position in
    ``values``, since many calls are given the same."""

    ticket: int
    together: bool
    arrays: Arrays
    values: list[Value]
    calls: list[_Call]


class CellMessage(msgspec.Struct, tag="cell", array_like=True):
    """Grader to worker: run these cells, each a source, a label and its first line, and how. They
    may import the modules."""

    ticket: int
    together: bool
    cells: list[tuple[str, str, int]]
    how: list[How]
    modules: dict[str, str]


class AnswerMessage(msgspec.Struct, tag="answer", array_like=True):
    """Grader to worker: what the helper gives that a call asked for, or that it is not ``served``
    for these arguments."""

    arrays: Arrays
    value: Value
    served: bool


_Request = CallMessage | CellMessage | AnswerMessage
_decoder = msgspec.msgpack.Decoder(_Request)


def cells_frame(
    ticket: int,
    together: bool,
    cells: Sequence[tuple[str, str, int]],
    how: Sequence[How] = (),
    modules: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """Pack cells for the worker; how the first ones are run, where that is not in full, and the
    modules that they may import."""
    return as_frame(CellMessage(ticket, together, list(cells), list(how), dict(modules)))


def calls_frame(ticket: int, together: bool, calls: Sequence[Call]) -> bytes:
    """Pack calls for the worker."""
    packer = Packer()
    values: list[Value] = []
    known: dict[int, int] = {}
    packed: list[Any] = []
    for function, arguments, wanted, watch, served, instead, _ in calls:
        positions = []
        for argument in arguments:
            if (at := known.get(id(argument))) is None:
                at = known[id(argument)] = len(values)
                values.append(packer.pack(argument))
            positions.append(at)
        fields = function, positions, wanted, watch
        more = (served, instead) if instead else (served,) if served else ()
        packed.append((*fields, *more))
    return as_frame(CallMessage(ticket, together, packer.arrays, values, packed), packer.data)


def answer_frame(value: Any) -> bytes:
    """Pack what a helper gives for the worker."""
    packer = Packer()
    packed = packer.pack(value)
    return as_frame(AnswerMessage(packer.arrays, packed, True), packer.data)


#: The answer when a helper cannot be served.
CANNOT_SERVE_FRAME = as_frame(AnswerMessage([], None, False))


def read_request(stream: BinaryIO) -> tuple[CallMessage | CellMessage, list[Call]] | None:
    """The worker's side: the next request, with its calls unpacked, or None at the end."""
    request, data = _read(stream)
    while isinstance(request, AnswerMessage):  # one that a submission asked for and did not read
        request, data = _read(stream)
    if request is None:
        return None
    if isinstance(request, CellMessage):
        return request, []
    arrays = unpacked_arrays(request.arrays, data)
    values = [Unpacker(arrays, len(arrays)).unpack(value) for value in request.values]
    return request, [
        Call(
            call.function,
            tuple([values[at] for at in call.arguments]),
            call.needs_result,
            tuple(call.watch),
            tuple(call.served),
            tuple(call.instead),
        )
        for call in request.calls
    ]


def read_answer(stream: BinaryIO) -> tuple[AnswerMessage | None, bytes]:
    """The worker's side: an answer, of which `answer_value` makes what the helper gives."""
    answer, data = _read(stream)
    return answer if isinstance(answer, AnswerMessage) else None, data


def answer_value(answer: AnswerMessage | None, data: bytes) -> Any:
    """What a helper gives, new each time; raises `CannotServe` where there is nothing."""
    if answer is None or not answer.served:
        raise CannotServe
    return Unpacker(unpacked_arrays(answer.arrays, data), MAX_VALUES).unpack(answer.value)


def _read(stream: BinaryIO) -> tuple[CallMessage | CellMessage | AnswerMessage | None, bytes]:
    """The next message to the worker and the bytes of its arrays, or None at the end."""
    header = stream.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return None, b""
    length, data_length = frame_lengths(header)
    return _decoder.decode(stream.read(length)), stream.read(data_length)
