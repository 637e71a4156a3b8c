"""The derivatives that a function gives, beside what they are derivatives by, and the losses at
other values of that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.composition import Composition, Variable, variables, with_values
from autograder.exercise.function import Function
from autograder.judge.compare import as_array
from autograder.judge.ideas import Idea, Request, size_of, values_of
from autograder.judge.numerical_derivative import Variables
from autograder.judge.observe import add_own
from autograder.record import record
from autograder.sandbox.calls import Call, Caller, Result
from autograder.sandbox.plain import lookup

#: Runs a derivative on the results of the student's own functions, on cases; gives None where it
#: fails.
Differentiate = Callable[[Sequence[Case]], Sequence[Any]]


@record
class OwnGradients:
    """Runs a derivative on the results of the student's own functions, with right helpers if any
    are ``served``. ``restart`` has that done in a fresh process."""

    composition: Composition
    call: Caller
    restart: Callable[[], None] = lambda: None
    served: tuple[str, ...] = ()

    def __call__(self, cases: Sequence[Case]) -> list[Any]:
        """The derivatives on cases with other inputs; None where there are none."""
        self.restart()
        derivative = self.composition.derivative
        calls: list[Call] = []
        at: list[int] = []
        for case in cases:
            given = {**case.inputs, **self._made(calls, case)}
            arguments = tuple(given[name] for name in derivative.arguments)
            calls.append(Call(derivative.name, arguments, served=self.served))
            at.append(len(calls) - 1)
        outcomes = self.call(calls)
        return [outcomes[n].value if outcomes[n].returned else None for n in at]

    def _made(self, calls: list[Call], case: Case) -> dict[str, Result]:
        """Add the calls of what is differentiated as far as the derivative gets results of it."""
        derivative, made = self.composition.derivative, dict[str, Result]()
        wanted = {of for of, _ in derivative.gets.values()}
        for function in self.composition.functions:
            if function.name not in wanted:
                continue
            own = add_own(calls, function, case, ())
            given = {**case.inputs, **made, **own}
            arguments = tuple(given[name] for name in function.arguments)
            calls.append(Call(function.name, arguments, needs_result=False))
            for argument, (of, key) in derivative.gets.items():
                if of == function.name:
                    made[argument] = Result(len(calls) - 1, key)
        return made


class Side(NamedTuple):
    """Derivatives on a case, by the student's names for them, with respect to what matters to the
    composition from the function at ``start`` on."""

    case: Case
    grads: Mapping[str, Any]
    variables: Variables
    by: Mapping[str, Variable]
    start: int = 0

    def scope(self, values: Variables) -> dict[str, Any]:
        """The arguments where the variables have these values."""
        moved = [(self.by[name], value) for name, value in values.items()]
        return with_values(self.case.inputs, moved)


def sides_of(
    composition: Composition, case: Case, result: Any, given: Mapping[str, Any]
) -> Iterator[Side]:
    """The sides of derivatives on a case, with the variables' values as they are ``given``."""
    function = composition.derivative
    scope = {**case.inputs, **given}
    groups: dict[int, list[Variable]] = {}
    for variable in variables(case, function):
        groups.setdefault(composition.start(variable.argument), []).append(variable)
    for start, group in sorted(groups.items()):
        by = {named(function, variable): variable for variable in group}
        values = {n: np.asarray(lookup(scope[v.argument], v.path)) for n, v in by.items()}
        grads = {} if result is None else {n: lookup(result, v.entry) for n, v in by.items()}
        yield Side(replace(case, inputs=scope), grads, values, by, start)


def named(function: Function, variable: Variable) -> str:
    """The student's name for the derivative with respect to a variable."""
    return function.named(variable.entry) if variable.entry else function.name


class Losses:
    """The losses of an idea at sides. What is wanted of ``others`` is asked for with the first of
    them, since each round may cost a process; then there are its ``values``."""

    def __init__(
        self,
        composition: Composition,
        idea: Idea,
        sides: Sequence[Side],
        others: Sequence[Request] = (),
    ) -> None:
        self._composition, self._idea, self._sides = composition, idea, sides
        self._waiting = [*others]
        self.values: list[float] = []

    def __call__(self, requests: Iterable[tuple[int, Variables]]) -> list[float]:
        """The losses at (index of a side, its variables)."""
        others, self._waiting = self._waiting, []
        wanted = chain(others, _requests(self._sides, requests))
        found = values_of(self._composition, self._idea, wanted)
        self.values += found[: len(others)]
        return found[len(others) :]


def _requests(
    sides: Sequence[Side], requests: Iterable[tuple[int, Variables]]
) -> Iterator[Request]:
    sizes = [size_of(side.case.inputs) for side in sides]
    for at, values in requests:
        yield Request(sides[at].start, sides[at].scope(values), sizes[at])


def gradients_at(
    sides: Sequence[Side], differentiate: Differentiate, requests: Sequence[tuple[int, Variables]]
) -> list[Mapping[str, Any] | None]:
    """The gradients at (index of a side, its variables); None where there is none. With respect to
    what a function hands on there are those of the cases only: it cannot be moved by itself."""
    found: list[Mapping[str, Any] | None] = []
    moved: list[tuple[int, Side, Case]] = []
    for at, values in requests:
        side = sides[at]
        is_base = all(np.array_equal(v, side.variables[name]) for name, v in values.items())
        found.append(side.grads if is_base else None)
        if not is_base and not side.start:
            case = replace(side.case, inputs=side.scope(values))
            moved.append((len(found) - 1, side, case))
    results = differentiate([case for *_, case in moved]) if moved else []
    for (place, side, _), result in zip(moved, results, strict=True):
        found[place] = grads_of(side, result)
    return found


def grads_of(side: Side, result: Any) -> dict[str, np.ndarray] | None:
    """A finite derivative by every variable, in its shape, from a result; None unless all are
    there."""
    found = {}
    for name, variable in side.by.items():
        try:
            value = lookup(result, variable.entry)
        except (LookupError, TypeError):
            return None
        array = as_array(value, side.variables[name])
        if array is None or not np.isfinite(array).all():
            return None
        found[name] = array
    return found
