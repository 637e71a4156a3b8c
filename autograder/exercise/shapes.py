"""The shapes of what the names of a function hold, from a run of the solution on an instance."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from autograder.sandbox.plain import Path

#: A name, and the keys under which something in it is.
Shapes = Mapping[Path, tuple[int, ...]]
#: No more than so many entries of a dict are looked at.
_MOST_ENTRIES = 30


def shapes_in(of: Any, run: Callable[[], Any]) -> dict[Path, tuple[int, ...]]:
    """The shapes of the arrays and numbers that a function's names hold when it ends, and of those
    in dicts, while ``run`` runs it. ``of`` is the function, or the class whose methods are meant.
    """
    codes = set(_codes(of))
    found: dict[Path, tuple[int, ...]] = {}

    def see(frame: types.FrameType, event: str, _: Any) -> None:
        if event == "return" and frame.f_code in codes:
            for name, value in frame.f_locals.items():
                found.update(_shapes((name,), value))

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        run()
    finally:
        sys.setprofile(before)
    return found


def _codes(of: Any) -> Iterator[types.CodeType]:
    if isinstance(of, types.CodeType):
        yield of
        for constant in of.co_consts:
            yield from _codes(constant)
    elif isinstance(of, type):
        for each in vars(of).values():
            yield from _codes(each)
    else:
        yield from _codes(of.__code__) if hasattr(of, "__code__") else ()


def _shapes(path: Path, value: Any) -> Iterator[tuple[Path, tuple[int, ...]]]:
    if isinstance(value, (bool, str)):
        return
    if isinstance(value, (int, float, np.ndarray, np.number)):
        yield path, np.shape(value)
    elif isinstance(value, dict) and len(path) < 2 and len(value) <= _MOST_ENTRIES:
        for key, item in value.items():
            if isinstance(key, str):
                yield from _shapes((*path, key), item)
