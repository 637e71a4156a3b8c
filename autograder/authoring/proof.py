"""What one proof of ``autograder build --check`` found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Proof:
    """A property that was tested, and whether it holds."""

    holds: bool
    text: str
