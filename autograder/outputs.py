"""A notebook without its outputs, without making anything of them: they may be large, and are never
read."""

from __future__ import annotations

import codecs

import msgspec

#: A few bytes are an object, and each may become one of Python's.
MAX_OBJECTS = 500_000
_NOTHING = msgspec.Raw(b"null")


class _Cell(msgspec.Struct):
    """Of a cell what is read. What is raw is not taken apart."""

    cell_type: msgspec.Raw = _NOTHING
    source: msgspec.Raw = _NOTHING
    metadata: msgspec.Raw = _NOTHING


class _Notebook(msgspec.Struct):
    cells: list[_Cell]
    nbformat: msgspec.Raw = _NOTHING


def without_outputs(data: bytes) -> bytes:
    """The JSON of a notebook with only what is read of it; raises `ValueError` for what is no
    notebook, or has more objects than any."""
    if data.count(b"{") > MAX_OBJECTS:
        raise ValueError("more objects than a notebook has")
    try:
        notebook = msgspec.json.decode(data.removeprefix(codecs.BOM_UTF8), type=_Notebook)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None
    return msgspec.json.encode(notebook)
