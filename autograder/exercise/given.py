"""What an author's values are as data: the same to a solution as to a submission, or refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograder.exercise.kinds import a_kind
from autograder.sandbox.plain import MAX_DEPTH, MAX_TEXT, Path, path_text, plain


def as_data(value: Any) -> Any:
    """An input as a plain value. A single integer or truth value of numpy's is one of Python's, so
    that it can be a seed, a size or a condition."""
    return plain(_with_python_numbers(value))


def _with_python_numbers(value: Any) -> Any:
    if isinstance(value, (np.integer, np.bool_)):
        return value.item()
    if type(value) is dict:
        return {key: _with_python_numbers(item) for key, item in value.items()}
    return type(value)(map(_with_python_numbers, value)) if type(value) in (list, tuple) else value


def key_problem(value: Any) -> str:
    """Which key of a dict, however deep, is no string, or too long a one, and what to do;
    "" if all are short strings."""
    problems = (_not_a_string(path, key) for path, each in _parts(value) for key in _keys(each))
    return next(filter(None, problems), "")


def input_problem(value: Any) -> str:
    """What of an input no submission would be given, and what to do; "" if it is data."""
    for path, each in _parts(value):
        for key in _keys(each):
            if problem := _not_a_string(path, key):
                return problem
        kind = type(each).__name__
        if isinstance(each, tuple) and hasattr(each, "_fields"):
            return (
                f"{path_text(path)} is {a_kind(kind)}, whose names of fields would be lost: give a "
                "dict or a plain tuple"
            )
        if isinstance(each, Mapping) and hasattr(each, "__missing__"):
            return (
                f"{path_text(path)} is {a_kind(kind)}, whose default would be lost: give a plain "
                "dict"
            )
    return ""


def _parts(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """A value and all containers in it, as deep as data may be nested."""
    yield path, value
    if len(path) < MAX_DEPTH and isinstance(value, (Mapping, list, tuple)):
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, item in items:
            yield from _parts(item, (*path, key))


def _keys(value: Any) -> Any:
    return value if isinstance(value, Mapping) else ()


def _not_a_string(path: Path, key: Any) -> str:
    if isinstance(key, str) and len(key) <= MAX_TEXT:
        return ""
    if isinstance(key, str):
        return f"{path_text(path)} has a key of more than {MAX_TEXT} characters: take a shorter one"
    return (
        f"{path_text(path)} has the key {key!r}, and only strings can be keys: take a list, or "
        f'"{key}"'
    )
