"""Reads a large notebook in pieces, and keeps only what is graded: its outputs may be far larger
than all memory that there is for it."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator

from autograder.contents import MAX_CELLS

#: Characters of pasted pictures that are kept of a notebook.
MAX_ATTACHED = 20_000_000
#: What stands for a picture that would be too much.
TOO_LARGE = b'"too large"'
#: Lists and objects that have others in them, each of which takes about five microseconds.
MAX_TOKENS = 500_000
_MAX_KEY = 10_000
_BLANK = re.compile(rb"[ \t\r\n]*")
_IN_STRING, _NESTED, _SCALAR_ENDS = (re.compile(x) for x in (rb'["\\]', rb'["\[\]{}]', rb"[,\]}]"))
#: Whole strings and what is between them, up to a bracket; with lists and objects of only such.
_TEXT = rb'[^"\[\]{}]*+(?:"[^"\\]*+(?:\\[\s\S][^"\\]*+)*+"[^"\[\]{}]*+)*+'
_FLAT = re.compile(rb"%b(?:[\[{]%b[\]}]%b)*+" % (_TEXT, _TEXT, _TEXT))
#: What a cell counts at least, in bytes.
_CELL = 20
_KEPT = (b"cell_type", b"source")


class TooLarge(Exception):
    """What is graded of a notebook has too many bytes: ``size``."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} bytes")
        self.size = size


class BreaksOff(ValueError):
    """The JSON ends in the middle."""


def without_outputs(pieces: Iterable[bytes], most: int) -> bytes:
    """The JSON of a notebook, reduced to what is read: the cells' types, sources, nbgrader's
    metadata and pictures.

    Raises `ValueError` if it is not JSON as of a notebook, or has more than `MAX_CELLS` cells or
    `MAX_TOKENS` lists and objects with others in them, and `TooLarge` if more than ``most`` bytes
    are left, without pictures.
    """
    scanner = _Scanner(pieces)
    scanner.leave_out(codecs.BOM_UTF8)
    out, left = scanner.out, _Left(most)
    out += b"{"
    for key in scanner.members():
        if key == b"cells":
            out += b'"cells":['
            for number, _ in enumerate(scanner.elements()):
                if number >= MAX_CELLS:
                    raise ValueError("it has too many cells")
                _keep_cell(scanner, left)
            _close(out, b"],")
        elif key == b"nbformat":
            left.keep(key, scanner)
        else:
            scanner.value()
    _close(out, b"}")
    if not scanner.at_end():
        raise ValueError("there is more behind its end")
    if left.bytes < 0:
        raise TooLarge(most - left.bytes)
    return bytes(out)


class _Left:
    """How many bytes may still be kept: of everything that is graded, and of pictures."""

    def __init__(self, most: int) -> None:
        self.bytes, self.pictures = most, MAX_ATTACHED

    def keep(self, key: bytes, scanner: _Scanner) -> None:
        """Keep the next value, unless it is too much."""
        scanner.out += b'"%s":' % key
        scanner.value(max(0, self.bytes))
        scanner.out += b","
        self.bytes -= scanner.length

    def keep_picture(self, name: bytes, scanner: _Scanner) -> None:
        """Keep the next value, a picture, or that it is too large; or nothing, if its name is."""
        self.pictures -= len(name) + _CELL
        if self.pictures < 0:
            scanner.value()
            return
        scanner.out += b'"%s":' % name
        if scanner.value(self.pictures):
            self.pictures -= scanner.length
        else:
            scanner.out += TOO_LARGE
        scanner.out += b","


def _keep_cell(scanner: _Scanner, left: _Left) -> None:
    out, start = scanner.out, len(scanner.out)
    left.bytes -= _CELL
    out += b"{"
    for key in scanner.members():
        is_object = scanner.peek() == b"{"
        if key in _KEPT or (key == b"metadata" and not is_object):
            left.keep(key, scanner)
        elif key == b"metadata":
            out += b'"metadata":{'
            for name in scanner.members():
                if name == b"nbgrader":
                    left.keep(name, scanner)
                else:
                    scanner.value()
            _close(out, b"},")
        elif key == b"attachments" and is_object:
            out += b'"attachments":{'
            for name in scanner.members():
                left.keep_picture(name, scanner)
            _close(out, b"},")
        else:
            scanner.value()
    _close(out, b"},")
    if left.bytes < 0:
        del out[start:]


