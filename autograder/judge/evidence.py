"""Whether a function computes its results from its arguments, right or wrong.

Checks that compare no numbers, and every excuse for wrong numbers, require this: constants,
returned arguments, random numbers and a table of the visible numbers have the right shapes too.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from autograder.exercise.answer_key import NearCase
from autograder.exercise.function import Function
from autograder.judge import messages
from autograder.judge.compare import (
    Leaf,
    as_array,
    as_floats,
    case_leaves,
    differing,
    nearly_equal,
    structure_problem,
)
from autograder.judge.observe import Observation
from autograder.sandbox.plain import Path, lookup, same

#: A smooth result changes equally in two equal steps of its inputs, up to this relative difference.
SMOOTH = 0.2
#: The relative tolerance within which two ratios are equal, in float32 too.
ROUNDING = 1e-6
#: The share of a result's parts that have to be computed: the rest may be placeholders. It has to
#: be all of them where a check looks only at some.
MOST, ALL = 0.5, 1.0


def problem(
    function: Function,
    seen: Sequence[Observation],
    near: Sequence[Observation],
    share: float = MOST,
) -> str:
    """A message if less than a ``share`` of the result's parts is computed from the arguments; ""
    otherwise.

    ``seen`` are the observations on the judged cases. ``near`` are those on two cases in a line
    with a visible one. Right results count as computed. A function that returned nothing gets no
    message.
    """
    visible = [item for item in seen if not item.case.hidden]
    is_right = all(item.is_right for item in (*visible, *near))
    if not visible or (is_right and not may_be_a_table(function, seen, near)):
        return ""
    given = _given(function, [*seen, *near])
    # Networks of other depths have other parts. Those beside the near cases are looked at.
    first = (_beside(visible, near) or visible)[0].case
    leaves = _telling(function, _with_values(case_leaves(first, function.name)), seen)
    columns = _columns(function, leaves, visible, given)
    if not any(columns):
        return ""
    names = [leaf.name for leaf in leaves]
    if not all(
        item.again is None or nearly_equal(item.first.value, item.again.value)
        for item in (*visible, *near)
    ):
        return messages.not_computed(names[0])
    varied = [at for at, parts in enumerate(columns) if not _is_constant(parts)]
    if near:
        along = _columns(function, leaves, [*_beside(visible, near), *near], given)
        moving = [at for at in varied if _moves(along[at])]
        smooth = [at for at in moving if _is_smooth(along[at])]
        varied = smooth if len(smooth) > len(moving) / 2 else []
    is_any_exact = any(leaf.is_exact for leaf in leaves)
    everywhere = _columns(function, leaves, seen, given) if is_any_exact else columns
    varied = [at for at in varied if not leaves[at].is_exact]
    varied += [at for at, leaf in enumerate(leaves) if leaf.is_exact and _varies(everywhere[at])]
    computed = [at for at in varied if not _is_given(columns[at])]
    if len(computed) >= share * len(columns):
        return ""
    at = next(at for at in range(len(names)) if at not in computed)
    say = messages.only_repeated if at in varied else messages.not_computed
    return say(names[at])


def may_be_a_table(
    function: Function, seen: Sequence[Observation], near: Sequence[Observation]
) -> bool:
    """Whether right results on the visible cases may be looked up: what is right there is the same
    on all cases near to them, as that of whole numbers is, and on hidden ones nothing is right."""
    hidden = [item for item in seen if item.case.hidden]
    if not hidden or any(item.is_right for item in hidden):
        return False
    visible = [item for item in seen if not item.case.hidden]
    right = {item.case.label: item.case.expected[function.name] for item in visible}
    moving = (
        item
        for item in near
        if isinstance(item.case, NearCase)
        and not same(item.case.expected[function.name], right.get(item.case.of))
    )
    return next(moving, None) is None


def shows(function: Function, seen: Sequence[Observation], near: Sequence[Observation]) -> bool:
    """Whether every part of a result is right on all cases, or differs from one to another: where a
    mistake elsewhere makes a part constant, it does not show whether that part is computed."""
    items = [*seen, *near]
    leaves = _with_values(case_leaves(items[0].case, function.name)) if items else []
    columns = _columns(function, leaves, items, _given(function, items))
    return bool(columns) and all(
        len(parts) == len(items) and (all(p.is_right for p in parts) or not _is_constant(parts))
        for parts in columns
    )


@dataclass(eq=False, repr=False)
class _Part:
    """One array or number of a result, with the arguments of its call, and all numbers that are
    ``given`` in any. Whole numbers that are few occur among others by chance: of one that
    ``is_exact`` only all of an argument is given. What is looked for among arguments decides
    rarely, and takes long."""

    value: np.ndarray
    is_right: bool
    is_exact: bool = True
    arguments: Mapping[Path, np.ndarray] = field(default_factory=dict)
    given: np.ndarray | None = None

    @functools.cached_property
    def is_given(self) -> bool:
        """Whether all its numbers occur among arguments, up to float32."""
        if self.is_exact or self.given is None:
            flat = self.value.ravel()
            return any(np.array_equal(flat, as_floats(given)) for given in self.arguments.values())
        return bool(np.isin(_in_float32(self.value), self.given).all())

    @functools.cached_property
    def times(self) -> Mapping[Path, float]:
        """The factor by which it is a multiple of each argument, NaN if it is none."""
        if self.is_exact:
            return {}
        return {path: _times(self.value, given) for path, given in self.arguments.items()}


def _given(function: Function, items: Sequence[Observation]) -> np.ndarray:
    """All numbers of the arguments of all calls: memory that nobody writes to, as that of
    `numpy.empty`, holds those of an earlier call."""
    return _in_float32(np.concatenate([i.case.numbers(function) for i in items]))


def _columns(
    function: Function, leaves: Sequence[Leaf], items: Sequence[Observation], given: np.ndarray
) -> list[list[_Part]]:
    """For each part of a result, its values on the items, without items that lack it."""
    columns: dict[Path, list[_Part]] = {leaf.path: [] for leaf in leaves}
    for item in items:
        expected = item.case.expected[function.name]
        value = item.first.value
        if not item.first.returned or structure_problem(item.case, function.name, value, expected):
            continue
        arguments = item.case.arrays(function)
        for leaf in case_leaves(item.case, function.name):
            if leaf.path not in columns:
                continue
            part = _part(leaf, lookup(value, leaf.path), arguments, given)
            if part is not None:
                columns[leaf.path].append(part)
    return list(columns.values())


def _part(
    leaf: Leaf, value: object, arguments: Mapping[Path, np.ndarray], given: np.ndarray
) -> _Part | None:
    """A leaf of a result; None if it has no numbers. Of a text these are its characters."""
    if isinstance(leaf.expected, str):
        letters = [float(ord(letter)) for letter in value] if isinstance(value, str) else []
        return _Part(np.array(letters), value == leaf.expected)
    array = as_array(value, leaf.expected)
    if array is None:
        return None
    is_right = not leaf.wrong_entries(array).any()
    value = as_floats(array) if leaf.is_exact else array
    return _Part(value, is_right, leaf.is_exact, arguments, given)


def _varies(parts: Sequence[_Part]) -> bool:
    """Whether a part of whole numbers, truth values or a text differs between cases; or between its
    entries, where there is one case only."""
    if len(parts) < 2:
        return not _is_constant(parts)
    return any(not np.array_equal(part.value, parts[0].value) for part in parts)


def _with_values(leaves: Sequence[Leaf]) -> list[Leaf]:
    """The parts of a result that may follow the arguments: None does not."""
    return [leaf for leaf in leaves if leaf.expected is not None]


def _telling(
    function: Function, leaves: Sequence[Leaf], seen: Sequence[Observation]
) -> Sequence[Leaf]:
    """The parts of a result that show whether it is computed. Beside a number, a count, a mask or a
    text of which the right value is the same on all cases does not: it follows nothing."""
    if all(leaf.is_exact for leaf in leaves):
        return leaves
    right = [
        {leaf.path: leaf.expected for leaf in case_leaves(item.case, function.name)}
        for item in seen
    ]

    def differs(path: Path) -> bool:
        values = [each[path] for each in right if path in each]
        return not all(same(value, values[0]) for value in values)

    return [leaf for leaf in leaves if not leaf.is_exact or differs(leaf.path)]


def _in_float32(array: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return array.astype(np.float32)


def _times(array: np.ndarray, argument: np.ndarray) -> float:
    """The factor by which an array is a multiple of an argument; NaN if it is none."""
    if array.size != argument.size or not array.size or not np.all(argument):
        return np.nan
    with np.errstate(all="ignore"):
        ratios = array.ravel() / argument
        return float(ratios[0]) if np.ptp(ratios) <= ROUNDING * abs(ratios[0]) else np.nan


def _beside(visible: Sequence[Observation], near: Sequence[Observation]) -> list[Observation]:
    """The observations on the visible cases that ``near`` cases are near to."""
    of = {item.case.of for item in near if isinstance(item.case, NearCase)}
    return [item for item in visible if item.case.label in of]


def _is_given(parts: Sequence[_Part]) -> bool:
    """Whether a part is wrong and only repeats numbers of the arguments, or is one argument times
    the same factor on all cases."""
    wrong = not all(part.is_right for part in parts)
    if not wrong or all(part.is_given for part in parts):
        return wrong
    common = set.intersection(*(set(part.times) for part in parts))
    spreads = ([part.times[path] for part in parts] for path in common)
    return len(parts) > 1 and any(np.ptp(each) <= ROUNDING * abs(each[0]) for each in spreads)


def _is_constant(parts: Sequence[_Part]) -> bool:
    """Whether a part has the same number in all entries on all cases, or is missing."""
    numbers = np.concatenate([np.zeros(0), *(part.value.ravel() for part in parts)])
    return not numbers.size or (numbers.size > 1 and not np.ptp(numbers) > 0)


def _moves(along: Sequence[_Part]) -> bool:
    """Whether a part differs between each case and the next."""
    return all(
        differing(part.value, other.value).any() for part, other in itertools.pairwise(along)
    )


def _is_smooth(along: Sequence[_Part]) -> bool:
    """Whether a part changes from the visible case to the first near one, and by the same amount to
    the second, as a right one does."""
    if len(along) < 3:
        return False
    start, first, second = (part.value for part in along)
    with np.errstate(all="ignore"):
        change, again = first - start, second - first
        apart = np.max(np.abs(again - change), initial=0.0)
        return bool(apart <= SMOOTH * np.max(np.abs(change), initial=0.0))
