"""The files beside a notebook, of a release or of a submission: which are copied, within limits.

Memory does not grow with their number or their size."""

from __future__ import annotations

import heapq
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from io import FileIO
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from autograder.regular_file import regular_file
from autograder.sandbox.limits import Limits
from autograder.text import short_name

#: Larger files are not copied, in bytes.
MAX_COPIED = 10_000_000
_PIECE = 1_000_000


class Chosen(NamedTuple):
    """The names of the files that are copied, and a sentence about those that are not, or ""."""

    names: Sequence[str]
    left_out: str


def choose(folder: Path, limits: Limits, what: str, excluded: Collection[str] = ()) -> Chosen:
    """Choose the files of a folder to copy, the smallest first, up to the limits.

    Links, folders and notebooks are not copied. ``what`` is what they lie beside, in words. Raises
    `OSError` when the folder cannot be read.
    """
    found, unread, largest = 0, 0, (-1, "")

    def readable() -> Iterator[tuple[int, str]]:
        nonlocal found, unread, largest
        for each in _sizes(folder, excluded):
            found, largest = found + 1, max(largest, each)
            if os.access(folder / each[1], os.R_OK):
                yield each
            else:
                unread += 1

    smallest = heapq.nsmallest(limits.beside_files, readable())
    together = accumulate(size for size, _ in smallest)
    names = [
        name
        for (size, name), sum_ in zip(smallest, together, strict=True)
        if size <= MAX_COPIED and sum_ <= limits.beside_bytes
    ]
    if len(names) == found:
        return Chosen(names, "")
    return Chosen(names, _left_out(found - len(names), unread, largest[1], limits, what))


def _sizes(folder: Path, excluded: Collection[str]) -> Iterator[tuple[int, str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name in excluded or name.endswith(".ipynb"):
                continue
            with suppress(FileNotFoundError):
                if entry.is_file(follow_symlinks=False):
                    yield entry.stat(follow_symlinks=False).st_size, name


def _left_out(files: int, unread: int, largest: str, limits: Limits, what: str) -> str:
    name = short_name(largest)
    which = f"The file {name} beside {what} was"
    if files > 1:
        which = f"{files} files beside {what} were"
    among = "" if files == 1 else f" The largest one is {name}."
    unreadable = f" {unread} cannot be read." if unread else ""
    return (
        f"{which} not copied to the graded notebook: at most {limits.beside_files} files are, of at "
        f"most {MAX_COPIED / 1e6:.0f} MB each and {limits.beside_mb:g} MB together."
        f"{among}{unreadable}"
    )


def copy_files(folder: Path, names: Sequence[str], into: Path, limits: Limits) -> None:
    """Copy files in pieces and within the limits: one that grows meanwhile is copied in part, as is
    one that cannot be read to its end."""
    left = limits.beside_bytes
    for name in names:
        source = regular_file(folder / name)
        if source is not None:  # readable, and not removed
            with source:
                left -= _copy(source, into / name, min(left, MAX_COPIED))


def _copy(source: FileIO, target: Path, most: int) -> int:
    left = most
    with open(target, "wb") as stream:
        while left and (piece := _read(source, min(left, _PIECE))):
            stream.write(piece)
            left -= len(piece)
    return most - left


def _read(source: FileIO, size: int) -> bytes:
    try:
        return source.read(size)
    except OSError:  # a fault of this disk, which costs no grade
        return b""
