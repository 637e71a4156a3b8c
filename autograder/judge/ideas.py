"""The loss that a submission's `backward` may be the derivative of, where `forward` or `loss` is
wrong: a wrong idea that was followed through.

If the idea is known, the solution with these mistakes in it computes the loss. Otherwise the
submission's own functions do. These get no chance to tell which point a call belongs to: `forward`
and `loss` run in different processes, with only data between them, in random orders.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from autograder.exercise.mutants import Mutants
from autograder.exercise.protocol import FORWARD, LOSS, OUTPUT, Role
from autograder.faults import Fault
from autograder.judge.compare import as_array
from autograder.sandbox.calls import Call, Caller
from autograder.sandbox.plain import copy_plain, numbers

#: The most bytes of arguments in one batch, which the grader and the submission hold in memory.
BATCH_BYTES = 4_000_000
#: The arguments of a call, by name.
Scope = Mapping[str, Any]


class Idea(Protocol):
    """A loss as the composition of `forward` and `loss`."""

    def outputs(self, scopes: Iterable[Scope]) -> list[Any]:
        """The outputs of `forward`; None where it gives none."""

    def losses(self, scopes: Iterable[Scope]) -> list[float]:
        """The losses of outputs; NaN where there is none."""


class KnownIdea:
    """The solution with known mistakes in it."""

    def __init__(self, mutants: Mutants, mistakes: Collection[str]) -> None:
        """Raises `ExerciseError` if the mistakes exclude each other."""
        self._functions = mutants.functions(mistakes)

    def outputs(self, scopes: Iterable[Scope]) -> list[Any]:
        """The outputs of the solution's `forward`."""
        with np.errstate(all="ignore"):
            return [_output(self.activations(scope)) for scope in scopes]

    def activations(self, scope: Scope) -> Any:
        """What the solution's `forward` gives; None where it fails."""
        return self._value(FORWARD, scope)

    def losses(self, scopes: Iterable[Scope]) -> list[float]:
        """The losses that the solution's `loss` gives."""
        with np.errstate(all="ignore"):
            return [_number(self._value(LOSS, scope)) for scope in scopes]

    def _value(self, role: Role, scope: Scope) -> Any:
        arguments = [copy_plain(scope[name]) for name in role.given]
        try:
            return self._functions[role.name](*arguments)
        except (Fault, OSError):
            raise
        except Exception:  # of the solution with these mistakes, or for want of an output
            return None


class OwnIdea:
    """The submission's own `forward` and `loss`."""

    def __init__(self, call: Caller, restart: Callable[[], None], seed: int = 0) -> None:
        """``restart`` has the following calls made in a fresh process."""
        self._call, self._restart = call, restart
        self._rng = np.random.default_rng(seed)

    def outputs(self, scopes: Iterable[Scope]) -> list[Any]:
        """The outputs of `forward`, in a process of their own."""
        return [_output(value) for value in self._ask(FORWARD, scopes)]

    def losses(self, scopes: Iterable[Scope]) -> list[float]:
        """The losses, in a process of their own."""
        return [_number(value) for value in self._ask(LOSS, scopes)]

    def _ask(self, role: Role, scopes: Iterable[Scope]) -> Iterator[Any]:
        calls = (role.call(scope) for scope in scopes)
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


def _output(activations: Any) -> Any:
    return activations.get(OUTPUT) if isinstance(activations, dict) else None


def _number(value: Any) -> float:
    """A loss as a float; NaN if it is not a number."""
    array = as_array(value, 0.0)
    return float("nan") if array is None else float(array)
