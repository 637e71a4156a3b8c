"""The typed wire between grader and worker: frames of MessagePack, arrays as raw bytes.

A frame is two lengths of four bytes (big-endian), a message in MessagePack, and the bytes of the
arrays in it, one after the other. The message says of each array what it is; values name arrays by
their position, so that what many calls are given goes over the wire once. The two parts have limits
of their own: a small message cannot stand for millions of objects. What arrives is decoded against
fixed types and limits; nothing in it is ever run, and no pickle is involved. A message that does
not fit raises `WireError`.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, BinaryIO, Literal, NamedTuple

import msgspec
import numpy as np

from autograder.sandbox.calls import DONE, Call, CannotServe, Code, How, Outcome, Place, Result
from autograder.sandbox.plain import (
    FLOAT64,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_TEXT,
    NUMERIC_DTYPES,
    Matrix,
    Opaque,
    float_bytes,
)
from autograder.text import visible_text

#: The message of a frame without its arrays; what a function may return besides arrays.
MAX_MESSAGE = 1_000_000
#: Outcomes that are sent together are sent when they are so many bytes.
SEND_BYTES = 1 << 16
#: The arrays of a frame: what was waiting, and one more outcome.
MAX_DATA = MAX_BYTES + SEND_BYTES
#: Values in one result, and things told of one call.
MAX_VALUES = 100_000
#: Texts of the `Code` of an outcome.
MAX_CODE = 20
#: What a value takes up in the grader besides its text or its numbers, at least.
VALUE_BYTES = 64
_DTYPES = {name: np.dtype(name) for name in NUMERIC_DTYPES}
_HEADER = struct.Struct(">II")
HEADER_BYTES = _HEADER.size
_MARK = re.compile(rb"\0(\d{1,20})\0")


class WireError(Exception):
    """What came over the wire is not a message of the protocol."""


class TooMuch(WireError):
    """More came over the wire than a limit allows, which is the key of `Limits.reached`."""


class _Array(msgspec.Struct, tag="a", array_like=True):
    at: int
    is_matrix: bool = False


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


#: Of each array of a message, in order: its dtype and its shape.
_Arrays = list[tuple[str, tuple[int, ...]]]


class _Call(msgspec.Struct, array_like=True, gc=False):
    """The fields of a `Call`; of its arguments the positions."""

    function: str
    arguments: list[int]
    needs_result: bool
    watch: list[str]
    served: list[str] = []


class CallMessage(msgspec.Struct, tag="call", array_like=True):
    """Grader to worker: make these calls. The outcomes carry ``ticket`` and the numbers after it,
    and come all ``together`` or each as soon as it is there. An argument is a position in
    ``values``, since many calls are given the same."""

    ticket: int
    together: bool
    arrays: _Arrays
    values: list[_Value]
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

    arrays: _Arrays
    value: _Value
    served: bool


class _Fields(msgspec.Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    """The fields of an `Outcome`; the place is a label and a line."""

    #: The other kinds are the grader's own findings.
    kind: Literal["returned", "raised", "missing", "memory", "skipped"]
    value: _Value
    message: str = ""
    label: str = ""
    changed: list[tuple[int, str]] = []
    warnings: list[str] = []
    counts: dict[str, int] = {}
    exception: str = ""
    errno: int = 0
    line: int = -1
    #: Of its `Code`: the line, what refused, then by turns an operand and what it is.
    code: list[str] = []


class _Asked(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """A helper's name, and what it is called with."""

    function: str
    arguments: _Items
    keywords: _Table


class OutcomesMessage(msgspec.Struct, array_like=True):
    """Worker to grader: what came of the next cells or calls, the first of which is number
    ``ticket``; None stands for `autograder.sandbox.calls.DONE`. Or, with no outcome, what call
    number ``ticket`` asks for before it goes on."""

    ticket: int
    arrays: _Arrays
    outcomes: list[_Fields | None]
    asked: _Asked | None = None


class Ask(NamedTuple):
    """A call of a helper that is to be served."""

    function: str
    arguments: Sequence[Any]
    keywords: Mapping[str, Any]


