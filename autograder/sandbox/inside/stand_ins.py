"""Stand-ins for helpers: whoever calls one is given a right result."""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from autograder.sandbox.calls import CannotServe, Serve
from autograder.sandbox.plain import copy_plain, plain

#: What a stand-in raises when it has no result to give.
CANNOT_SERVE = "there is no right result for a call with these arguments"


def make_stand_in(name: str, ask: Serve) -> Callable[..., Any]:
    """A function that asks for a right result where a helper is called."""

    def stand_in(*arguments: Any, **keywords: Any) -> Any:
        profiler = sys.getprofile()
        sys.setprofile(None)  # nothing below is a call of the submission's
        try:
            given = {key: plain(value) for key, value in keywords.items()}
            return copy_plain(ask(name, [plain(value) for value in arguments], given))
        except CannotServe:
            raise RuntimeError(CANNOT_SERVE) from None
        finally:
            sys.setprofile(profiler)

    # By its code a function is known where calls are counted.
    stand_in.__code__ = stand_in.__code__.replace(co_name=name)
    stand_in.__name__ = name
    return stand_in


@contextlib.contextmanager
def forwarded(namespace: dict[str, Any], own: Mapping[str, Any]) -> Iterator[None]:
    """Have a submission's ``own`` helpers call what their names are bound to now, wherever it keeps
    them: under another name, in a table, as a default."""
    kept: list[tuple[types.FunctionType, types.CodeType, Any, Any]] = []
    keys: list[str] = []
    try:
        for name, function in own.items():
            if type(function) is types.FunctionType and function.__globals__ is namespace:
                code = function.__code__
                kept.append((function, code, function.__defaults__, function.__kwdefaults__))
                keys.append(f"stand-in for {name}")  # a name that no code can have
                namespace[keys[-1]] = namespace[name]
                function.__code__ = _forward.__code__.replace(
                    co_names=(keys[-1],), co_freevars=code.co_freevars
                )
                function.__defaults__ = function.__kwdefaults__ = None
        yield
    finally:
        for function, code, defaults, keyword_defaults in kept:
            function.__code__, function.__defaults__ = code, defaults
            function.__kwdefaults__ = keyword_defaults
        for key in keys:
            namespace.pop(key, None)


def _forward(*arguments: Any, **keywords: Any) -> Any:
    return forwards_to(*arguments, **keywords)  # type: ignore[name-defined]  # noqa: F821


def serve_nothing(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """Have no result for any call."""
    raise CannotServe
