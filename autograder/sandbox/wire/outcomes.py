"""From the worker to the grader: what came of cells and calls, and what is asked for in a call.

What arrives is decoded against fixed types and limits; nothing in it is ever run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from autograder.sandbox.calls import DONE, Code, Outcome, Place
from autograder.sandbox.plain import MAX_BYTES, MAX_TEXT
from autograder.sandbox.wire.frames import as_frame
from autograder.sandbox.wire.values import (
    MAX_VALUES,
    Arrays,
    Items,
    Packer,
    Table,
    Unpacker,
    Value,
    WireError,
    sendable,
    unpacked_arrays,
)

#: Texts of the `Code` of an outcome.
MAX_CODE = 20


class _Fields(msgspec.Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    """The fields of an `Outcome`; the place is a label and a line."""

    #: The other kinds are the grader's own findings.
    kind: Literal["returned", "raised", "missing", "memory", "skipped"]
    value: Value
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
    arguments: Items
    keywords: Table


class OutcomesMessage(msgspec.Struct, array_like=True):
    """Worker to grader: what came of the next cells or calls, the first of which is number
    ``ticket``; None stands for `autograder.sandbox.calls.DONE`. Or, with no outcome, what call
    number ``ticket`` asks for before it goes on."""

    ticket: int
    arrays: Arrays
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


_decoder = msgspec.msgpack.Decoder(OutcomesMessage)


class OutcomesPacker:
    """Collects outcomes for one frame to the grader."""

    def __init__(self, ticket: int) -> None:
        """Begin with the outcome of that number."""
        self._message = OutcomesMessage(ticket, [], [])
        self._packer = Packer()
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
        return as_frame(message, packer.data)


def ask_frame(
    number: int, function: str, arguments: Sequence[Any], keywords: Mapping[str, Any]
) -> bytes:
    """Pack for the grader what call ``number`` asks for."""
    packer = Packer()
    asked = _Asked(function, packer.pack(list(arguments)), packer.pack(dict(keywords)))
    return as_frame(OutcomesMessage(number, packer.arrays, [], asked), packer.data)


def decode_outcomes(body: bytes, data: bytes, max_arrays: int) -> Received:
    """Unpack in the grader what a worker sent. Raises `WireError` for anything out of the ordinary,
    and `TooMuch` for an outcome, or something asked for, of more than ``max_arrays`` arrays, or of
    more than `MAX_BYTES`."""
    try:
        message = _decoder.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise WireError(f"not a message of the protocol ({error})") from None
    unpacker = Unpacker(unpacked_arrays(message.arrays, data, MAX_BYTES), max_arrays, MAX_BYTES)
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


def _ask(asked: _Asked, unpacker: Unpacker) -> Ask:
    arguments = unpacker.unpack(asked.arguments)
    return Ask(asked.function, arguments, unpacker.unpack(asked.keywords))


def _fields(outcome: Outcome, value: Value) -> Any:
    """An outcome whose value is packed."""
    kind: Any = outcome.kind
    _, _, message, place, changed, warnings, counts, exception, errno, code, _ = outcome
    if not (message or changed or warnings or counts or exception):
        return kind, value  # as nearly all are: decoded, the rest has its defaults
    label, line = place or ("", -1)
    return _Fields(
        kind,
        value,
        sendable(message),
        sendable(label),
        [(at, sendable(key)) for at, key in changed],
        [sendable(text) for text in warnings],
        dict(counts),
        sendable(exception),
        errno,
        line,
        [sendable(each) for each in (code.line, code.refused, *sum(code.operands, ()))]
        if code
        else [],
    )


def _outcome(fields: _Fields, unpacker: Unpacker) -> Outcome:
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
