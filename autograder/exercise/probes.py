"""The probes of an exercise: what is sent to a submission's process, and what is called here."""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from autograder.exercise.definitions import used_names
from autograder.exercise.error import ExerciseError
from autograder.exercise.function import Function
from autograder.sandbox.calls import Cell, Probe
from autograder.sandbox.inside.call_counts import counted
from autograder.sandbox.inside.probes import found
from autograder.sandbox.plain import copy_plain

#: Under which key, which is no name, a solution's namespace holds a probe.
_KEY = "probe of {}"


def probe_cells(functions: Sequence[Function]) -> list[Cell]:
    """The cells that bring the probes to where a submission runs."""
    return [
        Cell(each.probe.source, f"check of {each.name}", probes=each.name, takes=each.probe.takes)
        for each in functions
        if isinstance(each.probe, Probe)
    ]


def bind_probes(functions: Sequence[Function], namespace: dict[str, Any]) -> None:
    """Add to what a solution defines what `called` finds for what is judged through probes.

    Raises `ExerciseError` where a probe cannot be used.
    """
    for function in functions:
        if callable(function.probe):
            takes = made_probe(function, namespace).takes
            namespace[_KEY.format(function.name)] = partial(_call, function.probe, takes, namespace)


def rebind_probes(namespace: dict[str, Any]) -> None:
    """Have the probes in a copy of a solution's namespace call what that one holds."""
    for name, value in namespace.items():
        if isinstance(value, partial) and value.func is _call:
            namespace[name] = partial(_call, *value.args[:2], namespace)


def called(namespace: Mapping[str, Any], function: str) -> Callable[..., Any]:
    """What a solution's function is called through, with data: its probe, if it has one, or
    itself."""
    probe: Callable[..., Any] = namespace.get(_KEY.format(function)) or namespace[function]
    return probe


def _call(
    probe: Callable[..., Any], takes: Sequence[str], namespace: Mapping[str, Any], *data: Any
) -> Any:
    return probe(*(namespace[name] for name in takes), *data)


def made_probe(function: Function, namespace: Mapping[str, Any]) -> Probe:
    """The probe of a function as it is sent: with its source, and that of what it uses beside it in
    its file.

    Raises `ExerciseError` where it needs what is not there, or takes no class of the solution.
    """
    probe, about = function.probe, ("Function", function.name)
    if (
        not inspect.isfunction(probe)
        or probe.__name__ == "<lambda>"
        or probe.__closure__
        or inspect.iscoroutinefunction(probe)
    ):
        raise ExerciseError(
            f"function {function.name!r}: its probe must be a function that exercise.py defines "
            "with def",
            *about,
        )
    if found(namespace, function.name) is None:
        raise ExerciseError(f"function {function.name!r}: the solution does not define it", *about)
    takes: list[str] = []
    for name in inspect.signature(probe).parameters:
        if not callable(namespace.get(name)):
            break
        takes.append(name)
    if not takes:
        raise ExerciseError(
            f"function {function.name!r}: the first argument of its probe {probe.__name__} must "
            "have the name of a class or a function of the solution",
            *about,
        )
    needed: dict[str, str] = {}
    for name, source in _sources(probe, set()):
        needed.setdefault(name, source)
    missing = next((name for name, source in needed.items() if not source), "")
    if missing:
        raise ExerciseError(
            f"function {function.name!r}: its probe {probe.__name__} uses {missing!r}, which is not "
            "there where it runs: it has its arguments, and of exercise.py functions, constants, "
            "and modules of numpy and Python",
            *about,
        )
    text = "\n\n".join(needed.values())
    if any(map(_annotations, ast.walk(ast.parse(text)))):
        text = f"from __future__ import annotations\n\n{text}"  # they are read, and never run
    return Probe(probe.__name__, text, tuple(takes))


def _sources(function: Callable[..., Any], above: set[str]) -> Iterator[tuple[str, str]]:
    """The sources by name of what a function uses, then its own; "" for what cannot be sent."""
    source = textwrap.dedent(inspect.getsource(function))
    beside = function.__globals__
    above = {*above, function.__name__}
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for field in _annotations(node):
            setattr(node, field, None)
    for name in sorted(used_names(tree) - above):
        value = beside.get(name)
        if inspect.isfunction(value) and value.__globals__ is beside:
            yield from _sources(value, above)
        elif name in beside or not hasattr(builtins, name):
            yield name, _as_source(name, value)
    yield function.__name__, source.rstrip() + "\n"


def _as_source(name: str, value: Any) -> str:
    """What binds a name to a constant, or to a module that is there for certain; "" for others."""
    if inspect.ismodule(value):
        package = value.__name__.partition(".")[0]
        is_there = package == "numpy" or package in sys.stdlib_module_names
        return f"import {value.__name__} as {name}\n" if is_there else ""
    try:
        is_constant = ast.literal_eval(repr(value)) == value and value is not None
    except (ValueError, SyntaxError):
        return ""
    return f"{name} = {value!r}\n" if is_constant else ""


def _annotations(node: ast.AST) -> list[str]:
    """The fields of a node that hold annotations."""
    return [field for field in ("annotation", "returns") if getattr(node, field, None)]


def used_by_probe(
    function: Function,
    names: Sequence[str],
    namespace: Mapping[str, Any],
    calls: Sequence[Sequence[Any]],
) -> set[str]:
    """Which of the functions and methods of these ``names`` run when a solution's function is
    called through its probe, with the data of any of the ``calls``."""
    used: set[str] = set()
    for data in calls:
        with np.errstate(all="ignore"), counted(names, namespace, {}) as counts:
            called(namespace, function.name)(*map(copy_plain, data))
        used |= {name for name in names if counts.get(name)}
    return used
