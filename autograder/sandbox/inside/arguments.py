"""The arguments of a call: what is passed for them, and which of them the call changed."""

from __future__ import annotations

import copy
import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.sandbox.calls import Result
from autograder.sandbox.plain import copy_plain, plain, same


def resolve(argument: Any, results: Mapping[int, Any]) -> Any:
    """What to pass for an argument: a fresh copy, so that no call sees another's changes."""
    if not isinstance(argument, Result):
        return copy_plain(argument)
    if argument.of not in results:
        raise LookupError("a call it builds on gave no result")
    value = results[argument.of]
    if argument.key is not None:
        try:
            value = value[argument.key]
        except Exception:
            raise LookupError(f"a call it builds on gave no {argument.key!r}") from None
    return fresh(value)


def fresh(value: Any) -> Any:
    """A copy of what a student's function returned, made before any other call could change it."""
    if type(value) is np.ndarray:
        return value.copy()
    if type(value) is dict and all(type(item) is np.ndarray for item in value.values()):
        return {key: item.copy() for key, item in value.items()}
    try:
        return copy.deepcopy(value)
    except Exception:  # a student may keep something there that cannot be copied
        return value


def plain_arguments(asked: Sequence[Any], passed: Sequence[Any]) -> list[Any]:
    """The arguments as they are before a call. What was not a `Result` is a copy of a plain value,
    which the submission never sees and cannot change."""
    return [
        plain(argument) if isinstance(value, Result) else value
        for value, argument in zip(asked, passed, strict=True)
    ]


def changed_arguments(
    before: Sequence[Any], arguments: Sequence[Any]
) -> tuple[tuple[int, str], ...]:
    """Where arguments differ now: (position, key), key "" for the argument itself."""
    changed: list[tuple[int, str]] = []
    for position, (old, argument) in enumerate(zip(before, arguments, strict=True)):
        if _untouched(old, argument):
            continue
        new = plain(argument)
        if isinstance(old, dict) and isinstance(new, dict):
            keys = [*old, *(key for key in new if key not in old)]
            missing = object()
            changed += [
                (position, key)
                for key in keys
                if not same(old.get(key, missing), new.get(key, missing))
            ]
        elif not same(old, new):
            changed.append((position, ""))
    return tuple(changed)


def _untouched(old: Any, new: Any) -> bool:
    """Whether an argument is plainly what it was; when in doubt, it is not."""
    kind = type(old)
    if kind is not type(new):
        return False
    if kind is np.ndarray:
        same_kind = old.dtype is new.dtype and old.shape == new.shape
        return same_kind and old.tobytes() == new.tobytes()
    if kind is dict:
        return (
            len(old) == len(new)
            and all(map(operator.is_, old, new))
            and all(map(_untouched, old.values(), new.values()))
        )
    return kind in (float, int) and same(old, new)
