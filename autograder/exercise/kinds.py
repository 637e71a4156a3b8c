"""Whether the fields of what an author declares are of the kinds that their annotations say."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograder.exercise.error import ExerciseError


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float))


def _is_int(value: Any) -> bool:
    return isinstance(value, int)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(map(_is_text, value))


def _is_text_or_texts(value: Any) -> bool:
    return _is_text(value) or _is_texts(value)


def _is_by(value: Any) -> bool:
    return _is_text_or_texts(value) or _is_dict(value)


def _is_dict(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_text, value.keys()))


_DICT = "a dict with names as keys"


#: By an annotation, what it asks for in words, and whether a value is that.
_KINDS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "str": ("a string", _is_text),
    "float": ("a number", _is_number),
    "int": ("a whole number", _is_int),
    "bool": ("True or False", lambda value: isinstance(value, bool)),
    "Sequence[str]": ("a list of strings", _is_texts),
    "str | None": ("a string or None", lambda value: value is None or _is_text(value)),
    "str | Sequence[str]": ("a string or a list of strings", _is_text_or_texts),
    "str | Sequence[str] | Mapping[str, str | int | None]": (
        "a string, a list of strings, or a dict with strings as keys",
        _is_by,
    ),
    "Mapping[str, Any]": (_DICT, _is_dict),
    "Mapping[str, int]": (_DICT, _is_dict),
    "Mapping[str, Any] | None": (
        f"{_DICT}, or None",
        lambda value: value is None or _is_dict(value),
    ),
}


def a_kind(name: str) -> str:
    """The name of a type with its article."""
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"


def kind_of(value: Any) -> str:
    """The name of a value's type with its article."""
    return a_kind(type(value).__name__)


def require_kinds(declared: Any, what: str, about: Sequence[str]) -> None:
    """Raise `ExerciseError` on ``what`` is declared if a field of it is of another kind than its
    annotation says."""
    problem = kind_problem(declared)
    if problem:
        raise ExerciseError(f"{what}: {problem}", *about)


def kind_problem(declared: Any) -> str:
    """What is wrong with the kind of the first such field of a declaration; "" if nothing is."""
    for field in dataclasses.fields(declared):
        words, is_kind = _KINDS.get(str(field.type), ("", None))
        value = getattr(declared, field.name)
        if is_kind is not None and not is_kind(value):
            return f"{field.name} must be {words}, not {_described(value)}"
    return ""


def _described(value: Any) -> str:
    if isinstance(value, str):
        return "one string"
    if isinstance(value, (list, tuple)):
        other = next(each for each in value if not isinstance(each, str))
        return f"one with {kind_of(other)} in it"
    if isinstance(value, Mapping):
        other = next((key for key in value if not isinstance(key, str)), None)
        return "a dict" if other is None else f"one with the key {other!r}"
    return "None" if value is None else kind_of(value)
