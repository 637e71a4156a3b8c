"""The right computation on the first visible instance: every named quantity, in the order in which
it is computed, and the losses of a training run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.dataflow import Feeds, gradient_feeds
from autograder.exercise.protocol import BACKWARD, FORWARD, OUTPUT, PROTOCOL, TRAIN
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

#: Which function computes the quantities of a kind.
FUNCTIONS: dict[str, str] = {
    role.computes: role.name for role in PROTOCOL.values() if role.computes
}
MAX_LOSSES = 1000

#: Quantities in the order in which they are computed.
Trace = tuple[Quantity, ...]

_right: WeakKeyDictionary[Case, Trace] = WeakKeyDictionary()


def right_trace(answer_key: AnswerKey) -> Trace:
    """The trace of a right answer; empty if the exercise has no named activations or gradients."""
    case = answer_key.cases[0]
    if (
        case.hidden
        or not answer_key.feeds
        or not isinstance(case.expected.get(BACKWARD.name), dict)
    ):
        return ()
    if case not in _right:
        _right[case] = tuple(_quantities(answer_key))
    return _right[case]


def right_losses(answer_key: AnswerKey) -> Losses | None:
    """The losses of a right training run, or None if the exercise has none."""
    expected = answer_key.cases[0].expected.get(TRAIN.name)
    if answer_key.cases[0].hidden or not isinstance(expected, tuple):
        return None
    losses = tuple(float(loss) for loss in expected[1][:MAX_LOSSES])
    return Losses(losses, losses)


def _quantities(answer_key: AnswerKey) -> list[Quantity]:
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
        add(name, ACTIVATION, by, case.expected[FORWARD.name][name])
    loss = answer_key.function(LOSS)
    if loss is not None and isinstance(case.expected.get(LOSS), (float, np.ndarray)):
        add(LOSS, LOSS, loss.arguments, case.expected[LOSS])
    return [*found.values(), *_gradients(case.expected[BACKWARD.name], answer_key.feeds)]


def _given(case: Case) -> dict[str, Any]:
    """Inputs and parameters by their names."""
    params = case.inputs.get("params", {})
    return {**params, **{name: value for name, value in case.inputs.items() if name != OUTPUT}}


def _gradients(grads: Mapping[str, Any], feeds: Feeds) -> list[Quantity]:
    """The gradients, from the output backward, and otherwise in the solution's order."""
    by = {name: gradient_feeds(name, feeds, grads) for name in grads}

    def depth(name: str) -> int:
        return 1 + max((depth(other) for other in by.get(name, ())), default=0)

    return [
        _quantity(_label(name), GRADIENT, RIGHT, map(_label, by[name]), grads[name], name)
        for name in sorted(grads, key=depth)
    ]


def _label(name: str) -> str:
    return name if name == LOSS else f'grads["{name}"]'


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
