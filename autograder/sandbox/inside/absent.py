"""What stands for a value that could not be computed: whatever needs it fails with the cause."""

from __future__ import annotations

from typing import Any, NoReturn

_BINARY = "add sub mul matmul truediv floordiv mod pow and or xor lshift rshift"
_OTHERS = (
    "call getattr getitem setitem delitem iter next len bool contains float int complex index array "
    "neg pos abs invert lt le gt ge eq ne str format enter"
)


class NotComputed(Exception):
    """A value is missing, since the statement that computes it did not run to its end."""


class Absent:
    """A name is bound to it in the place of the value."""

    def __init__(self, error: BaseException) -> None:
        """Whatever is done with it raises an exception like ``error``."""
        self.__dict__["error"] = error

    __hash__ = object.__hash__


def _fail(self: Absent, *arguments: Any, **keywords: Any) -> NoReturn:
    error = self.__dict__["error"]
    raise type(error)(*error.args)


for _name in (*_BINARY.split(), *(f"r{name}" for name in _BINARY.split()), *_OTHERS.split()):
    setattr(Absent, f"__{_name}__", _fail)
