"""The first wrong quantity of a result on all cases, and what a student can name beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.composition import own_arguments
from autograder.exercise.function import Function
from autograder.judge.compare import (
    Leaf,
    case_leaves,
    differing,
    leaf_problem,
    structure_problem,
)
from autograder.judge.finding import Seen
from autograder.judge.observe import Observation
from autograder.judge.values import as_computed, judged
from autograder.sandbox.plain import leaves, lookup, path_text, same

#: The most entries of a quantity that is explained, and the most numbers that are named for it.
MOST_ENTRIES, MOST_NUMBERS = 1_500, 12_000
#: The most quantities that are named.
MOST_NAMED = 24

#: The fewest entries of what is proved on its parts, and how many of them have to be different.
FEWEST_IN_PARTS, FEWEST_DIFFERENT = 4, 3


class Given(NamedTuple):
    """What a student gave for a quantity on a case, the right value, and the named quantities. Of a
    new version of an argument ``old`` is the one that was given."""

    case: Case
    got: np.ndarray
    expected: np.ndarray
    scope: dict[str, np.ndarray]
    old: np.ndarray | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether it is wrong here beyond rounding."""
        return self.got.shape != self.expected.shape or bool(
            differing(self.got, self.expected).any()
        )


class Wrong(NamedTuple):
    """The first wrong quantity of a result, on every case that has it."""

    leaf: Leaf
    given: Sequence[Given]
    #: Single numbers among the arguments that are the same on all cases.
    fixed: Mapping[str, float] = MappingProxyType({})

    @property
    def visible(self) -> Sequence[Given]:
        """On the visible cases on which it is wrong."""
        return [each for each in self.given if not each.case.hidden and each.is_wrong]

    @property
    def varies(self) -> bool:
        """Whether there is more than one case to prove something on."""
        return len({each.got.tobytes() for each in self.given}) > 1


def first_wrong(seen: Seen) -> Wrong | None:
    """The first wrong quantity; None if there is none, or if it is none of numbers everywhere."""
    items = judged(seen.function, seen.on_cases)
    if not items or not all(_is_whole(seen.function, item) for item in items):
        return None
    wrong = next((item for item in items if not item.case.hidden and not item.is_right), None)
    if wrong is None:
        return None
    order = as_computed(seen.function, seen.answer_key, wrong.case)
    at = next((at for at, leaf in enumerate(order) if not _is_right(leaf, wrong)), None)
    if at is None:
        return None
    # What is right though it is computed later is the student's own too.
    others = [leaf.name for leaf in (*order[:at], *order[at + 1 :])]
    path = order[at].path
    given = [
        _given(seen, item, leaf, others)
        for item in items
        for leaf in case_leaves(item.case, seen.function.name)
        if leaf.path == path
    ]
    known = [each for each in given if each is not None]
    if len(known) < len(given) or not any(each.is_wrong for each in known):
        return None
    return Wrong(order[at], _with_common_names(known), _fixed(known))


def rows_alike(wrong: Wrong) -> Wrong | None:
    """One row of a matrix whose rows are all the same on every case; None if it is none."""
    if any(g.got.ndim != 2 or g.got.shape != g.expected.shape for g in wrong.given):
        return None
    if not all((g.got == g.got[:1]).all() for g in wrong.given):
        return None
    several = [len(g.got) > 1 for g in wrong.visible]
    rows = [given._replace(got=given.got[0]) for given in wrong.given]
    return wrong._replace(given=rows) if any(several) else None


def in_parts(given: Given) -> list[Given]:
    """Every second entry of a row, and the others, with the same of everything that is as long, as
    if they were cases of their own; none if it is no row of numbers that differ."""
    got = given.got
    if got.ndim != 1 or got.shape != given.expected.shape or len(got) < FEWEST_IN_PARTS:
        return []
    if len(set(got)) < FEWEST_DIFFERENT:
        return []
    return [
        given._replace(
            got=got[start::2],
            expected=given.expected[start::2],
            scope={
                name: value[start::2] if value.shape == got.shape else value
                for name, value in given.scope.items()
            },
            old=None if given.old is None else given.old[start::2],
        )
        for start in (0, 1)
    ]


def _is_whole(function: Function, item: Observation) -> bool:
    name, value = function.name, item.first.value
    expected = item.case.expected[name]
    return item.first.returned and structure_problem(item.case, name, value, expected) is None


def _is_right(leaf: Leaf, item: Observation) -> bool:
    value = lookup(item.first.value, leaf.path)
    return leaf_problem(leaf, value, item.case.dims, reveal=False) is None


def _given(seen: Seen, item: Observation, leaf: Leaf, others: Sequence[str]) -> Given | None:
    got, expected = numbers_of(lookup(item.first.value, leaf.path)), numbers_of(leaf.expected)
    if got is None or expected is None or got.size > MOST_ENTRIES:
        return None
    scope = dict(_named(seen.function, item.case))
    # What has no name in code, and what is new, is not named.
    known = {each.name: each for each in case_leaves(item.case, seen.function.name)}
    for each in (known[n] for n in others if n in known and seen.function.returns):
        if not each.is_new and _is_right(each, item):
            value = numbers_of(each.expected)
            if value is not None:
                scope[each.name] = value
    old = seen.function.old(leaf.path) if leaf.is_new else None
    before_it = numbers_of(lookup(item.case.inputs, old)) if old else None
    return Given(item.case, got, expected, scope, before_it)


def numbers_of(value: Any) -> np.ndarray | None:
    """Numbers as an array of float64; None if it is anything else, or not finite."""
    if isinstance(value, (list, tuple)):
        if not all(isinstance(item, (int, float)) for item in value):
            return None
        value = np.array(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, np.ndarray)):
        return None
    array = np.asarray(value)
    if array.dtype.kind not in "iuf" or not array.size or not np.isfinite(array).all():
        return None
    return array.astype(np.float64)


def _named(function: Function, case: Case) -> Iterator[tuple[str, np.ndarray]]:
    """The numbers among the arguments that a student can name: not those in what each answer keeps
    in its own way, none of a check's own function, and no whole numbers, which count something."""
    own = {each.argument for each in own_arguments(case.functions, function) if each.always}
    for argument in function.arguments if function.takes_data else ():
        if argument in own or argument not in case.inputs:
            continue
        for path, leaf in leaves(case.inputs[argument]):
            value = None if type(leaf) is int else numbers_of(leaf)
            if value is not None:
                yield argument + path_text(path), value


def _fixed(given: Sequence[Given]) -> dict[str, float]:
    """The single numbers that are the same on all cases."""
    first = given[0].scope
    return {
        name: float(value)
        for name, value in first.items()
        if not value.ndim and all(same(each.scope.get(name), value) for each in given)
    }


def _with_common_names(given: Sequence[Given]) -> Sequence[Given]:
    """With the quantities that there are on every case, each once: of those that are equal
    everywhere the first. What is zero where a student can see it says nothing."""
    shown = [each for each in given if not each.case.hidden]
    known: dict[tuple[bytes, ...], str] = {}
    total = 0
    for name in given[0].scope:
        is_known = all(name in each.scope for each in given)
        if is_known and all(each.scope[name].any() for each in shown):
            key = tuple(
                repr(each.scope[name].shape).encode() + each.scope[name].tobytes() for each in given
            )
            total += max(each.scope[name].size for each in given)
            if total <= MOST_NUMBERS:
                known.setdefault(key, name)
    names = list(known.values())[:MOST_NAMED]
    return [each._replace(scope={name: each.scope[name] for name in names}) for each in given]
