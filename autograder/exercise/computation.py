"""The right computation on a visible instance: every named quantity, in the order in which it is
computed, and the losses of a training run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.composition import upstream, variables
from autograder.exercise.dataflow import argument_names, gradient_feeds, result_names, short_name
from autograder.exercise.function import Function
from autograder.report import (
    ACTIVATION,
    GIVEN,
    GRADIENT,
    INPUT,
    LOSS,
    MAX_NUMBERS,
    PARAMETER,
    RIGHT,
    Losses,
    Quantity,
    QuantityKind,
    QuantityState,
)
from autograder.sandbox.plain import Path, is_row, lookup

MAX_LOSSES = 1000
#: An array of more entries or columns is large: not all of it is shown.
MAX_ENTRIES, MAX_COLUMNS = 6, 2

#: Quantities in the order in which they are computed.
Trace = tuple[Quantity, ...]
#: Functions whose quantities are shown together.
Group = tuple[Function, ...]


class Part(NamedTuple):
    """A quantity as it is right, the function that computes it, and the path to it in what that one
    returns. Quantities that are given have no function."""

    quantity: Quantity
    function: str = ""
    path: Path = ()


def computed_together(functions: Sequence[Function]) -> list[Group]:
    """The functions in groups: each with what it differentiates, in order, and others alone."""
    by_name = {function.name: function for function in functions}
    groups = [(*(by_name[name] for name in f.of), f) for f in functions if f.of]
    known = {function.name for group in groups for function in group}
    return groups + [(function,) for function in functions if function.name not in known]


def network(functions: Sequence[Function]) -> Group:
    """The first group with a loss of what another function computes; none if there is none."""
    groups = computed_together(functions)
    return next((g for g in groups if len(g) > 2 and not g[-1].times), ())


def is_large(shape: Sequence[int]) -> bool:
    """Whether an array has too many entries to show all of them."""
    return math.prod(shape) > MAX_ENTRIES or (len(shape) > 1 and shape[-1] > MAX_COLUMNS)


_right: WeakKeyDictionary[Case, dict[tuple[str, ...], tuple[Part, ...]]] = WeakKeyDictionary()


def right_parts(answer_key: AnswerKey, group: Group, case: Case) -> tuple[Part, ...]:
    """The quantities of a group of functions on a visible case; empty if there are not two that are
    computed, or the case is hidden."""
    functions = [
        f for f in group if f.name in case.expected and not (f.of and case.has_two_answers(f))
    ]
    if case.hidden or not functions:
        return ()
    known = _right.setdefault(case, {})
    names = tuple(function.name for function in group)
    if names not in known:
        parts = tuple(_Computation(answer_key, functions, case).parts())
        several = sum(bool(part.function) for part in parts) > 1
        known[names] = parts if several else ()
    return known[names]


def right_network(answer_key: AnswerKey) -> tuple[Trace, str]:
    """The quantities of a right network on the first visible instance that has it, and the label of
    that one; empty if the exercise has none."""
    group = network(answer_key.functions)
    for case in answer_key.cases:
        parts = right_parts(answer_key, group, case)
        if parts:
            return tuple(part.quantity for part in parts), case.label
    return (), ""


def right_trace(answer_key: AnswerKey) -> Trace:
    """The quantities of `right_network`."""
    return right_network(answer_key)[0]


def recorded(case: Case, function: str) -> int | None:
    """The position of the list of numbers that a function returns beside other things, such as the
    losses of a training run; None if there is none."""
    expected = case.expected.get(function)
    items = enumerate(expected if isinstance(expected, tuple) else ())
    return next((at for at, item in items if is_row(item) and item), None)


def recorder(answer_key: AnswerKey) -> tuple[str, int] | None:
    """The function that records losses, and their position in what it returns; None if there is
    none."""
    if not answer_key.cases:
        return None
    case = answer_key.cases[0]
    found = ((f.name, recorded(case, f.name)) for f in answer_key.functions)
    return next(((name, at) for name, at in found if at is not None and not case.hidden), None)


def right_losses(answer_key: AnswerKey) -> Losses | None:
    """The losses of a right training run, or None if the exercise has none."""
    found = recorder(answer_key)
    if found is None:
        return None
    name, at = found
    losses = tuple(float(loss) for loss in answer_key.cases[0].expected[name][at][:MAX_LOSSES])
    return Losses(losses, losses)


class _Computation:
    """The quantities of functions on a case, with one name each."""

    def __init__(self, answer_key: AnswerKey, functions: Sequence[Function], case: Case) -> None:
        self.answer_key, self.case = answer_key, case
        self.computing = [function for function in functions if not function.of]
        self.derivative = functions[-1] if functions[-1].of else None
        self.names = {function.name for function in functions}
        used = {a: f for f in functions for a in f.arguments if not self._is_made(f, a)}
        self.given = {argument: case.inputs[argument] for argument in used}
        made = {argument for argument, function in used.items() if argument in function.gets}
        #: The names of what is given, by argument and path, and of what is computed, by function.
        self.given_names = argument_names(self.given, made)
        self.computed_names: dict[Path, str] = {}
        self.feeds: dict[str, list[str]] = {}

    def _is_made(self, function: Function, argument: str) -> bool:
        """Whether an argument is what another function of them computes."""
        of = function.gets[argument][0] if argument in function.gets else ""
        return of in self.names and argument not in self.case.given

    def parts(self) -> Iterator[Part]:
        """The quantities in the order of computation; what is given, before it is first used."""
        shown: set[str] = set()
        given = {name: path for path, name in self.given_names.items()}
        for function in self.computing:
            for path, name, by in self._computed(function):
                for source in by:
                    if source in given and source not in shown:
                        shown.add(source)
                        yield Part(self._given(source, given[source]))
                kind: QuantityKind = LOSS if self._is_loss(function) else ACTIVATION
                value = lookup(self.case.expected[function.name], path)
                yield Part(_quantity(name, kind, RIGHT, by, value), function.name, path)
        if self.derivative:
            yield from self._gradients(self.derivative)

    def _is_loss(self, function: Function) -> bool:
        derivative = self.derivative
        return bool(derivative and not derivative.times and function.name == derivative.of[-1])

    def _given(self, name: str, path: Path) -> Quantity:
        kind: QuantityKind = PARAMETER if len(path) > 1 else INPUT
        return _quantity(name, kind, GIVEN, (), lookup(self.given, path))

    def _computed(self, function: Function) -> Iterator[tuple[Path, str, list[str]]]:
        """The parts of a function's result in order, with their names and what feeds them."""
        name, expected = function.name, self.case.expected[function.name]
        given = {a: self.case.inputs[a] for a in function.arguments}
        arguments = argument_names(given, function.gets)
        results = result_names(function, expected, arguments.values())
        here = {
            short_name(called): self._resolved(function, path) for path, called in arguments.items()
        }
        taken = {*self.given_names.values(), *self.computed_names.values()}
        for path, called in results.items():
            shown = f"{name}: {called}" if called in taken else called
            here[short_name(called)] = self.computed_names[(name, *path)] = shown
        graph = self.answer_key.feeding(self.case, name)
        paths = {short_name(called): path for path, called in results.items()}
        for called in [*(c for c in graph if c in paths), *(c for c in paths if c not in graph)]:
            known = graph.get(called, [*map(short_name, arguments.values())])
            by = [here[source] for source in known if here.get(source)]
            self.feeds[here[called]] = by
            yield paths[called], here[called], by

    def _resolved(self, function: Function, path: Path) -> str:
        """The name of a part of an argument: "" if it has none."""
        argument, *inside = path
        if not self._is_made(function, argument):
            return self.given_names.get(path, "")
        of, key = function.gets[argument]
        made = (of, *inside) if key is None else (of, key, *inside)
        return self.computed_names.get(made, "")

    def _gradients(self, function: Function) -> list[Part]:
        """The derivatives, from the output backward, and otherwise in the solution's order; before
        them the one that is given."""
        expected = self.case.expected[function.name]
        ends = self._ends(function)
        found_variables = variables(self.case, function)
        of = {each.entry: self._variable(each.argument, each.path) for each in found_variables}
        found = []
        results = result_names(function, expected)
        for path in results:
            of.setdefault(path, self._named_as(function, path))
        graded = {of[path] for path in results} | ends.keys()
        label = {of[path]: name for path, name in results.items()} | {
            name: quantity.name for name, quantity in ends.items()
        }
        for path, name in results.items():
            by = gradient_feeds(of[path], self.feeds, graded - {""}, {}) if of[path] else [*ends]
            value = lookup(expected, path)
            quantity = _quantity(
                name, GRADIENT, RIGHT, [label[each] for each in by], value, of[path]
            )
            found.append(Part(quantity, function.name, path))
        heights = self._heights()
        found.sort(key=lambda part: heights.get(part.quantity.of, 0))
        return [Part(q) for q in ends.values() if q.kind == GRADIENT] + found

    def _named_as(self, function: Function, path: Path) -> str:
        """The quantity of which a part has the name, or the name with a d before it, and so is the
        derivative: ``y``, or ``dh[2]`` of ``values["h"][2]``; "" if there is none."""
        root, *inside = path or ("",)
        if isinstance(root, int):
            root = function.parts[root] if root < len(function.parts) else ""
        if not inside and root in {*self.given_names.values(), *self.computed_names.values()}:
            return str(root)
        for (of, *place), name in self.computed_names.items():
            whole = self.case.functions[of]
            parts = [whole.parts[place[0]], *place[1:]] if whole.parts and place else place
            if parts and root in (parts[0], f"d{parts[0]}") and inside == parts[1:]:
                return name
        return ""

    def _variable(self, argument: str, path: Path) -> str:
        for function in self.computing:
            if argument in function.arguments:
                return self._resolved(function, (argument, *path))
        return ""

    def _ends(self, function: Function) -> dict[str, Quantity]:
        """Where derivatives begin, by name: at the loss, or at what the last function gives, whose
        derivative is given."""
        last = self.case.functions[function.of[-1]]
        ends = {p: name for p, name in self.computed_names.items() if p[0] == last.name}
        if not function.times:
            return {name: _quantity(name, LOSS, RIGHT, (), 0.0) for name in ends.values()}
        found = {}
        for times, key in upstream(function, last):
            for path, given in self.given_names.items():
                place = (last.name, *path[1:]) if key is None else (last.name, key, *path[1:])
                if path[0] == times and place in ends:
                    value = lookup(self.given, path)
                    found[ends[place]] = _quantity(given, GRADIENT, GIVEN, (), value, ends[place])
        return found

    def _heights(self) -> dict[str, int]:
        """How far each quantity is from the end of the computation."""
        found: dict[str, int] = {}
        for fed in reversed(self.feeds):
            for source in self.feeds[fed]:
                found[source] = max(found.get(source, 0), found.get(fed, 0) + 1)
        return found


def _quantity(
    name: str,
    kind: QuantityKind,
    state: QuantityState,
    feeds: Sequence[str],
    value: Any,
    of: str = "",
) -> Quantity:
    if not isinstance(value, (np.ndarray, float, int, list)):
        value = np.empty(0)  # not numbers: nothing to show
    return Quantity(name, kind, state, tuple(feeds), np.shape(value), first_numbers(value), of=of)


def first_numbers(value: Any) -> tuple[float | None, ...]:
    """The first `MAX_NUMBERS` numbers of an array, None for one that is not finite."""
    array = np.asarray(value).ravel()[:MAX_NUMBERS].astype(np.float64)
    finite = np.isfinite(array).tolist()
    return tuple(n if ok else None for n, ok in zip(array.tolist(), finite, strict=True))
