"""Whether a loss and its derivatives depend on all that those of a network do: constants, and sums
over the parameters, have derivatives too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.composition import Composition
from autograder.judge.ideas import Idea, Request, Scope, size_of
from autograder.judge.numerical_derivative import Variables, judge_gradients
from autograder.judge.sides import Differentiate, Losses, Side, grads_of, sides_of
from autograder.sandbox.plain import lookup, map_leaves, same

#: By how much parameters and inputs are moved to see what depends on them.
MOVE = 0.1
#: A gradient that changes by less than this share does not depend on what was moved. It is more
#: than what a gradient may be wrong by.
CHANGED = 1e-3


class Elsewhere(NamedTuple):
    """Derivatives where parameters have other values, as sides which must not be refuted; and by
    case its arguments, and these with each of the other ones moved, on which the loss depends."""

    sides: Sequence[Side]
    scopes: Sequence[Sequence[Scope]]

    @property
    def requests(self) -> list[Request]:
        """The losses that are needed for all arguments."""
        return [Request(0, scope, size_of(scope)) for each in self.scopes for scope in each]

    def depends_on_all(self, values: Sequence[float]) -> bool:
        """Whether these losses depend on every argument, on most cases."""
        losses = np.array(values).reshape(len(self.scopes), -1)
        changed = np.mean(losses[:, 1:] != losses[:, :1], axis=0)
        return bool(np.isfinite(losses).all() and (changed > 1 / 2).all())


def elsewhere(
    composition: Composition,
    cases: Sequence[Case],
    differentiate: Differentiate,
    followed: Mapping[Case, Any] = MappingProxyType({}),
) -> Elsewhere | None:
    """What there is elsewhere; None unless there are derivatives, most of which depend on the other
    parameters. What is to be ``followed`` on a case is not asked again."""
    sides = [next(iter(sides_of(composition, case, None, {}))) for case in cases]
    groups = [
        _with_other_parameters(side)[case in followed :]
        for side, case in zip(sides, cases, strict=True)
    ]
    results = _for_each(differentiate, groups)
    coupled: list[bool] = []
    judged: list[Side] = []
    for side, case, group, each in zip(sides, cases, groups, results, strict=True):
        known = [followed[case]] if case in followed else []
        grads = [grads_of(side, result) for result in (*known, *each)]
        complete = [grad for grad in grads if grad is not None]
        if len(complete) < len(grads):
            return None
        coupled += _coupled(side, complete)
        judged += [
            Side(moved, grad, _values(side, moved), side.by)
            for moved, grad in zip(group, complete[len(known) :], strict=True)
        ]
    if not sum(coupled) > len(coupled) / 2:
        return None
    scopes = [[side.case.inputs, *_with_one_moved(composition, side.case)] for side in sides]
    return Elsewhere(judged, scopes)


def respond(
    composition: Composition,
    cases: Sequence[Case],
    idea: Idea,
    differentiate: Differentiate,
    seed: int = 0,
) -> bool:
    """Whether the loss depends on all arguments of what is differentiated, and the gradient with
    respect to most parameters on the other ones, as in a network. It has to be the gradient where
    these have other values, and most cases are enough: the units of one may be dead."""
    found = elsewhere(composition, cases, differentiate)
    if found is None:
        return False
    losses = Losses(composition, idea, found.sides, found.requests)
    verdicts = judge_gradients(
        [side.variables for side in found.sides],
        losses,
        lambda requests: [found.sides[at].grads for at, _ in requests],
        seed=seed,
        nudged=False,
    )
    is_refuted = any(verdict.passed is False for verdict in verdicts)
    return not is_refuted and found.depends_on_all(losses.values)


def _values(side: Side, case: Case) -> Variables:
    return {n: np.asarray(lookup(case.inputs[v.argument], v.path)) for n, v in side.by.items()}


def _for_each(
    function: Callable[[list[Any]], Sequence[Any]], groups: Sequence[Sequence[Any]]
) -> list[list[Any]]:
    """What a function gives for the items of all groups at once, group by group."""
    found = iter(function([item for group in groups for item in group]))
    return [[next(found) for _ in group] for group in groups]


def _with_one_moved(composition: Composition, case: Case) -> list[Mapping[str, Any]]:
    """The arguments of a composition, with each of them moved in turn, but those by which is
    differentiated, what its functions make themselves, and what holds no floating-point numbers."""
    function = composition.derivative
    names = dict.fromkeys(name for each in composition.functions for name in each.arguments)
    known = {*composition.made, *function.by, *function.times}
    scopes: list[Mapping[str, Any]] = []
    for name in names:
        if name not in known:
            moved = map_leaves(lambda _, leaf: _moved(leaf), case.inputs[name])
            if not same(moved, case.inputs[name]):
                scopes.append({**case.inputs, name: moved})
    return scopes


def _with_other_parameters(side: Side) -> list[Case]:
    """The case, then with all its variables moved but one: each, or the only one."""
    values = side.variables
    moved = {name: _moved(value) for name, value in values.items()}
    kept = [{**moved, name: values[name]} if len(values) > 1 else moved for name in values]
    return [replace(side.case, inputs=side.scope(each)) for each in (values, *kept)]


def _coupled(side: Side, grads: Sequence[Mapping[str, np.ndarray]]) -> Iterator[bool]:
    """Whether each gradient that is not zero changed when the other parameters did."""
    here, *there = grads
    for name, other in zip(side.variables, there, strict=True):
        largest = np.max(np.abs(here[name]), initial=0.0)
        if largest > 0:
            change = np.max(np.abs(other[name] - here[name]), initial=0.0)
            yield bool(change > CHANGED * largest)


def _moved(value: Any) -> Any:
    """Floating-point numbers that were all moved a little, each differently."""
    if not isinstance(value, (float, np.ndarray)) or np.asarray(value).dtype.kind != "f":
        return value
    array = np.asarray(value, dtype=np.float64)
    wave = np.cos(np.arange(array.size)).reshape(array.shape)
    moved = array + MOVE * (1.5 + wave) * np.maximum(1.0, np.abs(array))
    return moved if array.ndim else float(moved)
