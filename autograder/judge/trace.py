"""The computation on a visible instance: every named quantity, and where it goes wrong.

A quantity that differs is wrong if nothing it is computed from differs; otherwise it follows from
what does. Functions that get right inputs have quantities that do not follow from those of
others. A function that was excused for others' mistakes has no wrong quantities of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.composition import own_arguments
from autograder.exercise.computation import (
    MAX_LOSSES,
    Group,
    Part,
    Trace,
    computed_together,
    first_numbers,
    is_large,
    recorder,
    right_losses,
    right_parts,
)
from autograder.judge.compare import Leaf, as_array, case_leaves, differing, leaf_problem
from autograder.judge.observe import Observation
from autograder.report import (
    FOLLOWS,
    MAX_CELLS,
    MAX_DIFFERENCES,
    MISSING,
    RIGHT,
    WRONG,
    Difference,
    FunctionReport,
    Losses,
    Quantity,
)
from autograder.sandbox.calls import Outcome
from autograder.sandbox.plain import lookup

Wrong = Mapping[str, Sequence[str]]
#: What was seen of each function on each visible case.
Visible = Mapping[str, Mapping[Case, Observation]]


class _Drawn(NamedTuple):
    """What a group of functions computed on a case. ``functions`` have quantities that are not
    right; ``has_mistake``, if one of these follows from no other."""

    trace: Trace
    label: str
    functions: Sequence[str]
    has_mistake: bool


def with_trace(
    reports: Sequence[FunctionReport],
    answer_key: AnswerKey,
    seen: Mapping[str, Sequence[Observation]],
    wrong: Wrong,
    always: bool,
) -> list[FunctionReport]:
    """The reports, with a trace in the first one of each group of functions in which something is
    wrong, on the first visible case on which that shows; and the losses in those of functions that
    record them.

    Where everything that is not right follows from other functions, only the first group has a
    trace. With ``always``, derivatives have one even if all of it is right.
    """
    visible = {
        name: {item.case: item for item in items if not item.case.hidden}
        for name, items in seen.items()
    }
    found = _placed(reports, answer_key, visible, wrong, always)
    records, position = recorder(answer_key) or ("", 0)
    trained = visible.get(records, {}).get(answer_key.cases[0])
    losses = None
    if trained and not trained.is_right:
        losses = _losses(answer_key, trained.first, position)
    return [
        report._replace(
            trace=found[report.name].trace if report.name in found else (),
            instance=found[report.name].label if report.name in found else "",
            losses=losses if report.name == records else None,
        )
        for report in reports
    ]


def _placed(
    reports: Sequence[FunctionReport],
    answer_key: AnswerKey,
    visible: Visible,
    wrong: Wrong,
    always: bool,
) -> dict[str, _Drawn]:
    """What is drawn, by the function in whose report it is."""
    found: dict[str, _Drawn] = {}
    following: dict[str, _Drawn] = {}
    for group in computed_together(answer_key.functions):
        seen = [item for f in group for item in visible.get(f.name, {}).values()]
        if not always and all(item.is_right for item in seen):
            continue
        drawn = _first(answer_key, group, visible, wrong)
        if drawn is None:
            continue
        names = [report.name for report in reports if report.name in drawn.functions]
        if not drawn.functions and always and group[-1].of:
            names = [report.name for report in reports if report.name == group[-1].name]
        names = [name for name in names if name not in found]  # in which it is drawn already
        if names:
            (found if drawn.has_mistake else following).setdefault(names[0], drawn)
    if not found and following:
        name = next(report.name for report in reports if report.name in following)
        found[name] = following[name]
    return found


def _first(answer_key: AnswerKey, group: Group, visible: Visible, wrong: Wrong) -> _Drawn | None:
    """What a group computes on the first case on which a mistake shows, or else something that
    follows, or else on the first; None if no function of it gave anything."""
    first = following = None
    for drawn in _on_cases(answer_key, group, visible, wrong):
        if drawn.has_mistake:
            return drawn
        first = first or drawn
        following = following or (drawn if drawn.functions else None)
    return following or first


def _on_cases(
    answer_key: AnswerKey, group: Group, visible: Visible, wrong: Wrong
) -> Iterator[_Drawn]:
    for case in answer_key.cases:
        seen = {f.name: visible[f.name][case] for f in group if case in visible.get(f.name, ())}
        parts = right_parts(answer_key, group, case) if seen else ()
        compared = list(_compared_parts(parts, seen, wrong))
        if any(part.function and part.quantity.state != MISSING for part in compared):
            own = {p.function for p in compared if p.quantity.state in (WRONG, MISSING)}
            following = {p.function for p in compared if p.quantity.state == FOLLOWS}
            trace = tuple(part.quantity for part in compared)
            yield _Drawn(trace, case.label, [*own, *following], bool(own))


def _compared_parts(
    parts: Sequence[Part], seen: Mapping[str, Observation], wrong: Wrong
) -> Iterator[Part]:
    """The quantities of the student's functions that were called."""
    causes: dict[tuple[str, str], str] = {}  # of the quantities that are not right
    for part in parts:
        name, quantity = part.function, part.quantity
        if not name:
            yield part
        elif name in seen:
            quantity = _compared(part, seen[name])
            if quantity.state != RIGHT:
                blamed = wrong.get(name, ()) if name not in wrong.get(name, ()) else ()
                blamed = blamed or _partners(seen[name].case, name, causes)
                quantity = _explained(quantity, causes, blamed, name)
                causes[name, quantity.name] = quantity.because or quantity.name
            yield part._replace(quantity=quantity)


