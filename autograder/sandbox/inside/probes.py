"""Functions of the grader's through which a submission's classes are called: data in, data out."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Mapping
from typing import Any

from autograder.sandbox.calls import Code, Outcome


def found(namespace: Mapping[str, Any], name: str) -> Any:
    """What a name is bound to, also that of a method, ``Value.backward``; None if it is nothing.

    A method is what a class has, its own or that of one that it is derived from.
    """
    first, *attributes = name.split(".")
    value = namespace.get(first)
    for attribute in attributes:
        try:
            value = getattr(value, attribute)
        except (Exception, SystemExit):  # a student's class may fail at anything
            return None
    return value


class Probes:
    """The probes of one submission, by the name of what is called through each."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        """``namespace`` holds what they take."""
        self._namespace = namespace
        self._known: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {}

    def __contains__(self, function: str) -> bool:
        return function in self._known

    def add(self, function: str, names: Mapping[str, Any], takes: tuple[str, ...]) -> None:
        """Keep a probe: the function that its source defined last, among its ``names``, of which
        none is a submission's."""
        own = [each for each in names.values() if isinstance(each, types.FunctionType)]
        self._known[function] = own[-1], takes

    def bound(self, function: str, instead: Mapping[str, Any]) -> Callable[..., Any] | Outcome:
        """A probe with the submission's classes, those of ``instead`` where there are some; or what
        comes of the call where one of them is not defined: as of a stub of that name."""
        probe, takes = self._known[function]
        first = function.partition(".")[0]
        names = {name: instead.get(name, self._namespace.get(name)) for name in (first, *takes)}
        if found(names, function) is None:
            return Outcome("missing")
        for name in takes:
            if names[name] is None:
                error = NotImplementedError.__name__
                return Outcome("raised", exception=error, code=Code("", name))
        return functools.partial(probe, *(names[name] for name in takes))
