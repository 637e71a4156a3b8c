"""Classes of named values.

`record` makes what ``dataclass(frozen=True)`` makes, and `dataclasses.fields` and
`dataclasses.replace` work on it. But a dataclass compiles six methods for each class, half a
millisecond, and a student who runs ``autograder check`` waits for all of them. The methods of
records are written once, here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError
from typing import Any, TypeVar, dataclass_transform, overload

Class = TypeVar("Class", bound=type)


@overload
def record(cls: Class) -> Class: ...
@overload
def record(*, eq: bool) -> Callable[[Class], Class]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def record(cls: Any = None, *, eq: bool = True) -> Any:
    """Turn a class with annotated fields into a frozen dataclass. Without ``eq``, each of its
    objects equals itself only."""
    if cls is None:
        return lambda each: record(each) if eq else _made(each, eq=False)
    return _made(cls, eq=eq)


def _made(cls: Any, *, eq: bool) -> Any:
    made = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    for name, method in (_METHODS | _EQUALITY if eq else _METHODS).items():
        if name not in vars(made):
            setattr(made, name, method)
    return made


def _init(self: Any, /, *values: Any, **named: Any) -> None:
    fields = self.__dataclass_fields__
    if len(values) > len(fields):
        raise _wrong(self, f"takes {len(fields)} values but {len(values)} were given")
    given = dict(zip(fields, values, strict=False))
    for name, value in named.items():
        if name not in fields:
            raise _wrong(self, f"got an unexpected keyword argument {name!r}")
        if name in given:
            raise _wrong(self, f"got multiple values for argument {name!r}")
        given[name] = value
    for name, field in fields.items():
        if name not in given and field.default is not MISSING:
            given[name] = field.default
        elif name not in given and field.default_factory is not MISSING:
            given[name] = field.default_factory()
    if missing := [repr(name) for name in fields if name not in given]:
        names = " and ".join(filter(None, [", ".join(missing[:-1]), missing[-1]]))
        many = "s" if len(missing) > 1 else ""
        raise _wrong(self, f"missing {len(missing)} required positional argument{many}: {names}")
    vars(self).update(given)
    if hasattr(self, "__post_init__"):
        self.__post_init__()


def _wrong(self: Any, why: str) -> TypeError:
    return TypeError(f"{type(self).__qualname__}.__init__() {why}")


def _values(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, name) for name in self.__dataclass_fields__)


def _equal(self: Any, other: object) -> Any:
    return _values(self) == _values(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _repr(self: Any) -> str:
    shown = (f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _set(self: Any, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


_METHODS = {"__init__": _init, "__repr__": _repr, "__setattr__": _set, "__delattr__": _delete}
_EQUALITY = {"__eq__": _equal, "__hash__": _hash}
