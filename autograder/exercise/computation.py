"""The right computation on the first visible instance: every named quantity, in the order in which
it is computed, and the losses of a training run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.dataflow import Feeds, gradient_feeds
from autograder.exercise.declaration import Function
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
from autograder.sandbox.plain import is_row

MAX_LOSSES = 1000

#: Quantities in the order in which they are computed.
Trace = tuple[Quantity, ...]

_right: WeakKeyDictionary[Case, Trace] = WeakKeyDictionary()


def computing(functions: Sequence[Function]) -> dict[QuantityKind, str]:
    """Which function computes the quantities of a kind: the first that differentiates a loss, and
    the ones that it differentiates."""
    for function in functions:
        if function.derivative and not function.derivative.times:
            return {ACTIVATION: function.of[0], LOSS: function.of[-1], GRADIENT: function.name}
    return {}


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


def right_trace(answer_key: AnswerKey) -> Trace:
    """The trace of a right answer; empty if the exercise has no named activations or gradients."""
    if not answer_key.cases:
        return ()
    case, names = answer_key.cases[0], computing(answer_key.functions)
    if (
        case.hidden
        or not answer_key.feeds
        or not isinstance(case.expected.get(names.get(GRADIENT, "")), dict)
    ):
        return ()
    if case not in _right:
        _right[case] = tuple(_quantities(answer_key, names))
    return _right[case]


def right_losses(answer_key: AnswerKey) -> Losses | None:
    """The losses of a right training run, or None if the exercise has none."""
    found = recorder(answer_key)
    if found is None:
        return None
    name, at = found
    losses = tuple(float(loss) for loss in answer_key.cases[0].expected[name][at][:MAX_LOSSES])
    return Losses(losses, losses)


def _quantities(answer_key: AnswerKey, names: Mapping[QuantityKind, str]) -> list[Quantity]:
    """All quantities with their right values, in the order in which they are computed."""
    case = answer_key.cases[0]
    given = _given(case)
    found: dict[str, Quantity] = {}

    def add(name: str, kind: QuantityKind, by: Sequence[str], value: Any) -> None:
        for source in by:
            if source in given:
                source_kind: QuantityKind = INPUT if source in case.inputs else PARAMETER
                found.setdefault(source, _quantity(source, source_kind, GIVEN, (), given[source]))
        found[name] = _quantity(name, kind, RIGHT, by, value)

    for name, by in answer_key.feeds.items():
        add(name, ACTIVATION, by, case.expected[names[ACTIVATION]][name])
    loss = case.functions[names[LOSS]]
    if isinstance(case.expected.get(loss.name), (float, np.ndarray)):
        add(loss.name, LOSS, loss.arguments, case.expected[loss.name])
    gradient = case.functions[names[GRADIENT]]
    return [*found.values(), *_gradients(case, gradient, loss, answer_key.feeds)]


def _given(case: Case) -> dict[str, Any]:
    """Inputs, and what is in those that are dicts, such as parameters, by their names."""
    given = {name: case.inputs[name] for name in case.given}
    inside = [value for value in given.values() if isinstance(value, Mapping)]
    return {**{key: value for each in inside for key, value in each.items()}, **given}


def _gradients(case: Case, function: Function, loss: Function, feeds: Feeds) -> list[Quantity]:
    """The gradients, from the output backward, and otherwise in the solution's order."""
    grads = case.expected[function.name]
    outputs = {key: loss.name for _, key in loss.gets.values() if isinstance(key, str)}
    by = {name: gradient_feeds(name, feeds, grads, outputs) for name in grads}

    def depth(name: str) -> int:
        return 1 + max((depth(other) for other in by.get(name, ())), default=0)

    def label(name: str) -> str:
        return name if name == loss.name else function.named((name,))

    return [
        _quantity(label(name), GRADIENT, RIGHT, map(label, by[name]), grads[name], name)
        for name in sorted(grads, key=depth)
    ]


def _quantity(
    name: str,
    kind: QuantityKind,
    state: QuantityState,
    feeds: Iterable[str],
    value: Any,
    of: str = "",
) -> Quantity:
    if not isinstance(value, (np.ndarray, float, int)):
        value = np.empty(0)  # not numbers: nothing to show
    return Quantity(name, kind, state, tuple(feeds), np.shape(value), first_numbers(value), of=of)


def first_numbers(value: Any) -> tuple[float | None, ...]:
    """The first `MAX_NUMBERS` numbers of an array, None for one that is not finite."""
    array = np.asarray(value).ravel()[:MAX_NUMBERS].astype(np.float64)
    finite = np.isfinite(array).tolist()
    return tuple(n if ok else None for n, ok in zip(array.tolist(), finite, strict=True))
