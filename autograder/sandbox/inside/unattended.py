"""Nobody is at the keyboard while a submission runs: what would wait fails at once."""

from __future__ import annotations

import builtins
import contextlib
import getpass
import io
import sys
from collections.abc import Iterator
from typing import Any, NoReturn


def _no_answer(*arguments: Any, **keywords: Any) -> NoReturn:
    raise EOFError("EOF when reading a line")


def _no_password(*arguments: Any, **keywords: Any) -> NoReturn:
    raise EOFError("nobody answers getpass()")


def _no_commands(*arguments: Any, **keywords: Any) -> NoReturn:
    raise EOFError("a breakpoint was reached")


@contextlib.contextmanager
def unattended() -> Iterator[None]:
    """Have ``input()``, ``getpass()`` and ``breakpoint()`` fail, as at the end of a file."""
    places: list[tuple[Any, str, Any]] = [
        (builtins, "input", _no_answer),
        (getpass, "getpass", _no_password),
        (sys, "breakpointhook", _no_commands),
        (sys, "stdin", io.StringIO()),
    ]
    before = [getattr(module, name) for module, name, _ in places]
    for module, name, stand_in in places:
        setattr(module, name, stand_in)
    try:
        yield
    finally:
        for (module, name, _), value in zip(places, before, strict=True):
            setattr(module, name, value)
