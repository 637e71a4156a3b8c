"""How often the functions of a submission are called."""

from __future__ import annotations

import contextlib
import inspect
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograder.sandbox.inside.probes import found


@contextlib.contextmanager
def counted(
    names: Sequence[str], namespace: Mapping[str, Any], own: Mapping[str, Any]
) -> Iterator[dict[str, int]]:
    """Count the calls of the named functions, whatever name they are called by; where one has a
    stand-in, of that and of the submission's ``own``."""
    counts = dict.fromkeys(names, 0)
    codes = {_code_of(found(namespace, name)): name for name in names}
    codes.update({_code_of(own[name]): name for name in names if name in own})
    codes.pop(None, None)
    if not codes:
        yield counts
        return

    def count(frame: types.FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code in codes:
            counts[codes[frame.f_code]] += 1

    previous = sys.getprofile()
    sys.setprofile(count)
    try:
        yield counts
    finally:
        sys.setprofile(previous)


def _code_of(function: Any) -> types.CodeType | None:
    """The code that runs when a student's function is called, below any decorators."""
    with contextlib.suppress(Exception):  # a student's object may fail at anything
        function = inspect.unwrap(function)
        if not hasattr(function, "__code__"):
            function = type(function).__call__
        code = getattr(function, "__code__", None)
        return code if isinstance(code, types.CodeType) else None
    return None
