"""What the names of a submission are bound to, and where functions were bound to something else."""

from __future__ import annotations

import builtins
import contextlib
import types
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograder.sandbox.calls import Call, Outcome, Place
from autograder.sandbox.inside.absent import Absent
from autograder.sandbox.inside.probes import found

#: In the place of the value of a name that is not bound.
UNBOUND = object()
_NOTHING: Mapping[str, Any] = {}


class Bindings:
    """Knows the functions and modules that names were bound to when they were checked."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        """Watch the names of a ``namespace``."""
        self._namespace = namespace
        #: The functions and modules that there were at the check of each function.
        self._checked: dict[str, dict[str, Any]] = {}
        #: Where functions and modules were bound to something else.
        self.overwritten: dict[str, Place] = {}
        self._restored: dict[str, Mapping[str, Any]] = {}

    def begin_cell(self) -> None:
        """A cell may bind anything anew."""
        self._restored.clear()

    def check(self, function: str) -> None:
        """Keep what there is at the check of a function."""
        found = self._namespace.items()
        self._checked[function] = {name: v for name, v in found if is_function(v)}

    def compare(self, before: Mapping[str, Any], place: Place) -> None:
        """Note where functions and modules of ``before`` were bound to something else."""
        for name, value in before.items():
            was_function = is_function(value) or hasattr(builtins, name)
            if was_function and not is_function(self._namespace.get(name)):
                self.overwritten[name] = place

    def restored(self, function: str) -> Mapping[str, Any]:
        """The functions and modules of when a function was checked, in the place of what is none:
        it was right or wrong with them."""
        if function not in self._restored:
            self._restored[function] = {
                name: value
                for name, value in self._checked.get(function, {}).items()
                if not is_function(self._namespace.get(name))
            }
        return self._restored[function]

    def no_function(self, name: str) -> Outcome:
        """What comes of a call where a name is bound to no function."""
        place = self.overwritten.get(name)
        if name in self._namespace:
            text = f"{name} is {in_words(self._namespace[name])}"
            text += f" since {place}" if place else ", not a function"
            return Outcome("raised", None, text, exception="TypeError")
        if place is None:
            return Outcome("missing")
        text = f"name {name!r} is not defined; {name} was deleted in {place}"
        return Outcome("raised", None, text, exception="NameError")

    def for_call(self, call: Call) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """What names, and what methods, are bound to while a call is made, in the place of what
        they are bound to otherwise."""
        restored = self.restored(call.function)
        if not call.instead:
            return restored, _NOTHING
        instead = {name: self._namespace.get(other) for name, other in call.instead}
        methods = {name: value for name, value in instead.items() if "." in name}
        names = {name: value for name, value in instead.items() if "." not in name}
        return {**restored, **names}, methods

    @contextlib.contextmanager
    def bound(self, values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Bind names; what they were bound to before, and are again after it."""
        own = {name: self._namespace.get(name, UNBOUND) for name in values}
        try:
            self._namespace.update(values)
            yield own
        finally:
            for name, value in own.items():
                if value is UNBOUND:
                    self._namespace.pop(name, None)
                else:
                    self._namespace[name] = value

    @contextlib.contextmanager
    def methods_replaced(self, instead: Mapping[str, Any]) -> Iterator[None]:
        """Have classes other methods, by the names of those that they replace."""
        before: list[tuple[Any, str, Any]] = []
        try:
            for name, value in instead.items():
                owner, _, method = name.rpartition(".")
                kind = found(self._namespace, owner)
                before.append((kind, method, vars(kind).get(method, UNBOUND)))
                setattr(kind, method, value)
            yield
        finally:
            for kind, method, own in reversed(before):
                if own is UNBOUND:
                    delattr(kind, method)
                else:
                    setattr(kind, method, own)


def is_function(value: Any) -> bool:
    """Whether it is something to call, or a module."""
    kind = type(value)  # of a student's object, isinstance may fail
    return (callable(value) or issubclass(kind, types.ModuleType)) and kind is not Absent


def in_words(value: Any) -> str:
    """What a value is, in words."""
    kind = type(value)
    if issubclass(kind, (int, float, np.number)) and kind is not bool:
        return "a number"
    if value is None:
        return "None"
    name = "array" if issubclass(kind, np.ndarray) else kind.__name__
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"
