"""Marks in what a worker prints, which tell the grader where each cell's part ends."""

from __future__ import annotations

import re

_MARK = re.compile(rb"\0(\d{1,20})\0")


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
