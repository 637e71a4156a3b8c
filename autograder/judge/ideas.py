"""The loss that a derivative may be of, where a function that it differentiates is wrong: a wrong
idea that was followed through.

If the idea is known, the solution with these mistakes in it computes the loss. Otherwise the
submission's own functions do. These get no chance to tell which point a call belongs to: each runs
in a process of its own, with only data between them, in random orders.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from autograder.exercise.composition import Composition
from autograder.exercise.function import Function
from autograder.exercise.mutants import Mutants
from autograder.exercise.probes import called
from autograder.faults import Fault
from autograder.sandbox.calls import Call, Caller
from autograder.sandbox.plain import copy_plain, numbers, plain

#: The most bytes of arguments in one batch, which the grader and the submission hold in memory.
BATCH_BYTES = 4_000_000
#: The most bytes of arguments of all calls of a function that are made before the next one.
ROUND_BYTES = 64_000_000
#: The arguments of calls, by name.
Scope = Mapping[str, Any]


class Idea(Protocol):
    """The functions whose composition is differentiated, as somebody understands them."""

    def results(self, function: Function, scopes: Iterable[Scope]) -> list[Any]:
        """What a function gives for arguments by name; None where it fails."""


class KnownIdea:
    """The solution with known mistakes in it."""

    def __init__(self, mutants: Mutants, mistakes: Collection[str]) -> None:
        """Raises `ExerciseError` if the mistakes exclude each other."""
        self._functions = mutants.functions(mistakes)
        self._here = mutants.here

    def results(self, function: Function, scopes: Iterable[Scope]) -> list[Any]:
        """What the solution with the mistakes gives."""
        with self._here(), np.errstate(all="ignore"):
            return [self._value(function, scope) for scope in scopes]

    def _value(self, function: Function, scope: Scope) -> Any:
        arguments = [copy_plain(scope[name]) for name in function.arguments]
        try:
            return plain(called(self._functions, function.name)(*arguments))
        except (Fault, OSError):
            raise
        except Exception:  # of the solution with these mistakes, or for want of an argument
            return None


class OwnIdea:
    """The submission's own functions."""

    def __init__(self, call: Caller, restart: Callable[[], None], seed: int = 0) -> None:
        """``restart`` has the following calls made in a fresh process."""
        self._call, self._restart = call, restart
        self._rng = np.random.default_rng(seed)

    def results(self, function: Function, scopes: Iterable[Scope]) -> list[Any]:
        """What the submission's function gives, in a process of its own."""
        return list(self._ask(function, scopes))

    def _ask(self, function: Function, scopes: Iterable[Scope]) -> Iterator[Any]:
        calls = (
            Call(function.name, tuple(scope[name] for name in function.arguments))
            for scope in scopes
        )
        first = next(calls, None)
        if first is not None:
            self._restart()
        while first is not None:
            size = max(1, sum(value.nbytes for value in numbers(first.arguments)))
            yield from self._shuffled([first, *itertools.islice(calls, BATCH_BYTES // size)])
            first = next(calls, None)

    def _shuffled(self, batch: Sequence[Call]) -> list[Any]:
        """The values of the calls, which are made in a random order."""
        order = self._rng.permutation(len(batch))
        values: list[Any] = [None] * len(batch)
        outcomes = self._call([batch[at] for at in order])
        for at, outcome in zip(order, outcomes, strict=True):
            values[at] = outcome.value if outcome.returned else None
        return values


def values_of(
    composition: Composition, idea: Idea, requests: Iterable[tuple[int, Scope]]
) -> list[float]:
    """The values of a composition for arguments by name, beginning with the function at a position;
    NaN where there is none."""
    requests, found = iter(requests), list[float]()
    while some := _round(requests):
        found += _values(composition, idea, some)
    return found


def _round(requests: Iterator[tuple[int, Scope]]) -> list[tuple[int, Scope]]:
    """As many requests as may be in memory at once; together they may take much."""
    found: list[tuple[int, Scope]] = []
    size = 0
    for request in requests:
        found.append(request)
        size += sum(value.nbytes for value in numbers(request[1]))
        if size > ROUND_BYTES:
            break
    return found


def _values(
    composition: Composition, idea: Idea, requests: Sequence[tuple[int, Scope]]
) -> list[float]:
    scopes = [dict(scope) for _, scope in requests]
    results: list[Any] = [None] * len(requests)
    for at, function in enumerate(composition.functions):
        due = [n for n, (start, _) in enumerate(requests) if start <= at]
        given = (scopes[n] for n in due)
        for n, result in zip(due, idea.results(function, given), strict=True):
            scopes[n].update(composition.handed_on(at, result))
            results[n] = result
    return [composition.value(*each) for each in zip(scopes, results, strict=True)]
