"""The computation on the first visible instance: every named quantity, and where it goes wrong.

A quantity that differs is wrong if nothing it is computed from differs; otherwise it follows from
what does. Functions that get right inputs have quantities that do not follow from those of
others. A function that was excused for others' mistakes has no wrong quantities of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.computation import (
    MAX_LOSSES,
    Trace,
    computing,
    first_numbers,
    recorder,
    right_losses,
    right_trace,
)
from autograder.judge.compare import Leaf, as_array, case_leaves, differing, leaf_problem
from autograder.judge.observe import Observation
from autograder.report import (
    FOLLOWS,
    GIVEN,
    GRADIENT,
    LOSS,
    MISSING,
    RIGHT,
    WRONG,
    FunctionReport,
    Losses,
    Quantity,
)
from autograder.sandbox.calls import Outcome
from autograder.sandbox.plain import lookup

Wrong = Mapping[str, Sequence[str]]


def with_trace(
    reports: Sequence[FunctionReport],
    answer_key: AnswerKey,
    seen: Mapping[str, Sequence[Observation]],
    wrong: Wrong,
    always: bool,
) -> list[FunctionReport]:
    """The reports, with the trace in the first one whose function has a quantity that is not right,
    and the losses in those of functions that record them. With ``always``, the function of the
    gradients may have the trace even if all are right."""
    first = {name: items[0] for name, items in seen.items() if _is_of_the_first(items, answer_key)}
    trace, names = _trace(answer_key, first, wrong), computing(answer_key.functions)
    traced = {names[q.kind] for q in trace if q.state not in (GIVEN, RIGHT)}
    traced |= {names[GRADIENT]} if always and trace else set()
    at = next((report.name for report in reports if trace and report.name in traced), "")
    records, position = recorder(answer_key) or ("", 0)
    trained = first.get(records)
    losses = None
    if trained and not trained.is_right:
        losses = _losses(answer_key, trained.first, position)
    return [
        report._replace(
            trace=trace if report.name == at else (),
            losses=losses if report.name == records else None,
        )
        for report in reports
    ]


def _is_of_the_first(items: Sequence[Observation], answer_key: AnswerKey) -> bool:
    return bool(items) and items[0].case is answer_key.cases[0] and not items[0].case.hidden


def _trace(answer_key: AnswerKey, first: Mapping[str, Observation], wrong: Wrong) -> Trace:
    """The quantities of the student's functions that were called; empty if none gave any."""
    trace, names = [], computing(answer_key.functions)
    causes: dict[tuple[str, str], str] = {}  # of the quantities that are not right
    for quantity in right_trace(answer_key):
        if quantity.state != GIVEN:
            function = names[quantity.kind]
            if function not in first:
                continue
            quantity = _compared(quantity, function, first[function])
            if quantity.state != RIGHT:
                quantity = _explained(quantity, causes, wrong.get(function, ()), function)
                causes[quantity.kind, quantity.name] = quantity.because or quantity.name
        trace.append(quantity)
    gave = any(quantity.state not in (GIVEN, MISSING) for quantity in trace)
    return tuple(trace) if gave else ()


def _compared(quantity: Quantity, function: str, item: Observation) -> Quantity:
    """A quantity as the student's function gave it."""
    if item.is_right:
        return quantity
    case, outcome = item.case, item.first
    path = (quantity.of or quantity.name,) if quantity.kind != LOSS else ()
    leaf = next(leaf for leaf in case_leaves(case, function) if leaf.path == path)
    if not outcome.returned or (path and not _has(outcome.value, path[0])):
        return quantity._replace(state=MISSING)
    value = lookup(outcome.value, path)
    if leaf_problem(leaf, value, case.dims, reveal=False) is None:
        return quantity
    return _differing(quantity, leaf, value)


def _has(value: Any, key: Any) -> bool:
    return isinstance(value, dict) and key in value


def _differing(quantity: Quantity, leaf: Leaf, value: Any) -> Quantity:
    array = as_array(value, leaf.expected)
    if array is None:
        shape = np.shape(value) if isinstance(value, (np.ndarray, float, int)) else None
        return quantity._replace(state=WRONG, shape=shape)
    with np.errstate(invalid="ignore", over="ignore"):
        apart = float(np.max(np.abs(array - leaf.expected), initial=0.0))
    return quantity._replace(
        state=WRONG,
        shape=array.shape,
        numbers=first_numbers(array),
        apart=apart if np.isfinite(apart) else None,
    )


def _explained(
    quantity: Quantity, causes: Mapping[tuple[str, str], str], blamed: Sequence[str], function: str
) -> Quantity:
    """A quantity that is not right, with the first quantity or function that it follows from, if
    any."""
    if quantity.state == MISSING:
        return quantity
    if blamed and function not in blamed:
        because = " and ".join(blamed)
    else:
        keys = ((quantity.kind, name) for name in quantity.feeds)
        because = next((causes[key] for key in keys if key in causes), "")
    return quantity._replace(state=FOLLOWS, because=because) if because else quantity


def _losses(answer_key: AnswerKey, outcome: Outcome, at: int) -> Losses | None:
    """The losses that a training run recorded before the first one that is not finite; None if they
    are right or there are none."""
    right = right_losses(answer_key)
    value = outcome.value
    if right is None or not isinstance(value, (tuple, list)) or len(value) <= at:
        return None
    recorded = value[at]
    if not isinstance(recorded, (list, tuple, np.ndarray)) or getattr(recorded, "ndim", 1) == 0:
        return None
    losses = []
    for item in recorded[:MAX_LOSSES]:
        loss = as_array(item, 0.0)
        if loss is None or not np.isfinite(loss):
            break
        losses.append(float(loss))
    if not losses:
        return None
    same = len(losses) == len(right.expected)
    if same and not differing(np.array(losses), np.array(right.expected)).any():
        return None
    return Losses(tuple(losses), right.expected)