class Received(NamedTuple):
    """What a worker sent: the number of the first outcome, the outcomes, about how many bytes each
    takes up, and what it asks for, which then has the only size."""

    ticket: int
    outcomes: list[Outcome]
    sizes: list[int]
    ask: Ask | None


_encoder = msgspec.msgpack.Encoder()
_requests = msgspec.msgpack.Decoder(CallMessage | CellMessage | AnswerMessage)
_outcomes = msgspec.msgpack.Decoder(OutcomesMessage)


def _frame(message: msgspec.Struct, data: Sequence[bytes] = ()) -> bytes:
    body, rest = _encoder.encode(message), b"".join(data)
    return b"".join((_HEADER.pack(len(body), len(rest)), body, rest))


def frame_lengths(header: bytes | bytearray) -> tuple[int, int]:
    """The two lengths that a frame's header announces: of the message, and of its arrays."""
    length, data_length = _HEADER.unpack_from(header)
    return length, data_length


def cells_frame(
    ticket: int,
    together: bool,
    cells: Sequence[tuple[str, str, int]],
    how: Sequence[How] = (),
    modules: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """Pack cells for the worker; how the first ones are run, where that is not in full, and the
    modules that they may import."""
    return _frame(CellMessage(ticket, together, list(cells), list(how), dict(modules)))


def calls_frame(ticket: int, together: bool, calls: Sequence[Call]) -> bytes:
    """Pack calls for the worker."""
    packer = _Packer()
    values: list[_Value] = []
    known: dict[int, int] = {}
    packed: list[Any] = []
    for function, arguments, wanted, watch, served in calls:
        positions = []
        for argument in arguments:
            if (at := known.get(id(argument))) is None:
                at = known[id(argument)] = len(values)
                values.append(packer.pack(argument))
            positions.append(at)
        fields = function, positions, wanted, watch
        packed.append((*fields, served) if served else fields)
    return _frame(CallMessage(ticket, together, packer.arrays, values, packed), packer.data)


def answer_frame(value: Any) -> bytes:
    """Pack what a helper gives for the worker."""
    packer = _Packer()
    packed = packer.pack(value)
    return _frame(AnswerMessage(packer.arrays, packed, True), packer.data)


#: The answer when a helper cannot be served.
CANNOT_SERVE_FRAME = _frame(AnswerMessage([], None, False))


def read_request(stream: BinaryIO) -> tuple[CallMessage | CellMessage, list[Call]] | None:
    """The worker's side: the next request, with its calls unpacked, or None at the end."""
    request, data = _read(stream)
    while isinstance(request, AnswerMessage):  # one that a submission asked for and did not read
        request, data = _read(stream)
    if request is None:
        return None
    if isinstance(request, CellMessage):
        return request, []
    arrays = _arrays(request.arrays, data)
    values = [_Unpacker(arrays, len(arrays)).unpack(value) for value in request.values]
    return request, [
        Call(
            call.function,
            tuple([values[at] for at in call.arguments]),
            call.needs_result,
            tuple(call.watch),
            tuple(call.served),
        )
        for call in request.calls
    ]


def read_answer(stream: BinaryIO) -> Any:
    """The worker's side: what a helper gives; raises `CannotServe` where there is nothing."""
    answer, data = _read(stream)
    if not isinstance(answer, AnswerMessage) or not answer.served:
        raise CannotServe
    return _Unpacker(_arrays(answer.arrays, data), MAX_VALUES).unpack(answer.value)


def _read(stream: BinaryIO) -> tuple[CallMessage | CellMessage | AnswerMessage | None, bytes]:
    """The next message to the worker and the bytes of its arrays, or None at the end."""
    header = stream.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return None, b""
    length, data_length = frame_lengths(header)
    return _requests.decode(stream.read(length)), stream.read(data_length)


def printed_mark(number: int) -> str:
    """What a worker prints after a cell that printed something; ``number`` is its outcome's."""
    return f"\0{number}\0"


def split_printed(printed: bytes, ticket: int, count: int) -> tuple[list[bytes], bytes]:
    """What each of ``count`` cells printed, and what came after the last mark. A submission that
    prints marks of its own makes a muddle of what it printed, and of nothing else."""
    *marked, rest = _MARK.split(printed)
    parts = [b""] * count
    for text, number in zip(marked[::2], marked[1::2], strict=True):
        if 0 <= int(number) - ticket < count:
            parts[int(number) - ticket] += text
    return parts, rest


class OutcomesPacker:
    """Collects outcomes for one frame to the grader."""

    def __init__(self, ticket: int) -> None:
        self._message = OutcomesMessage(ticket, [], [])
        self._packer = _Packer()
        self.size = 0

    @property
    def number(self) -> int:
        """That of the outcome that comes next."""
        return self._message.ticket + len(self._message.outcomes)

    def add(self, outcome: Outcome) -> None:
        """Pack one more; ``size`` says about how many bytes there are now."""
        fields: _Fields | None = None
        if outcome is not DONE:
            fields = _fields(outcome, self._packer.pack(outcome.value))
        self._message.outcomes.append(fields)
        self.size = self._packer.size + 100 * len(self._message.outcomes)

    def frame(self) -> bytes:
        """The frame, and an empty one begun after it."""
        message, packer = self._message, self._packer
        message.arrays = packer.arrays
        self.__init__(self.number)  # type: ignore[misc]
        return _frame(message, packer.data)


def ask_frame(
    number: int, function: str, arguments: Sequence[Any], keywords: Mapping[str, Any]
) -> bytes:
    """Pack for the grader what call ``number`` asks for."""
    packer = _Packer()
    asked = _Asked(function, packer.pack(list(arguments)), packer.pack(dict(keywords)))
    return _frame(OutcomesMessage(number, packer.arrays, [], asked), packer.data)


def decode_outcomes(body: bytes, data: bytes, max_arrays: int) -> Received:
    """Unpack in the grader what a worker sent. Raises `WireError` for anything out of the ordinary,
    and `TooMuch` for an outcome, or something asked for, of more than ``max_arrays`` arrays, or of
    more than `MAX_BYTES`."""
    try:
        message = _outcomes.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise WireError(f"not a message of the protocol ({error})") from None
    unpacker = _Unpacker(_arrays(message.arrays, data, MAX_BYTES), max_arrays, MAX_BYTES)
    outcomes: list[Outcome] = []
    sizes: list[int] = []
    for fields in message.outcomes:
        unpacker.begin()
        outcomes.append(DONE if fields is None else _outcome(fields, unpacker))
        sizes.append(unpacker.size)
    ask = None
    if message.asked is not None:
        unpacker.begin()
        ask = _ask(message.asked, unpacker)
        sizes.append(unpacker.size)
    if sizes:  # each of the arrays keeps all of the bytes, whether anything names them or not
        sizes[-1] += max(0, len(data) - sum(sizes))
    return Received(message.ticket, outcomes, sizes, ask)


def _ask(asked: _Asked, unpacker: _Unpacker) -> Ask:
    arguments = unpacker.unpack(asked.arguments)
    return Ask(asked.function, arguments, unpacker.unpack(asked.keywords))


def _fields(outcome: Outcome, value: _Value) -> Any:
    """An outcome whose value is packed."""
    kind: Any = outcome.kind
    _, _, message, place, changed, warnings, counts, exception, errno, code, _ = outcome
    if not (message or changed or warnings or counts or exception):
        return kind, value  # as nearly all are: decoded, the rest has its defaults
    label, line = place or ("", -1)
    return _Fields(
        kind,
        value,
        _text(message),
        _text(label),
        [(at, _text(key)) for at, key in changed],
        [_text(text) for text in warnings],
        dict(counts),
        _text(exception),
        errno,
        line,
        [_text(each) for each in (code.line, code.refused, *sum(code.operands, ()))]
        if code
        else [],
    )


def _outcome(fields: _Fields, unpacker: _Unpacker) -> Outcome:
    value = fields.value if type(fields.value) is float else unpacker.unpack(fields.value)
    changed, warnings, counts = fields.changed, fields.warnings, fields.counts
    if not (fields.message or changed or warnings or counts or fields.exception):
        return Outcome(fields.kind, value)
    if max(len(changed), len(warnings), len(counts)) > MAX_VALUES:
        raise WireError("more than a result can hold")
    shown = unpacker.shown
    exception, message = shown(fields.exception), shown(fields.message)
    return Outcome(
        fields.kind,
        value,
        message[: max(0, MAX_TEXT - len(f"{exception}: "))] if exception else message,
        Place(shown(fields.label), fields.line) if fields.line >= 0 else None,
        tuple([(position, shown(key)) for position, key in changed]),
        tuple([shown(text) for text in warnings]),
        {shown(name): count for name, count in counts.items()},
        exception,
        fields.errno,
        _code([shown(each) for each in fields.code[:MAX_CODE]]),
    )


def _code(texts: Sequence[str]) -> Code | None:
    if len(texts) < 2:
        return None
    operands = tuple(zip(texts[2::2], texts[3::2], strict=False))
    return Code(texts[0], texts[1], operands)


def _text(text: str) -> str:
    """Text that can go over the wire: half a surrogate pair is none."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _shown(text: str) -> str:
    """What a submission sent as text: no more of it than a worker sends, before and after it is
    made visible."""
    if len(text) <= MAX_TEXT and text.isprintable():
        return text  # what nearly all is
    return visible_text(text[:MAX_TEXT])[:MAX_TEXT]


class _Packer:
    """Turns plain values into messages, and keeps the bytes of their arrays, each of them once."""

    def __init__(self) -> None:
        self.arrays: _Arrays = []
        self.data: list[bytes] = []
        self.size = 0
        # With the value itself: while it lives, no other one has its id.
        self._known: dict[int, tuple[np.ndarray, _Array]] = {}

    def pack(self, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            known = self._known.get(id(value))
            return known[1] if known else self._add(value)
        if isinstance(value, float):
            return value
        if isinstance(value, dict):
            return _Table([(_text(key), self.pack(item)) for key, item in value.items()])
        if isinstance(value, (list, tuple)):
            kind = "tuple" if isinstance(value, tuple) else "list"
            self.size += 9 * len(value)  # of a list of numbers, which nothing else counts
            return _Items(kind, [self.pack(item) for item in value])
        if isinstance(value, Opaque):
            return _Opaque(_text(value.type_name))
        if isinstance(value, Result):
            return _Result(value.of, value.key)
        return _text(value) if isinstance(value, str) else value

    def _add(self, value: np.ndarray) -> _Array:
        packed = _Array(len(self.arrays), type(value) is Matrix)
        self._known[id(value)] = value, packed
        self.arrays.append((value.dtype.str, value.shape))
        self.data.append(value.tobytes())
        self.size += value.nbytes
        return packed


def _arrays(described: _Arrays, data: bytes, max_bytes: float = math.inf) -> list[np.ndarray]:
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


class _Unpacker:
    """Unpacks one value, within what a worker keeps to by itself and a forged message need not: how
    deep values are nested, how many there are, how many of them are arrays, and how many bytes they
    take up: an array at every place that names it, in the float64 that it is compared in."""

    def __init__(
        self, arrays: Sequence[np.ndarray], max_arrays: int, max_bytes: float = math.inf
    ) -> None:
        self._arrays, self._max_arrays, self._max_bytes = arrays, max_arrays, max_bytes
        self.begin()

    def begin(self) -> None:
        """Count from nothing: another value begins."""
        self._values = self._found = 0
        self.size = VALUE_BYTES

    def unpack(self, value: Any, depth: int = 0) -> Any:
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
        if kind is _Table:
            self._add(VALUE_BYTES * len(value.items))
            table = {_shown(key): self.unpack(item, depth + 1) for key, item in value.items}
            self._add(4 * sum(map(len, table)))
            return table
        if kind is _Items:
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