def _compared(part: Part, item: Observation) -> Quantity:
    """A quantity as the student's function gave it."""
    if item.is_right:
        return part.quantity
    case, outcome = item.case, item.first
    leaf = next(leaf for leaf in case_leaves(case, part.function) if leaf.path == part.path)
    try:
        value = lookup(outcome.value, part.path)
    except (LookupError, TypeError):
        return part.quantity._replace(state=MISSING)
    if not outcome.returned:
        return part.quantity._replace(state=MISSING)
    if leaf_problem(leaf, value, case.dims, reveal=False) is None:
        return part.quantity
    return _differing(part.quantity, leaf, value)


def _differing(quantity: Quantity, leaf: Leaf, value: Any) -> Quantity:
    is_number = isinstance(leaf.expected, (np.ndarray, float, int))
    array = as_array(value, leaf.expected) if is_number else None
    if array is None:
        shape = np.shape(value) if isinstance(value, (np.ndarray, float, int)) else None
        return quantity._replace(state=WRONG, shape=shape)
    wrong = np.array(leaf.wrong_entries(array))
    array = array.astype(np.float64)
    expected: np.ndarray = np.array(leaf.expected, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        apart = float(np.max(np.abs(array - expected), initial=0.0))
    quantity = quantity._replace(
        state=WRONG,
        shape=array.shape,
        numbers=first_numbers(array),
        apart=apart if np.isfinite(apart) else None,
    )
    if not wrong.any() or not is_large(array.shape):
        return quantity
    places = [tuple(at) for at in np.argwhere(wrong)[:MAX_DIFFERENCES].tolist()]
    return quantity._replace(
        wrong=int(wrong.sum()),
        differing=tuple(
            Difference(at, *first_numbers(expected[at]), *first_numbers(array[at])) for at in places
        ),
        places=_map(wrong),
    )


def _map(wrong: Any) -> tuple[str, ...]:
    """Where entries are wrong along the last two axes, in a grid of a few cells."""
    flat = wrong.reshape(-1, *wrong.shape[-2:]).any(axis=0) if wrong.ndim > 1 else wrong[None]
    rows, columns = (np.array_split(np.arange(n), min(n, MAX_CELLS)) for n in flat.shape)
    return tuple(
        "".join(str(int(flat[np.ix_(row, column)].any())) for column in columns) for row in rows
    )


def _partners(case: Case, function: str, causes: Mapping[tuple[str, str], str]) -> Sequence[str]:
    """What is wrong in a function that keeps something for this one, which no other could use."""
    own = own_arguments(case.functions, case.functions[function])
    makers = {each.of for each in own if each.always}
    return next(([cause] for (maker, _), cause in causes.items() if maker in makers), ())


def _explained(
    quantity: Quantity, causes: Mapping[tuple[str, str], str], blamed: Sequence[str], function: str
) -> Quantity:
    """A quantity that is not right, with the first quantity or function that it follows from, if
    any."""
    if quantity.state == MISSING:
        return quantity
    if blamed:
        because = " and ".join(blamed)
    else:
        keys = ((function, name) for name in quantity.feeds)
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
