"""What stands for numpy, and for the arguments, while functions of the solution are recorded."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograder.exercise.recording import Float, Node, Recorded, Tape, run
from autograder.sandbox.plain import Path


class _Numpy:
    """Stands for numpy: its functions give recorded arrays."""

    def __init__(self, tape: Tape) -> None:
        self.__tape = tape

    def __getattr__(self, name: str) -> Any:
        return _standing_in(self.__tape, getattr(np, name))


def _standing_in(tape: Tape, value: Any) -> Any:
    """What stands for something of numpy: classes and ufuncs stay."""
    if value is np:
        return _Numpy(tape)
    if isinstance(value, (type, np.ufunc)) or not callable(value):
        return value

    def function(*args: Any, **options: Any) -> Any:
        return run(tape, value, args, options)

    return functools.update_wrapper(function, value, updated=())


@contextmanager
def recording(function: Callable[..., Any]) -> Iterator[Tape]:
    """While it lasts, a function, and others of its module, compute with recorded arrays."""
    tape, names = Tape(), function.__globals__
    kept = {name: value for name, value in names.items() if _is_numpys(value)}
    had_float = "float" in names
    try:
        names.update({name: _standing_in(tape, value) for name, value in kept.items()})
        if not had_float:
            names["float"] = Float
        yield tape
    finally:
        names.update(kept)
        if not had_float:
            del names["float"]


def _is_numpys(value: Any) -> bool:
    return value is np or (callable(value) and str(getattr(value, "__module__", "")) == "numpy")


def record(tape: Tape, value: Any, counts: bool = False) -> tuple[Any, list[tuple[Path, Node]]]:
    """An argument with recorded arrays in it, and the node of each, by its path.

    Texts, truth values and whole numbers stay what they are: they are sizes and choices. With
    ``counts`` whole numbers inside an argument are recorded too, such as the number of steps in a
    state.
    """
    found: list[tuple[Path, Node]] = []

    def inside(part: Any, path: Path) -> Any:
        if isinstance(part, Mapping):
            return {key: inside(item, (*path, key)) for key, item in part.items()}
        if isinstance(part, (list, tuple)):
            return type(part)([inside(item, (*path, at)) for at, item in enumerate(part)])
        is_count = counts and path and isinstance(part, int) and not isinstance(part, bool)
        if not is_count and not isinstance(part, (np.ndarray, float)):
            return part
        array = tape.array(np.array(part))
        found.append((path, array.node))
        return array

    return inside(value, ()), found


def nodes(value: Any) -> list[Node]:
    """The nodes of the arrays in a result."""
    if isinstance(value, Recorded):
        return [value.node]
    items = value.values() if isinstance(value, Mapping) else value
    if isinstance(value, (Mapping, list, tuple)):
        return [node for item in items for node in nodes(item)]
    return []