def _close(out: bytearray, end: bytes) -> None:
    """End a list or an object, without the comma behind its last part."""
    if out.endswith(b","):
        del out[-1:]
    out += end


class _Scanner:
    """Goes through JSON that comes in pieces, and adds what is kept of it to ``out``."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._data, self._at, self._tokens = b"", 0, 0
        self._start = self._most = 0
        self.out = bytearray()
        #: The bytes of the last value.
        self.length = 0

    def members(self) -> Iterator[bytes]:
        """The keys of an object, in front of whose value this then is."""
        for _ in self._items(b"{", b"}"):
            if self.peek() != b'"':
                raise ValueError("a key is no string")
            start = len(self.out)
            self.value(_MAX_KEY)
            key = bytes(self.out[start:])
            del self.out[start:]
            self._expect(b":")
            yield key[1:-1] if b"\\" not in key else json.dumps(json.loads(key))[1:-1].encode()

    def elements(self) -> Iterator[None]:
        """For each element of a list, in front of which this then is."""
        return self._items(b"[", b"]")

    def _items(self, start: bytes, end: bytes) -> Iterator[None]:
        self._expect(start)
        if self.peek() == end:
            self._expect(end)
            return
        while True:
            yield None
            mark = self.peek()
            self._expect(mark if mark in (b",", end) else end)
            if mark == end:
                return

    def peek(self) -> bytes:
        """The next byte that is not blank."""
        while True:
            found = _BLANK.match(self._data, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._data):
                return self._data[self._at : self._at + 1]
            self._read()

    def value(self, most: int = 0) -> bool:
        """Go on behind the value at this place, and keep it if it has at most so many bytes;
        whether it was kept."""
        first = self.peek()
        self._start, self._most, self.length = len(self.out), most, 0
        if first == b'"':
            self._skip()
            self._string()
        elif first in (b"{", b"["):
            self._nested()
        else:
            self._scalar()
        return self.length <= most

    def _string(self) -> None:
        while self._until(_IN_STRING) == b"\\":
            self._skip()

    def _nested(self) -> None:
        self._skip()
        depth = 1
        while True:
            if flat := _FLAT.match(self._data, self._at):
                self._keep(flat.end())
            mark = self._until(_NESTED)
            if mark == b'"':
                self._string()
            else:
                depth += 1 if mark in (b"{", b"[") else -1
                if depth == 0:
                    return

    def _scalar(self) -> None:
        while True:
            found = _SCALAR_ENDS.search(self._data, self._at)
            self._keep(found.start() if found else len(self._data))
            if found:
                return
            self._read()

    def _until(self, pattern: re.Pattern[bytes]) -> bytes:
        while True:
            found = pattern.search(self._data, self._at)
            self._keep(found.end() if found else len(self._data))
            if found:
                self._tokens += 1
                if self._tokens > MAX_TOKENS:
                    raise ValueError("more lists and objects than a notebook has")
                return found[0]
            self._read()

    def at_end(self) -> bool:
        """Whether there is nothing more."""
        try:
            self.peek()
        except BreaksOff:
            return True
        return False

    def leave_out(self, mark: bytes) -> None:
        """Go on behind a mark, if it is at this place."""
        if self.peek() == mark[:1]:
            for byte in mark:
                self._expect(bytes([byte]))

    def _skip(self) -> None:
        if self._at >= len(self._data):
            self._read()
        self._keep(self._at + 1)

    def _keep(self, end: int) -> None:
        """Go on to ``end``, and keep what is between, unless it is too much."""
        self.length += end - self._at
        if self.length <= self._most:
            self.out += self._data[self._at : end]
        else:
            del self.out[self._start :]
        self._at = end

    def _expect(self, byte: bytes) -> None:
        if self.peek() != byte:
            raise ValueError(f"no {byte.decode()} where it has to be")
        self._at += 1
        self._tokens += 1

    def _read(self) -> None:
        self._data, self._at = next(self._pieces, b""), 0
        if not self._data:
            raise BreaksOff
