"""Removes a notebook's outputs without parsing them: they may be large, and are never read."""

from __future__ import annotations

import codecs

import msgspec

#: A few bytes of JSON may become a large Python object.
MAX_OBJECTS = 500_000
_NOTHING = msgspec.Raw(b"null")


class _Cell(msgspec.Struct):
    """The fields of a cell that are read. Raw values are not parsed."""

    cell_type: msgspec.Raw = _NOTHING
    source: msgspec.Raw = _NOTHING
    metadata: msgspec.Raw = _NOTHING


class _Notebook(msgspec.Struct):
    cells: list[_Cell]
    nbformat: msgspec.Raw = _NOTHING


def without_outputs(data: bytes) -> bytes:
    """The JSON of a notebook, reduced to the fields that are read. Raises `ValueError` if it is not
    a notebook, or has more than `MAX_OBJECTS` objects."""
    if data.count(b"{") > MAX_OBJECTS:
        raise ValueError("more objects than a notebook has")
    try:
        notebook = msgspec.json.decode(data.removeprefix(codecs.BOM_UTF8), type=_Notebook)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None
    return msgspec.json.encode(notebook)
