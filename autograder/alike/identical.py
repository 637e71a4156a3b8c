"""Who handed in the same file, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def identical_files(digests: Mapping[str, str]) -> list[Sequence[str]]:
    """The groups of two or more students whose files have the same digest; ``digests`` are by
    student, and an empty one is of no file."""
    same: dict[str, list[str]] = {}
    for student, digest in digests.items():
        if digest:
            same.setdefault(digest, []).append(student)
    return [group for group in same.values() if len(group) > 1]
